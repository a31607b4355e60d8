package cli_test

import (
	"testing"

	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/smithy-go"
)

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

// TestNoSuchStack checks that the command says where it looked, and which other stacks have a state machine.
func TestNoSuchStack(t *testing.T) {
	const (
		deploy = "deploy it, or choose another with --stack, --state-machine, --region or --profile\n"
		here   = `onboard: there is no stack "Mine" in account 123456789012, eu-west-1: `
	)
	stack := func(name, key, value string) cfntypes.Stack {
		return cfntypes.Stack{StackName: &name, Outputs: []cfntypes.Output{{OutputKey: &key, OutputValue: &value}}}
	}
	others := []cfntypes.Stack{stack("Net", "Vpc", "vpc-1"), stack("Users", "StateMachineArn", machineARN), stack("Odd", "StateMachineArn", "none"),
		stack("Interns", "StateMachineArn", machineARN)}
	tests := map[string]struct {
		aws  fakeAWS
		want string
	}{
		"others have one":            {fakeAWS{stacks: others}, here + "choose one of those that have a state machine there with --stack: Users, Interns; or look elsewhere with --region or --profile\n"},
		"no other has one":           {fakeAWS{stacks: others[:1]}, here + deploy},
		"stacks not permitted":       {fakeAWS{stacks: others, stacksErr: denied}, here + deploy},
		"the account is not known":   {fakeAWS{callerErr: denied}, `onboard: there is no stack "Mine" in this account, eu-west-1: ` + deploy},
		"interrupted while it looks": {fakeAWS{interruptOn: connecting}, "onboard: interrupted\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.aws.stackErr = &smithy.GenericAPIError{Code: "ValidationError", Message: "Stack with id Mine does not exist"}
			code := 3
			if test.aws.interruptOn != 0 {
				code = 1
			}
			expect(t, runWith(t, &test.aws, "", "list", "--stack", "Mine"), result{"", test.want, code})
		})
	}
}
