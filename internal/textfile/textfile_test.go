package textfile_test

import (
	"testing"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/textfile"
)

func TestDecode(t *testing.T) {
	for name, test := range map[string]struct {
		data, want string
		isMarked   bool
	}{
		"UTF-8":                         {"Grüße 😀\r\n", "Grüße 😀\r\n", false},
		"UTF-8 after a mark":            {"\xef\xbb\xbfGrüße", "Grüße", true},
		"only a mark":                   {"\xef\xbb\xbf", "", true},
		"a second mark is text":         {"\ufeff\ufeffa", "\ufeffa", true},
		"a mark within is text":         {"a\ufeff", "a\ufeff", false},
		"UTF-16, little":                {"\xff\xfeG\x00\xfc\x00=\xd8\x00\xde\r\x00\n\x00", "Gü😀\r\n", true},
		"UTF-16, big":                   {"\xfe\xff\x00G\x00\xfc\xd8=\xde\x00", "Gü😀", true},
		"UTF-16 with a second mark":     {"\xff\xfe\xff\xfea\x00", "a", true},
		"UTF-16 without a mark":         {"G\x00", "G\x00", false},
		"another encoding is unchanged": {"Gr\xfc\xdfe", "Gr\xfc\xdfe", false},
		"nothing":                       {"", "", false},
	} {
		if got, isMarked := textfile.Decode([]byte(test.data)); got != test.want || isMarked != test.isMarked {
			t.Errorf("%s: got %q and %t, want %q and %t", name, got, isMarked, test.want, test.isMarked)
		}
	}
	if got, _ := textfile.Decode([]byte("\xff\xfea\x00b")); utf8.ValidString(got) {
		t.Errorf("UTF-16 with half a character became %q, which is valid UTF-8", got)
	}
}
