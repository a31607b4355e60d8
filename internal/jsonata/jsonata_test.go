package jsonata_test

import (
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

func TestExpressionIsOneLine(t *testing.T) {
	if got, want := jsonata.Expression("(\n  $a := 1;\n  $a\n)"), "{% ( $a := 1; $a ) %}"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestLiteral(t *testing.T) {
	for text, want := range map[string]string{
		"plain":              `"plain"`,
		`"quotes" & \slash\`: `"\"quotes\" & \\slash\\"`,
		"two\nlines":         `"two\nlines"`,
		"<b>":                `"<b>"`,
		"{% $states %}":      `"{\u0025 $states \u0025}"`,
		"${AWS::Region}":     `"\u0024{AWS::Region}"`,
		"${Token[TOKEN.1]}":  `"${Token[TOKEN.1]}"`,
		"100% {%%}":          `"100% {\u0025\u0025}"`,
	} {
		if got := jsonata.Literal(text); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"plain": "plain", "100% { %": "100% { %", "a{%b": `{% "a{\u0025b" %}`,
		"https://example.com/%}": `{% "https://example.com/\u0025}" %}`, "${Token[TOKEN.1]}": "${Token[TOKEN.1]}",
	} {
		if got := jsonata.Plain(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func TestWithoutComments(t *testing.T) {
	got := jsonata.WithoutComments("/* One.\n   Two. */\n$a := 1;\n/* Three. */\n$a = /[/*]/\n")
	if want := "$a := 1;\n$a = /[/*]/\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
