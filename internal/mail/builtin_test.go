package mail_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// forEachMail calls f for each mail in each language, with and without a validity of the password.
func forEachMail(t *testing.T, f func(t *testing.T, language string, mail mail.Template, content mail.Content)) {
	for _, language := range mail.Languages() {
		for name, expires := range map[string]bool{language: true, language + " without validity": false} {
			mails := mail.BuiltIn(language, expires)
			of := func(content mail.Content) mail.Content { return content.IfExpires(expires, "PasswordValidity") }
			t.Run(name+" sign-in", func(t *testing.T) { f(t, language, mails.SignIn, of(mail.SignIn)) })
			t.Run(name+" announcement", func(t *testing.T) { f(t, language, mails.Announcement, of(mail.Announcement)) })
			t.Run(name+" password", func(t *testing.T) { f(t, language, mails.Password, of(mail.PasswordOnly)) })
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

// TestMailsSayUntilWhen checks that a mail says once until when the password works, if it expires, and that it has room for the
// sentence of a mail that is sent again.
func TestMailsSayUntilWhen(t *testing.T) {
	for _, language := range mail.Languages() {
		for expires, want := range map[bool]int{true: 1, false: 0} {
			mails := mail.BuiltIn(language, expires)
			for _, template := range []mail.Template{mails.SignIn, mails.Announcement, mails.Password} {
				for _, body := range []string{template.Text, template.HTML} {
					if got := strings.Count(body, "{{ValidUntil}}"); got != want {
						t.Errorf("%s, expires %v: {{ValidUntil}} is there %d times, want %d:\n%s", language, expires, got, want, body)
					}
					if got := strings.Count(body, "{{EarlierMails}}"); got != 1 {
						t.Errorf("%s: {{EarlierMails}} is there %d times, want 1:\n%s", language, got, body)
					}
				}
			}
		}
	}
}

var tag = regexp.MustCompile(`(?s)<title>.*</title>|<h1.*</h1>|<[^>]*>`)

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
			fixedWidth := regexp.MustCompile(`<div[^>]*><code translate="no" style="[^"]*monospace">` + placeholder + `</code></div>`)
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
