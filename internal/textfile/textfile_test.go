package textfile_test

import (
	"testing"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/textfile"
)

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct{ data, want string }{
		"UTF-8":                         {"Grüße 😀\r\n", "Grüße 😀\r\n"},
		"UTF-8 after a mark":            {"\xef\xbb\xbfGrüße", "Grüße"},
		"only a mark":                   {"\xef\xbb\xbf", ""},
		"a second mark is text":         {"\ufeff\ufeffa", "\ufeffa"},
		"a mark within is text":         {"a\ufeff", "a\ufeff"},
		"UTF-16, little":                {"\xff\xfeG\x00\xfc\x00=\xd8\x00\xde\r\x00\n\x00", "Gü😀\r\n"},
		"UTF-16, big":                   {"\xfe\xff\x00G\x00\xfc\xd8=\xde\x00", "Gü😀"},
		"UTF-16 with a second mark":     {"\xff\xfe\xff\xfea\x00", "a"},
		"UTF-16 without a mark":         {"G\x00", "G\x00"},
		"another encoding is unchanged": {"Gr\xfc\xdfe", "Gr\xfc\xdfe"},
		"nothing":                       {"", ""},
	} {
		if got := textfile.Decode([]byte(test.data)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	if got := textfile.Decode([]byte("\xff\xfea\x00b")); utf8.ValidString(got) {
		t.Errorf("UTF-16 with half a character became %q, which is valid UTF-8", got)
	}
}
