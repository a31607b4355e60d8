package mail

import (
	"fmt"
	"strings"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// ValidUntilIn returns the JSONata code of the value of {{ValidUntil}}: the time at which a password expires, in the words of a
// language. issued is the code of the time at which the password is issued, such as 2026-11-25T07:12:13Z. offset is a
// [rules.TimeZoneOffset], in which the mail writes the time.
//
// The code cuts the seconds off, so the password does not expire before the time in the mail. It adds the offset itself,
// because jsonata 2.0.6 writes a time that is an hour too early if the time zone argument of $fromMillis is "-0330".
func ValidUntilIn(language, issued string, validity time.Duration, offset string) string {
	picture := fmt.Sprintf(languages[language].time, zone(offset))
	return fmt.Sprintf("$fromMillis($toMillis(%s) + %d, %s)", issued, (validity + rules.OffsetFromUTC(offset)).Milliseconds(),
		jsonata.Literal(picture))
}

// zone returns the name of an offset: UTC, UTC+9 or UTC-3:30.
func zone(offset string) string {
	if rules.OffsetFromUTC(offset) == 0 {
		return "UTC"
	}
	return "UTC" + offset[:1] + strings.TrimPrefix(strings.TrimSuffix(offset[1:], ":00"), "0")
}

// EarlierMailsIn returns the JSONata code of the value of {{EarlierMails}}. If isAgain, the code of a boolean, is true, the value is
// a sentence in a language, which says that a password from an earlier mail does not work any more. The sentence follows another
// one, so it begins with a space if the language has one there. Otherwise the value is empty, and leaves no space in the mail.
func EarlierMailsIn(language, isAgain string) string {
	return fmt.Sprintf(`%s ? %s : ""`, isAgain, jsonata.Literal(languages[language].earlierMails))
}
