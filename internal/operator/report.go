package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Report returns the report of an execution that has ended, whether it succeeded or failed. execution is the ARN of the
// execution, or its name, or empty for the last one of the state machine; then target has the state machine. If there is no report,
// the outcome has no users, and the error says why: the execution is still running, does not exist (a [RefusalError]), has refused
// the list (a [ListError]), or has ended early.
func Report(ctx context.Context, clients *Clients, target Target, execution string) (*Outcome, error) {
	found, described, err := open(ctx, clients, target, execution)
	switch {
	case err != nil:
		return &Outcome{}, err
	case !hasEnded(described.Status):
		return &Outcome{Executions: []ExecutionRecord{found.record(described)}}, stillRunning(ctx, found)
	}
	return reported(ctx, found, described)
}

// Watch waits for the end of an execution. Then it does what [Report] does. Meanwhile it calls progress with the number of users that
// are done, and of all, if these numbers are known.
func Watch(ctx context.Context, clients *Clients, target Target, execution string, progress func(done, total int)) (*Outcome, error) {
	found, described, err := open(ctx, clients, target, execution)
	if err != nil {
		return &Outcome{}, err
	}
	if !hasEnded(described.Status) {
		total := len(listOf(aws.ToString(described.Input)).Users)
		ended, err := watch(ctx, found, func(done int) {
			if total > 0 {
				progress(done, total)
			}
		})
		if err != nil {
			return &Outcome{Executions: []ExecutionRecord{found.record(described)}}, err
		}
		described = ended
	}
	return reported(ctx, found, described)
}

// open finds an execution, as [Report] does, and describes it.
func open(ctx context.Context, clients *Clients, target Target, name string) (*execution, *sfn.DescribeExecutionOutput, error) {
	found, err := findExecution(ctx, clients, target, name)
	if err != nil {
		return nil, nil, err
	}
	described, err := found.describe(ctx)
	var missing *types.ExecutionDoesNotExist
	switch {
	case errors.As(err, &missing):
		return nil, nil, refusalf("there is no execution %s: see onboard list, and check --stack, --region and --profile", found.arn)
	case err != nil:
		return nil, nil, refused("read the execution "+found.arn, err)
	}
	return found, described, nil
}

// reported returns the report of an execution that has ended, with the time until which the first passwords work.
func reported(ctx context.Context, execution *execution, ended *sfn.DescribeExecutionOutput) (*Outcome, error) {
	outcome, err := outcomeOf(ctx, execution, ended)
	if err == nil && slices.ContainsFunc(outcome.Users, UserOutcome.hasNewPassword) {
		outcome.noteValidity(aws.ToTime(ended.StartDate), execution.validityHours(ctx))
	}
	return outcome, err
}

// validityHours returns how long a first password worked by the settings with which the execution ran, which are not those of today.
// It returns 0 if it cannot read them.
func (e *execution) validityHours(ctx context.Context) int {
	described, err := e.api.DescribeStateMachineForExecution(ctx, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &e.arn})
	if err != nil {
		return 0
	}
	return settingsOf(aws.ToString(described.Definition)).ValidityHours
}

// findExecution returns the execution with this ARN or name, or the last one of the state machine if name is empty. It does not check
// that an execution with a name exists: for a name, it only asks AWS for the state machine.
func findExecution(ctx context.Context, clients *Clients, target Target, name string) (*execution, error) {
	found := &execution{api: clients.Executions, arn: name, profile: target.Profile, isSweep: target.Sweeps}
	if arn.IsARN(name) {
		return found, nil
	}
	machine, err := Find(ctx, clients, target)
	if err != nil {
		return nil, err
	}
	if name == "" {
		return found, found.findLast(ctx, machine)
	}
	found.arn, err = machine.executionARN(name)
	if err != nil {
		return nil, refusalf("the output %s of the stack %q is no ARN, got: %q", target.output(), target.Stack, machine.arn)
	}
	return found, nil
}

// findLast sets the ARN to that of the execution that started last.
func (e *execution) findLast(ctx context.Context, machine *Machine) error {
	listed, err := e.api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine.arn, MaxResults: 1})
	if err != nil {
		return refused("list the executions of "+machine.arn, err)
	}
	if len(listed.Executions) == 0 {
		if machine.sweeps {
			return refusalf("there is no sweep of %s yet: %s", machine.arn, SweepsAreScheduled)
		}
		return refusalf("there is no execution of %s yet: see onboard run --help", machine.arn)
	}
	e.arn = aws.ToString(listed.Executions[0].ExecutionArn)
	return nil
}

func stillRunning(ctx context.Context, execution *execution) error {
	progress := ""
	if done := usersDone(ctx, execution); done != "" {
		progress = ", " + done + " are done"
	}
	return fmt.Errorf("the execution is still running%s; %s", progress, execution.howToWatch())
}
