package runs

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// TestSecondStack deploys a second stack of the app to an account. It checks that this fails if one of the settings is missing
// that the documentation requires for a second stack, and succeeds with all of them.
func TestSecondStack(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t)
	for _, test := range []struct {
		settings []string
		err      string // a part of the error; empty if there is none
	}{
		{[]string{"stackName=Group", "identity=" + deployed.Sender}, "Group with name NoAuthorityIAMGroup already exists"},
		{[]string{"stackName=Identity", "groupName=Staff"},
			"Resource of type 'AWS::SES::EmailIdentity' with identifier '" + deployed.Sender + "' already exists."},
		{[]string{"stackName=Second", "groupName=Others", "identity=" + deployed.Sender, "userPath=/staff/"}, ""},
	} {
		switch err := account.Create(t.Context(), test.settings...); {
		case test.err == "" && err != nil:
			t.Errorf("with %v: %v", test.settings, err)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("with %v: got %v, want %s", test.settings, err, test.err)
		}
	}
}
