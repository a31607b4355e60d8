package mail_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// given has every text that the mails may have.
var given = mail.About{Organization: text("Example Corp"), AccountName: text("Web shop"), Contact: text("IT, extension 1234"),
	Signature: text("Ada Lovelace\nIT"), NeedsMFA: true, Expires: true}

func text(s string) *string { return &s }

// forEachMail calls f for each mail in each language, with nothing given and with everything.
func forEachMail(t *testing.T, f func(t *testing.T, language string, mail mail.Template, content mail.Content)) {
	for _, language := range mail.Languages() {
		for name, about := range map[string]mail.About{language: {}, language + " with everything": given} {
			one := mail.BuiltIn(language, about)
			about.SeparatePassword = true
			two := mail.BuiltIn(language, about)
			of := func(content mail.Content) mail.Content {
				return content.For(about, func(prop string) string { return prop })
			}
			t.Run(name+" sign-in", func(t *testing.T) { f(t, language, one.SignIn, of(mail.SignIn)) })
			t.Run(name+" announcement", func(t *testing.T) { f(t, language, two.SignIn, of(mail.Announcement)) })
			t.Run(name+" password", func(t *testing.T) { f(t, language, two.Password, of(mail.PasswordOnly)) })
		}
	}
}

func TestMailsAreValidTemplates(t *testing.T) {
	forEachMail(t, func(t *testing.T, _ string, mail mail.Template, content mail.Content) {
		var problems rules.Problems
		rules.Check(&problems, "Subject", mail.Subject, rules.Subject)
		content.Check(&problems, "Text", mail.Text)
		content.Check(&problems, "HTML", mail.HTML)
		if err := problems.Err(); err != nil {
			t.Error(err)
		}
	})
}

// TestMailsSayWhatIsGiven checks that a mail says once what is given, and nothing that is not, and that it has room for the sentence
// of a mail that is sent again.
func TestMailsSayWhatIsGiven(t *testing.T) {
	for _, language := range mail.Languages() {
		for _, separately := range []bool{false, true} {
			in := func(about mail.About) mail.Templates {
				about.SeparatePassword = separately
				return mail.BuiltIn(language, about)
			}
			all, organization, none := in(given), in(mail.About{Organization: given.Organization}), in(mail.About{})
			wantPlaceholders(t, language, all.SignIn, map[string]int{mail.ValidUntil: 1, mail.Organization: 1, mail.AccountName: 1, mail.Contact: 1, mail.Signature: 1})
			wantPlaceholders(t, language, organization.SignIn, map[string]int{mail.Organization: 2}) // also as the signature
			wantPlaceholders(t, language, none.SignIn, nil)
			if !strings.Contains(all.SignIn.Subject, "Example Corp") || !strings.Contains(all.SignIn.Text, "MFA") {
				t.Errorf("%s: the mail has no organization in its subject, or says nothing about MFA: %+v", language, all.SignIn)
			}
			if separately {
				want := map[string]int{mail.ValidUntil: 1, mail.AccountName: 1, mail.Contact: 1, mail.Signature: 1}
				if language == "ja" {
					want[mail.Organization] = 1 // in the greeting
				}
				wantPlaceholders(t, language, all.Password, want)
				wantPlaceholders(t, language, none.Password, nil)
			}
		}
	}
}

// wantPlaceholders checks how often a mail has each placeholder of what may be given, and that it has {{EarlierMails}} once.
func wantPlaceholders(t *testing.T, language string, template mail.Template, want map[string]int) {
	t.Helper()
	for _, placeholder := range []string{mail.ValidUntil, mail.Organization, mail.AccountName, mail.Contact, mail.Signature, mail.EarlierMails} {
		for _, body := range []string{template.Text, template.HTML} {
			wanted := want[placeholder]
			if placeholder == mail.EarlierMails {
				wanted = 1
			}
			if got := strings.Count(body, "{{"+placeholder+"}}"); got != wanted {
				t.Errorf("%s: {{%s}} is there %d times, want %d:\n%s", language, placeholder, got, wanted, body)
			}
		}
	}
}

var tag = regexp.MustCompile(`(?s)<title>.*</style>|<h1.*</h1>|<[^>]*>`)

// TestTextAndHTMLSayTheSame checks that the text and the HTML of a mail have the same words.
func TestTextAndHTMLSayTheSame(t *testing.T) {
	forEachMail(t, func(t *testing.T, language string, mail mail.Template, _ mail.Content) {
		text, html := strings.Fields(mail.Text), strings.Fields(tag.ReplaceAllString(mail.HTML, " "))
		if strings.Join(text, " ") != strings.Join(html, " ") {
			t.Errorf("the text says\n%s\nthe HTML says\n%s", text, html)
		}
		if !strings.Contains(mail.HTML, `<html lang="`+language+`">`) {
			t.Errorf("the HTML does not say that its language is %s", language)
		}
	})
}

// TestCopiedValuesStandAlone checks that each value has its own line in the text, and that the user name and the password
// have a fixed-width font in the HTML. There is no space beside a value, because the recipient would copy it, too.
func TestCopiedValuesStandAlone(t *testing.T) {
	forEachMail(t, func(t *testing.T, _ string, mail mail.Template, _ mail.Content) {
		for _, placeholder := range []string{"{{SignInUrl}}", "{{UserName}}", "{{Password}}"} {
			if !strings.Contains(mail.Text, placeholder) {
				continue
			}
			if !strings.Contains(mail.Text, "\n"+placeholder+"\n") {
				t.Errorf("%s is not on its own line:\n%s", placeholder, mail.Text)
			}
			fixedWidth := regexp.MustCompile(`<td[^>]*><a style="[^"]*"><code translate="no" style="[^"]*monospace">` + placeholder + `</code></a></td>`)
			if placeholder != "{{SignInUrl}}" && !fixedWidth.MatchString(mail.HTML) {
				t.Errorf("%s is not in a fixed-width font on its own line:\n%s", placeholder, mail.HTML)
			}
		}
	})
}

// TestEveryLanguageIsComplete checks that no words are missing, which would leave an empty line, and that no two languages
// have the same text.
func TestEveryLanguageIsComplete(t *testing.T) {
	seen := map[string]bool{}
	forEachMail(t, func(t *testing.T, _ string, mail mail.Template, _ mail.Content) {
		if seen[mail.Text] {
			t.Errorf("another language has the same text:\n%s", mail.Text)
		}
		seen[mail.Text] = true
		if strings.Contains(mail.Text, "\n\n\n") || strings.HasPrefix(mail.Text, "\n") {
			t.Errorf("words are missing:\n%s", mail.Text)
		}
	})
}
