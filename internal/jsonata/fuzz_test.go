package jsonata_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

// FuzzLiteral checks that a literal evaluates to exactly its text, and that Step Functions and CloudFormation do not change
// it.
func FuzzLiteral(f *testing.F) {
	evaluator := jsonatatest.Start(f)
	for _, text := range []string{
		"", "plain", `"`, `\`, `\\"`, `\"`, "'", "`", "\n\r\t\b\f\x00\x01\x7f", "\u0085\u2028\u2029\ufeff", "é 漢字 😀 \U0010ffff",
		"{%", "%}", "{%%}", "{%%%}", `\{%`, `\u0025}`, `{\u0025 1 %}`, "{% $states.input %}", "${AWS::Region}", `\${x}`, "$${", "{{UserName}}",
		`" & $password & "`, `"; $x := 1; "`, "/* */", "~> $f()", "$1 $& $$", "<b>&amp;</b>", strings.Repeat("\\", 99),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("not UTF-8: the callers reject it")
		}
		expression := jsonata.Expression(jsonata.Literal(text))
		got, err := evaluator.Text(expression, nil)
		if err != nil || got != text {
			t.Errorf("%q became %s, which is %q: %v", text, expression, got, err)
		}
		if inside := strings.TrimSuffix(strings.TrimPrefix(expression, "{%"), "%}"); strings.Contains(inside, "{%") ||
			strings.Contains(inside, "%}") || strings.Contains(inside, "\n") {
			t.Errorf("%q became %s, which looks like more than one expression, or line", text, expression)
		}
	})
}
