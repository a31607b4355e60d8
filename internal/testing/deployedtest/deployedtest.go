// Package deployedtest lets tests run lists on the local AWS, and read their outcome.
package deployedtest

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

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// Account is a local AWS with the stack of the app.
type Account struct {
	*deployed.Account
	turn sync.Mutex // held while Run runs an execution, because a state machine runs one at a time
}

// Start starts an account with the stack of the app. The account ends with the test.
func Start(t testing.TB, settings ...string) *Account {
	t.Helper()
	account := StartEmpty(t)
	if err := account.Create(t.Context(), settings...); err != nil {
		t.Fatal(err)
	}
	return account
}

// StartEmpty starts an account without a stack. The account ends with the test.
func StartEmpty(t testing.TB, options ...localaws.Option) *Account {
	t.Helper()
	account, err := Open(t.Context(), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := account.Stop(); err != nil {
			t.Error(err)
		}
	})
	return account
}

// Open starts an account without a stack. The caller must stop it. Its retries do not wait long, and a call times out only if
// a test asks for it: so a busy machine makes a test slow, but does not make it fail.
func Open(ctx context.Context, options ...localaws.Option) (*Account, error) {
	server, err := localaws.Start(ctx, options...)
	if err != nil {
		return nil, err
	}
	if err := server.SetPace(ctx, localaws.Pace{Factor: 0.01}); err != nil {
		return nil, errors.Join(err, server.Stop())
	}
	return &Account{Account: deployed.NewAccount(server)}, nil
}

// Report is the report of an execution.
type Report struct {
	Total, Created, Resumed, Resent, Skipped, Failed int
	Users                                            []UserReport
}

// UserReport is the part of a report about one user.
type UserReport struct{ UserName, Status, Reason, Step, Error, Cause string }

// Run encodes an input as JSON, runs an execution with it, and waits for its end. Tests that share an account take turns.
func (a *Account) Run(t testing.TB, input any) deployed.Execution {
	t.Helper()
	a.turn.Lock()
	defer a.turn.Unlock()
	execution, err := a.Account.Run(t.Context(), input)
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

// Await waits for the end of an execution, and returns it.
func (a *Account) Await(t testing.TB, arn string) deployed.Execution {
	t.Helper()
	execution, err := a.Account.Await(t.Context(), arn)
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

// Report returns the report of an execution that succeeded, or that failed with UsersNotOnboarded.
func (a *Account) Report(t testing.TB, execution deployed.Execution) (report Report) {
	t.Helper()
	a.readReport(t, execution, contract.UsersNotOnboarded, &report)
	return report
}

// RemovalReport is the report of an execution that removes users.
type RemovalReport struct {
	Total, Disabled, Deleted, Absent, Skipped, Failed int
	Users                                             []UserReport
}

// RemovalReport returns the report of an execution that succeeded, or that failed with UsersNotRemoved.
func (a *Account) RemovalReport(t testing.TB, execution deployed.Execution) (report RemovalReport) {
	t.Helper()
	a.readReport(t, execution, contract.UsersNotRemoved, &report)
	return report
}

// readReport reads the report of an execution that succeeded, or that failed with an error that leaves a report.
func (a *Account) readReport(t testing.TB, execution deployed.Execution, failure string, report any) {
	t.Helper()
	output := execution.Output
	if execution.Status == types.ExecutionStatusFailed && execution.Error == failure {
		output = a.OutputOf(t, execution.ARN, contract.SummaryState)
	}
	decoder := json.NewDecoder(strings.NewReader(output))
	decoder.DisallowUnknownFields() // for example a password
	if err := decoder.Decode(report); err != nil {
		t.Fatalf("the execution ended as %+v without a report: %v", execution, err)
	}
}

// WantReport checks that a report is the wanted one.
func WantReport(t testing.TB, got, want Report) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got the report\n%+v\nwant\n%+v", got, want)
	}
}

// OutputOf returns the output of a state, from the history of an execution.
func (a *Account) OutputOf(t testing.TB, arn, state string) string {
	t.Helper()
	for _, event := range a.history(t, arn) {
		if exited := event.StateExitedEventDetails; exited != nil && *exited.Name == state {
			return *exited.Output
		}
	}
	t.Fatalf("the history has no output of %s", state)
	return ""
}

// history returns the events of an execution.
func (a *Account) history(t testing.TB, arn string) (events []types.HistoryEvent) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(a.SFN, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, page.Events...)
	}
	return events
}

// MailsTo returns the mails to an address, oldest first.
func (a *Account) MailsTo(t testing.TB, address string) []localaws.Mail {
	t.Helper()
	return a.mails(t)[address]
}

func (a *Account) mails(t testing.TB) map[string][]localaws.Mail {
	t.Helper()
	all, err := a.Mails(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	mails := map[string][]localaws.Mail{}
	for _, mail := range all {
		mails[mail.To[0]] = append(mails[mail.To[0]], mail)
	}
	return mails
}

// Seen has all users and mails at one time.
type Seen struct {
	Users map[string]localaws.User   // by user name
	Mails map[string][]localaws.Mail // by recipient, oldest first
}

// See reads all users and mails.
func (a *Account) See(t testing.TB) Seen {
	t.Helper()
	users, err := a.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	seen := Seen{map[string]localaws.User{}, a.mails(t)}
	for _, user := range users {
		seen.Users[user.Name] = user
	}
	return seen
}

// MailedPassword returns the first password in a mail that has the built-in text.
func MailedPassword(mail localaws.Mail) string {
	_, after, _ := strings.Cut(mail.Text, "Password (for the first sign-in only):\n")
	password, _, _ := strings.Cut(after, "\n")
	return password
}

// User returns a user. It fails the test if there is no such user.
func (a *Account) User(t testing.TB, name string) localaws.User {
	t.Helper()
	user, ok := a.FindUser(t, name)
	if !ok {
		t.Fatalf("%s: there is no such user", name)
	}
	return user
}

// FindUser returns a user, and whether there is such a user.
func (a *Account) FindUser(t testing.TB, name string) (user localaws.User, ok bool) {
	t.Helper()
	user, err := a.Server.User(t.Context(), name)
	if err != nil && !errors.Is(err, localaws.ErrNotFound) {
		t.Fatal(err)
	}
	return user, err == nil
}

// CreateUser creates a user that the state machine did not make.
func (a *Account) CreateUser(t testing.TB, input *iam.CreateUserInput) {
	t.Helper()
	if _, err := a.IAM.CreateUser(t.Context(), input); err != nil {
		t.Fatal(err)
	}
}

// DeleteUser deletes a user with its login profile, if it has one, and takes it out of its groups.
func (a *Account) DeleteUser(t testing.TB, name string) {
	t.Helper()
	user := a.User(t, name)
	var errs []error
	for _, group := range user.Groups {
		_, err := a.IAM.RemoveUserFromGroup(t.Context(), &iam.RemoveUserFromGroupInput{UserName: &name, GroupName: &group})
		errs = append(errs, err)
	}
	if user.LoginProfile != nil {
		_, err := a.IAM.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: &name})
		errs = append(errs, err)
	}
	_, err := a.IAM.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: &name})
	if err := errors.Join(append(errs, err)...); err != nil {
		t.Fatal(err)
	}
}

// WantNobody checks that there is no user of that name.
func (a *Account) WantNobody(t testing.TB, name string) {
	t.Helper()
	if user, ok := a.FindUser(t, name); ok {
		t.Errorf("%s: got %+v, want no such user", name, user)
	}
}

// WantOnboarded checks that a user is complete, and that the last mail to the user has the password that is set. It returns
// this password.
func (a *Account) WantOnboarded(t testing.TB, name, address string) string {
	t.Helper()
	seen := a.See(t)
	if problem := seen.NotOnboarded(name, address); problem != "" {
		t.Fatalf("%s: %s", name, problem)
	}
	return seen.Users[name].LoginProfile.Password
}

// NotOnboarded returns why a user is not onboarded by the app, or an empty string if the user is.
func (s Seen) NotOnboarded(name, address string) string {
	user, mails := s.Users[name], s.Mails[address]
	if user.Name == "" {
		return "the user does not exist"
	}
	if user.LoginProfile == nil {
		return "the user has no login profile"
	}
	issued := user.Tags[contract.IssuedTagKey]
	if _, err := time.Parse(contract.IssuedLayout, issued); err != nil {
		return "the tag " + contract.IssuedTagKey + " is no time: " + err.Error()
	}
	want := localaws.User{
		Name: name, Path: contract.DefaultUserPath, Groups: []string{contract.DefaultGroupName},
		Tags:         map[string]string{contract.TagKey: contract.TagComplete, contract.IssuedTagKey: issued},
		LoginProfile: &localaws.LoginProfile{Password: user.LoginProfile.Password, ResetRequired: true},
	}
	if !reflect.DeepEqual(user, want) {
		return fmt.Sprintf("the user is %+v with %+v", user, user.LoginProfile)
	}
	if len(mails) == 0 {
		return "no mail was sent to the user"
	}
	if mailed := MailedPassword(mails[len(mails)-1]); mailed != user.LoginProfile.Password {
		return fmt.Sprintf("the last of %d mails has the password %s, and %s is set", len(mails), mailed, user.LoginProfile.Password)
	}
	return ""
}

// Definition returns the definition of the state machine.
func (a *Account) Definition(t testing.TB) string {
	t.Helper()
	return *a.describe(t).Definition
}

func (a *Account) describe(t testing.TB) *sfn.DescribeStateMachineOutput {
	t.Helper()
	described, err := a.SFN.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &a.StateMachine})
	if err != nil {
		t.Fatal(err)
	}
	return described
}

// Variant returns the account with a copy of the state machine. In its definition, instead replaces part.
func (a *Account) Variant(t testing.TB, name, part, instead string) *Account {
	t.Helper()
	definition := a.Definition(t)
	changed := strings.Replace(definition, part, instead, 1)
	if changed == definition {
		t.Fatalf("the definition has no %s", part)
	}
	return a.WithDefinition(t, name, changed)
}

// WithDefinition returns the account with a copy of the state machine that has another definition. The copy has the same role,
// which may then list the executions of the copy as well.
func (a *Account) WithDefinition(t testing.TB, name, definition string) *Account {
	t.Helper()
	role := a.describe(t).RoleArn
	created, err := a.SFN.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: &name, Definition: &definition, RoleArn: role,
	})
	if err != nil {
		t.Fatal(err)
	}
	policy := fmt.Sprintf(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "states:ListExecutions", "Resource": %q}}`,
		*created.StateMachineArn)
	_, roleName, _ := strings.Cut(*role, ":role/")
	if _, err := a.IAM.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{
		RoleName: &roleName, PolicyName: &name, PolicyDocument: &policy,
	}); err != nil {
		t.Fatal(err)
	}
	return a.Of(*created.StateMachineArn)
}

// Of returns the account with another one of its state machines.
func (a *Account) Of(stateMachine string) *Account {
	other := *a.Account
	other.StateMachine = stateMachine
	return &Account{Account: &other}
}
