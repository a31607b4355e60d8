package mail_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

var values = map[string]string{mail.UserName: "$user", mail.Password: "$password"}

func TestText(t *testing.T) {
	got := mail.Text("You are {{UserName}}.\n{{Password}}", values)
	want := `($Password := $password; $UserName := $user; ("You are " & $UserName) & (".\n" & ($Password & "")))`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHTMLEscapesValues(t *testing.T) {
	got := mail.HTML("<b>{{Password}}</b>", values)
	want := `($escape := function($value) { $value ~> $replace("&", "&amp;") ~> $replace("<", "&lt;") ` +
		`~> $replace(">", "&gt;") ~> $replace('"', "&quot;") ~> $replace("'", "&#39;") ~> $replace("\n", "<br>") }; ` +
		`$Password := $escape($password); "<b>" & ($Password & "</b>"))`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheck(t *testing.T) {
	const (
		signIn       = "template must have the placeholders {{UserName}} and {{Password}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: "
		announcement = "template must have the placeholder {{UserName}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: "
		password     = "template must have the placeholder {{Password}}, and no others except {{UserName}}, {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: "
		control      = "template must have no control characters except tabs and line breaks, and no byte order mark, got: "
		open         = "template must close with }} every placeholder that it opens, got: "
	)
	for _, test := range []struct {
		content        mail.Content
		template, want string
	}{
		{mail.SignIn, "{{UserName}} {{Password}}", ""},
		{mail.SignIn, "{{UserName}} {{Password}} {{SignInUrl}} {{AccountId}}", ""},
		{mail.SignIn, "{{UserName}} {{Password}} {{ValidUntil}} {{EarlierMails}}", ""},
		{mail.SignIn.For(given, strings.ToLower), "{{UserName}} {{Password}} {{ValidUntil}} {{Organization}} {{AccountName}} {{Contact}} {{Signature}}", ""},
		{mail.SignIn.For(mail.About{}, strings.ToLower), "{{UserName}} {{Password}} {{EarlierMails}}", ""},
		{mail.SignIn.For(mail.About{}, strings.ToLower), "{{UserName}} {{Password}} {{Contact}} {{ValidUntil}}",
			"template must not have {{Contact}} unless contact is given, got: [{{UserName}} {{Password}} {{Contact}} {{ValidUntil}}]\n" +
				"template must not have {{ValidUntil}} if passwordvalidity is 0, because no password expires then, " +
				"got: [{{UserName}} {{Password}} {{Contact}} {{ValidUntil}}]"},
		{mail.SignIn, "{{UserName}} {{Password}} {{Signature}} {{Signature}}", "template must have {{Signature}} once, " +
			"got: [{{UserName}} {{Password}} {{Signature}} {{Signature}}]"},
		{mail.SignIn, "{{UserName}}", signIn + "[{{UserName}}]"},
		{mail.SignIn, "no placeholder", signIn + "[]"},
		{mail.SignIn, "{{UserName}} {{Password}} {{password}}", signIn + "[{{UserName}} {{Password}} {{password}}]"},
		{mail.SignIn, "{{UserName}} {{Password}} {{ Group }}", signIn + "[{{UserName}} {{Password}} {{ Group }}]"},
		{mail.SignIn, "{{UserName}} {{Password}} {{AccountId\nof yours", open + `"{{AccountId"`},
		{mail.SignIn, "{{UserName}} {{Password}}<style>@media print { p { color: red }}</style>", ""},
		{mail.SignIn, "{{UserName}} {{Password}}" + strings.Repeat("x", mail.MaxBytes-24), "template must have at most 60000 bytes, got: 60001"},
		{mail.SignIn, "Gr\xfc\xdfe {{UserName}} {{Password}}", `template must be text in UTF-8, got: "Gr\xfc\xdfe {{UserName}} {{Password}}" in line 1`},
		{mail.SignIn, "漢\n{{UserName}}\r\n\xff{{Password}}", `template must be text in UTF-8, got: "\xff{{Password}}" in line 3`},
		{mail.SignIn, "\t{{UserName}}\r\n\r{{Password}}\u2028\u200d\u200f", ""},
		{mail.SignIn, "{{UserName}}\n{{Password}}\x00\x00", control + "U+0000 in line 2"},
		{mail.SignIn, "\x1b[1m{{UserName}}\x1b[0m\n\n{{Password}}\x7f\u0085\x01", control + "U+001B in line 1, U+007F in line 3, U+0085 in line 3, U+0001 in line 3"},
		{mail.SignIn, "\ufeff{{UserName}}\n{{Password}}", control + "U+FEFF in line 1"},
		{mail.SignIn, "{{UserName}}\x00", control + "U+0000 in line 1\n" + signIn + "[{{UserName}}]"},
		{mail.SignIn, "{{UserName}}{{Pass\x00word}}", control + "U+0000 in line 1\n" + signIn + "[{{UserName}} {{Pass\x00word}}]"},
		{mail.SignIn, "{{Password}}" + strings.Repeat("{{UserName}}", mail.MaxPlaceholders-1), ""},
		{mail.SignIn, "{{Password}}" + strings.Repeat("{{UserName}}", mail.MaxPlaceholders),
			"template must have at most 100 placeholders, got: 101"},
		{mail.Announcement, "{{UserName}} {{ValidUntil}} {{EarlierMails}}", ""},
		{mail.Announcement, "{{UserName}} {{Password}}", announcement + "[{{UserName}} {{Password}}]"},
		{mail.PasswordOnly, "{{Password}} {{ValidUntil}} {{EarlierMails}}", ""},
		{mail.PasswordOnly, "{{UserName}}", password + "[{{UserName}}]"},
	} {
		var problems rules.Problems
		test.content.Check(&problems, "template", test.template)
		got := ""
		if err := problems.Err(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%.80q: got %q, want %q", test.template, got, test.want)
		}
	}
}

func TestMisses(t *testing.T) {
	for _, test := range []struct {
		content  mail.Content
		about    mail.About
		template string
		want     string
	}{
		{mail.SignIn, given, "{{UserName}} {{Password}}", "Contact SignInUrl ValidUntil"},
		{mail.SignIn, given, "{{ValidUntil}} {{SignInUrl}} {{Contact}}", ""},
		{mail.SignIn, mail.About{}, "{{UserName}} {{Password}}", "SignInUrl"},
		{mail.Announcement, given, "{{UserName}} {{Contact}}", "SignInUrl ValidUntil"},
		{mail.PasswordOnly, given, "{{Password}}", "Contact ValidUntil"},
		{mail.PasswordOnly, mail.About{}, "{{Password}}", ""},
	} {
		if got := strings.Join(slices.Sorted(maps.Keys(test.content.Misses(test.template, test.about))), " "); got != test.want {
			t.Errorf("%s: got %q, want %q", test.template, got, test.want)
		}
	}
}
