package faults

import (
	"context"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// testAborts stops the execution right before and right after each call takes effect.
func (s *suite) testAborts(t testing.TB, paths map[string][]string) {
	paths = maps.Clone(paths)
	for _, task := range s.machine.Tasks() {
		paths["fresh"] = append([]string{task}, paths["fresh"]...)
	}
	for _, start := range starts {
		for _, state := range paths[start.name] {
			for _, kind := range around("abort", func(apiCall) { s.abort() }) {
				c := newCase(start, state, kind, 1)
				execution := s.try(t, c)
				if execution.Status != types.ExecutionStatusAborted && c.fault.hit > 0 {
					t.Errorf("%s: got %s, want ABORTED", c.user, execution.Status)
				}
			}
		}
	}
	if err := s.AwaitQuiet(t.Context()); err != nil { // stopped executions may still make calls
		t.Fatal(err)
	}
	s.checkEnd(t)
}

// around returns two kinds in which something happens right before and right after a call takes effect.
func around(what string, happen func(apiCall)) []kind {
	return []kind{
		{name: what + "-before", treat: func(x *exchange) {
			happen(x.apiCall)
			x.give(x.handOn())
		}},
		{name: what + "-after", treat: func(x *exchange) {
			answer := x.handOn()
			happen(x.apiCall)
			x.give(answer)
		}},
	}
}

// abort stops the execution of the run.
func (s *suite) abort() {
	s.aborted = true
	stopRunning(s.Account)
}

// stopRunning stops the executions of the state machine.
func stopRunning(account *deployedtest.Account) {
	ctx := context.Background() // this runs for a call, which the context of the test must not end
	running, err := account.SFN.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &account.StateMachine, StatusFilter: types.ExecutionStatusRunning,
	})
	if err != nil {
		return // then the test reports that the execution did not end as ABORTED
	}
	for _, execution := range running.Executions {
		_, _ = account.SFN.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: execution.ExecutionArn})
	}
}
