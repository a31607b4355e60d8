package mail_test

import (
	"testing"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

// TestValidUntil checks how a mail writes the time in each language. The time is never after the end of the validity, also if the
// seconds are 59.
func TestValidUntil(t *testing.T) {
	evaluator := jsonatatest.Start(t)
	for _, test := range []struct {
		language, issued string
		hours            int
		offset, want     string
	}{
		{"en", "2026-11-25T07:12:13Z", 72, "+00:00", "28 November 2026, 07:12 UTC"},
		{"en", "2026-11-25T07:12:59Z", 72, "-00:00", "28 November 2026, 07:12 UTC"},
		{"en", "2026-12-31T23:00:00Z", 1, "+00:00", "1 January 2027, 00:00 UTC"},
		{"en", "2028-02-28T16:05:59Z", 24, "+09:00", "1 March 2028, 01:05 UTC+9"},
		{"en", "2026-11-25T07:12:13Z", 72, "-03:30", "28 November 2026, 03:42 UTC-3:30"},
		{"en", "2026-11-25T07:12:13Z", 720, "+05:45", "25 December 2026, 12:57 UTC+5:45"},
		{"en", "2026-05-01T11:59:59Z", 72, "-12:00", "3 May 2026, 23:59 UTC-12"},
		{"en", "2026-05-01T11:59:59Z", 72, "-00:30", "4 May 2026, 11:29 UTC-0:30"},
		{"de", "2026-03-05T07:12:13Z", 72, "+01:00", "08.03.2026, 08:12 Uhr (UTC+1)"},
		{"ja", "2026-11-25T07:12:13Z", 72, "+09:00", "2026年11月28日 16:12 (UTC+9)"},
		{"ja", "2026-01-01T00:00:00Z", 72, "+00:00", "2026年1月4日 00:00 (UTC)"},
		{"ja", "2026-11-25T07:12:13Z", 72, "+10:00", "2026年11月28日 17:12 (UTC+10)"},
	} {
		code := mail.ValidUntilIn(test.language, "$issued", time.Duration(test.hours)*time.Hour, test.offset)
		if got, err := evaluator.Text(code, map[string]any{"issued": test.issued}); err != nil || got != test.want {
			t.Errorf("%s: got %q %v, want %q", code, got, err, test.want)
		}
	}
}

func TestEarlierMails(t *testing.T) {
	evaluator := jsonatatest.Start(t)
	for language, want := range map[string]string{
		"en": " This email replaces any earlier one: a password from an earlier email no longer works.",
		"de": " Diese E-Mail ersetzt alle früheren. Ein Passwort aus einer früheren E-Mail gilt nicht mehr.",
		"ja": "以前のメールに記載されたパスワードは、ご利用いただけません。",
	} {
		code := mail.EarlierMailsIn(language, "$resend")
		for isResend, want := range map[bool]string{true: want, false: ""} {
			if got, err := evaluator.Text(code, map[string]any{"resend": isResend}); err != nil || got != want {
				t.Errorf("%s: got %q %v, want %q", code, got, err, want)
			}
		}
	}
}
