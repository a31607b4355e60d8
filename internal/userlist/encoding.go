package userlist

import (
	"strings"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/textfile"
)

// decode returns the text of a file that is encoded in UTF-8, or in UTF-16 with a byte order mark.
func decode(data []byte) (string, *Problem) {
	text := textfile.Decode(data)
	for i, line := range strings.Split(text, "\n") {
		if !utf8.ValidString(line) || strings.Contains(line, "\x00") {
			return "", &Problem{i + 1, "is not text in UTF-8: save the list in this encoding (Excel calls it CSV UTF-8)"}
		}
	}
	return text, nil
}
