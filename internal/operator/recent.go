package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"golang.org/x/sync/errgroup"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

const (
	// atATime is the number of executions or users that this package asks AWS about at the same time. Each takes one or more
	// calls, and AWS throttles.
	atATime = 5
	// MaxRecent is how many executions Step Functions lists in one call (Step Functions API Reference, ListExecutions).
	MaxRecent = 1000
)

// Statuses are the statuses of an execution.
func Statuses() (names []string) {
	for _, status := range types.ExecutionStatus("").Values() {
		names = append(names, string(status))
	}
	return names
}

// Selection says which executions [Recent] returns.
type Selection struct {
	Most   int    // the greatest number of executions, at most MaxRecent
	Status string // one of Statuses, or empty for every status
	User   string // the name or the address of a user of the list, in any letter case, or empty for every list
}

// RecentExecution is an execution of the state machine, with the outcome of its users.
type RecentExecution struct {
	ExecutionRecord
	// Summary is the summary of the report, or the status of the user of the selection. If there is no report, Summary has the
	// error and the number of users that are done, as far as they are known. It is "?" if AWS refused a call.
	Summary string
}

// Recent returns the most recent executions of the state machine. If AWS refuses to describe some of them, Recent returns all
// executions, and also an error with the refusals. To find a user, it reads the lists of the last MaxRecent executions, and returns
// none if AWS refuses a call. Meanwhile it calls progress.
func Recent(ctx context.Context, machine *Machine, selection Selection, progress func(text string)) ([]RecentExecution, error) {
	api, most := machine.clients.Executions, selection.Most
	if selection.User != "" {
		most = MaxRecent
	}
	listed, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &machine.arn, MaxResults: int32(most), StatusFilter: types.ExecutionStatus(selection.Status),
	})
	if err != nil {
		return nil, refused("list the executions of "+machine.arn, err)
	}
	recent, errs := make([]*RecentExecution, len(listed.Executions)), make([]error, len(listed.Executions))
	err = readEach(ctx, len(recent), func(done, total int) { progress(fmt.Sprintf("reading executions: %d of %d", done, total)) },
		func(ctx context.Context, i int) error {
			recent[i], errs[i] = lookAt(ctx, machine, listed.Executions[i], selection.User)
			if selection.User == "" {
				return nil
			}
			return errs[i]
		})
	if ctx.Err() != nil {
		return nil, ErrInterrupted
	}
	if err != nil {
		return nil, err
	}
	found := []RecentExecution{}
	for _, execution := range recent {
		if execution != nil && len(found) < selection.Most {
			found = append(found, *execution)
		}
	}
	return found, errors.Join(errs...)
}

// readEach calls read for each index below count, atATime at the same time, until one returns an error. After each call it calls progress,
// whose calls do not overlap.
func readEach(ctx context.Context, count int, progress func(done, total int), read func(ctx context.Context, i int) error) error {
	var (
		mu   sync.Mutex
		done int
	)
	all, ctx := errgroup.WithContext(ctx)
	all.SetLimit(atATime)
	for i := range count {
		all.Go(func() error {
			err := read(ctx, i)
			mu.Lock()
			defer mu.Unlock()
			done++
			progress(done, count)
			return err
		})
	}
	return all.Wait()
}

// ExecutionNames returns the names of the last 100 executions of the state machine.
func ExecutionNames(ctx context.Context, machine *Machine) (names []string, err error) {
	listed, err := machine.clients.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine.arn, MaxResults: 100})
	if err != nil {
		return nil, refused("list the executions of "+machine.arn, err)
	}
	for _, item := range listed.Executions {
		names = append(names, text.OneLine(aws.ToString(item.Name)))
	}
	return names, nil
}

// lookAt describes an execution. It returns nil if the list of the execution does not have the user, unless user is empty.
func lookAt(ctx context.Context, machine *Machine, item types.ExecutionListItem, user string) (*RecentExecution, error) {
	execution := &execution{api: machine.clients.Executions, arn: aws.ToString(item.ExecutionArn), isSweep: machine.sweeps}
	described, err := execution.describe(ctx)
	if err != nil {
		described = &sfn.DescribeExecutionOutput{StartDate: item.StartDate, StopDate: item.StopDate, Status: item.Status}
		return &RecentExecution{execution.record(described), "?"}, refused("read the execution "+execution.arn, err)
	}
	name := ""
	if user != "" {
		if name = nameOf(user, described); name == "" {
			return nil, nil
		}
	}
	users, err := usersOf(ctx, execution, described, name)
	if err != nil {
		users = "?"
	}
	return &RecentExecution{execution.record(described), users}, err
}

// nameOf returns the name of the user of an execution that has this name or address, or an empty string if there is none.
func nameOf(user string, described *sfn.DescribeExecutionOutput) string {
	for _, one := range listOf(aws.ToString(described.Input)).Users {
		if strings.EqualFold(one.UserName, user) || strings.EqualFold(one.Email, user) {
			return one.UserName
		}
	}
	return ""
}

// usersOf returns the outcome of the users of an execution, for [RecentExecution], or that of one user if name is not empty.
func usersOf(ctx context.Context, execution *execution, described *sfn.DescribeExecutionOutput, name string) (string, error) {
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
	if outcome.Sweep != nil {
		return outcome.Sweep.Summary(), nil
	}
	if outcome.Total == 0 { // there is no report
		return text.Join(", ", text.OneLine(aws.ToString(described.Error)), done()), nil
	}
	for _, user := range outcome.Users {
		if user.UserName == name {
			return name + ": " + text.Join(", ", user.Status, user.Reason, user.Error), nil
		}
	}
	return outcome.Summary(), nil
}
