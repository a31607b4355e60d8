package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// Execution holds what was measured of an execution that onboarded all users of a list of new users.
type Execution struct {
	Users int
	// Calls is the number of API calls of its tasks. Draws is how many of them drew a password.
	Calls, Draws int
	// States is the number of states that the Standard workflow entered, and of retries of its tasks. Children is the number of
	// child executions that it started. AWS bills a state transition for each of these (Step Functions Developer Guide,
	// "Transitions in Step Functions").
	States, Children int
	// Events is the number of events in the history.
	Events int
	// Payload is the size of the largest input or output of a state, in bytes.
	Payload int
	Wall    time.Duration
	// AtATime is the number of users that a child execution onboards at a time. Child is the mean duration of a child execution.
	AtATime int
	Child   time.Duration
}

// transitions returns the number of state transitions that AWS bills.
func (e Execution) transitions() int { return e.States + e.Children }

// measure runs a state machine on a list of new users, and returns what it measured.
func (a *account) measure(ctx context.Context, stateMachine string, users int) (e Execution, err error) {
	meter, err := newMeter(a.Endpoint())
	if err != nil {
		return e, err
	}
	defer meter.Close()
	if err := a.SetTaskEndpoint(ctx, meter.URL); err != nil {
		return e, err
	}
	defer func() { err = errors.Join(err, a.SetTaskEndpoint(context.WithoutCancel(ctx), "")) }()

	names := newUsers(users)
	machine := *a.Account
	machine.StateMachine = stateMachine
	execution, err := machine.Run(ctx, map[string]any{"IAMUserNames": names})
	if err != nil {
		return e, err
	}
	if execution.Status != types.ExecutionStatusSucceeded {
		return e, fmt.Errorf("the execution %s ended as %s: %s: %.1000s", execution.ARN, execution.Status, execution.Error, execution.Cause)
	}
	if e, err = a.examine(ctx, execution.ARN); err != nil {
		return e, err
	}
	e.Users, e.Calls, e.Draws = users, int(meter.calls.Load()), int(meter.draws.Load())
	return e, a.wantOnboarded(ctx, names)
}

// newUsers returns addresses that no earlier list has. All have the same length.
func newUsers(count int) (names []string) {
	list := time.Now().UnixNano()
	for i := range count {
		names = append(names, fmt.Sprintf("user-%04d@%x.example.net", i, list))
	}
	return names
}

// wantOnboarded returns an error unless each user is in the group and has a login profile. Only then the whole work was measured.
func (a *account) wantOnboarded(ctx context.Context, names []string) error {
	for _, name := range names {
		user, err := a.User(ctx, name)
		if err != nil {
			return err
		}
		if user.LoginProfile == nil || !slices.Contains(user.Groups, contract.DefaultGroupName) {
			return fmt.Errorf("the user %s is not onboarded, got: %+v", name, user)
		}
	}
	return nil
}

// examine measures an execution that has ended, from what AWS stores of it.
func (a *account) examine(ctx context.Context, execution string) (e Execution, err error) {
	described, err := a.SFN.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return e, err
	}
	e.Wall = described.StopDate.Sub(*described.StartDate)
	inMap, err := a.examineHistory(ctx, execution, &e)
	if err != nil {
		return e, err
	}
	return e, a.examineChildren(ctx, execution, inMap, &e)
}

// examineHistory measures the history. It returns the duration of the Map Run, or 0 if there was none.
func (a *account) examineHistory(ctx context.Context, execution string, e *Execution) (inMap time.Duration, err error) {
	var mapRunStarted time.Time
	tries := 0
	pages := sfn.NewGetExecutionHistoryPaginator(a.SFN, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 1000})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return 0, err
		}
		e.Events += len(page.Events)
		for _, event := range page.Events {
			if entered := event.StateEnteredEventDetails; entered != nil {
				e.States++
				e.Payload = max(e.Payload, len(aws.ToString(entered.Input)))
			}
			if exited := event.StateExitedEventDetails; exited != nil {
				e.Payload = max(e.Payload, len(aws.ToString(exited.Output)))
			}
			switch event.Type {
			case types.HistoryEventTypeTaskScheduled:
				tries++
			case types.HistoryEventTypeTaskStateEntered:
				tries--
			case types.HistoryEventTypeMapRunStarted:
				mapRunStarted = *event.Timestamp
			case types.HistoryEventTypeMapRunSucceeded:
				inMap = event.Timestamp.Sub(mapRunStarted)
			}
		}
	}
	e.States += tries
	return inMap, nil
}

// examineChildren measures the child executions. Their mean duration is that of the Map Run divided by their number, because they
// run one after the other.
func (a *account) examineChildren(ctx context.Context, execution string, inMap time.Duration, e *Execution) error {
	runs, err := a.SFN.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &execution})
	if err != nil {
		return err
	}
	for _, run := range runs.MapRuns {
		described, err := a.SFN.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: run.MapRunArn})
		if err != nil {
			return err
		}
		e.Children = int(described.ExecutionCounts.Total)
		e.AtATime = (int(described.ItemCounts.Total) + e.Children - 1) / e.Children
		e.Child = inMap / time.Duration(e.Children)
	}
	children, err := a.Children(ctx, execution)
	for _, child := range children {
		e.Payload = max(e.Payload, len(child.Input), len(child.Output))
	}
	return err
}
