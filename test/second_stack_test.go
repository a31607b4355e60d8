package test

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/localaws"
)

// TestSecondStack deploys the app beside a stack that is there already, with ever more of what the documentation says that a
// second stack needs. The local AWS does not roll a failed stack back, so each one has another group.
func TestSecondStack(t *testing.T) {
	server, err := localaws.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	if _, err := deployTo(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	output := t.TempDir()
	for _, test := range []struct {
		stack   string
		context []string
		err     string // a part of it, or nothing
	}{
		{"Group", nil, "Group with name NoAuthorityIAMGroup already exists"},
		{"Identity", []string{"groupName=Staff"}, "Resource of type 'AWS::SES::EmailIdentity' with identifier '" + sender + "' already exists."},
		{"Second", []string{"groupName=Others", "identity=" + sender, "userPath=/staff/"}, ""},
	} {
		arguments := []string{"deploy", "--require-approval", "never", "--output", output}
		for _, setting := range append(test.context, "sender="+sender, "stackName="+test.stack) {
			arguments = append(arguments, "-c", setting)
		}
		switch err := server.CDK(t.Context(), arguments...); {
		case test.err == "" && err != nil:
			t.Errorf("with %v: %v", test.context, err)
		case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
			t.Errorf("with %v: got %v, want %s", test.context, err, test.err)
		}
	}
}
