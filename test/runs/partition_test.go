package runs

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"testing"

	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// TestRunInOtherPartition deploys the app to regions of other partitions than aws, and onboards a user there. If the sign-in
// page of the partition is not known, it first deploys the stack without signInUrl. This must fail, make nothing, and name the
// setting.
func TestRunInOtherPartition(t *testing.T) {
	const own = "https://staff.example.com/"
	for region, test := range map[string]struct {
		partition, signInURL string
		deploy               func(*deployed.Account, context.Context, ...string) error
		settings             []string
	}{
		"eusc-de-east-1": {"aws-eusc", own, (*deployed.Account).Deploy, []string{"signInUrl=" + own}},
		"us-gov-west-1":  {"aws-us-gov", "https://123456789012.signin.amazonaws-us-gov.com/console", (*deployed.Account).Create, nil},
	} {
		t.Run(region, func(t *testing.T) {
			t.Parallel()
			account := deployedtest.StartEmpty(t, localaws.InRegion(region))
			if test.settings != nil {
				wantNoSignInPage(t, account)
			}
			if err := test.deploy(account.Account, t.Context(), append(test.settings, "alarmEmail=alarm@example.com", "requireMfa=true")...); err != nil {
				t.Fatal(err)
			}
			execution := account.Run(t, map[string]any{"IAMUserNames": []string{"ada@example.net"}})
			deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Created: 1, Users: []userReport{
				{UserName: "ada@example.net", Status: "Created"},
			}})
			if !strings.HasPrefix(execution.ARN, "arn:"+test.partition+":states:"+region+":") {
				t.Errorf("got the execution %s", execution.ARN)
			}
			mails := account.MailsTo(t, "ada@example.net")
			if len(mails) != 1 || !strings.Contains(mails[0].Text, test.signInURL) {
				t.Errorf("got the mails %+v, want one with the page %s", mails, test.signInURL)
			}
		})
	}
}

// wantNoSignInPage checks that a deployment without signInUrl fails in a partition whose sign-in page is not known.
func wantNoSignInPage(t *testing.T, account *account) {
	t.Helper()
	err := account.Create(t.Context())
	if err == nil || !regexp.MustCompile(`Template error: Unable to get mapping for UserOnboardingSignInUrlMustBeGiven[0-9A-F]{8}::aws-eusc::SignIn`).
		MatchString(err.Error()) {
		t.Fatalf("a stack without signInUrl ended with %v", err)
	}
	if roles, err := account.IAM.ListRoles(t.Context(), nil); err != nil || slices.ContainsFunc(roles.Roles,
		func(role iamtypes.Role) bool { return strings.Contains(*role.RoleName, "UserOnboarding") }) {
		t.Errorf("the deployment made a role, or the roles could not be listed: %v", err)
	}
}
