package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConsumer runs the app of another module that imports the construct.
func TestConsumer(t *testing.T) {
	t.Parallel()
	output, outdir, err := runAppIn(t, filepath.Join("..", "examples", "consumer"), `{}`)
	if err != nil {
		t.Fatalf("the app failed: %v\n%s", err, output)
	}
	template := readTemplate(t, filepath.Join(outdir, "Access.template.json"))

	// The stack has two instances. Neither makes a resource that it was given.
	for resourceType, want := range map[string]int{
		"AWS::StepFunctions::StateMachine": 4, // each instance has one that onboards and one that withdraws first passwords
		"AWS::IAM::Group":                  2, // the group of the consumer, and the group of the contractors
		"AWS::SES::EmailIdentity":          1,
		"AWS::Scheduler::Schedule":         2,
		"AWS::Events::Rule":                2,
	} {
		if got := template.count(resourceType); got != want {
			t.Errorf("got %d resources of type %s, want %d", got, resourceType, want)
		}
	}
	// Each instance may change its own users and group, and not those of the other one.
	staff := strings.Join(template.statements(t, "OnboardStaffExecutionRoleDefaultPolicy"), "\n")
	contractors := strings.Join(template.statements(t, "OnboardContractorsExecutionRoleDefaultPolicy"), "\n")
	for _, test := range []struct {
		statements, want string
		isThere          bool
	}{
		{staff, "iam:CreateUser on " + iamARN + "user/staff/*", true},
		{staff, "iam:AddUserToGroup on <Staff.Arn>", true},
		{staff, "ses:GetEmailIdentity on " + sesARN + "identity/<Identity>", true},
		{staff, "ontractors", false},
		{contractors, "iam:CreateUser on " + iamARN + "user/contractors/*", true},
		{contractors, "iam:AddUserToGroup on <OnboardContractorsGroup.Arn>", true},
		{contractors, "ses:GetEmailIdentity on " + sesARN + "identity/<Identity>", true},
		{contractors, "taff", false},
	} {
		if strings.Contains(test.statements, test.want) != test.isThere {
			t.Errorf("want %q to be there: %v, got the statements\n%s", test.want, test.isThere, test.statements)
		}
	}
	wantLines(t, template.statements(t, "StaffDefaultPolicy"), []string{
		"StaffDefaultPolicy: Allow iam:ChangePassword on " + iamARN + "user/staff/${aws:username}",
		"StaffDefaultPolicy: Allow iam:GetAccountPasswordPolicy on *",
	})
	operators := strings.Join(template.statements(t, "OperatorsDefaultPolicy"), "\n")
	for _, machine := range []string{"<OnboardStaffStateMachine>", "<OnboardContractorsStateMachine>"} {
		for _, action := range []string{"states:StartExecution", "states:DescribeStateMachine, states:ListExecutions"} {
			if want := "Allow " + action + " on " + machine; !strings.Contains(operators, want) {
				t.Errorf("there is no statement\n%s\nin\n%s", want, operators)
			}
		}
	}
}

// readTemplate reads the template of an app from a file.
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
