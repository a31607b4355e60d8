package faults

import (
	"encoding/json"
	"regexp"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
)

// testTurns starts executions while another one runs. Only one goes on, and the other changes nobody. After the end of the one,
// the list of the other runs.
func (s *suite) testTurns(t testing.TB) {
	s.testSecondList(t)
	s.testSameTime(t)
	s.checkEnd(t)
}

// testSecondList starts an execution while a call for a user of an older one waits.
func (s *suite) testSecondList(t testing.TB) {
	const late = "late@example.net"
	var second deployed.Execution
	c := newCase(startNamed("fresh"), "CreateUser", kind{name: "second-list", treat: func(x *exchange) {
		var err error
		if second, err = s.Account.Account.Run(t.Context(), s.input([]string{late}, false)); err != nil {
			t.Error(err)
		}
		x.give(x.handOn())
	}}, 1)
	first := s.try(t, c)
	if first.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the older execution ended as %s: %s", first.Status, first.Cause)
	}
	wantTurnOf(t, first, second)
	s.WantNobody(t, late)
	s.enlist(t, late, startNamed("fresh"))
}

// testSameTime starts two executions that have the same start time for Step Functions. Each of them sees the other.
func (s *suite) testSameTime(t testing.TB) {
	startDate := regexp.MustCompile(`("startDate": ?)[^,}]+`)
	var both sync.WaitGroup
	both.Add(2)
	s.proxy.inject(anybody, &fault{on: inState("ListExecutions"), calls: 2, treat: func(x *exchange) {
		both.Done()
		both.Wait()
		answer := x.handOn()
		answer.body = startDate.ReplaceAll(answer.body, []byte("${1}1764130000"))
		x.give(answer)
	}})
	names := []string{"turn-b", "turn-a"}
	ended := map[string]deployed.Execution{}
	for _, name := range names {
		input, err := json.Marshal(s.input([]string{name + "@example.net"}, false))
		if err != nil {
			t.Fatal(err)
		}
		started, err := s.SFN.StartExecution(t.Context(), &sfn.StartExecutionInput{
			StateMachineArn: &s.StateMachine, Name: &name, Input: aws.String(string(input)),
		})
		if err != nil {
			t.Fatal(err)
		}
		ended[name] = deployed.Execution{ARN: *started.ExecutionArn}
	}
	for _, name := range names {
		ended[name] = s.Await(t, ended[name].ARN)
	}
	s.proxy.clear()
	if a := ended["turn-a"]; a.Status != types.ExecutionStatusSucceeded {
		t.Errorf("of two executions, the one whose name comes first ended as %s with %s: %s", a.Status, a.Error, a.Cause)
	}
	wantTurnOf(t, ended["turn-a"], ended["turn-b"])
	s.WantNobody(t, "turn-b@example.net")
	for _, name := range names {
		s.enlist(t, name+"@example.net", startNamed("fresh"))
	}
}

// wantTurnOf checks that an execution has ended because another one was running, and that its cause says so.
func wantTurnOf(t testing.TB, other, ended deployed.Execution) {
	t.Helper()
	if want := contract.AnotherRun(other.Name()); ended.Error != contract.AnotherRunIsActive || ended.Cause != want {
		t.Errorf("got %s %s: %s\nwant AnotherRunIsActive: %s", ended.Status, ended.Error, ended.Cause, want)
	}
}
