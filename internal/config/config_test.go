package config_test

import (
	"encoding/binary"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/iam-onboarding/iam-onboarding/internal/config"
)

func lookup(context map[string]any) func(string) any {
	return func(key string) any { return context[key] }
}

func TestReadDefaults(t *testing.T) {
	stackName, got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com"}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.Users.Sender != "sender@example.com" || *stackName != "IamUserOnboarding" || *got.Users.GroupName != "NoAuthorityIAMGroup" {
		t.Errorf("got sender %s, stackName %s, groupName %s", *got.Users.Sender, *stackName, *got.Users.GroupName)
	}
	if got.Users.PasswordLength != nil || got.Users.UserPath != nil {
		t.Error("a value that was left out is not nil, so the construct does not use its default")
	}
}

func TestReadNumbers(t *testing.T) {
	_, got, err := config.Read(lookup(map[string]any{
		"sender": "sender@example.com", "passwordLength": "24", "maxConcurrency": 3.0, "passwordValidityHours": "0",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.Users.PasswordLength != 24 || *got.Users.MaxConcurrency != 3 {
		t.Errorf("got %v and %v, want 24 and 3", *got.Users.PasswordLength, *got.Users.MaxConcurrency)
	}
	if *got.PasswordValidityHours != 0 {
		t.Errorf("got a validity of %v hours, want 0", *got.PasswordValidityHours)
	}
}

func TestReadBooleans(t *testing.T) {
	_, got, err := config.Read(lookup(map[string]any{
		"sender": "sender@example.com", "separatePassword": "true", "excludeLookAlikes": false,
	}))
	if err != nil {
		t.Fatal(err)
	}
	if !*got.Users.SeparatePassword || *got.Users.ExcludeLookAlikes {
		t.Errorf("got %v and %v, want true and false", *got.Users.SeparatePassword, *got.Users.ExcludeLookAlikes)
	}
}

func TestReadTemplates(t *testing.T) {
	const signIn, announcement, password = "{{UserName}} {{Password}}", "{{UserName}}", "{{Password}}"
	file := func(content string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "mail.txt")
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	_, got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "textTemplate": file(signIn)}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.Users.TextTemplate != signIn {
		t.Errorf("got %q", *got.Users.TextTemplate)
	}
	_, got, err = config.Read(lookup(map[string]any{"sender": "sender@example.com", "separatePassword": true,
		"textTemplate": file(announcement), "passwordTextTemplate": file(password)}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.Users.TextTemplate != announcement || *got.Users.PasswordTextTemplate != password {
		t.Errorf("got %q and %q", *got.Users.TextTemplate, *got.Users.PasswordTextTemplate)
	}
	for hours, want := range map[any]string{
		nil: "", 24.0: "",
		"0": "the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:\n" +
			"textTemplate must not have {{ValidUntil}} if passwordValidityHours is 0, because no password expires then, " +
			"got: [{{UserName}} {{Password}} {{ValidUntil}}]",
	} {
		_, _, err = config.Read(lookup(map[string]any{"sender": "sender@example.com", "textTemplate": file(signIn + " {{ValidUntil}}"),
			"passwordValidityHours": hours}))
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%v hours: got %q, want %q", hours, got, want)
		}
	}
}

// TestReadTemplatesOfEveryEditor checks that a file is read correctly in each encoding that editors write, and that
// characters which a mail cannot show are rejected.
func TestReadTemplatesOfEveryEditor(t *testing.T) {
	const text = "Grüße {{UserName}}\r\n{{Password}}"
	file := filepath.Join(t.TempDir(), "mail.txt")
	read := func(content string) (string, error) {
		t.Helper()
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "textTemplate": file}))
		if err != nil {
			return "", err
		}
		return *got.Users.TextTemplate, nil
	}
	units := utf16.Encode([]rune("\ufeff" + text))
	little, big := "", ""
	for _, unit := range units {
		little += string(binary.LittleEndian.AppendUint16(nil, unit))
		big += string(binary.BigEndian.AppendUint16(nil, unit))
	}
	for name, content := range map[string]string{"UTF-8": text, "UTF-8 with a byte order mark": "\ufeff" + text,
		"UTF-16, little": little, "UTF-16, big": big} {
		if got, err := read(content); err != nil || got != text {
			t.Errorf("%s: got %q %v, want %q", name, got, err, text)
		}
	}
	for content, want := range map[string]string{
		text + "\x00":     "have no control characters except tabs and line breaks, and no byte order mark, got: U+0000 in line 2",
		text + "\n\ufeff": "have no control characters except tabs and line breaks, and no byte order mark, got: U+FEFF in line 3",
		"Gr\xfc\xdfe":     `be text in UTF-8, got: "Gr\xfc\xdfe" in line 1`,
	} {
		if got, err := read(content); err == nil || !strings.HasSuffix(err.Error(), "\ntextTemplate must "+want) {
			t.Errorf("%q: got %q %v, want textTemplate must %s", content, got, err, want)
		}
	}
}

func TestReadWantsIdentityToCoverSender(t *testing.T) {
	for _, key := range []string{"identity", "senderDomain"} {
		_, _, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", key: "example.org"}))
		want := `the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:
` + key + ` must be the sender sender@example.com, or its domain, got: "example.org"`
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	_, _, err := config.Read(lookup(map[string]any{"sender": "IT@example.com", "identity": "it@example.com"}))
	want := `the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:
identity must have the letter case of the sender IT@example.com, because SES compares addresses with regard to case: ` +
		`write both as SES has the identity, got: "it@example.com"`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	for _, key := range []string{"identity", "senderDomain"} {
		if _, _, err := config.Read(lookup(map[string]any{"sender": "IT@Mail.Example.com", key: "EXAMPLE.com"})); err != nil {
			t.Errorf("%s: got %v, want domains to compare without regard to case", key, err)
		}
	}
}

func TestReadGivenGroup(t *testing.T) {
	_, got, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "group": "Staff"}))
	if err != nil {
		t.Fatal(err)
	}
	if *got.GroupNameOrArn != "Staff" || got.Users.GroupName != nil {
		t.Errorf("got the group %s and the name %v of one to make, want Staff and none", *got.GroupNameOrArn, got.Users.GroupName)
	}
	const arn = "arn:aws:iam::123456789012:group/teams/Staff"
	_, got, err = config.Read(lookup(map[string]any{"sender": "sender@example.com", "group": arn}))
	if err != nil || *got.GroupNameOrArn != arn {
		t.Errorf("got the group %v and %v, want %s", got.GroupNameOrArn, err, arn)
	}
	_, _, err = config.Read(lookup(map[string]any{"sender": "sender@example.com", "group": "arn:aws:iam::123456789012:role/Staff",
		"groupName": "Staff", "requireMfa": true}))
	want := `the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:
group must be 1 to 128 letters, digits and _+=,.@-, or be the ARN of an IAM group, such as ` +
		`arn:aws:iam::123456789012:group/teams/Staff, got: "arn:aws:iam::123456789012:role/Staff"
groupName must be left out if group is given, got: "Staff"
requireMfa must be left out if group is given, got: true`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestReadAllowedGroups(t *testing.T) {
	const arn, expected = "arn:aws:iam::123456789012:group/teams/Staff", "a group in allowedGroups must be 1 to 128 letters, digits and _+=,.@-, or be the ARN of an IAM group, such as " +
		"arn:aws:iam::123456789012:group/teams/Staff, got: "
	for name, test := range map[string]struct {
		value any
		more  map[string]any
		want  []string // groups
		wrong string
	}{
		"-c, one":               {"Staff", nil, []string{"Staff"}, ""},
		"-c, several":           {"Staff, Guests," + arn + "s", nil, []string{"Staff", "Guests", arn + "s"}, ""},
		"cdk.json":              {[]any{"Staff", arn + "s", "a,b"}, nil, []string{"Staff", arn + "s", "a,b"}, ""},
		"none":                  {[]any{}, nil, []string{}, ""},
		"empty":                 {"", nil, nil, expected + `""`},
		"a comma too many":      {"Staff,", nil, nil, expected + `""`},
		"not text":              {[]any{1.0, "Staff"}, nil, nil, expected + "1"},
		"no array":              {true, nil, nil, "allowedGroups must be an array of groups, or their names or ARNs with commas between them, got: true"},
		"wrong":                 {"Staff,a b", nil, nil, expected + `"a b"`},
		"twice, once by ARN":    {[]any{"STAFF", arn}, nil, nil, `allowedGroups must have each group once, and not the default one, got: "Staff"`},
		"the group of the app":  {"noauthorityiamgroup", nil, nil, `allowedGroups must have each group once, and not the default one, got: "noauthorityiamgroup"`},
		"groupName":             {"Interns", map[string]any{"groupName": "Interns"}, nil, `allowedGroups must have each group once, and not the default one, got: "Interns"`},
		"group":                 {"Staff", map[string]any{"group": arn}, nil, `allowedGroups must have each group once, and not the default one, got: "Staff"`},
		"not the group, by ARN": {"NoAuthorityIAMGroup", map[string]any{"group": arn}, []string{"NoAuthorityIAMGroup"}, ""},
		"too many":              {"a,b,c,d,e,f,g,h,i,j,k", nil, nil, "allowedGroups must have at most 10 groups, got: 11"},
	} {
		t.Run(name, func(t *testing.T) {
			context := map[string]any{"sender": "sender@example.com", "allowedGroups": test.value}
			maps.Copy(context, test.more)
			_, props, err := config.Read(lookup(context))
			if test.wrong != "" {
				if err == nil || !strings.HasSuffix(err.Error(), ":\n"+test.wrong) {
					t.Errorf("got %v, want %s", err, test.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, group := range *props.AllowedGroupNamesOrArns {
				got = append(got, *group)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// TestReadExcludedValuesOfAnyType checks that a key which must be left out is reported if its value is not text.
func TestReadExcludedValuesOfAnyType(t *testing.T) {
	_, _, err := config.Read(lookup(map[string]any{"sender": "sender@example.com", "group": "Staff", "groupName": 5.0,
		"hostedZoneId": 6.0, "passwordSubject": 7.0, "passwordTextTemplate": false, "passwordHtmlTemplate": []any{}}))
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		"groupName must be left out if group is given, got: 5",
		"hostedZoneId must be left out if no senderDomain is given, got: 6",
		"passwordSubject must be left out unless separatePassword is true, got: 7",
		"passwordTextTemplate must be left out unless separatePassword is true, got: false",
		"passwordHtmlTemplate must be left out unless separatePassword is true, got: []",
	} {
		if !slices.Contains(strings.Split(err.Error(), "\n"), want) {
			t.Errorf("got:\n%v\nwant the line:\n%s", err, want)
		}
	}
}

func TestReadNamesEveryProblem(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mail.txt")
	if err := os.WriteFile(file, []byte("{{UserName}} {{Pasword}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := config.Read(lookup(map[string]any{
		"senderName": "two\nlines", "replyTo": "nobody", "identity": "no domain", "groupName": "a b", "requireMfa": "yes", "userPath": "/",
		"permissionsBoundary": "policy", "passwordLength": "seven", "maxConcurrency": 0.5, "signInUrl": "http://x",
		"subject": "", "textTemplate": file, "htmlTemplate": true, "alarmEmail": 1.0, "stackName": "1st",
		"senderDomain": "nobody@example.com", "hostedZoneId": "example.com", "excludeLookAlikes": "yes", "language": "fr",
		"separatePassword": 1.0, "passwordSubject": "{{UserName}}", "passwordTextTemplate": "no/such/file",
		"passwordHtmlTemplate": file, "bounceEmail": "nobody", "passwordValidityHours": 721.0, "timeZoneOffset": "JST",
	}))
	if err == nil {
		t.Fatal("got no error")
	}
	want := []string{
		`the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:`,
		`stackName must be 1 to 128 letters, digits and hyphens, and start with a letter, got: "1st"`,
		`sender must be an e-mail address such as user@example.com, got: nothing`,
		`senderName must be one line of text, with at least one character, and without control and invisible characters, got: "two\nlines"`,
		`replyTo must be an e-mail address such as user@example.com, got: "nobody"`,
		`requireMfa must be true or false, got: "yes"`,
		`userPath must be an IAM path below the root, such as /onboarded/, got: "/"`,
		`passwordLength must be a whole number from 8 to 128, got: "seven"`,
		`excludeLookAlikes must be true or false, got: "yes"`,
		`timeZoneOffset must be an offset from UTC such as +09:00 or -03:30, from -12:00 to +14:00, got: "JST"`,
		`maxConcurrency must be a whole number from 1 to 40, got: 0.5`,
		`signInUrl must be an https URL such as https://example.signin.aws.amazon.com/console, got: "http://x"`,
		`language must be one of de, en, ja, got: "fr"`,
		`subject must be one line of text, with at least one character, and without placeholders, control and invisible characters, got: ""`,
		`separatePassword must be true or false, got: 1`,
		`passwordSubject must be one line of text, with at least one character, and without placeholders, control and invisible characters, got: "{{UserName}}"`,
		`alarmEmail must be an e-mail address such as user@example.com, got: 1`,
		`bounceEmail must be an e-mail address such as user@example.com, got: "nobody"`,
		`identity must be an e-mail address or a domain that SES has as an identity, got: "no domain"`,
		`senderDomain must be a domain such as example.com, got: "nobody@example.com"`,
		`hostedZoneId must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ, got: "example.com"`,
		`permissionsBoundary must be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary, got: "policy"`,
		`passwordValidityHours must be a whole number of hours from 1 to 720, or 0 for passwords that do not expire, got: 721`,
		`groupName must be 1 to 128 letters, digits and _+=,.@-, got: "a b"`,
		`senderDomain must be left out if identity is given, got: "nobody@example.com"`,
		`passwordSubject must be left out unless separatePassword is true, got: "{{UserName}}"`,
		`passwordTextTemplate must be left out unless separatePassword is true, got: "no/such/file"`,
		`passwordHtmlTemplate must be left out unless separatePassword is true, got: "` + file + `"`,
		`textTemplate must have the placeholders {{UserName}} and {{Password}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: [{{UserName}} {{Pasword}}]`,
		`htmlTemplate must name a file that can be read, got: true`,
		`passwordTextTemplate must name a file that can be read, got: open no/such/file: no such file or directory`,
		`passwordHtmlTemplate must have the placeholder {{Password}}, and no others except {{UserName}}, {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: [{{UserName}} {{Pasword}}]`,
	}
	if got := err.Error(); got != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", got, strings.Join(want, "\n"))
	}
}

func TestUnknownKeys(t *testing.T) {
	context := map[string]any{"sender": "sender@example.com", "requireMFA": true, "grupName": "Staff", "cli-telemetri": false}
	_, _, err := config.Read(lookup(context), slices.Collect(maps.Keys(context))...)
	const remedy = "must not be set, because the app has no such key (docs/configuration.md lists them): remove it from the " +
		"command line, cdk.json, cdk.context.json or ~/.cdk.json, got: "
	want := "the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:\n" +
		"cli-telemetri " + remedy + "false\n" +
		"grupName " + remedy + `"Staff"` + "\n" +
		"requireMFA must be written requireMfa, got: true"
	if err == nil || err.Error() != want {
		t.Errorf("got:\n%v\nwant:\n%s", err, want)
	}
}

// TestKeysOfTheCDK checks that the app accepts the context keys of the CDK: the keys that the source of the installed CLI
// sets, and one key of each other kind.
func TestKeysOfTheCDK(t *testing.T) {
	cli, err := os.ReadFile("../../node_modules/aws-cdk/lib/index.js")
	if err != nil {
		t.Fatal(err, "(npm ci installs the CDK CLI)")
	}
	context := map[string]any{
		"sender": "sender@example.com", "cdk-migrate": true, "assets-ecr-repository-name": "assets",
		"aws:cdk:version-reporting": true, "@aws-cdk/aws-iam:minimizePolicies": true, "@aws-cdk/core.slowSynthThreshold": 1.0,
		"hosted-zone:account=123456789012:domainName=example.com:region=us-east-1": map[string]any{"Id": "Z1", "Name": "example.com"},
	}
	set := regexp.MustCompile(`\bcontext\.set\("([^"]+)"`).FindAllSubmatch(cli, -1)
	for _, match := range set {
		context[string(match[1])] = true
	}
	for _, key := range []string{"cli-telemetry", "acknowledged-issue-numbers"} {
		if context[key] == nil {
			t.Errorf("the source of the CLI does not set %s in the way that this test looks for", key)
		}
	}
	if _, _, err := config.Read(lookup(context), slices.Collect(maps.Keys(context))...); err != nil {
		t.Error(err)
	}
}

// TestKeysInDocs checks that docs/configuration.md lists exactly the keys that are read.
func TestKeysInDocs(t *testing.T) {
	docs, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	read := map[string]bool{}
	_, _, _ = config.Read(func(key string) any { read[key] = true; return nil })
	table, _, _ := strings.Cut(string(docs), "## Outputs")
	documented := map[string]bool{}
	for line := range strings.Lines(table) {
		row, hasKey := strings.CutPrefix(line, "| `")
		if first, _, isRow := strings.Cut(row, "` |"); hasKey && isRow {
			for key := range strings.SplitSeq(first, "`, `") {
				documented[key] = true
			}
		}
	}
	for key := range read {
		if !documented[key] {
			t.Errorf("docs/configuration.md lacks the key %s", key)
		}
	}
	for key := range documented {
		if !read[key] {
			t.Errorf("docs/configuration.md has the key %s, which is not read", key)
		}
	}
}
