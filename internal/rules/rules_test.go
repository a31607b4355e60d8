package rules_test

import (
	"cmp"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

func TestTextRules(t *testing.T) {
	for _, test := range []struct {
		name      string
		rule      rules.Rule[string]
		good, bad []string
	}{
		{"EmailAddress", rules.EmailAddress,
			[]string{"a@b.c", "o'neil+x@sub.example.com", strings.Repeat("a", 64) + "@example.com"},
			[]string{"", "a", "a@b", "a@b..c", "a b@c.d", "a@b.c\n", "ü@b.c", strings.Repeat("a", 65) + "@example.com",
				"a@" + strings.Repeat("b.", 126) + "c", "a@b.c,d@e.f", ".a@b.c", "a.@b.c", "a..b@c.d", "a@-b.c", "a@b-.c", "a@b.1",
				"a@" + strings.Repeat("b", 64) + ".c"}},
		{"IdentityName", rules.IdentityName,
			[]string{"example.com", "a@b.c"}, []string{"", "example", "exa mple.com", strings.Repeat("a.", 126) + "ab"}},
		{"StackName", rules.StackName,
			[]string{"S", "IamUserOnboarding-2", strings.Repeat("s", 128)}, []string{"", "1", "a_b", strings.Repeat("s", 129)}},
		{"UserPath", rules.UserPath,
			[]string{"/onboarded/", "/a/b/", "/" + strings.Repeat("a", 510) + "/"},
			[]string{"", "/", "//", "onboarded/", "/onboarded", "/*/", "/a?/", "/" + strings.Repeat("a", 511) + "/"}},
		{"UserName", rules.UserName,
			[]string{"u", "user@example.com", "Name_1+=,.@-", strings.Repeat("u", 64)},
			[]string{"", "a b", "a/b", "ü", "user\n", strings.Repeat("u", 65)}},
		{"GroupName", rules.GroupName,
			[]string{"g", "Staff_+=,.@-1", strings.Repeat("g", 128)}, []string{"", "a b", "a/b", strings.Repeat("g", 129)}},
		{"GroupPathName", rules.GroupPathName,
			[]string{"Staff", "teams/Staff", "teams/east/Staff", strings.Repeat("p", 510) + "/" + strings.Repeat("g", 128)},
			[]string{"", "/Staff", "teams/", "teams//Staff", "*/Staff", "te?ms/Staff", "${a}/Staff", "teams/*", "teams/Staff\n",
				strings.Repeat("p", 511) + "/Staff", "teams/" + strings.Repeat("g", 129)}},
		{"GroupARN", rules.GroupARN,
			[]string{"arn:aws:iam::123456789012:group/Staff", "arn:aws:iam::123456789012:group/teams/Staff",
				"arn:aws-us-gov:iam::123456789012:group/Staff", "arn:aws-eusc:iam::123456789012:group/Staff"},
			[]string{"", "Staff", "arn:aws:iam::123456789012:group/", "arn:aws:iam::123456789012:group", "arn:aws:iam::123456789012:role/Staff",
				"arn:aws:iam::123456789012:user/Staff", "arn:aws:iam::12345678901:group/Staff", "arn:aws:iam:us-east-1:123456789012:group/Staff",
				"arn:aws:iam::123456789012:group/teams/*", "arn:AWS:iam::123456789012:group/Staff", "arn:azure:iam::123456789012:group/Staff",
				"arn:aws-:iam::123456789012:group/Staff", "arn:aws:identitystore::123456789012:group/Staff",
				"x arn:aws:iam::123456789012:group/Staff"}},
		{"Group", rules.Group,
			[]string{"Staff", "arn:aws:iam::123456789012:group/teams/Staff"},
			[]string{"", "teams/Staff", "arn:aws:iam::123456789012:role/Staff"}},
		{"ManagedPolicyARN", rules.ManagedPolicyARN,
			[]string{"arn:aws:iam::123456789012:policy/a/B", "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess"},
			[]string{"", "policy", "arn:aws:iam::123456789012:role/R", "arn:aws:iam::123456789012:policy/"}},
		{"HTTPSURL", rules.HTTPSURL,
			[]string{"https://a.example.com", "https://a.example.com/console?x=1#y"},
			[]string{"", "http://a.example.com", "https://", "https://a.example.com/a b", "https://a.example.com/\n"}},
		{"Domain", rules.Domain, []string{"example.com", "a-b.c"}, []string{"", "example", "a@b.c", "exa mple.com"}},
		{"HostedZoneId", rules.HostedZoneId, []string{"Z0123456789ABCDEFGHIJ"}, []string{"", "/hostedzone/Z1", "example.com"}},
		{"OneOf", rules.OneOf("en", "ja"), []string{"en", "ja"}, []string{"", "EN", "de"}},
		{"Subject", rules.Subject, []string{"Welcome"}, []string{"", "a\nb", "Welcome, {{UserName}}", "\ufeffWelcome"}},
		{"HeaderText", rules.HeaderText,
			[]string{"Welcome", "Grüße, 100 %", `"quoted" \back {% 1 %} 👩‍💻`, "می\u200cخواهم", "abc\u200f", "a\u00a0b"},
			[]string{"", "a\r\nBcc: b@c.d", "a\x00", "a\u0085b", "a\u2028b", "Gr\xfc\xdfe", "\ufeffa", "a\ufeff", "a\u200bb", "a\u2060b",
				"\u202ea", "\u202aa\u202c", "\u2066a\u2069"}},
		{"ConfigurationSetName", rules.ConfigurationSetName,
			[]string{"Set_1-a", strings.Repeat("s", 64)}, []string{"", "a b", "a/b", strings.Repeat("s", 65)}},
		{"TagKey", rules.TagKey,
			[]string{"Cost center", "Büro_.:/=+-@ÿ", strings.Repeat("ü", 128)},
			[]string{"", "aws:x", "AWS:x", "a*", "${a}", "a\nb", "{%", "漢", "a×b", "a\u00a0b", strings.Repeat("k", 129)}},
		{"TimeZoneOffset", rules.TimeZoneOffset,
			[]string{"+00:00", "-00:00", "+09:00", "-03:30", "+05:45", "-12:00", "+14:00"},
			[]string{"", "UTC", "Z", "9", "+9", "+9:00", "09:00", "+0900", "+09:60", "-12:01", "+14:01", "+24:00", "+09:00\n", "\u221203:30"}},
		{"TagValue", rules.TagValue,
			[]string{"", "aws:x", strings.Repeat("ü", 256)}, []string{"*", "${a}", "a\tb", "漢", strings.Repeat("v", 257)}},
	} {
		for _, value := range test.good {
			if !test.rule.Holds(value) {
				t.Errorf("%s refuses %q", test.name, value)
			}
		}
		for _, value := range test.bad {
			if test.rule.Holds(value) {
				t.Errorf("%s takes %q", test.name, value)
			}
		}
	}
}

// TestCovers checks that addresses are compared with regard to letter case, also in their domain, and domains without.
func TestCovers(t *testing.T) {
	for _, test := range []struct {
		sender          string
		covered, others []string
	}{
		{"it@sub.example.com",
			[]string{"it@sub.example.com", "sub.example.com", "example.com", "Sub.EXAMPLE.com", "EXAMPLE.com"},
			[]string{"IT@sub.example.com", "it@sub.Example.com", "other@sub.example.com", "it@example.com", "ample.com",
				"other.example.com", ""}},
		{"IT@Sub.Example.com",
			[]string{"IT@Sub.Example.com", "sub.example.com", "example.com", "EXAMPLE.com"},
			[]string{"it@sub.example.com", "IT@sub.example.com", "ample.com"}},
	} {
		for _, identity := range test.covered {
			if !rules.Covers(identity, test.sender) {
				t.Errorf("%q does not cover %s", identity, test.sender)
			}
		}
		for _, identity := range test.others {
			if rules.Covers(identity, test.sender) {
				t.Errorf("%q covers %s", identity, test.sender)
			}
		}
	}
}

func TestTogether(t *testing.T) {
	text := func(value string) *string { return &value }
	yes := true
	for _, test := range []struct {
		name     string
		together rules.Together
		want     string
	}{
		{"nothing", rules.Together{}, ""},
		{"a group", rules.Together{HasGroup: true, GroupName: 5, RequireMfa: &yes},
			"groupname must be left out if group is given, got: 5\nrequiremfa must be left out if group is given, got: true"},
		{"both identities", rules.Together{SenderIdentity: text("example.com"), Identity: text("example.com")},
			`identity must be left out if senderidentity is given, got: "example.com"`},
		{"a hosted zone", rules.Together{SenderIdentity: text("example.com"), HostedZoneId: "Z1"},
			`hostedzoneid must be left out if no identity is given, got: "Z1"`},
		{"a hosted zone of a domain", rules.Together{Identity: text("example.com"), HostedZoneId: "Z1"}, ""},
		{"a given identity in the same case", rules.Together{Sender: text("IT@example.com"), SenderIdentity: text("IT@example.com")}, ""},
		{"a domain in other case", rules.Together{Sender: text("IT@example.com"), Identity: text("EXAMPLE.com")}, ""},
		{"an address in other case", rules.Together{Sender: text("IT@example.com"), SenderIdentity: text("it@example.com")},
			`senderidentity must have the letter case of the sender IT@example.com, because SES compares addresses with regard to case: ` +
				`write both as SES has the identity, got: "it@example.com"`},
		{"another domain", rules.Together{Sender: text("IT@example.com"), Identity: text("example.org")},
			`identity must be the sender IT@example.com, or its domain, got: "example.org"`},
		{"no sender", rules.Together{Sender: text("IT"), Identity: text("example.org")}, ""},
		{"no identity", rules.Together{Sender: text("IT@example.com"), Identity: text("${Token[TOKEN.1]}")}, ""},
		{"a password in the same mail", rules.Together{PasswordSubject: "Secret", PasswordTextTemplate: 5, PasswordHtmlTemplate: "x"},
			`passwordsubject must be left out unless separatepassword is true, got: "Secret"
passwordtexttemplate must be left out unless separatepassword is true, got: 5
passwordhtmltemplate must be left out unless separatepassword is true, got: "x"`},
		{"a separate password", rules.Together{SeparatePassword: &yes, PasswordSubject: "Secret", PasswordTextTemplate: "x"}, ""},
	} {
		var problems rules.Problems
		test.together.Check(&problems, strings.ToLower)
		if err := problems.Err(); (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
			t.Errorf("%s: got:\n%v\nwant:\n%s", test.name, err, test.want)
		}
	}
}

func TestCheckAnswers(t *testing.T) {
	for _, test := range []struct {
		sender           string
		replyTo, contact any
		isWrong          bool
	}{
		{"No-Reply.aws@example.com", nil, nil, true},
		{"aws_donotreply@example.com", nil, nil, true},
		{"noreply@example.com", nil, "IT", false},
		{"noreply@example.com", "it@example.com", nil, false},
		{"noreplyson@example.com", nil, nil, false},
		{"casino-reply@example.com", nil, nil, false},
	} {
		var problems rules.Problems
		rules.CheckAnswers(&problems, strings.ToLower, &test.sender, test.replyTo, test.contact)
		want := ""
		if test.isWrong {
			want = "contact must be given, or replyto, because users cannot reply to " + test.sender + ": say who answers questions instead, got: nothing"
		}
		if got := fmt.Sprint(problems.Err()); got != cmp.Or(want, "<nil>") {
			t.Errorf("%s: got %s, want %s", test.sender, got, want)
		}
	}
}

func TestNameInSES(t *testing.T) {
	for identity, want := range map[string]string{"Sub.EXAMPLE.com": "sub.example.com", "IT@Example.com": "IT@Example.com"} {
		if got := rules.NameInSES(identity); got != want {
			t.Errorf("%s: got %s, want %s", identity, got, want)
		}
	}
}

func TestNumberRules(t *testing.T) {
	for value, want := range map[float64]bool{7: false, 8: true, 128: true, 129: false, 8.5: false} {
		if got := rules.PasswordLength.Holds(value); got != want {
			t.Errorf("PasswordLength of %v: got %v, want %v", value, got, want)
		}
	}
	for value, want := range map[float64]bool{-1: false, 0: true, 0.5: false, 1: true, 720: true, 721: false} {
		if got := rules.ValidityHours.Holds(value); got != want {
			t.Errorf("ValidityHours of %v: got %v, want %v", value, got, want)
		}
	}
	for value, want := range map[float64]bool{0: false, 1: true, 40: true, 41: false} {
		if got := rules.MaxConcurrency.Holds(value); got != want {
			t.Errorf("MaxConcurrency of %v: got %v, want %v", value, got, want)
		}
	}
}

func TestOffsetFromUTC(t *testing.T) {
	for offset, want := range map[string]time.Duration{
		"+00:00": 0, "+09:00": 9 * time.Hour, "-03:30": -3*time.Hour - 30*time.Minute, "-00:30": -30 * time.Minute,
	} {
		if got := rules.OffsetFromUTC(offset); got != want {
			t.Errorf("%s: got %v, want %v", offset, got, want)
		}
	}
}

func TestProblems(t *testing.T) {
	var problems rules.Problems
	if err := problems.Err(); err != nil {
		t.Errorf("got %v, want no error", err)
	}
	rules.Check(&problems, "sender", "a@b.c", rules.EmailAddress)
	rules.Check(&problems, "replyTo", "a", rules.EmailAddress)
	problems.Add("list", "be there", nil)
	want := "replyTo must be an e-mail address such as user@example.com, got: \"a\"\nlist must be there, got: nothing"
	if err := problems.Err(); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
