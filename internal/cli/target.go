package cli

import (
	"cmp"
	"errors"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// target is the state machine that the flags choose, and its AWS region.
type target struct {
	operator.Target
	region   string // default: the region that the AWS CLI would use
	regionOf string // the argument whose ARN the region is from; empty if it is from --region
}

func (t *target) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&t.Stack, "stack", cmp.Or(os.Getenv(stackVariable), contract.StackName), "the stack whose output "+
		contract.StateMachineOutput+" names\nthe state machine; "+stackVariable+" sets the\ndefault")
	flags.StringVar(&t.StateMachine, "state-machine", "", "the `ARN` of the state machine, instead of --stack")
	flags.StringVar(&t.region, "region", "", "the AWS region (default: that of --state-machine,\nor that of the AWS CLI)")
	flags.StringVar(&t.Profile, "profile", "", "the AWS profile (default: that of the AWS CLI)")
	for name, complete := range map[string]cobra.CompletionFunc{
		"stack": cobra.NoFileCompletions, "state-machine": cobra.NoFileCompletions, "region": completeRegion, "profile": completeProfile,
	} {
		_ = cmd.RegisterFlagCompletionFunc(name, complete)
	}
}

// stackVariable is the environment variable that has the default of --stack.
const stackVariable = "ONBOARD_STACK"

func (t *target) addSweepsFlag(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.Sweeps, "sweeps", false, "executions that withdraw first passwords, those of\n"+
		contract.PasswordExpiryOutput+", an output of the stack")
}

// validate checks the flags, and takes the region from --state-machine if --region is not given.
func (t *target) validate(cmd *cobra.Command) error {
	var problems []error
	byStack, byARN := cmd.Flags().Changed("stack"), cmd.Flags().Changed("state-machine")
	if byStack && byARN {
		problems = append(problems, usageErrorf("--stack and --state-machine exclude each other: see %s --help", cmd.CommandPath()))
	}
	if !rules.StackName.Holds(t.Stack) {
		from := "--stack"
		if !byStack {
			from = stackVariable
		}
		problems = append(problems, usageErrorf("%s must %s, got: %q", from, rules.StackName.Expected, t.Stack))
	}
	if byARN {
		problems = append(problems, t.validateStateMachine())
	}
	return errors.Join(problems...)
}

func (t *target) validateStateMachine() error {
	parsed, ok := parseStatesARN(t.StateMachine, "stateMachine:")
	if !ok {
		return usageErrorf("--state-machine must be an ARN such as "+
			"arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: %q", t.StateMachine)
	}
	return t.takeRegion(parsed.Region, "--state-machine")
}

// validateExecution checks the ARN or the name of an execution, and takes the region from an ARN.
func (t *target) validateExecution(name string) error {
	if parsed, ok := parseStatesARN(name, "execution:"); ok {
		return t.takeRegion(parsed.Region, "EXECUTION")
	}
	if name == "" || strings.ContainsAny(name, ":/ ") {
		return usageErrorf("EXECUTION must be a name that onboard list prints, or an ARN, got: %q", name)
	}
	return nil
}

// parseStatesARN parses an ARN of Step Functions. It reports whether the text is one, and its resource begins with resource.
func parseStatesARN(text, resource string) (arn.ARN, bool) {
	parsed, err := arn.Parse(text)
	name, found := strings.CutPrefix(parsed.Resource, resource)
	return parsed, err == nil && found && name != "" && parsed.Service == "states" && parsed.Region != ""
}

// takeRegion takes the region of an ARN. It returns an error if the operator has chosen another region. what is the argument
// that has the ARN.
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
