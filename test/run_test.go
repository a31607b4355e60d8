package test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/localaws"
)

const (
	sender    = "it@example.com"
	groupName = "NoAuthorityIAMGroup"
)

// account is a local AWS that has the stack of the app.
type account struct {
	*localaws.Server
	sfn          *sfn.Client
	iam          *iam.Client
	stateMachine string
}

// deploy starts a local AWS and deploys the app to it with the stock CDK CLI, once for all tests, which therefore each
// have users of their own. TestMain stops it.
var deploy = sync.OnceValues(func() (*account, error) {
	ctx := context.Background()
	server, err := localaws.Start(ctx)
	if err != nil {
		return nil, err
	}
	stopDeployed = server.Stop
	return deployTo(ctx, server)
})

// deployTo deploys the app to a local AWS, with context besides the sender, such as language=ja.
func deployTo(ctx context.Context, server *localaws.Server, appContext ...string) (*account, error) {
	stateMachine, err := server.DeployApp(ctx, sender, appContext...)
	if err != nil {
		return nil, err
	}
	return &account{Server: server, sfn: sfn.NewFromConfig(server.Config()), iam: iam.NewFromConfig(server.Config()),
		stateMachine: stateMachine}, nil
}

// stopDeployed stops what deploy has started.
var stopDeployed = func() error { return nil }

func deployed(t *testing.T) *account {
	t.Helper()
	account, err := deploy()
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// report is what an execution says of its users.
type report struct {
	Total, Created, Resumed, Resent, Skipped, Failed int
	Users                                            []userReport
}

type userReport struct{ UserName, Status, Reason, Step, Error, Cause string }

// execution is an execution that has ended.
type execution struct {
	arn            string
	status         types.ExecutionStatus
	output         string
	failure, cause string
}

// run runs an input, which is encoded as JSON, to its end.
func (a *account) run(t *testing.T, input any) execution {
	t.Helper()
	encoded, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	started, err := a.sfn.StartExecution(t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &a.stateMachine, Input: aws.String(string(encoded)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a.await(t, *started.ExecutionArn)
}

// await waits for the end of an execution.
func (a *account) await(t *testing.T, arn string) execution {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		described, err := a.sfn.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			t.Fatal(err)
		}
		if described.Status != types.ExecutionStatusRunning {
			return execution{arn, described.Status, aws.ToString(described.Output),
				aws.ToString(described.Error), aws.ToString(described.Cause)}
		}
	}
	t.Fatal("the execution has not ended after 3 minutes")
	return execution{}
}

// report is the report of an execution that succeeded, or failed because of users.
func (a *account) report(t *testing.T, execution execution) (report report) {
	t.Helper()
	output := execution.output
	if execution.status == types.ExecutionStatusFailed && execution.failure == "UsersNotOnboarded" {
		output = a.outputOf(t, execution.arn, "Summary")
	}
	decoder := json.NewDecoder(strings.NewReader(output))
	decoder.DisallowUnknownFields() // a password, for one
	if err := decoder.Decode(&report); err != nil {
		t.Fatalf("the execution ended as %+v without a report: %v", execution, err)
	}
	return report
}

// outputOf returns the output that the history of an execution has of a state.
func (a *account) outputOf(t *testing.T, arn, state string) string {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(a.sfn, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, event := range page.Events {
			if exited := event.StateExitedEventDetails; exited != nil && *exited.Name == state {
				return *exited.Output
			}
		}
	}
	t.Fatalf("the history has no output of %s", state)
	return ""
}

func wantReport(t *testing.T, got, want report) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got the report\n%+v\nwant\n%+v", got, want)
	}
}

// mailsTo returns the mails to an address, oldest first.
func (a *account) mailsTo(t *testing.T, address string) (mails []localaws.Mail) {
	t.Helper()
	all, err := a.Mails(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, mail := range all {
		if mail.To[0] == address {
			mails = append(mails, mail)
		}
	}
	return mails
}

func (a *account) user(t *testing.T, name string) localaws.User {
	t.Helper()
	user, err := a.User(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	return user
}

// wantNobody wants that no user of that name was created.
func (a *account) wantNobody(t *testing.T, name string) {
	t.Helper()
	if _, err := a.User(t.Context(), name); !errors.Is(err, localaws.ErrNotFound) {
		t.Errorf("%s: want no such user, got: %v", name, err)
	}
}

// wantOnboarded wants a user who is complete, and whose last mail has the very password that is set. It returns that
// password.
func (a *account) wantOnboarded(t *testing.T, name, address string) string {
	t.Helper()
	user := a.user(t, name)
	if user.LoginProfile == nil || !user.LoginProfile.ResetRequired {
		t.Fatalf("%s has no login profile that requires a reset: %+v", name, user)
	}
	want := localaws.User{
		Name: name, Path: "/onboarded/", Tags: map[string]string{"onboarding": "complete"}, Groups: []string{groupName},
		LoginProfile: user.LoginProfile,
	}
	if !reflect.DeepEqual(user, want) {
		t.Errorf("got the user %+v, want %+v", user, want)
	}
	mails := a.mailsTo(t, address)
	if len(mails) == 0 {
		t.Fatalf("%s was mailed nothing", address)
	}
	password := user.LoginProfile.Password
	if got := mailedPassword(mails[len(mails)-1]); got != password {
		t.Errorf("%s was mailed the password %q, but %q is set", address, got, password)
	}
	return password
}

// mailedPassword is the line below the words that announce it.
func mailedPassword(mail localaws.Mail) string {
	_, after, _ := strings.Cut(mail.Text, "Password (for the first sign-in only):\n")
	password, _, _ := strings.Cut(after, "\n")
	return password
}

func TestRunOfNewUsers(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	execution := account.run(t, map[string]any{"IAMUserNames": []string{"flupino@example.net", "nekotto-chan@example.net"}})
	if execution.status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	wantReport(t, account.report(t, execution), report{Total: 2, Created: 2, Users: []userReport{
		{UserName: "flupino@example.net", Status: "Created"}, {UserName: "nekotto-chan@example.net", Status: "Created"},
	}})
	passwords := map[string]bool{}
	for _, name := range []string{"flupino@example.net", "nekotto-chan@example.net"} {
		password := account.wantOnboarded(t, name, name)
		passwords[password] = true
		if len(password) != 20 {
			t.Errorf("got a password of %d characters, want 20", len(password))
		}
		mails := account.mailsTo(t, name)
		if len(mails) != 1 {
			t.Fatalf("got %d mails to %s, want 1", len(mails), name)
		}
		wantMail(t, mails[0], name, password)
	}
	for place, text := range account.stored(t, execution) {
		if found := leaks(text, passwords); len(found) != 0 {
			t.Errorf("%s has a password: %s", place, found[0])
		}
	}
}

// wantMail compares a mail with the default one.
func wantMail(t *testing.T, mail localaws.Mail, name, password string) {
	t.Helper()
	wantText := `Hello,

An IAM user has been created for you in the AWS account 123456789012.

Sign in at:
https://123456789012.signin.aws.amazon.com/console

User name:
` + name + `

Password (for the first sign-in only):
` + password + `

When you sign in for the first time you are asked to choose a password of your own. Until then, keep this mail to yourself.

If you did not expect this mail, or cannot sign in, please answer it.
`
	if mail.Text != wantText {
		t.Errorf("got the text\n%s\nwant\n%s", mail.Text, wantText)
	}
	for _, part := range []string{">" + name + "</code>", ">" + password + "</code>",
		`<a href="https://123456789012.signin.aws.amazon.com/console"`} {
		if !strings.Contains(mail.HTML, part) {
			t.Errorf("the HTML lacks %s:\n%s", part, mail.HTML)
		}
	}
	if want := map[string]string{"UserName": strings.NewReplacer("@", "_40", ".", "_2E").Replace(name)}; !reflect.DeepEqual(mail.Tags, want) {
		t.Errorf("got the message tags %v, want %v", mail.Tags, want)
	}
	if mail.From != sender || mail.Subject != "Your AWS sign-in information" {
		t.Errorf("got a mail from %s with the subject %s", mail.From, mail.Subject)
	}
}

func TestRunOfExistingUser(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	const name = "existing@example.net"
	account.createUser(t, &iam.CreateUserInput{UserName: aws.String(name)})
	if _, err := account.iam.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: aws.String(name), Password: aws.String("Secret-of-their-own-1"),
	}); err != nil {
		t.Fatal(err)
	}
	before := account.user(t, name)

	execution := account.run(t, map[string]any{"IAMUserNames": []string{name, "beside-existing@example.net"}, "Resend": true})

	wantReport(t, account.report(t, execution), report{Total: 2, Created: 1, Skipped: 1, Users: []userReport{
		{UserName: name, Status: "Skipped", Reason: "NotOurs"}, {UserName: "beside-existing@example.net", Status: "Created"},
	}})
	if after := account.user(t, name); !reflect.DeepEqual(before, after) {
		t.Errorf("the user was %+v, and now is %+v", before, after)
	}
	if mails := account.mailsTo(t, name); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}

func TestRunOfNameInOtherCase(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	account.createUser(t, &iam.CreateUserInput{UserName: aws.String("Case@example.net")})
	before := account.user(t, "Case@example.net")

	execution := account.run(t, map[string]any{"IAMUserNames": []string{"case@example.net"}})

	if execution.status != types.ExecutionStatusFailed || execution.failure != "UsersNotOnboarded" {
		t.Fatalf("got %+v", execution)
	}
	wantReport(t, account.report(t, execution), report{Total: 1, Failed: 1, Users: []userReport{{
		UserName: "case@example.net", Status: "Failed", Step: "GetUser", Error: "NameInOtherCase",
		Cause: "IAM has this user name in other letter case: write it as IAM has it",
	}}})
	if after := account.user(t, "Case@example.net"); !reflect.DeepEqual(before, after) {
		t.Errorf("the user was %+v, and now is %+v", before, after)
	}
	if mails := account.mailsTo(t, "case@example.net"); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}

func TestRunOfManyUsers(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	var names []string
	want := report{Total: 30, Created: 30}
	for i := range 30 {
		names = append(names, fmt.Sprintf("user-%d@example.net", i))
		want.Users = append(want.Users, userReport{UserName: names[i], Status: "Created"})
	}
	wantReport(t, account.report(t, account.run(t, map[string]any{"IAMUserNames": names})), want)
	passwords := map[string]bool{}
	for _, name := range names {
		passwords[account.wantOnboarded(t, name, name)] = true
	}
	if len(passwords) != len(names) {
		t.Errorf("%d users have %d passwords", len(names), len(passwords))
	}
}

func TestRunOfUserObject(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	execution := account.run(t, map[string]any{"IAMUserNames": []any{
		map[string]any{"UserName": "object", "Email": "object@example.net", "Group": groupName},
	}})
	wantReport(t, account.report(t, execution), report{Total: 1, Created: 1, Users: []userReport{
		{UserName: "object", Status: "Created"},
	}})
	account.wantOnboarded(t, "object", "object@example.net")
}

// TestRunAgain has a user go through the statuses of one who was onboarded.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	const name = "again@example.net"
	run := func(resend bool) userReport {
		t.Helper()
		execution := account.run(t, map[string]any{"IAMUserNames": []string{name}, "Resend": resend})
		if execution.status != types.ExecutionStatusSucceeded {
			t.Fatalf("got %+v", execution)
		}
		return account.report(t, execution).Users[0]
	}
	wantMails := func(want int) {
		t.Helper()
		if got := len(account.mailsTo(t, name)); got != want {
			t.Errorf("got %d mails, want %d", got, want)
		}
	}
	want := func(got, want userReport) {
		t.Helper()
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}

	want(run(false), userReport{UserName: name, Status: "Created"})
	first := account.wantOnboarded(t, name, name)

	want(run(false), userReport{UserName: name, Status: "Skipped", Reason: "Complete"})
	wantMails(1)

	want(run(true), userReport{UserName: name, Status: "Resent"})
	wantMails(2)
	second := account.wantOnboarded(t, name, name)
	if first == second {
		t.Error("the password was sent again, want a new one")
	}

	if err := account.SignIn(t.Context(), name, second, "Chosen-by-the-user-1"); err != nil {
		t.Fatal(err)
	}
	want(run(true), userReport{UserName: name, Status: "Skipped", Reason: "TakenOver"})
	wantMails(2)
	if got := account.user(t, name).LoginProfile.Password; got != "Chosen-by-the-user-1" {
		t.Errorf("the user's own password was replaced by %s", got)
	}
}

// TestRunOfDeadChild has a child fail with nothing said, as one that ran into its five minutes: its users are reported as
// failed, those of the other child are not, and the next run finds out what became of them.
func TestRunOfDeadChild(t *testing.T) {
	t.Parallel()
	account := *deployed(t)
	mortal := account
	const items = `"Items":"{% $states.input.Items %}"`
	mortal.stateMachine = account.createVariant(t, "Mortal", items,
		items+`,"Output":"{% \"dead-2@example.net\" in $states.input.Items ? $error(\"dead\") : $states.result %}"`)
	var names []string
	first, second := report{Total: 6, Created: 1, Failed: 5}, report{Total: 6, Skipped: 6}
	for i := range 6 {
		names = append(names, fmt.Sprintf("dead-%d@example.net", i))
		first.Users = append(first.Users, userReport{UserName: names[i], Status: "Failed", Step: "unknown",
			Error: "ChildExecutionFailed", Cause: "no status from its child execution"})
		second.Users = append(second.Users, userReport{UserName: names[i], Status: "Skipped", Reason: "Complete"})
	}
	first.Users[5] = userReport{UserName: names[5], Status: "Created"}

	list := map[string]any{"IAMUserNames": names}
	wantReport(t, mortal.report(t, mortal.run(t, list)), first)
	wantReport(t, account.report(t, account.run(t, list)), second)
	for _, name := range names {
		account.wantOnboarded(t, name, name)
	}
}

// TestRunOfDeadChildren has every child of the longest list fail with nothing said. Each is returned with its input, and all of
// them fit into the payload that the report is made of.
func TestRunOfDeadChildren(t *testing.T) {
	t.Parallel()
	account := *deployed(t)
	account.stateMachine = account.createVariant(t, "AllMortal", `"Items":"{% $states.input.Items %}"`, `"Items":"{% $error(\"dead\") %}"`)
	var names []string
	want := report{Total: 1000, Failed: 1000}
	for i := range want.Total {
		names = append(names, fmt.Sprintf("first-name.last-name-%07d@example.net", i)) // 40 characters
		want.Users = append(want.Users, userReport{UserName: names[i], Status: "Failed", Step: "unknown",
			Error: "ChildExecutionFailed", Cause: "no status from its child execution"})
	}
	execution := account.run(t, map[string]any{"IAMUserNames": names})
	if execution.failure != "UsersNotOnboarded" {
		t.Fatalf("got %s: %s", execution.failure, execution.cause)
	}
	wantReport(t, account.report(t, execution), want)
	children := account.outputOf(t, execution.arn, "OnboardUsers")
	t.Logf("200 failed children, returned with their inputs, have %d bytes", len(children))
	if got := strings.Count(children, "first-name"); got != want.Total {
		t.Errorf("the children are returned with %d of %d users, and so show nothing", got, want.Total)
	}
}

// createVariant makes a copy of the state machine in which a part of the definition is another.
func (a *account) createVariant(t *testing.T, name, part, instead string) (stateMachine string) {
	t.Helper()
	described, err := a.sfn.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &a.stateMachine})
	if err != nil {
		t.Fatal(err)
	}
	definition := strings.Replace(*described.Definition, part, instead, 1)
	if definition == *described.Definition {
		t.Fatalf("the definition has no %s", part)
	}
	created, err := a.sfn.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: &name, Definition: &definition, RoleArn: described.RoleArn,
	})
	if err != nil {
		t.Fatal(err)
	}
	return *created.StateMachineArn
}

// TestRunResumes has users whom an earlier run left half-made at each of its steps.
func TestRunResumes(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	steps := []string{"created@example.net", "in-group@example.net", "with-profile@example.net"}
	for i, name := range steps {
		account.createUser(t, &iam.CreateUserInput{
			UserName: &name, Path: aws.String("/onboarded/"),
			Tags: []iamtypes.Tag{{Key: aws.String("onboarding"), Value: aws.String("pending")}},
		})
		var err error
		if i >= 1 {
			_, err = account.iam.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{
				UserName: &name, GroupName: aws.String(groupName),
			})
		}
		if i >= 2 && err == nil {
			_, err = account.iam.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
				UserName: &name, Password: aws.String("Never-mailed-to-anyone-1"), PasswordResetRequired: true,
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := report{Total: 3, Resumed: 3}
	for _, name := range steps {
		want.Users = append(want.Users, userReport{UserName: name, Status: "Resumed"})
	}
	wantReport(t, account.report(t, account.run(t, map[string]any{"IAMUserNames": steps})), want)
	for _, name := range steps {
		account.wantOnboarded(t, name, name)
	}
}

func TestRunOfInvalidInput(t *testing.T) {
	t.Parallel()
	account := deployed(t)
	execution := account.run(t, map[string]any{"IAMUserNames": []any{
		"valid@example.net", "no address", map[string]any{"UserName": "g", "Email": "g@example.net", "Group": "Administrators"}, 3,
	}, "Resent": true})
	want := `item 2 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "no address"
item 2 must have an e-mail address such as user@example.com, got: "no address"
item 3 must have a Group out of NoAuthorityIAMGroup, got: "Administrators"
item 4 must be an e-mail address or an object with UserName and Email, got: 3
the input must have no key but IAMUserNames, Resend, got: "Resent"`
	if execution.failure != "InvalidInput" || execution.cause != want {
		t.Errorf("got %s:\n%s\nwant InvalidInput:\n%s", execution.failure, execution.cause, want)
	}
	account.wantNobody(t, "valid@example.net")
}

// TestRunOfPreflight pauses the sending of the account, and so does not run beside other tests.
func TestRunOfPreflight(t *testing.T) {
	account := deployed(t)
	if err := account.SetSending(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	execution := account.run(t, map[string]any{"IAMUserNames": []string{"preflight@example.net"}})
	if err := account.SetSending(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	want := "SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"
	if execution.failure != "PreflightFailed" || execution.cause != want {
		t.Errorf("got %s: %s, want PreflightFailed: %s", execution.failure, execution.cause, want)
	}
	account.wantNobody(t, "preflight@example.net")
}

func (a *account) createUser(t *testing.T, input *iam.CreateUserInput) {
	t.Helper()
	if _, err := a.iam.CreateUser(t.Context(), input); err != nil {
		t.Fatal(err)
	}
}
