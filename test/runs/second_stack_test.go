package runs

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// TestSecondStack deploys the app beside a stack that is there already, with ever more of what the documentation says that a
// second stack needs. The local AWS does not roll a failed stack back, so each one has another group.
func TestSecondStack(t *testing.T) {
	t.Parallel()
	account := deployedtest.StartEmpty(t)
	if err := account.Deploy(t.Context()); err != nil {
		t.Fatal(err)
	}
	output := t.TempDir()
	for _, test := range []struct {
		stack   string
		context []string
		err     string // a part of it, or nothing
	}{
		{"Group", nil, "Group with name NoAuthorityIAMGroup already exists"},
		{"Identity", []string{"groupName=Staff"}, "Resource of type 'AWS::SES::EmailIdentity' with identifier '" + deployed.Sender + "' already exists."},
		{"Second", []string{"groupName=Others", "identity=" + deployed.Sender, "userPath=/staff/"}, ""},
	} {
		arguments := []string{"deploy", "--require-approval", "never", "--output", output}
		for _, setting := range append(test.context, "sender="+deployed.Sender, "stackName="+test.stack) {
			arguments = append(arguments, "-c", setting)
		}
		switch err := account.CDK(t.Context(), arguments...); {
		case test.err == "" && err != nil:
			t.Errorf("with %v: %v", test.context, err)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("with %v: got %v, want %s", test.context, err, test.err)
		}
	}
}
