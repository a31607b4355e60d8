package mail_test

import (
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

// FuzzTemplate checks that each template that [mail.Content.Check] accepts becomes a mail with the values in place of its
// placeholders. Everything else is unchanged, whatever the values are.
func FuzzTemplate(f *testing.F) {
	evaluator := jsonatatest.Start(f)
	const both = "{{UserName}}{{Password}}"
	for _, template := range []string{
		both, "Hello,\r\n\n\t" + both + " {{SignInUrl}} {{AccountId}} {{ValidUntil}} {{EarlierMails}}", both + both, "{" + both + "}}", "{ {UserName}}" + both,
		"{% 1 %}" + both + "%}{%", `"` + both + `\`, `" & $password & "` + both, "${AWS::Region}" + both, "<p title='" + both + "'>&amp;",
		"{\n{x}}" + both, "{{\nPassword}}" + both, "é漢😀\u2028" + both, "{{Password}}", "{{{UserName}}}" + both, "\xff" + both,
	} {
		f.Add(template, "user", "password")
		f.Add(template, `<b>"&'</b>\`, "{{UserName}}{% 1 %}$1$&\n漢&amp;")
	}
	f.Fuzz(func(t *testing.T, template, userName, password string) {
		var problems rules.Problems
		mail.SignIn.Check(&problems, "template", template)
		if problems.Err() != nil || !utf8.ValidString(userName) || !utf8.ValidString(password) {
			t.Skip("refused")
		}
		const url, account = `https://example.com/?a="<1>"&b='{%`, "123456789012"
		codes := given.Values()
		maps.Copy(codes, map[string]string{mail.UserName: "$values.user", mail.Password: "$values.password",
			mail.SignInUrl: "$values.url", mail.AccountID: "$values.account",
			mail.ValidUntil:   mail.ValidUntilIn(mail.English, "$values.issued", 72*time.Hour, "+00:00"),
			mail.EarlierMails: mail.EarlierMailsIn(mail.English, "$values.resend")})
		bindings := map[string]any{"values": map[string]any{"user": userName, "password": password, "url": url, "account": account,
			"issued": "2026-11-25T07:12:13Z", "resend": false}}
		filled := func(escape func(string) string) string {
			return strings.NewReplacer("{{UserName}}", escape(userName), "{{Password}}", escape(password),
				"{{SignInUrl}}", escape(url), "{{AccountId}}", escape(account), "{{ValidUntil}}", "28 November 2026, 07:12 UTC",
				"{{EarlierMails}}", "", "{{Organization}}", escape(*given.Organization), "{{AccountName}}", escape(*given.AccountName),
				"{{Contact}}", escape(*given.Contact), "{{Signature}}", escape(*given.Signature)).Replace(template)
		}
		asItIs := func(value string) string { return value }
		escaped := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "\n", "<br>").Replace
		for code, want := range map[string]string{
			mail.Text(template, codes): filled(asItIs), mail.HTML(template, codes): filled(escaped),
		} {
			got, err := evaluator.Text(jsonata.Expression(code), bindings)
			if err != nil || got != want {
				t.Errorf("%q became %s\ngot  %q\nwant %q\nerror: %v", template, code, got, want, err)
			}
		}
	})
}
