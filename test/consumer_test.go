package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConsumer synthesizes the app of another module that imports the construct, as its owner would.
func TestConsumer(t *testing.T) {
	output, outdir, err := runAppIn(t, filepath.Join("..", "examples", "consumer"), `{}`)
	if err != nil {
		t.Fatalf("the app failed: %v\n%s", err, output)
	}
	template := readTemplate(t, filepath.Join(outdir, "Access.template.json"))

	// Two instances, of which neither makes what it was given.
	for resourceType, want := range map[string]int{
		"AWS::StepFunctions::StateMachine": 2,
		"AWS::IAM::Group":                  2, // the consumer's own, and the one of the contractors
		"AWS::SES::EmailIdentity":          1,
		"AWS::Events::Rule":                1,
	} {
		if got := template.count(resourceType); got != want {
			t.Errorf("got %d resources of type %s, want %d", got, resourceType, want)
		}
	}
	wantContains(t, template.statements(t, "OnboardStaffExecutionRole"),
		"Allow iam:AddUserToGroup on <Staff.Arn>",
		"Allow iam:CreateUser on "+iamARN+"user/staff/*",
		"Allow ses:GetEmailIdentity on arn:aws:ses:us-east-1:123456789012:identity/<Identity>",
	)
	wantContains(t, template.statements(t, "OnboardContractorsExecutionRole"),
		"Allow iam:AddUserToGroup on <OnboardContractorsGroup.Arn>",
		"Allow iam:CreateUser on "+iamARN+"user/contractors/*",
		"Allow ses:GetEmailIdentity on arn:aws:ses:us-east-1:123456789012:identity/<Identity>",
	)
	for role, other := range map[string]string{
		"OnboardStaffExecutionRole": "contractors", "OnboardContractorsExecutionRole": "staff",
	} {
		if statements := strings.Join(template.statements(t, role), "\n"); strings.Contains(statements, other) {
			t.Errorf("%s may do something with the users of the other instance:\n%s", role, statements)
		}
	}
	wantLines(t, template.statements(t, "OperatorsDefaultPolicy"), []string{
		"Allow states:StartExecution on <OnboardContractorsStateMachine>", "Allow states:StartExecution on <OnboardStaffStateMachine>",
	})
}

func wantContains(t *testing.T, lines []string, want ...string) {
	t.Helper()
	text := strings.Join(lines, "\n") + "\n"
	for _, line := range want {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("there is no statement\n%s\nin\n%s", line, text)
		}
	}
}

// readTemplate reads the template that an app wrote.
func readTemplate(t *testing.T, file string) template {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var synthesized map[string]any
	if err := json.Unmarshal(content, &synthesized); err != nil {
		t.Fatal(err)
	}
	return decode[template](t, resolve(synthesized, synthesized))
}
