package text_test

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

func TestTexts(t *testing.T) {
	parts := []string{"", "a", "", "b"}
	tests := map[string]struct{ got, want string }{
		"none":                   {text.Count(0, "user"), "0 users"},
		"one":                    {text.Count(1, "user"), "1 user"},
		"two":                    {text.Count(2, "user"), "2 users"},
		"parts":                  {text.Join(", ", parts...), "a, b"},
		"the same parts again":   {text.Join(": ", parts...), "a: b"},
		"no part":                {text.Join(", ", "", ""), ""},
		"some of none":           {text.Some(nil), ""},
		"some of one":            {text.Some([]string{"a"}), "a"},
		"some of three":          {text.Some([]string{"a", "b", "c"}), "a, b and c"},
		"some of six":            {text.Some(strings.Split("abcdef", "")), "a, b, c, d, e and f"},
		"some of seven":          {text.Some(strings.Split("abcdefg", "")), "a, b, c, d, e and 2 more"},
		"all of seven":           {text.And(strings.Split("abcdefg", "")), "a, b, c, d, e, f and g"},
		"a line":                 {text.OneLine("the user ada"), "the user ada"},
		"lines, and a terminal":  {text.OneLine(" a\r\n\tb\x1b[2J\u202ec "), "a b [2J c"},
		"indented lines":         {text.Indent("a\tb\nc\n"), "\n  a b\n  c"},
		"nothing to indent":      {text.Indent(""), ""},
		"a plain word":           {text.ShellWord("a.b_c-d@e"), "a.b_c-d@e"},
		"two words":              {text.ShellWord("our admins"), "'our admins'"},
		"a command":              {text.ShellWord("$(reboot)"), "'$(reboot)'"},
		"a word with a quote":    {text.ShellWord("o'neil"), `'o'\''neil'`},
		"an empty word":          {text.ShellWord(""), "''"},
		"a word over two lines":  {text.ShellWord("a\nb"), "'a b'"},
		"a word with a new line": {text.ShellWord("a\n"), "'a'"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}
