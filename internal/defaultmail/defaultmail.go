// Package defaultmail has the mails of who writes none of their own: templates with the placeholders of package
// mailtemplate, in each language. One layout as plain text and one as HTML serve all of them.
package defaultmail

import (
	"bytes"
	_ "embed"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	texttemplate "text/template"
)

// Mail is a mail with placeholders.
type Mail struct{ Subject, Text, HTML string }

// Mails are those that a user may get: either SignIn alone, or Announcement and then Password.
type Mails struct {
	SignIn       Mail // the page, the user name and the password
	Announcement Mail // the page and the user name
	Password     Mail // the password
}

// English is the language that is taken where none is chosen.
const English = "en"

// Languages returns the languages that there are mails in, by their IETF tags, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// In returns the mails in a language, or in English where that is none of [Languages].
func In(language string) Mails {
	w, known := languages[language]
	if !known {
		return In(English)
	}
	signInPage, userName, password := field{w.signInPage, "{{SignInURL}}"}, field{w.userName, "{{UserName}}"}, field{w.password, "{{Password}}"}
	return Mails{
		SignIn: content{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName, password},
			[]string{w.choosePassword, w.help}}.mail(),
		Announcement: content{language, w.signInSubject, w.greeting, w.newUser, []field{signInPage, userName},
			[]string{w.passwordFollows, w.help}}.mail(),
		Password: content{language, w.passwordSubject, w.greeting, w.passwordOfUser, []field{password},
			[]string{w.choosePassword, w.help}}.mail(),
	}
}

// content is what the layouts show.
type content struct {
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

func (c content) mail() Mail {
	return Mail{Subject: c.Subject, Text: c.render(textLayout), HTML: c.render(htmlLayout)}
}

func (c content) render(layout interface{ Execute(io.Writer, any) error }) string {
	var rendered bytes.Buffer
	if err := layout.Execute(&rendered, c); err != nil {
		panic(err) // the layouts are part of the program
	}
	return rendered.String()
}
