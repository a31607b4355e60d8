package runs

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// TestSecondStack makes the stack of the app beside one that is there already, without a part of what the documentation says
// that a second stack needs, and with all of it.
func TestSecondStack(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t)
	for _, test := range []struct {
		settings []string
		err      string // a part of it, or nothing
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
