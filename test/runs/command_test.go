package runs

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/middleware"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	ops "github.com/iam-onboarding/iam-onboarding/internal/operator" // the package has a type operator
	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

// operator runs the operator's command, and records its calls of AWS.
type operator struct {
	*account
	definition string // of the state machine; default: the deployed one
	mu         sync.Mutex
	calls      []iampolicy.Request
}

// onboard runs the command for an operator who confirms at a terminal, and returns its exit code and its output.
func (o *operator) onboard(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	app := cli.App{
		Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &err,
		Terminal: func() (io.ReadWriteCloser, error) {
			return struct {
				io.ReadCloser
				io.Writer
			}{io.NopCloser(strings.NewReader("y\n")), io.Discard}, nil
		},
		Connect: func(context.Context, string, string, func() (string, error)) (*ops.Clients, error) {
			config := o.Config()
			config.Retryer = nil // the default, which the command uses
			config.APIOptions = append(config.APIOptions, o.noteCalls)
			clients := ops.NewClients(config)
			if o.definition != "" {
				clients.Machines = described{clients.Machines, o.definition}
			}
			return clients, nil
		},
	}
	code = app.Run(t.Context(), args)
	return code, out.String(), err.String()
}

// described is a client that answers DescribeStateMachine with this definition.
type described struct {
	ops.MachineAPI
	definition string
}

func (d described) DescribeStateMachine(context.Context, *sfn.DescribeStateMachineInput, ...func(*sfn.Options)) (*sfn.DescribeStateMachineOutput, error) {
	return &sfn.DescribeStateMachineOutput{Definition: &d.definition}, nil
}

func (o *operator) noteCalls(stack *middleware.Stack) error {
	note := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		prefixes := map[string]string{"SFN": "states", "CloudFormation": "cloudformation", "SESv2": "ses", "IAM": "iam"}
		action := prefixes[awsmiddleware.GetServiceID(ctx)] + ":" + awsmiddleware.GetOperationName(ctx)
		request := iampolicy.Request{Action: action, Resource: resourceOf(in.Parameters)}
		if mail, ok := in.Parameters.(*sesv2.SendEmailInput); ok {
			request.Context = map[string][]string{"ses:FromAddress": {*mail.FromEmailAddress}}
		}
		o.mu.Lock()
		o.calls = append(o.calls, request)
		o.mu.Unlock()
		return next.HandleInitialize(ctx, in)
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("note calls", note), middleware.After)
}

// resourceOf returns the resource that IAM authorizes a call on (Service Authorization Reference).
func resourceOf(parameters any) string {
	const where = localaws.Region + ":" + localaws.Account
	switch in := parameters.(type) {
	case *cloudformation.DescribeStacksInput:
		return "arn:aws:cloudformation:" + where + ":stack/" + cmp.Or(aws.ToString(in.StackName), "*") + "/id"
	case *sfn.StartExecutionInput:
		return *in.StateMachineArn
	case *sfn.ListExecutionsInput:
		return *in.StateMachineArn
	case *sfn.DescribeStateMachineInput:
		return *in.StateMachineArn
	case *sfn.DescribeExecutionInput:
		return *in.ExecutionArn
	case *sfn.StopExecutionInput:
		return *in.ExecutionArn
	case *sfn.DescribeStateMachineForExecutionInput:
		return *in.ExecutionArn
	case *sfn.GetExecutionHistoryInput:
		return *in.ExecutionArn
	case *sfn.ListMapRunsInput:
		return *in.ExecutionArn
	case *sfn.DescribeMapRunInput:
		return *in.MapRunArn
	case *sesv2.GetConfigurationSetInput:
		return "arn:aws:ses:" + where + ":configuration-set/" + *in.ConfigurationSetName
	case *sesv2.GetEmailIdentityInput:
		return "arn:aws:ses:" + where + ":identity/" + *in.EmailIdentity
	case *sesv2.SendEmailInput:
		return "arn:aws:ses:" + where + ":identity/" + *in.FromEmailAddress
	case *iam.ListUsersInput:
		if in.PathPrefix == nil {
			return iamARN + "user/"
		}
		return iamARN + "user" + *in.PathPrefix
	case *iam.GetUserInput:
		return iamARN + "user" + contract.DefaultUserPath + *in.UserName
	case *iam.GetLoginProfileInput:
		return iamARN + "user" + contract.DefaultUserPath + *in.UserName
	case *iam.ListGroupsForUserInput:
		return iamARN + "user" + contract.DefaultUserPath + *in.UserName
	case *iam.ListMFADevicesInput:
		return iamARN + "user" + contract.DefaultUserPath + *in.UserName
	case *iam.GetGroupInput:
		return "arn:aws:iam::" + localaws.Account + ":group/" + *in.GroupName
	default:
		return "*"
	}
}

// TestCommand runs the subcommands one after the other, as an operator would. Each finds the users of those before. In the
// wanted output, NAME is the name of an execution, and LINK is the link to it.
func TestCommand(t *testing.T) {
	operator := &operator{account: sharedAccount(t)}
	operator.CreateUser(t, &iam.CreateUserInput{UserName: aws.String("Command-case@example.net")})
	const (
		one   = "user_name,email\ncommand,command@example.net\n"
		both  = one + "command-case@example.net,command-case@example.net\n"
		ready = `ok       standard input: 1 user, no problems
ok       a first password works for 72 hours; no sweep for unused ones has run yet, and one is due every 6 hours
ok       SES sends from this account
ok       SES is out of its sandbox, and mails any address
ok       SES sends NUMBER more mails within 24 hours, and the list needs 1 mail for 1 user
ok       the sender's SES identity it@example.com is verified
ok       SES suppresses none of the addresses
ok       the group NoAuthorityIAMGroup exists
ok       the account has no password policy of its own: passwords satisfy IAM's default policy
`
		failed = "onboard: 1 user failed: fix the cause, then run the same list again; the next execution continues where this one stopped\n"
		table  = `USER                      STATUS   WHAT TO DO
command                   Skipped  nothing: the name was onboarded before
command-case@example.net  Failed   write the name in the list as IAM has it, then run the same list again
                                   GetUser failed: NameInOtherCase: IAM has this user name in another letter case
2 users: 1 onboarded before, 1 failed
`
	)
	started := func(users string) string {
		return "onboard " + users + " from standard input in account 123456789012, us-east-1\nstarted NAME, see LINK\n"
	}
	const resending = "mail a new first password to 1 user in account 123456789012, us-east-1; a user who has chosen a password gets none\n" +
		"  command: mail to command@example.net, default group, default language\nstarted NAME, see LINK\n"
	var execution string // the ARN of the last execution
	for _, day := range []struct {
		list   string
		args   []string // EXECUTION is the last execution
		code   int
		stdout string
		stderr string
	}{
		{one, []string{"check", "-", "--aws"}, 0, ready, ""},
		{one, []string{"run", "-"}, 0, `USER     STATUS   WHAT TO DO
command  Created  nothing
1 user: 1 created
new first passwords work at least until TIME
`, started("1 user")},
		{both, []string{"run", "-"}, 1, table, started("2 users") + failed + "get the report with: onboard report ARN\n"},
		{"", []string{"report", "EXECUTION"}, 1, table, failed},
		{"", []string{"report", "EXECUTION", "--output", "csv"}, 1, `user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed
command,command@example.net,,,Skipped,Complete,,,,,
command-case@example.net,command-case@example.net,,,Failed,,GetUser,NameInOtherCase,"IAM has this user name in another letter case: write the name in the list as IAM has it, then run the same list again",,
`, failed},
		{one, []string{"run", "-", "--resend", "-o", "json"}, 0, `{
  "Executions": [
    {
      "Name": "NAME",
      "ARN": "ARN",
      "Account": "123456789012",
      "Region": "us-east-1",
      "Started": "TIME",
      "Ended": "TIME",
      "Status": "SUCCEEDED"
    }
  ],
  "Total": 1,
  "Created": 0,
  "Resumed": 0,
  "Resent": 1,
  "Skipped": 0,
  "Failed": 0,
  "Users": [
    {
      "UserName": "command",
      "Email": "command@example.net",
      "Status": "Resent",
      "ValidUntil": "TIME"
    }
  ]
}
`, strings.Replace(resending, "1 user in", "1 user from standard input in", 1)},
		{"", []string{"report", "EXECUTION"}, 0, `USER     STATUS  WHAT TO DO
command  Resent  nothing
1 user: 1 sent a new password
new first passwords work at least until TIME
`, ""},
		{"", []string{"report", "EXECUTION", "--only", "failed"}, 0, "USER  STATUS  WHAT TO DO\n1 user: 1 sent a new password\nnew first passwords work at least until TIME\n", ""},
		{"", []string{"resend", "command", "-o", "csv"}, 0, "user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed\ncommand,command@example.net,,,Resent,,,,,TIME,\n", resending},
		{"email,group\ncommand@example.net,Administrators\n", []string{"run", "-"}, 2, "", strings.TrimSuffix(started("1 user"), "started NAME, see LINK\n") +
			"onboard: 1 problem in the list, and nothing was started:\n" +
			`  standard input:2: must have a Group out of NoAuthorityIAMGroup, got: "Administrators"` + "\n"},
		{"", []string{"report", "nobody"}, 3, "", "onboard: there is no execution ARN: see onboard list, and check --stack, --region and --profile\n"},
	} {
		args := slices.Clone(day.args)
		for i, arg := range args {
			args[i] = strings.Replace(arg, "EXECUTION", execution, 1)
		}
		code, stdout, stderr := operator.onboard(t, day.list, args...)
		if code != day.code || normalized(stdout) != day.stdout || normalized(stderr) != day.stderr {
			t.Errorf("onboard %s: got the exit code %d and\n%s\n%s\nwant %d and\n%s\n%s",
				strings.Join(day.args, " "), code, stdout, stderr, day.code, day.stdout, day.stderr)
		}
		if password := operator.passwordOf(t, "command"); password != "" && strings.Contains(stdout+stderr, password) {
			t.Errorf("onboard %s prints the password", strings.Join(day.args, " "))
		}
		if name := executionName.FindString(stderr); name != "" {
			execution = name
		}
	}
	operator.WantOnboarded(t, "command", "command@example.net")
	operator.wantListed(t)
	operator.wantSuppressed(t)
	operator.wantLongSuppressionList(t)
	operator.wantUsers(t)
	operator.wantStopped(t)
	operator.wantPreview(t)
	operator.wantPolicy(t)
}

// wantPreview compares the mails that the command shows with those that a run sends to the same user, and with the samples that the
// command sends.
func (o *operator) wantPreview(t *testing.T) {
	t.Helper()
	const address, password, admin = "sample.user@example.com", "Sample-password-1", "me@example.org"
	other := &operator{account: separatePasswordAccount(t)}
	mailsTo := func(address string, args ...string) []localaws.Mail {
		if code, stdout, stderr := other.onboard(t, "", args...); code != 0 {
			t.Fatalf("onboard %s: got the exit code %d and\n%s%s", strings.Join(args, " "), code, stdout, stderr)
		}
		return other.MailsTo(t, address)
	}
	mails := mailsTo(address, "run", address, "--user-name", "sample.user")
	_, text, _ := other.onboard(t, "", "preview")
	_, html, _ := other.onboard(t, "", "preview", "--html")
	var wantText, wantHTML []string
	for _, mail := range mails {
		wantText = append(wantText, fmt.Sprintf("From: %s\nSubject: %s\n\n%s", mail.From, mail.Subject, mail.Text))
		wantHTML = append(wantHTML, mail.HTML+"\n")
	}
	of := func(text string) string {
		return mailDeadline.ReplaceAllString(strings.ReplaceAll(text, other.passwordOf(t, "sample.user"), password), "TIME")
	}
	for what, diff := range map[string]string{
		"text": gocmp.Diff(of(strings.Join(wantText, "\n")), of(text)), "HTML": gocmp.Diff(of(strings.Join(wantHTML, "")), of(html)),
	} {
		if diff != "" || len(mails) != 2 {
			t.Errorf("the %s of the preview differs from the %d mails that a run sends (-run +preview):\n%s", what, len(mails), diff)
		}
	}
	sent := mailsTo(admin, "preview", "--send-to", admin)
	if len(sent) != 2 || !strings.HasPrefix(sent[1].Subject, "[Sample] ") || !strings.Contains(sent[1].HTML, password) || sent[1].From != mails[1].From {
		t.Errorf("onboard preview --send-to sent %+v", sent)
	}

	_, japanese, _ := o.onboard(t, "", "preview", "--language", "ja")
	if !strings.Contains(japanese, "Subject: AWS サインイン情報のお知らせ\n") {
		t.Errorf("onboard preview --language ja prints\n%s", japanese)
	}
	o.calls = append(o.calls, other.calls...)
}

// mailDeadline matches the time until which a password works, in an English mail.
var mailDeadline = regexp.MustCompile(`\d{1,2} \w+ \d{4}, \d\d:\d\d UTC`)

// wantSuppressed makes SES suppress an address. It checks that the command warns the operator before the run, and that the
// user gets the mail after the operator has done what the warning says.
func (o *operator) wantSuppressed(t *testing.T) {
	t.Helper()
	const list = "user_name,email\nsuppressed,suppressed@example.net\n"
	if err := o.Suppress(t.Context(), "Suppressed@example.net"); err != nil {
		t.Fatal(err)
	}
	const why = "standard input:2: SES does not deliver to suppressed@example.net, because an earlier mail to it bounced: "
	code, stdout, stderr := o.onboard(t, list, "check", "-", "--aws")
	if code != 1 || !strings.Contains(stdout, "\nproblem  "+why) {
		t.Errorf("check: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = o.onboard(t, list, "run", "-")
	warned := regexp.MustCompile(`\nwarning: ` + why + `.* --email-address (\S+) --region us-east-1\nstarted `).FindStringSubmatch(stderr)
	if code != 1 || warned == nil || !strings.Contains(stdout, "suppressed  Created  remove the address from SES's suppression list") {
		t.Fatalf("run: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	if mails := o.MailsTo(t, "suppressed@example.net"); len(mails) > 0 {
		t.Errorf("a suppressed address got the mails %+v", mails)
	}
	_, err := sesv2.NewFromConfig(o.Config()).DeleteSuppressedDestination(t.Context(), &sesv2.DeleteSuppressedDestinationInput{EmailAddress: &warned[1]})
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = o.onboard(t, list, "run", "-", "--resend")
	if code != 0 || strings.Contains(stderr, "warning") {
		t.Errorf("run --resend: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	o.WantOnboarded(t, "suppressed", "suppressed@example.net")
}

// wantLongSuppressionList checks a list in an account whose suppression list is too long to read for one user. Then it checks
// the list with a configuration set that switches suppression off.
func (o *operator) wantLongSuppressionList(t *testing.T) {
	t.Helper()
	other := &operator{account: separatePasswordAccount(t)}
	var others []string
	for i := range 5001 {
		others = append(others, fmt.Sprintf("other-%d@example.org", i))
	}
	if err := other.Suppress(t.Context(), append(others, "suppressed@example.net")...); err != nil {
		t.Fatal(err)
	}
	want := func(want string) {
		t.Helper()
		_, stdout, stderr := other.onboard(t, "suppressed@example.net", "check", "-", "--aws")
		if !strings.Contains(stdout, want) {
			t.Errorf("got\n%s%s\nwant%s", stdout, stderr, want)
		}
	}
	want("\nproblem  standard input:1: SES does not deliver to suppressed@example.net, ")

	if _, err := sesv2.NewFromConfig(other.Config()).CreateConfigurationSet(t.Context(), &sesv2.CreateConfigurationSetInput{
		ConfigurationSetName: aws.String("mails"),
		SuppressionOptions:   &sestypes.SuppressionOptions{SuppressedReasons: []sestypes.SuppressionListReason{}},
	}); err != nil {
		t.Fatal(err)
	}
	other.definition = regexp.MustCompile(`("ConfigurationSet":)"[^"]+"`).ReplaceAllString(other.Definition(t), `$1"mails"`)
	want("\nok       SES's suppression list is off for these mails\n")
	o.calls = append(o.calls, other.calls...)
}

// wantUsers checks the states of users: of two that earlier parts of [TestCommand] onboarded, of which one signs in, and of others
// that are made here.
func (o *operator) wantUsers(t *testing.T) {
	t.Helper()
	const signedIn = "suppressed"
	if err := o.SignIn(t.Context(), signedIn, o.passwordOf(t, signedIn), "Chosen-by-the-user-1"); err != nil {
		t.Fatal(err)
	}
	device, err := o.IAM.CreateVirtualMFADevice(t.Context(), &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: aws.String("command")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.IAM.EnableMFADevice(t.Context(), &iam.EnableMFADeviceInput{
		UserName: aws.String(signedIn), SerialNumber: device.VirtualMFADevice.SerialNumber,
		AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("234567"),
	}); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"command-elsewhere": "/", "command-below": contract.DefaultUserPath + "x/"} {
		o.CreateUser(t, &iam.CreateUserInput{UserName: &name, Path: &path, Tags: []iamtypes.Tag{
			{Key: aws.String(contract.TagKey), Value: aws.String(contract.TagComplete)}}})
	}
	makeOldUser(t, o.account, "command-by-hand", "")
	makeOldUser(t, o.account, "command-old", contract.TagComplete)
	for name, mark := range map[string]string{
		"command-incomplete": contract.TagPending, "command-expired": contract.TagExpired, "command-no-password": contract.TagComplete,
	} {
		makeOldUser(t, o.account, name, mark)
		if _, err := o.IAM.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: &name}); err != nil {
			t.Fatal(err)
		}
	}
	list := func(args ...string) (rows []string) {
		code, stdout, stderr := o.onboard(t, "", append([]string{"users", "-o", "csv", "--groups", "--mfa"}, args...)...)
		if code != 0 || stderr != "" {
			t.Fatalf("got the exit code %d and\n%s", code, stderr)
		}
		for row := range strings.Lines(stdout) { // other tests use the account, too
			if strings.HasPrefix(row, "command") || strings.HasPrefix(row, signedIn+",") {
				rows = append(rows, strings.TrimSpace(timeInUTC.ReplaceAllString(row, "TIME")))
			}
		}
		return rows
	}
	want := []string{
		"command,Waiting,TIME,TIME,,NoAuthorityIAMGroup,false",
		"command-expired,Expired,,,,,false",
		"command-incomplete,Incomplete,,,,,false",
		"command-no-password,NoPassword,,,,,false",
		"command-old,Waiting,,TIME,,,false",
		"suppressed,SignedIn,TIME,,TIME,NoAuthorityIAMGroup,true",
	}
	if diff := gocmp.Diff(want, list()); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(slices.Concat(want[:3], want[4:5]), list("--waiting")); diff != "" {
		t.Errorf("users --waiting (-want +got):\n%s", diff)
	}
}

// wantStopped stops an execution that somebody else has started, and watches it.
func (o *operator) wantStopped(t *testing.T) {
	t.Helper()
	var users []any
	for i := range 60 {
		users = append(users, fmt.Sprintf("stopped-%d@example.net", i))
	}
	input, err := json.Marshal(listOf(users...))
	if err != nil {
		t.Fatal(err)
	}
	started, err := o.SFN.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &o.StateMachine, Input: aws.String(string(input))})
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := o.onboard(t, "", "stop", *started.ExecutionArn, "--yes")
	if code != 0 || !regexp.MustCompile(`^stopped \S+(, \d+ of 60 users were done)?; to finish the others, run the same list again\n$`).MatchString(stdout) {
		t.Errorf("stop: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	code, stdout, stderr = o.onboard(t, "", "watch", *started.ExecutionArn)
	if code != 1 || stdout != "" || !strings.HasPrefix(stderr, "onboard: the execution ended as ABORTED") {
		t.Errorf("watch: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
}

// TestCommandCountsMails checks that check --aws counts the mails that the deployed definition sends to each user.
func TestCommandCountsMails(t *testing.T) {
	t.Parallel()
	for want, account := range map[string]*account{
		"the list needs 3 mails for 3 users": sharedAccount(t),
		"the list needs 6 mails for 3 users": separatePasswordAccount(t),
	} {
		_, stdout, stderr := (&operator{account: account}).onboard(t, "a@example.net\nb@example.net\nc@example.net\n", "check", "-", "--aws")
		if !strings.Contains(stdout, want) {
			t.Errorf("got\n%s%s\nwant %s", stdout, stderr, want)
		}
	}
}

func TestCommandWithoutItsStack(t *testing.T) {
	operator := &operator{account: sharedAccount(t)}
	code, stdout, stderr := operator.onboard(t, "ada@example.com", "run", "-", "--stack", "Nobody")
	want := `onboard: there is no stack "Nobody" in account 123456789012, us-east-1: ` +
		"choose one of those that have a state machine there with --stack: IamUserOnboarding; or look elsewhere with --region or --profile\n"
	if code != 3 || stdout != "" || stderr != want {
		t.Errorf("got the exit code %d and\n%s%s\nwant 3 and\n%s", code, stdout, stderr, want)
	}
}

// passwordOf returns the password of a user, or an empty string if there is none.
func (o *operator) passwordOf(t *testing.T, name string) string {
	t.Helper()
	if user, ok := o.FindUser(t, name); ok && user.LoginProfile != nil {
		return user.LoginProfile.Password
	}
	return ""
}

// wantListed checks that the executions of [TestCommand] are at the top of the list.
func (o *operator) wantListed(t *testing.T) {
	t.Helper()
	code, stdout, stderr := o.onboard(t, "", "list")
	rows := strings.Split(stdout, "\n")
	for i, want := range []string{
		`^EXECUTION +STARTED +STATUS +USERS$`,
		`^NAME  TIME  SUCCEEDED  1 user: 1 sent a new password$`,
		`^NAME  TIME  SUCCEEDED  1 user: 1 sent a new password$`,
		`^NAME  TIME  FAILED     2 users: 1 onboarded before, 1 failed$`,
		`^NAME  TIME  SUCCEEDED  1 user: 1 created$`,
	} {
		if i >= len(rows) || !regexp.MustCompile(want).MatchString(normalized(rows[i])) {
			t.Errorf("line %d of the list is not %s, got the exit code %d and\n%s%s", i+1, want, code, stdout, stderr)
		}
	}
	code, stdout, stderr = o.onboard(t, "", "list", "--user", "command", "--limit", "1", "--status", "succeeded")
	if code != 0 || !strings.HasSuffix(normalized(stdout), "\nNAME  TIME  SUCCEEDED  command: Resent\n") {
		t.Errorf("of one user: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
}

// wantPolicy checks that the policies in docs/operators.md allow the calls of the command, and nothing else.
func (o *operator) wantPolicy(t *testing.T) {
	t.Helper()
	policy := iampolicy.OfOperators(t, "../../docs/operators.md")
	needless := map[string]bool{}
	for _, statement := range policy {
		for _, action := range iampolicy.Texts(statement.Action) {
			needless[action] = true
		}
	}
	for _, call := range o.calls {
		delete(needless, call.Action)
		if !policy.Allows(t, call) {
			t.Errorf("the policies in docs/operators.md do not allow %s on %s", call.Action, call.Resource)
		}
	}
	if len(needless) > 0 {
		t.Errorf("the policies in docs/operators.md allow what the command does not need: %v", slices.Sorted(maps.Keys(needless)))
	}
}

var (
	consoleLink   = regexp.MustCompile(`https://\S+#/v2/executions/details/\S+`)
	executionARN  = regexp.MustCompile(`arn:aws:states:\S+:execution:[^\s:]+:[^\s:"]+`)
	executionName = regexp.MustCompile(`onboard-\d{8}T\d{6}Z-[0-9a-f]{6}`)
	timeInUTC     = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	progressLine  = regexp.MustCompile(`(?m)^\d+ of \d+ users done.*\n`)
	numbers       = regexp.MustCompile(`sends \d+ more`)
	deadline      = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d [A-Z0-9+-]+`)
)

// normalized replaces the text that differs between runs, and removes the lines of progress.
func normalized(text string) string {
	text = progressLine.ReplaceAllString(text, "")
	text = consoleLink.ReplaceAllString(text, "LINK")
	text = executionARN.ReplaceAllString(text, "ARN")
	text = executionName.ReplaceAllString(text, "NAME")
	text = timeInUTC.ReplaceAllString(text, "TIME")
	text = deadline.ReplaceAllString(text, "TIME")
	return numbers.ReplaceAllString(text, "sends NUMBER more")
}
