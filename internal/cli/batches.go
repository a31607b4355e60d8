package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// batch is what one execution onboards of a list.
type batch struct {
	users []userlist.User
	input string
}

// split makes batches of a list, in its order.
func split(list *userlist.List) []batch {
	var batches []batch
	var items []json.RawMessage
	start, size := 0, emptyInput
	finish := func(end int) {
		batches = append(batches, batch{list.Users[start:end], inputOf(items, list.Resend)})
		items, start, size = nil, end, emptyInput
	}
	for i, user := range list.Users {
		item, _ := json.Marshal(user) // of strings, which cannot fail
		if len(items) == contract.MaxUsers || size+len(item)+1 > contract.MaxPayload {
			finish(i)
		}
		items = append(items, item)
		size += len(item) + 1
	}
	finish(len(list.Users))
	return batches
}

var emptyInput = len(inputOf([]json.RawMessage{}, true))

func inputOf(items []json.RawMessage, resend bool) string {
	input, _ := json.Marshal(struct {
		IAMUserNames []json.RawMessage
		Resend       bool `json:",omitempty"`
	}{items, resend})
	return string(input)
}

// runner runs the batches of a list, one after the other.
type runner struct {
	stderr   io.Writer
	api      ExecutionAPI
	machine  string
	profile  string
	list     *userlist.List
	batches  []batch
	progress progress

	suppressed []string // the names of the users whose mails SES does not send

	started int     // how many users are in an execution, or may be
	outcome outcome // of those whose execution has ended
}

func (r *runner) run(ctx context.Context) error {
	for _, batch := range r.batches {
		err := r.runBatch(ctx, batch)
		if err != nil && len(r.batches) > 1 {
			return fmt.Errorf("%w\n%s", err, r.rest(err))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *runner) runBatch(ctx context.Context, batch batch) error {
	if ctx.Err() != nil {
		return errInterrupted
	}
	execution, err := startExecution(ctx, r.api, r.machine, batch.input)
	if err == nil || errors.As(err, new(goesOnError)) {
		r.started += len(batch.users)
	}
	if err != nil {
		return err
	}
	execution.profile = r.profile
	fmt.Fprintf(r.stderr, "started %s, see %s\n", execution.name(), execution.consoleLink())
	ended, err := execution.watch(ctx, func(done int) { r.progress.show(r.outcome.Total + done) })
	r.progress.close()
	if err != nil {
		return err
	}
	outcome, err := execution.outcome(ctx, ended)
	var refused refusedList
	if errors.As(err, &refused) {
		return refused.locate(r.list.Name, batch.users)
	}
	if err != nil {
		return err
	}
	outcome.noteSuppressed(r.suppressed)
	r.outcome.add(outcome)
	return nil
}

// rest says who is missing in the report when the run ended with err, and what to do about it.
func (r *runner) rest(err error) string {
	rest := "no user is reported yet"
	if r.outcome.Total > 0 {
		rest = fmt.Sprintf("%d of %s are in this report", r.outcome.Total, text.Count(len(r.list.Users), "user"))
	}
	if unstarted := r.list.Users[r.started:]; len(unstarted) > 0 {
		rest += fmt.Sprintf(", and %d were not started, from %s (%s:%d) on",
			len(unstarted), unstarted[0].UserName, r.list.Name, unstarted[0].Line)
	}
	if errors.As(err, new(goesOnError)) { // two runs at a time can mail a password that is not the one set
		return rest + ": when that execution has ended, " + contract.RunAgain
	}
	return rest + ": " + contract.RunAgain
}
