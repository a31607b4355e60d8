package faults

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// faultCase is one fault for one user.
type faultCase struct {
	start start
	state string // the task state whose call goes wrong
	kind  kind
	calls int
	user  string
	fault *fault
}

// newCase names the user after all that happens to them.
func newCase(start start, state string, kind kind, calls int) *faultCase {
	often := fmt.Sprint("x", calls)
	if calls == forever {
		often = "ever"
	}
	return &faultCase{
		start: start, state: state, kind: kind, calls: calls,
		user:  strings.Join([]string{start.name, strings.ReplaceAll(state, " ", "-"), kind.name, often}, ".") + "@example.net",
		fault: &fault{on: inState(state), treat: kind.treat, calls: calls},
	}
}

// mustRecover tells that the user gets done in the very run that the fault is in. A mail without an answer is not sent again.
func (c *faultCase) mustRecover() bool {
	isMail := strings.HasPrefix(c.state, "SendEmail")
	return c.kind.passes && c.calls != forever && !(c.kind.hangs && isMail)
}

// casesOf has one case for each kind of fault, once and for ever.
func casesOf(start start, state string, kinds []kind) (cases []*faultCase) {
	for _, kind := range kinds {
		cases = append(cases, newCase(start, state, kind, 1), newCase(start, state, kind, forever))
	}
	return cases
}

// kind is a way in which calls go wrong.
type kind struct {
	name  string
	treat treatment
	// passes tells that a retry puts it right, unless it lasts.
	passes bool
	// hangs tells that no answer comes, until the time-out.
	hangs bool
}

// kinds are the ways in which any call can go wrong.
var kinds = []kind{
	{name: "throttled", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusBadRequest, "Throttling", "Rate exceeded"},
		"sesv2":          {http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."},
		"secretsmanager": {http.StatusBadRequest, "ThrottlingException", "Rate exceeded"},
	})},
	{name: "broken", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusInternalServerError, "ServiceFailure", "The request failed"},
		"sesv2":          {http.StatusInternalServerError, "InternalFailure", "The request failed"},
		"secretsmanager": {http.StatusInternalServerError, "InternalServiceError", "The request failed"},
	})},
	{name: "denied", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusForbidden, "AccessDenied", "User: role is not authorized to perform the action"},
		"sesv2":          {http.StatusForbidden, "AccessDeniedException", "User: role is not authorized to perform the action"},
		"secretsmanager": {http.StatusBadRequest, "AccessDeniedException", "User: role is not authorized to perform the action"},
	})},
	{name: "cut", passes: true, treat: func(x *exchange) {
		x.handOn()
		x.reset()
	}},
	{name: "lost", passes: true, treat: func(x *exchange) {
		x.handOn()
		x.refuse(wireError{http.StatusServiceUnavailable, "ServiceUnavailable", "The service is unavailable"})
	}},
	{name: "hung", passes: true, hangs: true, treat: func(x *exchange) {
		x.handOn()
		x.timeOut()
	}},
}

func kindNamed(name string) kind {
	return kinds[slices.IndexFunc(kinds, func(kind kind) bool { return kind.name == name })]
}

// refusing answers with the error of the service.
func refusing(errors map[string]wireError) treatment {
	return func(x *exchange) {
		service, _, _ := strings.Cut(x.api, ":")
		x.refuse(errors[service])
	}
}

// refusingWith answers with an error that the call itself decides on.
func refusingWith(err func(apiCall) wireError) treatment {
	return func(x *exchange) { x.refuse(err(x.apiCall)) }
}

// inState is the calls of a task state.
func inState(name string) func(apiCall) bool {
	return func(call apiCall) bool { return call.state == name }
}
