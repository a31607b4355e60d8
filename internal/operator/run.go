package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// Run onboards the users of a list. It splits the list into executions, and runs one after the other.
type Run struct {
	// Waits says that [Run.Do] waits for the end of an execution that somebody else has started, before it starts one.
	Waits bool

	machine *Machine
	list    *userlist.List
	batches []batch

	settings   contract.Settings // empty if they cannot be read
	suppressed []string          // the names of the users whose mails SES does not send
	started    int               // the number of users in executions that have started, or may have started
	outcome    Outcome           // the reports of the executions that have ended
}

// Watcher shows the progress of a [Run].
type Watcher interface {
	// Waiting is called before the run waits for the end of another execution.
	Waiting(other string)
	// Started is called after the start of each execution. page is its URL in the AWS console, or its ARN.
	Started(name, page string)
	// Done is called every second with the number of users of the list that are done, if this number is known. Users that an
	// aborted execution may have left incomplete are not counted.
	Done(users int)
	// Stopped is called when an execution has ended, or when an error stops the watching.
	Stopped()
}

// NewRun prepares the run of a list. It makes no call of AWS.
func NewRun(machine *Machine, list *userlist.List) *Run {
	return &Run{machine: machine, list: list, batches: split(list)}
}

// Executions returns the number of executions that the list needs.
func (r *Run) Executions() int { return len(r.batches) }

// Check returns an error if the state machine would refuse the list: if another execution is running, unless the run waits for its end, or
// if the list names a group or a language that is not allowed, which is a [ListError]. It calls warn for each address that SES suppresses,
// because SES sends no mail there. If that takes long, Check calls progress. If AWS refuses a call, Check goes on. It returns
// [ErrInterrupted] if ctx ends.
func (r *Run) Check(ctx context.Context, warn, progress func(text string)) error {
	if !r.Waits {
		if other := r.otherExecution(ctx); other != "" {
			return r.besideAnother(other, "")
		}
	}
	look, err := newLook(ctx, r.machine, r.list, progress)
	if err != nil {
		look.add(warning, unknown+" (states:DescribeStateMachine): %v", err)
	} else {
		r.settings = look.settings
		if wrong := (preflight{look}).lookAtList(); wrong > 0 {
			return refusedList(look.findings, wrong)
		}
		suppression := suppression{look: look}
		_ = suppression.search(ctx) // fails only if ctx ends
		r.suppressed = suppression.users
	}
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	for _, finding := range look.findings {
		if finding.Level != fine {
			warn(finding.Text)
		}
	}
	return nil
}

// refusedList is the error that this number of users of a list name something that is not allowed.
func refusedList(findings []Finding, wrong int) error {
	var lines []string
	for _, finding := range findings {
		lines = append(lines, finding.Text)
	}
	return ListError{fmt.Errorf("%s in the list, and nothing was started:%s", text.Count(wrong, "problem"), text.Indent(strings.Join(lines, "\n")))}
}

// otherExecution returns the name of an execution that is running. It returns an empty string if there is none, or if the
// operator has no permission to list executions. ListExecutions may list an execution for a while after its end, because it is
// eventually consistent (Step Functions API Reference), so isOver has the last word.
func (r *Run) otherExecution(ctx context.Context) string {
	running, err := r.machine.clients.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &r.machine.arn, StatusFilter: types.ExecutionStatusRunning, MaxResults: 1,
	})
	if err != nil || len(running.Executions) == 0 {
		return ""
	}
	other := running.Executions[0]
	if r.isOver(ctx, aws.ToString(other.Name)) {
		return ""
	}
	return text.OneLine(aws.ToString(other.Name))
}

// isOver reports whether an execution of the state machine has ended. It returns false if that is not known.
func (r *Run) isOver(ctx context.Context, name string) bool {
	arn, err := r.machine.executionARN(name)
	if err != nil {
		return false
	}
	described, err := (&execution{api: r.machine.clients.Executions, arn: arn}).describe(ctx)
	return err == nil && hasEnded(described.Status)
}

// Do runs the executions. It returns the outcome of the executions that have made a report, also with an error. If no
// execution has made one, Total is 0. If the list needs more than one execution, the error says which users are not in the
// outcome, and what to do about them. Do returns no error for users that failed: see [Outcome.Err].
//
// If ctx ends, Do stops watching, and starts no more executions. It does not stop an execution that has started.
func (r *Run) Do(ctx context.Context, watcher Watcher) (*Outcome, error) {
	for _, batch := range r.batches {
		err := r.do(ctx, batch, watcher)
		if errors.Is(err, ErrInterrupted) && r.started == 0 {
			return &r.outcome, fmt.Errorf("%w, nothing was started", err)
		}
		if err != nil && len(r.batches) > 1 {
			err = fmt.Errorf("%w\n%s", err, r.rest(err))
		}
		if err != nil {
			return &r.outcome, err
		}
	}
	return &r.outcome, nil
}

// do runs the execution of a batch. If the state machine refuses it because of another execution that has ended, do tries again:
// Step Functions may list an execution for a while after its end. The last batch is such an execution. If the run waits, do also
// tries again after the end of an execution that was still running.
func (r *Run) do(ctx context.Context, batch batch, watcher Watcher) error {
	if r.Waits {
		if other := r.otherExecution(ctx); other != "" {
			if err := r.awaitEnd(ctx, other, watcher); err != nil {
				return err
			}
		}
	}
	for begin := time.Now(); ; {
		err := r.try(ctx, batch, watcher)
		var refusal turnError
		if !errors.As(err, &refusal) {
			return err
		}
		r.started -= len(batch.users) // the execution has changed nobody
		isOver := r.isOver(ctx, refusal.other)
		switch {
		case !isOver && r.Waits && refusal.other != "":
			if err := r.awaitEnd(ctx, refusal.other, watcher); err != nil {
				return err
			}
			begin = time.Now()
		case !isOver || time.Since(begin) >= patience:
			return r.besideAnother(refusal.other, err.Error())
		}
		select {
		case <-time.After(pollInterval):
		case <-ctx.Done():
			return ErrInterrupted
		}
	}
}

// besideAnother is the error of a run that has found another execution. refusal is what the state machine says of it; it is used if the
// name of the execution is not known.
func (r *Run) besideAnother(name, refusal string) error {
	if arn, err := r.machine.executionARN(name); name != "" && err == nil {
		watch := withProfile(contract.WatchCommand+arn, r.machine.profile)
		refusal = strings.Replace(contract.AnotherRun(name), contract.WatchCommand+name, watch, 1)
	}
	return errors.New(refusal + "; or add --wait, and the command waits")
}

// awaitEnd waits for the end of an execution of somebody else.
func (r *Run) awaitEnd(ctx context.Context, name string, watcher Watcher) error {
	arn, err := r.machine.executionARN(name)
	if err != nil {
		return err
	}
	watcher.Waiting(name)
	_, err = watch(ctx, &execution{api: r.machine.clients.Executions, arn: arn, profile: r.machine.profile}, func(int) {})
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}

// try runs an execution of a batch.
func (r *Run) try(ctx context.Context, batch batch, watcher Watcher) error {
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	execution, err := start(ctx, r.machine, batch)
	if err == nil || errors.As(err, new(goesOnError)) {
		r.started += len(batch.users)
	}
	if err != nil {
		return err
	}
	watcher.Started(execution.name(), execution.page())
	ended, err := watch(ctx, execution, func(done int) { watcher.Done(r.outcome.Total + done) })
	watcher.Stopped()
	if err != nil { // the execution goes on
		r.outcome.Executions = append(r.outcome.Executions, execution.record(&sfn.DescribeExecutionOutput{Status: types.ExecutionStatusRunning}))
		return err
	}
	outcome, err := outcomeOf(ctx, execution, ended)
	outcome.noteSuppressed(r.suppressed)
	outcome.noteValidity(aws.ToTime(ended.StartDate), r.settings.ValidityHours)
	r.outcome.add(outcome)
	return err
}

// rest returns which users are not in the report of a run that ended with an error, and what to do about them.
func (r *Run) rest(err error) string {
	rest := "no user is reported yet"
	if r.outcome.Total > 0 {
		rest = fmt.Sprintf("%d of %s are in this report", r.outcome.Total, text.Count(len(r.list.Users), "user"))
	}
	unstarted := r.list.Users[r.started:]
	if len(unstarted) > 0 {
		rest += fmt.Sprintf(", and %d were not started, beginning with %s (%s:%d)",
			len(unstarted), unstarted[0].UserName, r.list.Name, unstarted[0].Line)
	}
	switch isRunning := errors.As(err, new(goesOnError)); { // two executions at the same time can mail a password that does not work
	case isRunning && len(unstarted) > 0:
		return rest + ": when that execution has ended, " + contract.RunAgain
	case isRunning:
		return rest + ", and the others are in the report of that execution"
	default:
		return rest + ": " + contract.RunAgain
	}
}
