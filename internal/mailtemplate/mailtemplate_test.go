package mailtemplate_test

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mailtemplate"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

var values = map[string]string{mailtemplate.UserName: "$user", mailtemplate.Password: "$password"}

func TestText(t *testing.T) {
	got := mailtemplate.Text("You are {{UserName}}.\n{{Password}}", values)
	want := `($Password := $password; $UserName := $user; ("You are " & $UserName) & (".\n" & ($Password & "")))`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHTMLEscapesValues(t *testing.T) {
	got := mailtemplate.HTML("<b>{{Password}}</b>", values)
	want := `($escape := function($value) { $value ~> $replace("&", "&amp;") ~> $replace("<", "&lt;") ` +
		`~> $replace(">", "&gt;") ~> $replace('"', "&quot;") ~> $replace("'", "&#39;") }; ` +
		`$Password := $escape($password); "<b>" & ($Password & "</b>"))`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheck(t *testing.T) {
	const (
		signIn       = "template must have the placeholders {{UserName}} and {{Password}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: "
		announcement = "template must have the placeholder {{UserName}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: "
		password     = "template must have the placeholder {{Password}}, and no other ones but {{UserName}}, {{SignInURL}} and {{AccountId}}, got: "
		control      = "template must have no control characters except tabs and line breaks, and no byte order mark, got: "
		open         = "template must close with }} every placeholder that it opens, got: "
	)
	for _, test := range []struct {
		content        mailtemplate.Content
		template, want string
	}{
		{mailtemplate.SignIn, "{{UserName}} {{Password}}", ""},
		{mailtemplate.SignIn, "{{UserName}} {{Password}} {{SignInURL}} {{AccountId}}", ""},
		{mailtemplate.SignIn, "{{UserName}}", signIn + "[{{UserName}}]"},
		{mailtemplate.SignIn, "no placeholder", signIn + "[]"},
		{mailtemplate.SignIn, "{{UserName}} {{Password}} {{password}}", signIn + "[{{UserName}} {{Password}} {{password}}]"},
		{mailtemplate.SignIn, "{{UserName}} {{Password}} {{ Group }}", signIn + "[{{UserName}} {{Password}} {{ Group }}]"},
		{mailtemplate.SignIn, "{{UserName}} {{Password}} {{AccountId\nof yours", open + `"{{AccountId"`},
		{mailtemplate.SignIn, "{{UserName}} {{Password}}<style>@media print { p { color: red }}</style>", ""},
		{mailtemplate.SignIn, "{{UserName}} {{Password}}" + strings.Repeat("x", mailtemplate.MaxBytes-24), "template must have at most 60000 bytes, got: 60001"},
		{mailtemplate.SignIn, "Gr\xfc\xdfe {{UserName}} {{Password}}", `template must be text in UTF-8, got: "Gr\xfc\xdfe {{UserName}} {{Password}}" in line 1`},
		{mailtemplate.SignIn, "漢\n{{UserName}}\r\n\xff{{Password}}", `template must be text in UTF-8, got: "\xff{{Password}}" in line 3`},
		{mailtemplate.SignIn, "\t{{UserName}}\r\n\r{{Password}}\u2028\u200d\u200f", ""},
		{mailtemplate.SignIn, "{{UserName}}\n{{Password}}\x00\x00", control + "U+0000 in line 2"},
		{mailtemplate.SignIn, "\x1b[1m{{UserName}}\x1b[0m\n\n{{Password}}\x7f\u0085\x01", control + "U+001B in line 1, U+007F in line 3, U+0085 in line 3, U+0001 in line 3"},
		{mailtemplate.SignIn, "\ufeff{{UserName}}\n{{Password}}", control + "U+FEFF in line 1"},
		{mailtemplate.SignIn, "{{UserName}}\x00", control + "U+0000 in line 1\n" + signIn + "[{{UserName}}]"},
		{mailtemplate.SignIn, "{{UserName}}{{Pass\x00word}}", control + "U+0000 in line 1\n" + signIn + "[{{UserName}} {{Pass\x00word}}]"},
		{mailtemplate.SignIn, "{{Password}}" + strings.Repeat("{{UserName}}", mailtemplate.MaxPlaceholders-1), ""},
		{mailtemplate.SignIn, "{{Password}}" + strings.Repeat("{{UserName}}", mailtemplate.MaxPlaceholders),
			"template must have at most 100 placeholders, got: 101"},
		{mailtemplate.Announcement, "{{UserName}}", ""},
		{mailtemplate.Announcement, "{{UserName}} {{Password}}", announcement + "[{{UserName}} {{Password}}]"},
		{mailtemplate.PasswordOnly, "{{Password}}", ""},
		{mailtemplate.PasswordOnly, "{{UserName}}", password + "[{{UserName}}]"},
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
