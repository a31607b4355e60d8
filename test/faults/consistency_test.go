package faults

import (
	"net/http"
	"testing"
)

// testConsistency makes IAM answer as it may for some seconds after a change, because it is eventually consistent.
func (s *suite) testConsistency(t testing.TB) {
	refusal := func(name string, status int, code string) kind {
		return kind{name: name, passes: true, treat: refusingWith(func(call apiCall) wireError {
			return wireError{status, code, call.user + " is not consistent yet"}
		})}
	}
	notFound := refusal("not-found", http.StatusNotFound, "NoSuchEntity")
	unmodifiable := refusal("unmodifiable", http.StatusConflict, "EntityTemporarilyUnmodifiable")
	lateTag := refusal("late-tag", http.StatusForbidden, "AccessDenied")
	concurrent := refusal("concurrent", http.StatusConflict, "ConcurrentModification")

	lists := map[bool][]*faultCase{}
	for _, late := range []struct {
		start, state string
		kind         kind
		calls        []int
	}{
		// The next calls do not find a new user. GetUser does not find it if CreateUser got no answer.
		{"fresh", "AddUserToGroup", notFound, []int{1, 3}},
		{"fresh", "CreateLoginProfile", notFound, []int{1, 3}},
		{"fresh", "TagUser complete", notFound, []int{1, 3}},
		{"created", "GetUser", notFound, []int{1, 3}},
		// A login profile exists, and GetLoginProfile does not find it. Or it is found, and cannot be changed yet.
		{"with-profile", "GetLoginProfile", notFound, []int{1, 3}},
		{"complete", "GetLoginProfile", notFound, []int{1, 3}},
		{"with-profile", "CreateLoginProfile", unmodifiable, []int{1, 3}},
		{"with-profile", "UpdateLoginProfile", unmodifiable, []int{1, 3}},
		{"fresh", "CreateUser", concurrent, []int{1, 3}},
		{"fresh", "TagUser complete", concurrent, []int{1, 3}},
		// The permission depends on a tag that was set right before.
		{"complete", "UpdateLoginProfile", lateTag, []int{1, 3}},
	} {
		for _, calls := range late.calls {
			c := newCase(startNamed(late.start), late.state, late.kind, calls)
			lists[c.start.resend] = append(lists[c.start.resend], c)
		}
	}
	for _, cases := range lists {
		s.try(t, cases...)
	}
	// Two faults at once: CreateUser gets no answer, and GetUser does not find the user.
	lost := newCase(startNamed("fresh"), "CreateUser", kindNamed("cut"), 1)
	lost.user = "cut-and-not-found@example.net"
	s.proxy.inject(lost.user, &fault{on: inState("GetUser"), treat: notFound.treat, calls: 3})
	s.try(t, lost)
	s.checkEnd(t)
}
