package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/config"
)

func lookup(context map[string]any) func(string) any {
	return func(key string) any { return context[key] }
}

func TestReadDefaults(t *testing.T) {
	got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com"}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.Sender != "sender@example.com" || *got.StackName != "IamUserOnboarding" || *got.GroupName != "NoAuthorityIAMGroup" {
		t.Errorf("got sender %s, stackName %s, groupName %s", *got.Sender, *got.StackName, *got.GroupName)
	}
	if got.PasswordLength != nil || got.UserPath != nil {
		t.Error("a value that was left out must stay nil, so that the construct's default applies")
	}
}

func TestReadNumbers(t *testing.T) {
	got, err := config.Read(lookup(map[string]any{
		"sender": "sender@example.com", "passwordLength": "24", "maxConcurrency": 3.0,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.PasswordLength != 24 || *got.MaxConcurrency != 3 {
		t.Errorf("got %v and %v, want 24 and 3", *got.PasswordLength, *got.MaxConcurrency)
	}
}

func TestReadBooleans(t *testing.T) {
	for _, value := range []any{true, "true", false, "false"} {
		got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "requireMfa": value}))
		if err != nil {
			t.Fatal(err)
		}
		if want := value == true || value == "true"; *got.RequireMFA != want {
			t.Errorf("%v: got %v, want %v", value, *got.RequireMFA, want)
		}
	}
}

func TestReadTemplate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mail.txt")
	if err := os.WriteFile(file, []byte("{{UserName}} {{Password}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "textTemplate": file}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.TextTemplate != "{{UserName}} {{Password}}" {
		t.Errorf("got %q", *got.TextTemplate)
	}
}

func TestReadWantsIdentityToCoverSender(t *testing.T) {
	_, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "identity": "example.org"}))
	want := `the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:
identity must be the sender sender@example.com, or its domain, got: "example.org"`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReadNamesEveryProblem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mail.txt")
	if err := os.WriteFile(file, []byte("{{UserName}} {{Pasword}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := config.Read(lookup(map[string]any{
		"senderName": "two\nlines", "replyTo": "nobody", "identity": "no domain", "groupName": "a b", "requireMfa": "yes", "userPath": "/",
		"permissionsBoundary": "policy", "passwordLength": "seven", "maxConcurrency": 0.5, "signInUrl": "http://x",
		"subject": "", "textTemplate": file, "htmlTemplate": true, "alarmEmail": 1.0, "stackName": "1st",
	}))
	if err == nil {
		t.Fatal("got no error")
	}
	want := []string{
		`the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:`,
		`stackName must be 1 to 128 letters, digits and hyphens, a letter first, got: "1st"`,
		`sender must be an e-mail address such as user@example.com, got: nothing`,
		`senderName must be one line of text, at least one character, got: "two\nlines"`,
		`replyTo must be an e-mail address such as user@example.com, got: "nobody"`,
		`identity must be an e-mail address or a domain that SES has as an identity, got: "no domain"`,
		`groupName must be 1 to 128 letters, digits and _+=,.@-, got: "a b"`,
		`requireMfa must be true or false, got: "yes"`,
		`userPath must be an IAM path below the root, such as /onboarded/, got: "/"`,
		`permissionsBoundary must be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary, got: "policy"`,
		`passwordLength must be a whole number from 8 to 128, got: "seven"`,
		`maxConcurrency must be a whole number from 1 to 40, got: 0.5`,
		`signInUrl must be an https URL such as https://example.signin.aws.amazon.com/console, got: "http://x"`,
		`subject must be one line of text, at least one character, got: ""`,
		`textTemplate must have the placeholders {{UserName}} and {{Password}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: [{{UserName}} {{Pasword}}]`,
		`htmlTemplate must name a file that can be read, got: true`,
		`alarmEmail must be an e-mail address such as user@example.com, got: 1`,
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}
