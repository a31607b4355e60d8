package test

import (
	"fmt"
	"net/mail"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// Hostile text is allowed, and looks as if it could break a definition, an expression, a header or a mail.
const (
	hostileText    = `"quotes" 'n' \back\ { } }} {% $states.input %} %} {%% 100% ${aws:username} $1 $& <b>&amp;</b> "; "Ünïcödé 漢字 😀`
	hostileShort   = `"q" 'n' \b } }} {% $states %} %} {%% ${aws:x} $1 $& <b>&amp;</b> "; "Ü 漢字 😀`
	hostileSender  = `{$states}%!$&'*+=^_|~-.x@example.org`
	hostileAddress = `{%$states%}!$&'*+=^_|~-.x@example.org`
	hostileReplyTo = `{$states}%!#$&'*+/=?^_|~-.x@example.org`
	hostilePath    = `/Hostile+=,.@-_/path/`
	hostileURL     = `https://example.com/?a=1&b="<script>'{%$states%}\%7B`
	hostileGroup   = `Hostile+=,.@-_1`

	hostileTemplate = hostileText + "\r\n\t\u2028" + hostileText + "\n{{UserName}}\n{{Password}}\n{{SignInUrl}}{{AccountId}}\n{{ValidUntil}}{{EarlierMails}}\n{\n{UserName}}" +
		"{{Organization}}{{AccountName}}{{Contact}}\n{{Signature}}"
)

// newHostileStack makes a stack with every option, and with hostile text in every prop that takes text.
func newHostileStack(t *testing.T) awscdk.Stack {
	t.Helper()
	stack := newStack(t)
	users := newUserOnboarding(stack, props{
		Sender:        jsii.String(hostileSender),
		SenderName:    jsii.String(hostileText),
		ReplyTo:       jsii.String(hostileReplyTo),
		Organization:  jsii.String(hostileShort),
		AccountName:   jsii.String(hostileShort),
		Contact:       jsii.String(hostileShort),
		Signature:     jsii.String(hostileShort + "\n" + hostileShort),
		Subject:       jsii.String(hostileText),
		TextTemplate:  jsii.String(hostileTemplate),
		HtmlTemplate:  jsii.String(hostileTemplate),
		SignInUrl:     jsii.String(hostileURL),
		UserPath:      jsii.String(hostilePath),
		GroupName:     jsii.String(hostileGroup),
		RequireMfa:    jsii.Bool(true),
		AllowedGroups: &[]iam.IGroup{iam.NewGroup(stack, jsii.String("Second"), &iam.GroupProps{GroupName: jsii.String("Second")})},
		UserTags:      &map[string]*string{"Ünï _.:/=+-@": jsii.String("Välue _.:/=+-@")},
		PermissionsBoundary: iam.NewManagedPolicy(stack, jsii.String("Boundary"), &iam.ManagedPolicyProps{
			Statements: &[]iam.PolicyStatement{iam.NewPolicyStatement(&iam.PolicyStatementProps{
				Actions: jsii.Strings("s3:GetObject"), Resources: jsii.Strings("*"),
			})},
		}),
		ConfigurationSet: ses.NewConfigurationSet(stack, jsii.String("Set"), nil),
		EncryptionKey:    kms.NewKey(stack, jsii.String("Key"), nil),
	})
	awscdk.NewCfnOutput(stack, jsii.String("StateMachineArn"), &awscdk.CfnOutputProps{Value: users.StateMachine().StateMachineArn()})
	return stack
}

// TestHostileTextIsRefused checks that the props refuse text that a header, a name or a policy must not have.
func TestHostileTextIsRefused(t *testing.T) {
	stack := newStack(t)
	for prop, values := range map[string][]string{
		"Sender": {"a@example.com\r\nBcc: b@example.com", "a@example.com\n", "<a@example.com>", "a b@example.com", "a@example.com, b@example.com",
			"{%a@example.com", "a%}b@example.com"},
		"SenderName":     {"a\r\nBcc: b@example.com", "a\nb", "\x00", "a\u0085b", "a\u2028b", "\xff", "", "\ufeffIT", "a\u200bb", "\u202etfel", "\u2066a\u2069"},
		"Organization":   {"", "a\nb", "{{UserName}}", "\u200b", strings.Repeat("a", 101)},
		"AccountName":    {"", "a\x00", "{{"},
		"Contact":        {"", "a\rb", "\xff"},
		"Signature":      {"", "a\n", "a\n\nb", "a\r\nb", strings.Repeat("a\n", 10) + "a", "{{UserName}}"},
		"ReplyTo":        {"a@example.com\r\nBcc: b@example.com", "a@example.com b@example.com", "漢@example.com", "{%a%}@example.com"},
		"Subject":        {"a\r\nBcc: b@example.com", "a\rb", "\x1b[2J", "\xff", "", "\ufeffWelcome", "\u2060"},
		"SignInUrl":      {"https://example.com/\nx", "https://example.com/ x", "javascript:alert(1)", "http://example.com", "https://a@example.com/"},
		"TimeZoneOffset": {"", "UTC", "9", "+9:00", "+0900", "+09:60", "+14:01", "-12:01", "+09:00\n", "[H01]:[m01]"},
		"UserPath":       {"/", "/*/", "/a?/", "/${aws:username}/", "/a//", "onboarded", "/a/*", "/a b/"},
		"GroupName":      {"*", "a*", "a/b", "${aws:username}", "{% $states %}", "a\n", ""},
		"TextTemplate": {"\xff{{UserName}}{{Password}}", "{{UserName}}{{ Password }}", "{{UserName}}{{Password}}{{$states.input}}",
			"{{UserName}}{{Password}}{{}}", "{{UserName}}{{Password}}\x00", "\ufeff{{UserName}}{{Password}}"},
		"HtmlTemplate": {"\xff{{UserName}}{{Password}}", "{{UserName}}\x01{{Password}}", "<b>{{UserName}}</b>{{password}}"},
	} {
		for _, value := range values {
			p := props{Sender: jsii.String("sender@example.com")}
			reflect.ValueOf(&p).Elem().FieldByName(prop).Set(reflect.ValueOf(&value))
			mustRefuse(t, prop, func() { newUserOnboarding(stack, p) })
		}
	}
}

// mustRefuse checks that f panics with one problem, about this prop.
func mustRefuse(t *testing.T, prop string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.HasPrefix(got, "UserOnboarding: "+prop+" must ") || strings.Contains(got, "\n") {
			t.Errorf("%s: got %s", prop, got)
		}
	}()
	f()
}

// TestRunOfHostileData deploys a stack with hostile text, and onboards users with hostile names and addresses.
func TestRunOfHostileData(t *testing.T) {
	hostile := deployedtest.StartEmpty(t)
	if err := hostile.CreateStack(t.Context(), "Hostile", *assertions.Template_FromStack(newHostileStack(t), nil).ToJSON()); err != nil {
		t.Fatal(err)
	}
	var err error
	if hostile.StateMachine, err = hostile.StackOutput(t.Context(), "Hostile", "StateMachineArn"); err != nil {
		t.Fatal(err)
	}
	if err := hostile.Verify(t.Context(), hostileSender); err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("=,.@-_+", 9) + "1" // 64 characters
	people := []map[string]any{
		{"UserName": "=+,.@-_", "Email": hostileAddress},
		{"UserName": long, "Email": "o'neil$&/?#@example.net", "Group": "Second"},
	}
	execution := hostile.Run(t, map[string]any{"IAMUserNames": []any{people[0], people[1], "__proto__@example.net"}})
	deployedtest.WantReport(t, hostile.Report(t, execution), deployedtest.Report{Total: 3, Created: 3, Users: []deployedtest.UserReport{
		{UserName: "=+,.@-_", Status: "Created"}, {UserName: long, Status: "Created"}, {UserName: "__proto__@example.net", Status: "Created"},
	}})
	passwords := map[string]bool{
		wantHostileUser(t, hostile, "=+,.@-_", hostileAddress, hostileGroup):                        true,
		wantHostileUser(t, hostile, long, people[1]["Email"].(string), "Second"):                    true,
		wantHostileUser(t, hostile, "__proto__@example.net", "__proto__@example.net", hostileGroup): true,
	}
	for place, text := range hostile.Stored(t, execution) {
		if found := deployedtest.Leaks(text, passwords); len(found) != 0 {
			t.Errorf("%s has a password: %s", place, found[0])
		}
	}
}

// wantHostileUser checks a user of the hostile stack and the mail to the user, and returns the password.
func wantHostileUser(t *testing.T, a *deployedtest.Account, name, address, group string) string {
	t.Helper()
	user := a.User(t, name)
	want := localaws.User{
		Name: name, Path: hostilePath, Groups: []string{group}, LoginProfile: user.LoginProfile,
		Tags: map[string]string{
			"onboarding": "complete", contract.IssuedTagKey: user.Tags[contract.IssuedTagKey], "Ünï _.:/=+-@": "Välue _.:/=+-@",
		},
	}
	if !reflect.DeepEqual(user, want) || user.LoginProfile == nil {
		t.Fatalf("got the user %+v, want %+v", user, want)
	}
	mails := a.MailsTo(t, address)
	if len(mails) != 1 {
		t.Fatalf("got %d mails to %s, want 1", len(mails), address)
	}
	wantHostileMail(t, mails[0], name, user.LoginProfile.Password)
	return user.LoginProfile.Password
}

var deadline = regexp.MustCompile(`\d+ \p{L}+ \d{4}, \d\d:\d\d UTC`)

func wantHostileMail(t *testing.T, got localaws.Mail, name, password string) {
	t.Helper()
	fill := func(escape func(string) string) string {
		return strings.NewReplacer("{{UserName}}", escape(name), "{{Password}}", escape(password), "{{SignInUrl}}", escape(hostileURL),
			"{{AccountId}}", "123456789012", "{{ValidUntil}}", deadline.FindString(got.Text), "{{EarlierMails}}", "",
			"{{Organization}}", escape(hostileShort), "{{AccountName}}", escape(hostileShort), "{{Contact}}", escape(hostileShort),
			"{{Signature}}", escape(hostileShort+"\n"+hostileShort)).Replace(hostileTemplate)
	}
	escapeHTML := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;", "\n", "<br>").Replace
	wantLines(t, []string{got.Subject, got.Text, got.HTML},
		[]string{hostileText, fill(func(value string) string { return value }), fill(escapeHTML)})
	from, err := mail.ParseAddress(got.From)
	if err != nil {
		t.Fatalf("From: %s: %v", got.From, err)
	}
	if from.Name != hostileText || from.Address != hostileSender || !slices.Equal(got.ReplyTo, []string{hostileReplyTo}) {
		t.Errorf("got the mail from %s <%s>, replies to %v", from.Name, from.Address, got.ReplyTo)
	}
	if strings.ContainsAny(got.From, "\r\n") {
		t.Errorf("From: %q has a line break", got.From)
	}
}
