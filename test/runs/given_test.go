package runs

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// deployGiven deploys the app to a new account that already has a group and identities.
func deployGiven(t *testing.T, settings ...string) *account {
	t.Helper()
	account := deployedtest.StartEmpty(t)
	_, err := account.IAM.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("Staff"), Path: aws.String("/teams/")})
	if err != nil {
		t.Fatal(err)
	}
	for _, identity := range []string{"example.com", "it@example.org"} {
		_, err := sesv2.NewFromConfig(account.Config()).CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
		if err == nil {
			err = account.Verify(t.Context(), identity)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := account.Create(t.Context(), settings...); err != nil {
		t.Fatal(err)
	}
	return account
}

// TestRunWithGivenGroupAndIdentity gives the app a group and an identity that exist. The domain is in another letter case.
func TestRunWithGivenGroupAndIdentity(t *testing.T) {
	t.Parallel()
	account := deployGiven(t, "group="+iamARN+"group/teams/Staff", "sender=IT@Example.com", "identity=EXAMPLE.com")
	if execution := account.Run(t, listOf("given@example.net")); execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	if code, stdout, stderr := (&operator{account: account}).onboard(t, "given@example.net", "check", "-", "--aws"); code != 0 {
		t.Errorf("the command finds problems: got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	if got := account.User(t, "given@example.net").Groups; !slices.Equal(got, []string{"Staff"}) {
		t.Errorf("the user is in the groups %v, want Staff", got)
	}
	if mails := account.MailsTo(t, "given@example.net"); len(mails) != 1 || mails[0].From != "IT@Example.com" {
		t.Errorf("got the mails %+v, want one from the sender", mails)
	}
}

// TestRunWithWrongGroupAndIdentity gives the app a group without its path, and an address in another letter case than its
// identity.
func TestRunWithWrongGroupAndIdentity(t *testing.T) {
	t.Parallel()
	account := deployGiven(t, "group=Staff", "sender=IT@example.org", "identity=IT@example.org")
	execution := account.Run(t, listOf("not-given@example.net"))
	problems := strings.Split(execution.Cause, "\n")
	if execution.Error != "PreflightFailed" || len(problems) != 2 {
		t.Fatalf("got %+v, want PreflightFailed with two problems", execution)
	}
	if want := "SES has no identity IT@example.org in this region: create it and have it verified"; problems[0] != want {
		t.Errorf("got %s, want %s", problems[0], want)
	}
	start := "GetGroup failed with Iam.IamException: User: arn:aws:sts::123456789012:assumed-role/"
	end := "; the role of the state machine may use " + iamARN + "group/Staff alone: if the group has a path, or its name has another " +
		"letter case, configure the group by the ARN that IAM shows, and deploy the stack, then run the same list again"
	if !strings.HasPrefix(problems[1], start) || !strings.HasSuffix(problems[1], end) {
		t.Errorf("got\n%s\nwant\n%s…%s", problems[1], start, end)
	}
	account.WantNobody(t, "not-given@example.net")

	code, stdout, stderr := (&operator{account: account}).onboard(t, "not-given@example.net", "check", "-", "--aws")
	for _, problem := range []string{problems[0], "the group Staff is " + iamARN + "group/teams/Staff, but the role of the state machine " +
		"may use " + iamARN + "group/Staff alone: configure the group by the ARN that IAM shows, and deploy the stack"} {
		if code != 1 || !strings.Contains(stdout, "problem  "+problem+"\n") {
			t.Errorf("the command lacks the problem %s: got the exit code %d and\n%s%s", problem, code, stdout, stderr)
		}
	}
}
