package cli

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"
	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// target says which state machine to run, and as whom.
type target struct {
	stack           string
	stateMachine    string // an ARN; where it is given, the stack is not looked for
	region, profile string // empty: as the AWS CLI finds them
	regionOf        string // what the region is taken from; empty: --region
}

func (t *target) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&t.stack, "stack", contract.StackName, "the stack that has the state machine, by its output "+contract.StateMachineOutput)
	flags.StringVar(&t.stateMachine, "state-machine", "", "the `ARN` of the state machine, instead of --stack")
	flags.StringVar(&t.region, "region", "", "the AWS region (default: the one of --state-machine, else as the AWS CLI finds it)")
	flags.StringVar(&t.profile, "profile", "", "the AWS profile (default: as the AWS CLI finds it)")
	for _, name := range []string{"stack", "state-machine", "region", "profile"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
}

// resolve checks the flags, and takes the region from --state-machine where --region is not given.
func (t *target) resolve(cmd *cobra.Command) error {
	var problems []error
	byStack, byARN := cmd.Flags().Changed("stack"), cmd.Flags().Changed("state-machine")
	if byStack && byARN {
		problems = append(problems, usageErrorf("--stack and --state-machine exclude each other: see %s --help", cmd.CommandPath()))
	}
	if !rules.StackName.Holds(t.stack) {
		problems = append(problems, usageErrorf("--stack must %s, got: %s", rules.StackName.Expected, text.OneLine(t.stack)))
	}
	if byARN {
		problems = append(problems, t.resolveStateMachine())
	}
	return errors.Join(problems...)
}

func (t *target) resolveStateMachine() error {
	parsed, ok := parseStatesARN(t.stateMachine, "stateMachine:")
	if !ok {
		return usageErrorf("--state-machine must be an ARN such as "+
			"arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: %s", text.OneLine(t.stateMachine))
	}
	return t.takeRegion(parsed.Region, "--state-machine")
}

// parseStatesARN parses an ARN of Step Functions whose resource begins as wanted.
func parseStatesARN(text, resource string) (arn.ARN, bool) {
	parsed, err := arn.Parse(text)
	name, found := strings.CutPrefix(parsed.Resource, resource)
	return parsed, err == nil && found && name != "" && parsed.Service == "states" && parsed.Region != ""
}

// takeRegion takes the region of an ARN, which what names, unless the caller has named another.
func (t *target) takeRegion(region, what string) error {
	if t.region == "" {
		t.region, t.regionOf = region, what
	}
	if t.region == region {
		return nil
	}
	other := cmp.Or(t.regionOf, "--region")
	return usageErrorf("%s is in %s, but %s says %s: leave %[3]s out", what, region, other, text.OneLine(t.region))
}

// findStateMachine returns the ARN of the state machine.
func (t *target) findStateMachine(ctx context.Context, stacks StackAPI) (string, error) {
	if t.stateMachine != "" {
		return t.stateMachine, nil
	}
	found, err := stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &t.stack})
	if isNoStack(err) {
		return "", awsErrorf("no stack %q in this account and region: deploy it, "+
			"or choose with --stack, --state-machine, --region or --profile", t.stack)
	}
	if err != nil {
		return "", refused("look for the stack "+t.stack, err)
	}
	for _, stack := range found.Stacks {
		for _, output := range stack.Outputs {
			if aws.ToString(output.OutputKey) == contract.StateMachineOutput {
				return aws.ToString(output.OutputValue), nil
			}
		}
	}
	return "", awsErrorf("the stack %q has no output %s: choose another with --stack, or the state machine with --state-machine",
		t.stack, contract.StateMachineOutput)
}

// find makes the clients, and returns them with the ARN of the state machine.
func (a App) find(ctx context.Context, where target) (*Clients, string, error) {
	clients, err := a.Connect(ctx, where.region, where.profile)
	if err != nil {
		return nil, "", err
	}
	machine, err := where.findStateMachine(ctx, clients.Stacks)
	return clients, machine, err
}

// resolveExecution checks the ARN or the name of an execution, and takes the region from an ARN.
func (t *target) resolveExecution(name string) error {
	if parsed, ok := parseStatesARN(name, "execution:"); ok {
		return t.takeRegion(parsed.Region, "EXECUTION")
	}
	if name == "" || strings.ContainsAny(name, ":/ ") {
		return usageErrorf("EXECUTION must be a name or an ARN that onboard run or onboard list has told, got: %s", text.OneLine(name))
	}
	return nil
}

// findExecution returns the ARN of an execution, which is given by it or by its name.
func (t *target) findExecution(ctx context.Context, stacks StackAPI, name string) (string, error) {
	if arn.IsARN(name) {
		return name, nil
	}
	machine, err := t.findStateMachine(ctx, stacks)
	if err != nil {
		return "", err
	}
	found, err := arn.Parse(machine)
	if err != nil {
		return "", awsErrorf("the output %s of the stack %q is no ARN, got: %s", contract.StateMachineOutput, t.stack, machine)
	}
	_, machineName, _ := strings.Cut(found.Resource, ":")
	found.Resource = "execution:" + machineName + ":" + name
	return found.String(), nil
}

// isNoStack tells whether CloudFormation says that it has no such stack. Its error code, ValidationError, does not
// tell it apart from other mistakes.
func isNoStack(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && strings.HasSuffix(refusal.ErrorMessage(), "does not exist")
}
