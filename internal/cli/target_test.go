package cli_test

import "testing"

func TestRunFindsTheStateMachine(t *testing.T) {
	tests := map[string]struct {
		flags                           []string
		stack, machine, region, profile string
	}{
		"by default": {
			stack: "IamUserOnboarding", machine: machineARN,
		},
		"by stack, region and profile": {
			flags: []string{"--stack", "Mine", "--region", "eu-north-1", "--profile", "admin"},
			stack: "Mine", machine: machineARN, region: "eu-north-1", profile: "admin",
		},
		"by ARN, which has the region": {
			flags:   []string{"--state-machine", "arn:aws:states:us-east-1:123456789012:stateMachine:Mine"},
			machine: "arn:aws:states:us-east-1:123456789012:stateMachine:Mine", region: "us-east-1",
		},
		"by ARN, with its region": {
			flags:   []string{"--state-machine", machineARN, "--region", "eu-west-1"},
			machine: machineARN, region: "eu-west-1",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{looks: succeeded(created)}
			got := runWith(t, fake, `["ada@example.com"]`, append([]string{"run", "-"}, test.flags...)...)
			got.Stderr = ""
			expect(t, got, result{createdTable, "", 0})
			if fake.stackName != test.stack || *fake.started[0].StateMachineArn != test.machine ||
				fake.region != test.region || fake.profile != test.profile {
				t.Errorf("asked for stack %q, state machine %q, region %q, profile %q",
					fake.stackName, *fake.started[0].StateMachineArn, fake.region, fake.profile)
			}
		})
	}
}
