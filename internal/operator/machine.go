package operator

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// Target is the operator's choice of a state machine.
type Target struct {
	// Stack is the name of the stack whose output StateMachineArn is the ARN of the state machine. It is not used if
	// StateMachine is set.
	Stack string
	// StateMachine is the ARN of the state machine. Default: the output of Stack.
	StateMachine string
	// Sweeps chooses the output PasswordExpiryArn of Stack instead: the state machine that withdraws first passwords.
	Sweeps bool
	// Profile is the AWS profile in the commands that errors suggest. It is the profile of the clients. Default: the commands
	// name no profile.
	Profile string
}

// Machine is a state machine, with the clients for its account and region.
type Machine struct {
	clients *Clients
	arn     string
	profile string // see Target
	sweeps  bool   // see Target
	stack   string // the stack that names it, or empty
}

// output returns the name of the output of the stack that is the ARN of the state machine.
func (t Target) output() string {
	if t.Sweeps {
		return contract.PasswordExpiryOutput
	}
	return contract.StateMachineOutput
}

// Find finds the state machine of a target. It returns a [RefusalError] if there is no such stack, or if the stack does not have
// the output. It does not check that [Target.StateMachine] exists.
func Find(ctx context.Context, clients *Clients, target Target) (*Machine, error) {
	found := &Machine{clients: clients, arn: target.StateMachine, profile: target.Profile, sweeps: target.Sweeps}
	if found.arn != "" {
		return found, nil
	}
	found.stack = target.Stack
	var err error
	found.arn, err = findInStack(ctx, clients, target.Stack, target.output())
	return found, err
}

// Account returns the id of the account that has the state machine.
func (m *Machine) Account() string { return m.parsedARN().AccountID }

// Region returns the region that has the state machine.
func (m *Machine) Region() string { return m.parsedARN().Region }

func (m *Machine) parsedARN() arn.ARN {
	parsed, _ := arn.Parse(m.arn) // Step Functions refuses a string that is no ARN
	return parsed
}

// executionARN returns the ARN of an execution of the state machine.
func (m *Machine) executionARN(name string) (string, error) {
	parsed, err := arn.Parse(m.arn)
	if err != nil {
		return "", err
	}
	_, machineName, _ := strings.Cut(parsed.Resource, ":")
	parsed.Resource = "execution:" + machineName + ":" + name
	return parsed.String(), nil
}

// findInStack returns the ARN of the state machine from the output of a stack.
func findInStack(ctx context.Context, clients *Clients, name, wanted string) (string, error) {
	found, err := clients.Stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if isNoStack(err) {
		return "", noStack(ctx, clients, name)
	}
	if err != nil {
		return "", refused("find the stack "+name, err)
	}
	for _, stack := range found.Stacks {
		if arn := outputOf(stack, wanted); arn != "" {
			return arn, nil
		}
	}
	return "", refusalf("the stack %q has no output %s: choose another with --stack, or the state machine with --state-machine",
		name, wanted)
}

// outputOf returns the value of an output of a stack, or an empty string if the stack does not have it.
func outputOf(stack types.Stack, wanted string) string {
	for _, output := range stack.Outputs {
		if aws.ToString(output.OutputKey) == wanted {
			return aws.ToString(output.OutputValue)
		}
	}
	return ""
}

// noStack returns the error that there is no such stack. It says where the command looked, and which stacks are possible, as far as the
// operator may know this.
func noStack(ctx context.Context, clients *Clients, name string) error {
	account := "this account"
	if caller, err := clients.Identity.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}); err == nil {
		account = "account " + aws.ToString(caller.Account)
	}
	var fitting []string
	pages := cloudformation.NewDescribeStacksPaginator(clients.Stacks, &cloudformation.DescribeStacksInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			break // most operators may only describe their stack
		}
		for _, stack := range page.Stacks {
			if arn.IsARN(outputOf(stack, contract.StateMachineOutput)) {
				fitting = append(fitting, aws.ToString(stack.StackName))
			}
		}
	}
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	remedy := "deploy it, or choose another with --stack, --state-machine, --region or --profile"
	if len(fitting) > 0 {
		remedy = "choose one of those that have a state machine there with --stack: " + strings.Join(fitting, ", ") +
			"; or look elsewhere with --region or --profile"
	}
	return refusalf("there is no stack %q in %s, %s: %s", name, account, clients.Region, remedy)
}

// isNoStack reports whether CloudFormation says that it has no such stack. Its error code, ValidationError, does not
// distinguish this from other mistakes.
func isNoStack(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && strings.HasSuffix(refusal.ErrorMessage(), "does not exist")
}
