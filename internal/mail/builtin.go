package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	"io"
	"maps"
	"slices"
	texttemplate "text/template"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// Template is a mail with placeholders.
type Template struct{ Subject, Text, HTML string }

// Templates has the mails that a user gets.
type Templates struct {
	SignIn   Template // the sign-in page, the user name and the password
	Password Template // the password, if it comes in a mail of its own; SignIn then does not have it
}

// English is the language that is used if none is chosen.
const English = "en"

// Languages returns the IETF tags of the languages of the built-in mails, sorted.
func Languages() []string { return slices.Sorted(maps.Keys(languages)) }

// About is what the mails say about the account, and about the people behind it. A text is nil if it is not given.
type About struct {
	Organization *string // gives access to the account
	AccountName  *string // the recipients' name of the account
	Contact      *string // answers questions: a name, an address or a telephone number
	Signature    *string // the last lines
	// SeparatePassword makes a mail of its own for the password.
	SeparatePassword bool
	NeedsMFA         bool // users must set up MFA before they can do anything else
	Expires          bool // the password expires
}

// texts returns the texts, by the names of their placeholders.
func (a About) texts() map[string]*string {
	return map[string]*string{Organization: a.Organization, AccountName: a.AccountName, Contact: a.Contact, Signature: a.Signature}
}

// Values returns the JSONata code of the texts that are given, by the names of their placeholders.
func (a About) Values() map[string]string {
	values := map[string]string{}
	for placeholder, text := range a.texts() {
		if text != nil {
			values[placeholder] = jsonata.Literal(*text)
		}
	}
	return values
}

// BuiltIn returns the built-in mails in a language, or in English if the language is not one of [Languages].
func BuiltIn(language string, about About) Templates {
	w, known := languages[language]
	if !known {
		return BuiltIn(English, about)
	}
	either := func(condition bool, yes, no string) string {
		if condition && yes != "" {
			return yes
		}
		return no
	}
	hasOrganization := about.Organization != nil
	account := either(about.AccountName != nil, w.namedAccount, w.account)
	help := w.confidential + w.space + either(about.Contact != nil, w.helpOf, w.help)
	mail := func(subject, opening string, fields []field, closing ...string) Template {
		s := shown{
			Language: language, Subject: subject, Greeting: either(hasOrganization, w.greetingOf, w.greeting),
			Opening: fmt.Sprintf(opening, account), Fields: fields,
			Closing: slices.DeleteFunc(append(closing, help, w.closing), func(paragraph string) bool { return paragraph == "" }),
		}
		if hasOrganization {
			s.Subject = fmt.Sprintf(w.ofOrganization, *about.Organization, subject)
		}
		switch {
		case about.Signature != nil:
			s.SignOff, s.Signature = w.signOff, "{{Signature}}"
		case hasOrganization:
			s.SignOff, s.Signature = w.signOff, "{{Organization}}"
		}
		return s.template()
	}
	choosePassword, passwordFollows := w.choosePassword, w.passwordFollows
	if about.Expires {
		choosePassword, passwordFollows = w.choosePassword+w.space+w.worksUntil, w.passwordFollowsUntil
	}
	mfa := either(about.NeedsMFA, w.mfa, "")
	signInPage, userName, password := field{w.signInPage, "{{SignInUrl}}"}, field{w.userName, "{{UserName}}"}, field{w.password, "{{Password}}"}
	newUser := either(hasOrganization, w.newUserOf, w.newUser)
	if !about.SeparatePassword {
		return Templates{SignIn: mail(w.signInSubject, newUser, []field{signInPage, userName, password}, w.typeAddress, choosePassword, mfa)}
	}
	return Templates{
		SignIn:   mail(w.signInSubject, newUser, []field{signInPage, userName}, w.typeAddress, passwordFollows, mfa),
		Password: mail(w.passwordSubject, w.passwordOfUser, []field{password}, choosePassword),
	}
}

// shown has the data of the layouts. The same two layouts, one for plain text and one for HTML, make all mails.
type shown struct {
	Language, Subject, Greeting, Opening string
	Fields                               []field
	Closing                              []string
	SignOff, Signature                   string
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
