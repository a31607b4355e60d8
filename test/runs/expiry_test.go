package runs

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// sweepReport is the report of a sweep.
type sweepReport struct {
	Checked, NotListed int
	Expired            []string
	Failed             []userReport
}

// sweep runs the state machine that withdraws first passwords, and returns its report.
func sweep(t *testing.T, account *account) (report sweepReport) {
	t.Helper()
	arn, err := account.StackOutput(t.Context(), contract.StackName, contract.PasswordExpiryOutput)
	if err != nil {
		t.Fatal(err)
	}
	execution := account.Of(arn).Run(t, map[string]any{})
	if execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	if err := json.Unmarshal([]byte(execution.Output), &report); err != nil {
		t.Fatal(err)
	}
	return report
}

// TestSweep moves time until the first passwords of a list are out of date. The sweep withdraws those that nobody used, and no
// other ones; a resend issues a new one.
func TestSweep(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t)
	const (
		forgotten, signedIn, late = "forgotten@example.net", "signed-in@example.net", "late@example.net"
		foreign, earlier          = "foreign@example.net", "of-earlier-version@example.net"
	)
	if execution := account.Run(t, listOf(forgotten, signedIn)); execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	if err := account.MoveTime(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	password := account.WantOnboarded(t, signedIn, signedIn)
	if err := account.SignIn(t.Context(), signedIn, password, "Chosen-by-the-user-1"); err != nil {
		t.Fatal(err)
	}
	makeOldUser(t, account, foreign, "")
	makeOldUser(t, account, earlier, contract.TagComplete)
	if got := sweep(t, account); !reflect.DeepEqual(got, sweepReport{Checked: 4, Expired: []string{}, Failed: []userReport{}}) {
		t.Errorf("before the passwords are out of date: got %+v", got)
	}

	if err := account.MoveTime(t.Context(), 73*time.Hour); err != nil {
		t.Fatal(err)
	}
	if execution := account.Run(t, listOf(late)); execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	before := account.See(t)
	got := sweep(t, account)
	slices.Sort(got.Expired)
	if want := (sweepReport{Checked: 5, Expired: []string{forgotten, earlier}, Failed: []userReport{}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if code, stdout, stderr := (&operator{account: account}).onboard(t, "", "report", "--last", "--sweeps"); code != 0 ||
		!strings.Contains(stdout, "\n"+forgotten+" ") || !strings.HasSuffix(stdout, "\n5 users checked, 2 passwords withdrawn\n") {
		t.Errorf("onboard report --last --sweeps: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	after := account.See(t)
	for _, name := range []string{signedIn, late, foreign} {
		if !reflect.DeepEqual(before.Users[name], after.Users[name]) {
			t.Errorf("the user was %+v, and now is %+v", before.Users[name], after.Users[name])
		}
	}
	expired := before.Users[forgotten]
	expired.LoginProfile, expired.Tags[contract.TagKey] = nil, contract.TagExpired
	if !reflect.DeepEqual(after.Users[forgotten], expired) {
		t.Errorf("got %+v, want %+v", after.Users[forgotten], expired)
	}

	execution := account.Run(t, map[string]any{"IAMUserNames": []string{forgotten}, "Resend": true})
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Resent: 1, Users: []userReport{{UserName: forgotten, Status: "Resent"}}})
	account.WantOnboarded(t, forgotten, forgotten)
	// A list does not make the user young who has taken over, and has a password of an administrator now.
	execution = account.Run(t, map[string]any{"IAMUserNames": []string{signedIn}, "Resend": true})
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Skipped: 1, Users: []userReport{
		{UserName: signedIn, Status: "Skipped", Reason: contract.TakenOver}}})
	setByAdmin := aws.String("Set-by-an-administrator-1")
	if _, err := account.IAM.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{
		UserName: aws.String(signedIn), Password: setByAdmin, PasswordResetRequired: aws.Bool(true),
	}); err != nil {
		t.Fatal(err)
	}
	if err := account.MoveTime(t.Context(), 74*time.Hour); err != nil {
		t.Fatal(err)
	}
	// An administrator has made a new login profile for the user whose first password expired.
	if _, err := account.IAM.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: aws.String(earlier), Password: setByAdmin, PasswordResetRequired: true,
	}); err != nil {
		t.Fatal(err)
	}
	got = sweep(t, account)
	slices.Sort(got.Expired)
	if want := (sweepReport{Checked: 5, Expired: []string{forgotten, late}, Failed: []userReport{}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// makeOldUser makes a user below the path, with a mark unless it is "", and an unused first password. The user has no tag that says
// when the password was issued.
func makeOldUser(t *testing.T, account *account, name, mark string) {
	t.Helper()
	in := &iam.CreateUserInput{UserName: &name, Path: aws.String(contract.DefaultUserPath)}
	if mark != "" {
		in.Tags = []iamtypes.Tag{{Key: aws.String(contract.TagKey), Value: &mark}}
	}
	account.CreateUser(t, in)
	if _, err := account.IAM.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: &name, Password: aws.String("Mailed-long-ago-1"), PasswordResetRequired: true,
	}); err != nil {
		t.Fatal(err)
	}
}
