package mail_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// forEachMail calls f for each mail in each language.
func forEachMail(t *testing.T, f func(t *testing.T, language string, mail mail.Template, content mail.Content)) {
	for _, language := range mail.Languages() {
		mails := mail.BuiltIn(language)
		t.Run(language+" sign-in", func(t *testing.T) { f(t, language, mails.SignIn, mail.SignIn) })
		t.Run(language+" announcement", func(t *testing.T) { f(t, language, mails.Announcement, mail.Announcement) })
		t.Run(language+" password", func(t *testing.T) { f(t, language, mails.Password, mail.PasswordOnly) })
	}
}

func TestMailsArePermittedTemplates(t *testing.T) {
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

var tag = regexp.MustCompile(`(?s)<title>.*</title>|<h1.*</h1>|<[^>]*>`)

// TestTextAndHTMLSayTheSame compares the words of both parts.
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

// TestWhatIsToBeCopiedStandsAlone wants a line of its own for each value in the text, and a fixed-width face for the user
// name and the password in the HTML, with no space beside them that would be copied, too.
func TestWhatIsToBeCopiedStandsAlone(t *testing.T) {
	forEachMail(t, func(t *testing.T, _ string, mail mail.Template, _ mail.Content) {
		for _, placeholder := range []string{"{{SignInUrl}}", "{{UserName}}", "{{Password}}"} {
			if !strings.Contains(mail.Text, placeholder) {
				continue
			}
			if !strings.Contains(mail.Text, "\n"+placeholder+"\n") {
				t.Errorf("%s has no line of its own:\n%s", placeholder, mail.Text)
			}
			fixedWidth := regexp.MustCompile(`<div[^>]*><code translate="no" style="[^"]*monospace">` + placeholder + `</code></div>`)
			if placeholder != "{{SignInUrl}}" && !fixedWidth.MatchString(mail.HTML) {
				t.Errorf("%s is not in a fixed-width face on a line of its own:\n%s", placeholder, mail.HTML)
			}
		}
	})
}

// TestEveryLanguageIsComplete wants no empty line where a language lacks its words, and languages that differ.
func TestEveryLanguageIsComplete(t *testing.T) {
	seen := map[string]bool{}
	forEachMail(t, func(t *testing.T, _ string, mail mail.Template, _ mail.Content) {
		if seen[mail.Text] {
			t.Errorf("this text is in another language, too:\n%s", mail.Text)
		}
		seen[mail.Text] = true
		if strings.Contains(mail.Text, "\n\n\n") || strings.HasPrefix(mail.Text, "\n") {
			t.Errorf("words are missing:\n%s", mail.Text)
		}
	})
}
