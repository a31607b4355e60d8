package faults

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// testCalls makes each call of a child execution fail. Faults of calls that name their user run together in one execution.
// Each fault of another call has an execution of its own.
func (s *suite) testCalls(t testing.TB, paths map[string][]string) {
	var lists [][]*faultCase
	for _, resend := range []bool{false, true} {
		var together []*faultCase
		for _, start := range starts {
			for _, state := range paths[start.name] {
				if start.resend != resend {
					continue
				}
				for _, c := range casesOf(start, state, kinds) {
					if s.namesNobody(state) {
						s.try(t, c)
					} else {
						together = append(together, c)
					}
				}
			}
		}
		lists = slices.AppendSeq(lists, slices.Chunk(together, 160))
	}
	for _, cases := range lists {
		s.try(t, cases...)
	}
	s.checkEnd(t)
}

// testPreflight makes each call of the preflight fail.
func (s *suite) testPreflight(t testing.TB) {
	for _, task := range s.machine.Tasks() {
		for _, c := range casesOf(startNamed("fresh"), task, kinds) {
			execution := s.try(t, c)
			if c.mustRecover() {
				continue
			}
			if execution.Error != "PreflightFailed" || execution.Cause == "" {
				t.Errorf("%s: got %s %s: %s, want PreflightFailed", c.user, execution.Status, execution.Error, execution.Cause)
			}
			s.WantNobody(t, c.user)
		}
	}
	s.checkEnd(t)
}

// testPublish makes the call fail that publishes the counts of a report. No fault may change how the execution ends, and a fault that
// passes may not lose the message.
func (s *suite) testPublish(t testing.TB) {
	for _, c := range casesOf(startNamed("fresh"), "Publish", kinds) {
		execution := s.try(t, c)
		if execution.Status != types.ExecutionStatusSucceeded {
			t.Errorf("%s: got %s %s: %s, want SUCCEEDED", c.user, execution.Status, execution.Error, execution.Cause)
		}
		s.WantOnboarded(t, c.user, c.user)
		published, err := s.Notifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		isPublished := slices.ContainsFunc(published, func(one localaws.Notification) bool { return strings.HasSuffix(one.Message, execution.ARN) })
		if !isPublished && c.mustRecover() {
			t.Errorf("%s: the message was not published", c.user)
		}
	}
	s.checkEnd(t)
}

// testNotReady makes the preflight find each problem, and checks that its cause says what to do.
func (s *suite) testNotReady(t testing.TB) {
	answering := func(name, body string) kind {
		return kind{name: name, treat: func(x *exchange) {
			answer := x.handOn()
			answer.body = []byte(body)
			x.give(answer)
		}}
	}
	missing := kind{name: "missing", treat: refusing(map[string]wireError{
		"iam":   {http.StatusNotFound, "NoSuchEntity", "The group cannot be found."},
		"sesv2": {http.StatusNotFound, "NotFoundException", "Email identity does not exist."},
	})}
	for _, test := range []struct {
		state string
		kind  kind
		want  string
	}{
		{"GetAccount", answering("paused", `{"SendingEnabled": false}`),
			"SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"},
		{"GetEmailIdentity", answering("unverified", `{"VerifiedForSendingStatus": false}`),
			"the sender's SES identity " + deployed.Sender + " is not verified: follow the link in the mail that AWS sent to the address, " +
				"or publish the DKIM records of the domain"},
		{"GetEmailIdentity", missing, "SES has no identity " + deployed.Sender + " in this region: create it and have it verified"},
		{"GetGroup", missing, "IAM has no group " + contract.DefaultGroupName + ": create it, or deploy the stack again"},
	} {
		c := newCase(startNamed("fresh"), test.state, test.kind, forever)
		if execution := s.try(t, c); execution.Error != "PreflightFailed" || execution.Cause != test.want {
			t.Errorf("%s: got %s: %s\nwant PreflightFailed: %s", c.user, execution.Error, execution.Cause, test.want)
		}
		s.WantNobody(t, c.user)
	}
	s.checkEnd(t)
}
