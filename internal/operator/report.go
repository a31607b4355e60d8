package operator

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// Report returns the report of an execution that has ended, whether it succeeded or failed. execution is the ARN of the
// execution, or its name; then target has its state machine. If there is no report, the error says why: the execution is still
// running, does not exist (a [RefusalError]), has refused the list (a [ListError]), or has ended early.
func Report(ctx context.Context, clients *Clients, target Target, execution string) (*Outcome, error) {
	found, err := findExecution(ctx, clients, target, execution)
	if err != nil {
		return nil, err
	}
	described, err := found.describe(ctx)
	var missing *types.ExecutionDoesNotExist
	switch {
	case errors.As(err, &missing):
		return nil, refusalf("there is no execution %s: see onboard list, and check --stack, --region and --profile", found.arn)
	case err != nil:
		return nil, refused("read the execution "+found.arn, err)
	case !hasEnded(described.Status):
		return nil, stillRunning(ctx, found)
	}
	return outcomeOf(ctx, found, described)
}

// findExecution returns the execution with this ARN or name. It does not check that the execution exists: for a name, it only
// asks AWS for the state machine.
func findExecution(ctx context.Context, clients *Clients, target Target, name string) (*execution, error) {
	found := &execution{api: clients.Executions, arn: name, profile: target.Profile}
	if arn.IsARN(name) {
		return found, nil
	}
	machine, err := Find(ctx, clients, target)
	if err != nil {
		return nil, err
	}
	found.arn, err = machine.executionARN(name)
	if err != nil {
		return nil, refusalf("the output %s of the stack %q is no ARN, got: %q", contract.StateMachineOutput, target.Stack, machine.arn)
	}
	return found, nil
}

func stillRunning(ctx context.Context, execution *execution) error {
	progress := ""
	if done := usersDone(ctx, execution); done != "" {
		progress = ", " + done + " are done"
	}
	return fmt.Errorf("the execution is still running%s; %s", progress, execution.howToWatch())
}
