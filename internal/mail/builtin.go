package mail

import (
	"bytes"
	_ "embed"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	texttemplate "text/template"
)

// Template is a mail with placeholders.
type Template struct{ Subject, Text, HTML string }

// Templates are those of the mails that a user may get: either SignIn alone, or Announcement and then Password.
type Templates struct {
	SignIn       Template // the page, the user name and the password
	Announcement Template // the page and the user name
	Password     Template // the password
}

// English is the language that is taken where none is chosen.
const English = "en"

// Languages returns the languages of the built-in mails, by their IETF tags, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// BuiltIn returns the mails of who writes none of their own, in a language, or in English where that is none of [Languages].
func BuiltIn(language string) Templates {
	w, known := languages[language]
	if !known {
		return BuiltIn(English)
	}
	signInPage, userName, password := field{w.signInPage, "{{SignInUrl}}"}, field{w.userName, "{{UserName}}"}, field{w.password, "{{Password}}"}
	return Templates{
		SignIn: shown{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName, password},
			[]string{w.choosePassword, w.help}}.template(),
		Announcement: shown{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName},
			[]string{w.passwordFollows, w.help}}.template(),
		Password: shown{language, w.passwordSubject, w.greeting, w.passwordOfUser, []field{password},
			[]string{w.choosePassword, w.help}}.template(),
	}
}

// shown is what the layouts show: one as plain text and one as HTML serve all mails.
type shown struct {
	Language, Subject, Greeting, Opening string
	Fields                               []field
	Closing                              []string
}

// field is a line that is to be copied, below a label.
type field struct{ Label, Placeholder string }

var (
	//go:embed layout.txt
	textSource string
	//go:embed layout.html
	htmlSource string

	// Double braces are for the placeholders.
	textLayout = texttemplate.Must(texttemplate.New("text").Delims("[[", "]]").Parse(textSource))
	htmlLayout = htmltemplate.Must(htmltemplate.New("html").Delims("[[", "]]").Parse(htmlSource))
)

func (s shown) template() Template {
	return Template{Subject: s.Subject, Text: s.render(textLayout), HTML: s.render(htmlLayout)}
}

func (s shown) render(layout interface{ Execute(io.Writer, any) error }) string {
	var rendered bytes.Buffer
	if err := layout.Execute(&rendered, s); err != nil {
		panic(err) // the layouts are part of the program
	}
	return rendered.String()
}
