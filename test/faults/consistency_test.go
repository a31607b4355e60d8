package faults

import (
	"net/http"
	"testing"
)

// testConsistency has IAM be as inconsistent as it is for some seconds after a change.
func (s *suite) testConsistency(t testing.TB) {
	refusal := func(name string, status int, code string) kind {
		return kind{name: name, passes: true, treat: refusingWith(func(call apiCall) wireError {
			return wireError{status, code, call.user + " is not yet what it will be"}
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
		// A new user is not found by the calls that come next, nor by GetUser when the creation was not answered.
		{"fresh", "AddUserToGroup", notFound, []int{1, 3}},
		{"fresh", "CreateLoginProfile", notFound, []int{1, 3}},
		{"fresh", "TagUser complete", notFound, []int{1, 3}},
		{"created", "GetUser", notFound, []int{1, 3}},
		// A login profile is there, and is not found; it is found to be there, and cannot be changed yet.
		{"with-profile", "GetLoginProfile", notFound, []int{1, 3}},
		{"complete", "GetLoginProfile", notFound, []int{1, 3}},
		{"with-profile", "CreateLoginProfile", unmodifiable, []int{1, 3}},
		{"with-profile", "UpdateLoginProfile", unmodifiable, []int{1, 3}},
		{"fresh", "CreateUser", concurrent, []int{1, 3}},
		{"fresh", "TagUser complete", concurrent, []int{1, 3}},
		// The permission depends on a tag that was set just before.
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
	// Both at once: the creation is not answered, and the user is not found.
	lost := newCase(startNamed("fresh"), "CreateUser", kindNamed("cut"), 1)
	lost.user = "cut-and-not-found@example.net"
	s.proxy.inject(lost.user, &fault{on: inState("GetUser"), treat: notFound.treat, calls: 3})
	s.try(t, lost)
	s.checkEnd(t)
}
