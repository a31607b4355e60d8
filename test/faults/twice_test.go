package faults

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// testTwice runs a user a second time while a call of the first run waits, right before and right after each call takes
// effect. This is the worst case of a child execution that Step Functions runs twice. Two executions of one state machine do not
// run at the same time, so a copy of the state machine runs the user the second time. In any order, a mail has the password
// that is set. After one more run with Resend, the last mail has it.
func (s *suite) testTwice(t testing.TB) {
	fresh := startNamed("fresh")
	copied := s.WithDefinition(t, "Twice", s.Definition(t))
	runAgain := func(call apiCall) {
		if _, err := copied.Account.Run(t.Context(), s.input([]string{call.user}, false)); err != nil {
			t.Errorf("%s: %v", call.user, err)
		}
	}
	for _, state := range s.child.PathOfNewUser() {
		for _, kind := range around("run", runAgain) {
			c := newCase(fresh, state, kind, 1)
			if s.namesNobody(state) {
				user := c.user
				treat := c.fault.treat
				c.fault.treat = func(x *exchange) {
					x.user = user
					treat(x)
				}
			}
			s.tryTwice(t, c)
		}
	}
	s.order = nil
}

func (s *suite) tryTwice(t testing.TB, c *faultCase) {
	t.Helper()
	names := s.prepare(t, []*faultCase{c})
	execution, calls := s.run(t, names, false)
	s.checkBounds(t, calls, 2)
	if c.fault.hit == 0 {
		t.Errorf("%s: the run did not happen twice", c.user)
	}
	s.tried.add(c)
	seen := s.See(t)
	for name := range bystanders {
		s.checkUntouched(t, name, seen)
	}
	s.checkSecrecy(t, execution)
	user := seen.Users[c.user]
	mailed := slices.ContainsFunc(seen.Mails[c.user], func(mail localaws.Mail) bool {
		return user.LoginProfile != nil && deployedtest.MailedPassword(mail) == user.LoginProfile.Password
	})
	if !mailed {
		t.Errorf("%s: the password that is set was not mailed", c.user)
	}
	if again, _ := s.run(t, names, true); again.Status != types.ExecutionStatusSucceeded {
		t.Errorf("%s: the run with Resend ended as %s: %s", c.user, again.Status, again.Cause)
	}
	if problem := s.See(t).NotOnboarded(c.user, c.user); problem != "" {
		t.Errorf("%s: after a run with Resend %s", c.user, problem)
	}
}
