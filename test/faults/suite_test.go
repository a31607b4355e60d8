package faults

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// suite runs faults against the deployed state machine.
type suite struct {
	*deployedtest.Account
	proxy   *proxy
	machine asl.Machine
	child   asl.Machine
	users   map[string]start // the users of all lists, by name
	order   []string
	before  map[string]localaws.User // the users that no run may change, as they were at first
	aborted bool                     // the running execution was stopped
	tried   tried
}

// bystanders are users that the state machine did not make. They are in every list.
var bystanders = map[string]string{"bystander-near@example.net": "foreign-near", "bystander-far@example.net": "foreign-far"}

// newSuite starts an account, and makes a suite for its state machine.
func newSuite(t testing.TB, settings ...string) *suite {
	t.Helper()
	return newSuiteOn(t, deployedtest.Start(t, settings...))
}

// newSuiteOn makes a suite for the state machine of an account.
func newSuiteOn(t testing.TB, account *deployedtest.Account) *suite {
	t.Helper()
	s := &suite{Account: account, machine: asl.Parse(t, account.Definition(t)), users: map[string]start{},
		before: map[string]localaws.User{}, tried: tried{}}
	s.child = s.machine.Child()
	s.proxy = newProxy(t, account)
	for name, at := range bystanders {
		if _, made := account.FindUser(t, name); !made { // by another suite of the account
			startNamed(at).make(t, account, name)
		}
		s.enlist(t, name, startNamed(at))
	}
	return s
}

// enlist adds a user to the users of the suite.
func (s *suite) enlist(t testing.TB, name string, at start) {
	t.Helper()
	s.users[name] = at
	s.order = append(s.order, name)
	if at.end != onboarded {
		s.before[name] = s.User(t, name)
	}
}

// input returns the input of a run of some users and the bystanders.
func (s *suite) input(names []string, resend bool) map[string]any {
	return map[string]any{"IAMUserNames": withBystanders(names), "Resend": resend}
}

func withBystanders(names []string) []string {
	return slices.Concat(names, slices.Sorted(maps.Keys(bystanders)))
}

// run runs users in one execution, and returns it with its calls.
func (s *suite) run(t testing.TB, names []string, resend bool) (deployed.Execution, []apiCall) {
	t.Helper()
	input := s.input(names, resend)
	s.checkSize(t, "the input", fmt.Sprint(input))
	s.aborted = false
	return s.Run(t, input), s.proxy.clear()
}

// try runs the users of some cases in one execution, each with its fault. It checks the invariants that hold after every run.
func (s *suite) try(t testing.TB, cases ...*faultCase) deployed.Execution {
	t.Helper()
	names := s.prepare(t, cases)
	execution, calls := s.run(t, names, cases[0].start.resend)
	s.checkBounds(t, calls, 1)
	s.checkCases(t, cases, execution, s.check(t, names, execution, s.See(t)))
	return execution
}

// prepare creates the users of some cases, sets their faults, and returns the names of the users.
func (s *suite) prepare(t testing.TB, cases []*faultCase) (names []string) {
	t.Helper()
	for _, c := range cases {
		c.start.make(t, s.Account, c.user)
		s.enlist(t, c.user, c.start)
		names = append(names, c.user)
		user := c.user
		if s.namesNobody(c.state) {
			user = anybody
		}
		s.proxy.inject(user, c.fault)
	}
	return names
}

// checkCases checks that each fault has happened, and that the run finished each user that a retry helps.
func (s *suite) checkCases(t testing.TB, cases []*faultCase, execution deployed.Execution, statuses map[string]deployedtest.UserReport) {
	t.Helper()
	for _, c := range cases {
		if c.fault.hit == 0 {
			t.Errorf("%s: the fault did not happen, because no such call was made", c.user)
			continue
		}
		s.tried.add(c)
		if status := statuses[c.user]; c.mustRecover() && (status.Status == "Failed" || status.Status == "") {
			t.Errorf("%s: a retry should have helped, got %s %s %+v", c.user, execution.Status, execution.Error, status)
		}
	}
}

// namesNobody reports whether the calls of a task state do not name their user.
func (s *suite) namesNobody(state string) bool {
	if _, ok := s.machine.States[state]; ok {
		return true
	}
	arguments := fmt.Sprint(s.child.States[state].Arguments)
	return !strings.Contains(arguments, "$states.input.UserName") && !strings.Contains(arguments, "$states.input.Email")
}

// paths returns, for each start, the task states of the child whose calls must fail. It runs a user from each start to find
// them.
func (s *suite) paths(t testing.TB) map[string][]string {
	t.Helper()
	paths, seen := map[string][]string{}, map[string]bool{}
	for _, start := range starts {
		name := "no-fault." + start.name + "@example.net"
		start.make(t, s.Account, name)
		s.enlist(t, name, start)
		execution, calls := s.run(t, []string{name}, start.resend)
		s.check(t, []string{name}, execution, s.See(t))
		for _, call := range calls {
			_, isOfChild := s.child.States[call.state]
			_, isOfBystander := bystanders[call.user]
			if isOfChild && !isOfBystander && !slices.Contains(paths[start.name], call.state) && !(start.brief && seen[call.state]) {
				paths[start.name] = append(paths[start.name], call.state)
				seen[call.state] = true
			}
		}
	}
	for _, task := range s.child.Tasks() {
		if !slices.ContainsFunc(starts, func(start start) bool { return slices.Contains(paths[start.name], task) }) {
			t.Errorf("no start leads to %s, so its faults are not tried: add a start", task)
		}
	}
	return paths
}
