package mailtemplate_test

import (
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mailtemplate"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

var values = map[string]string{mailtemplate.UserName: "$user", mailtemplate.Password: "$password"}

func TestText(t *testing.T) {
	got := mailtemplate.Text("You are {{UserName}}.\n{{Password}}", values)
	if want := `"You are " & $user & ".\n" & $password & ""`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHTMLEscapesValues(t *testing.T) {
	got := mailtemplate.HTML("<b>{{Password}}</b>", values)
	want := `($escape := function($value) { $value ~> $replace("&", "&amp;") ~> $replace("<", "&lt;") ` +
		`~> $replace(">", "&gt;") ~> $replace('"', "&quot;") ~> $replace("'", "&#39;") }; ` +
		`"<b>" & $escape($password) & "</b>")`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestCheck(t *testing.T) {
	const must = "template must have the placeholders {{UserName}} and {{Password}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: "
	for template, want := range map[string]string{
		"{{UserName}} {{Password}}":                             "",
		"{{UserName}} {{Password}} {{SignInURL}} {{AccountId}}": "",
		"{{UserName}}":                           must + "[{{UserName}}]",
		"no placeholder":                         must + "[]",
		"{{UserName}} {{Password}} {{password}}": must + "[{{UserName}} {{Password}} {{password}}]",
		"{{UserName}} {{Password}} {{ Group }}":  must + "[{{UserName}} {{Password}} {{ Group }}]",
	} {
		var problems rules.Problems
		mailtemplate.Check(&problems, "template", template)
		got := ""
		if err := problems.Err(); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", template, got, want)
		}
	}
}
