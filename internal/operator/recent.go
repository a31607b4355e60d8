package operator

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"golang.org/x/sync/errgroup"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// atATime is the number of executions or users that this package asks AWS about at the same time. Each takes one or more calls,
// and AWS throttles.
const atATime = 5

// RecentExecution is an execution of the state machine, with the outcome of its users.
type RecentExecution struct {
	Name    string
	Started time.Time
	Status  string // of Step Functions
	// Users is the summary of the report. If there is no report, Users has the error and the number of users that are done, as
	// far as they are known. It is "?" if AWS refused a call.
	Users string
}

// Recent returns the most recent executions of the state machine. most is at most 1,000, which Step Functions lists in one
// call (Step Functions API Reference, ListExecutions). If AWS refuses to describe some of them, Recent returns all executions,
// and also an error with the refusals.
func Recent(ctx context.Context, machine *Machine, most int32) ([]RecentExecution, error) {
	api := machine.clients.Executions
	listed, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine.arn, MaxResults: most})
	if err != nil {
		return nil, refused("list the executions of "+machine.arn, err)
	}
	recent, errs := make([]RecentExecution, len(listed.Executions)), make([]error, len(listed.Executions))
	var all errgroup.Group
	all.SetLimit(atATime)
	for i, item := range listed.Executions {
		recent[i] = RecentExecution{
			Name:    text.OneLine(aws.ToString(item.Name)),
			Started: aws.ToTime(item.StartDate),
			Status:  string(item.Status),
		}
		all.Go(func() error {
			execution := &execution{api: api, arn: aws.ToString(item.ExecutionArn)}
			if recent[i].Users, errs[i] = usersOf(ctx, execution); errs[i] != nil {
				recent[i].Users = "?"
			}
			return nil
		})
	}
	_ = all.Wait() // the errors are in errs
	if ctx.Err() != nil {
		return nil, ErrInterrupted
	}
	return recent, errors.Join(errs...)
}

// usersOf returns the outcome of the users of an execution, for [RecentExecution].
func usersOf(ctx context.Context, execution *execution) (string, error) {
	described, err := execution.describe(ctx)
	if err != nil {
		return "", refused("read the execution "+execution.arn, err)
	}
	done := func() string {
		if done := usersDone(ctx, execution); done != "" {
			return done + " done"
		}
		return ""
	}
	if !hasEnded(described.Status) {
		return done(), nil
	}
	outcome, err := outcomeOf(ctx, execution, described)
	if errors.As(err, new(RefusalError)) {
		return "", err
	}
	if outcome == nil { // there is no report
		return text.Join(", ", text.OneLine(aws.ToString(described.Error)), done()), nil
	}
	return outcome.Summary(), nil
}
