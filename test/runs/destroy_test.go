package runs

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// TestDestroy deletes the stack of the app with the CDK CLI. If the group has no member, the stack is deleted at once. If the
// group has a member, the CLI fails and says why, the group keeps the member, and the stack can be deleted after the member
// has left the group. After each deletion the stack can be deployed again. At the end, a deployment uses another group.
func TestDestroy(t *testing.T) {
	t.Parallel()
	account := deployedtest.StartEmpty(t)
	output := t.TempDir()
	app := []string{"--output", output, "-c", "sender=" + deployed.Sender}
	cdk := func(arguments ...string) error {
		err := account.CDK(t.Context(), append(arguments, app...)...)
		app = []string{"--app", output} // The first command has run the app. Its output is the same each time.
		return err
	}
	destroy := func() error { return cdk("destroy", "--force") }
	wantDestroyed := func() {
		t.Helper()
		if err := destroy(); err != nil {
			t.Fatal(err)
		}
		_, err := cloudformation.NewFromConfig(account.Config()).DescribeStacks(t.Context(),
			&cloudformation.DescribeStacksInput{StackName: aws.String(contract.StackName)})
		if err == nil {
			t.Fatal("the stack is still there")
		}
	}
	onboard := func(user string) {
		t.Helper()
		deployedtest.WantReport(t, account.Report(t, account.Run(t, map[string]any{"IAMUserNames": []string{user}})),
			report{Total: 1, Created: 1, Users: []userReport{{UserName: user, Status: "Created"}}})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}

	must(account.Deploy(t.Context()))
	wantDestroyed()

	must(account.Create(t.Context()))
	onboard("ada@example.net")
	err := destroy()
	for _, want := range []string{"DELETE_FAILED", "The following resource(s) failed to delete: [UserOnboardingGroup",
		"Cannot delete entity, must remove users from group first."} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Fatalf("cdk destroy ended with %v, want in it %s", err, want)
		}
	}
	if groups := account.User(t, "ada@example.net").Groups; len(groups) != 1 || groups[0] != contract.DefaultGroupName {
		t.Errorf("the user is in the groups %v, want %s", groups, contract.DefaultGroupName)
	}
	err = cdk("deploy", "--require-approval", "never")
	if err == nil || !strings.Contains(err.Error(), "is in DELETE_FAILED state and can not be updated") {
		t.Errorf("a deployment of the stack that could not be deleted ended with %v", err)
	}

	_, err = account.IAM.RemoveUserFromGroup(t.Context(), &iam.RemoveUserFromGroupInput{
		GroupName: aws.String(contract.DefaultGroupName), UserName: aws.String("ada@example.net"),
	})
	if err != nil {
		t.Fatal(err)
	}
	wantDestroyed()

	must(account.Deploy(t.Context()))
	onboard("grace@example.net")
	wantGroupReplaced(t, account, "grace@example.net")
}

// wantGroupReplaced makes the app use another group than its own, which has a member. The deployment succeeds. The old group
// keeps its member, but not the permission to change the password.
func wantGroupReplaced(t *testing.T, account *account, member string) {
	t.Helper()
	given, made := "Staff", contract.DefaultGroupName
	if _, err := account.IAM.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: &given}); err != nil {
		t.Fatal(err)
	}
	if err := account.CDK(t.Context(), "deploy", "--require-approval", "never", "--output", t.TempDir(),
		"-c", "sender="+deployed.Sender, "-c", "group="+given); err != nil {
		t.Fatal(err)
	}
	if groups := account.User(t, member).Groups; len(groups) != 1 || groups[0] != made {
		t.Errorf("the user is in the groups %v, want %s", groups, made)
	}
	policies, err := account.IAM.ListGroupPolicies(t.Context(), &iam.ListGroupPoliciesInput{GroupName: &made})
	if err != nil || len(policies.PolicyNames) != 0 {
		t.Errorf("the group %s has the policies %v, want none: %v", made, policies, err)
	}
	account.Run(t, map[string]any{"IAMUserNames": []string{"katherine@example.net"}})
	if groups := account.User(t, "katherine@example.net").Groups; len(groups) != 1 || groups[0] != given {
		t.Errorf("a new user is in the groups %v, want %s", groups, given)
	}
}
