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

// Templates has the mails that a user may get: either SignIn alone, or Announcement and then Password.
type Templates struct {
	SignIn       Template // has the sign-in page, the user name and the password
	Announcement Template // has the sign-in page and the user name
	Password     Template // has the password
}

// English is the language that is used if none is chosen.
const English = "en"

// Languages returns the IETF tags of the languages of the built-in mails, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// BuiltIn returns the built-in mails in a language, or in English if the language is not one of [Languages]. They say until when
// the password works if expires is true.
func BuiltIn(language string, expires bool) Templates {
	w, known := languages[language]
	if !known {
		return BuiltIn(English, expires)
	}
	passwordFollows, aboutPassword := w.passwordFollows, []string{w.choosePassword, w.help}
	if expires {
		passwordFollows, aboutPassword = w.passwordFollowsUntil, []string{w.choosePassword, w.worksUntil, w.help}
	}
	signInPage, userName, password := field{w.signInPage, "{{SignInUrl}}"}, field{w.userName, "{{UserName}}"}, field{w.password, "{{Password}}"}
	return Templates{
		SignIn: shown{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName, password},
			aboutPassword}.template(),
		Announcement: shown{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName},
			[]string{passwordFollows, w.help}}.template(),
		Password: shown{language, w.passwordSubject, w.greeting, w.passwordOfUser, []field{password},
			aboutPassword}.template(),
	}
}

// shown has the data of the layouts. The same two layouts, one for plain text and one for HTML, make all mails.
type shown struct {
	Language, Subject, Greeting, Opening string
	Fields                               []field
	Closing                              []string
}

// field is a label, with a value on the next line that the recipient copies.
type field struct{ Label, Placeholder string }

var (
	//go:embed layout.txt
	textSource string
	//go:embed layout.html
	htmlSource string

	// The layouts use [[ and ]], because {{ and }} mark the placeholders.
	textLayout = texttemplate.Must(texttemplate.New("text").Delims("[[", "]]").Parse(textSource))
	htmlLayout = htmltemplate.Must(htmltemplate.New("html").Delims("[[", "]]").Parse(htmlSource))
)

func (s shown) template() Template {
	return Template{Subject: s.Subject, Text: s.render(textLayout), HTML: s.render(htmlLayout)}
}

func (s shown) render(layout interface{ Execute(io.Writer, any) error }) string {
	var rendered bytes.Buffer
	if err := layout.Execute(&rendered, s); err != nil {
		panic(err) // cannot happen: the layouts are embedded, and tests render them
	}
	return rendered.String()
}
