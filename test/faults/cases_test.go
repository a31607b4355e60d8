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

// newCase makes a case. The name of its user has the start, the state, the kind and the number of failed calls.
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

// mustRecover reports whether the run with the fault must finish the user: a retry helps, and the fault does not last.
// SendEmail is not tried again without an answer.
func (c *faultCase) mustRecover() bool {
	isMail := strings.HasPrefix(c.state, "SendEmail")
	return c.kind.passes && c.calls != forever && !(c.kind.hangs && isMail)
}

// casesOf returns two cases for each kind of fault: the first call fails, and every call fails.
func casesOf(start start, state string, kinds []kind) (cases []*faultCase) {
	for _, kind := range kinds {
		cases = append(cases, newCase(start, state, kind, 1), newCase(start, state, kind, forever))
	}
	return cases
}

// kind is a kind of fault.
type kind struct {
	name   string
	treat  treatment
	passes bool // a retry helps, unless every call fails
	hangs  bool // no answer comes, until the time-out
}

// kinds are the kinds of fault that any call can have.
var kinds = []kind{
	{name: "throttled", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusBadRequest, "Throttling", "Rate exceeded"},
		"sesv2":          {http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."},
		"secretsmanager": {http.StatusBadRequest, "ThrottlingException", "Rate exceeded"},
		"sfn":            {http.StatusBadRequest, "ThrottlingException", "Rate exceeded"},
		"sns":            {http.StatusBadRequest, "Throttling", "Rate exceeded"},
	})},
	{name: "broken", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusInternalServerError, "ServiceFailure", "The request failed"},
		"sesv2":          {http.StatusInternalServerError, "InternalFailure", "The request failed"},
		"secretsmanager": {http.StatusInternalServerError, "InternalServiceError", "The request failed"},
		"sfn":            {http.StatusInternalServerError, "InternalFailure", "The request failed"},
		"sns":            {http.StatusInternalServerError, "InternalError", "The request failed"},
	})},
	{name: "denied", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusForbidden, "AccessDenied", "User: role is not authorized to perform the action"},
		"sesv2":          {http.StatusForbidden, "AccessDeniedException", "User: role is not authorized to perform the action"},
		"secretsmanager": {http.StatusBadRequest, "AccessDeniedException", "User: role is not authorized to perform the action"},
		"sfn":            {http.StatusBadRequest, "AccessDeniedException", "User: role is not authorized to perform the action"},
		"sns":            {http.StatusForbidden, "AuthorizationError", "User: role is not authorized to perform the action"},
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

// refusing returns a treatment that answers with the error for the service.
func refusing(errors map[string]wireError) treatment {
	return func(x *exchange) {
		service, _, _ := strings.Cut(x.api, ":")
		x.refuse(errors[service])
	}
}

// refusingWith returns a treatment that answers with an error that depends on the call.
func refusingWith(err func(apiCall) wireError) treatment {
	return func(x *exchange) { x.refuse(err(x.apiCall)) }
}

// inState returns a function that reports whether a call is of this task state.
func inState(name string) func(apiCall) bool {
	return func(call apiCall) bool { return call.state == name }
}
