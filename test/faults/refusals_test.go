package faults

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// testRefusals makes services refuse a call because of its arguments: the password policy became stricter after the preflight,
// the sender lost its verification, or the error quotes the password.
func (s *suite) testRefusals(t testing.TB) {
	quoting := func(name string, quote func(password string) string) kind {
		return kind{name: name, treat: refusingWith(func(call apiCall) wireError {
			return wireError{http.StatusForbidden, "AccessDenied", "The value '" + quote(call.password) + "' is not allowed"}
		})}
	}
	quotes := []kind{
		quoting("quoted", func(password string) string { return password }),
		quoting("quoted-encoded", url.QueryEscape),
		quoting("quoted-in-part", func(password string) string { return password[:len(password)-3] }),
	}
	policy := kind{name: "policy", treat: refusing(map[string]wireError{
		"iam": {http.StatusBadRequest, "PasswordPolicyViolation", "Password should have a minimum length of 32"},
	})}
	unverified := kind{name: "unverified", treat: refusing(map[string]wireError{
		"sesv2": {http.StatusBadRequest, "MessageRejected", "Email address is not verified."},
	})}
	var cases []*faultCase
	for _, start := range []start{startNamed("fresh"), startNamed("with-profile")} {
		states := []string{"CreateLoginProfile"}
		if start.profile != nil {
			states = append(states, "UpdateLoginProfile")
		}
		for _, state := range states {
			cases = append(cases, casesOf(start, state, append(quotes, policy))...)
		}
		cases = append(cases, casesOf(start, "SendEmail", append(quotes, unverified))...)
	}
	s.try(t, cases...)
	s.checkEnd(t)
}

// testStricterPolicy makes the password policy of the account stricter between the preflight and CreateLoginProfile.
func (s *suite) testStricterPolicy(t testing.TB) {
	const minimum = 32
	stricter := kind{name: "stricter", treat: func(x *exchange) {
		if _, err := s.IAM.UpdateAccountPasswordPolicy(x.r.Context(), &iam.UpdateAccountPasswordPolicyInput{
			MinimumPasswordLength: aws.Int32(minimum),
		}); err != nil {
			t.Error(err)
		}
		x.give(x.handOn())
	}}
	defer func() {
		if _, err := s.IAM.DeleteAccountPasswordPolicy(t.Context(), &iam.DeleteAccountPasswordPolicyInput{}); err != nil {
			t.Error(err)
		}
	}()
	c := newCase(startNamed("fresh"), "AddUserToGroup", stricter, 1)
	execution := s.try(t, c)
	if got := s.Report(t, execution).Users[0]; got.Error != "Iam.PasswordPolicyViolationException" {
		t.Errorf("got %+v, want PasswordPolicyViolation", got)
	}
	s.checkEnd(t)
	if got := len(s.User(t, c.user).LoginProfile.Password); got != minimum {
		t.Errorf("got a password of %d characters, want %d", got, minimum)
	}
}

// testDraws makes Secrets Manager draw passwords that the policy of the account does not allow.
func (s *suite) testDraws(t testing.TB) {
	without := func(name, class, instead string) kind {
		return kind{name: "without-" + name, passes: true, treat: s.redrawn(func(password string) string {
			return strings.Map(func(char rune) rune {
				if strings.ContainsRune(class, char) {
					return rune(instead[0])
				}
				return char
			}, password)
		})}
	}
	draws := []kind{
		without("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "u"),
		without("lower", "abcdefghijklmnopqrstuvwxyz", "L"),
		without("digit", "0123456789", "d"),
		without("symbol", "!@#$%^&*()_+-=[]{}|'", "s"),
		{name: "short", passes: true, treat: s.redrawn(func(password string) string { return password[:7] })},
	}
	for _, c := range casesOf(startNamed("fresh"), "GetRandomPassword", draws) {
		execution := s.try(t, c)
		if c.calls != forever || c.fault.hit == 0 {
			continue
		}
		if want := s.child.MaxDraws(); c.fault.hit != want {
			t.Errorf("%s: got %d draws, want %d", c.user, c.fault.hit, want)
		}
		if execution.Status == types.ExecutionStatusSucceeded {
			t.Errorf("%s: the run succeeded", c.user)
		}
	}
	s.checkEnd(t)
}

// redrawn returns a treatment that answers with a changed password.
func (s *suite) redrawn(change func(password string) string) treatment {
	return func(x *exchange) {
		answer := x.handOn()
		password, _ := drawn(x.api, answer.body)
		changed := change(password)
		s.proxy.remember(changed)
		answer.body = fmt.Appendf(nil, `{"RandomPassword": %q}`, changed)
		x.give(answer)
	}
}
