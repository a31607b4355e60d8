package faults

import (
	"fmt"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/sabotage"
)

// TestSabotage breaks the definition, runs a list with one fault, and checks that the check for this mistake finds it.
func TestSabotage(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t)
	definition := account.Definition(t)
	type states = sabotage.States
	for i, test := range []struct {
		name   string
		change func(list, user states)
		state  string // the task state whose calls fail
		kind   string
		calls  int
		want   string
	}{
		{"a user is marked as complete before the mail", func(_, user states) {
			user["CreateLoginProfile"]["Next"], user["TagUser complete"]["Next"], user["SendEmail"]["Next"] = "TagUser complete", "SendEmail", "Done"
		}, "SendEmail", "denied", forever, "the user is marked as complete, but no mail was sent to the user"},
		{"a user is never marked as complete", func(_, user states) {
			user["SendEmail"]["Next"] = "Done"
		}, "SendEmail", "throttled", 1, "invariant 3: the report says"},
		{"a user is in no group", func(_, user states) {
			user["CreateUser"]["Next"] = "GetRandomPassword"
			user["CreateUser"]["Assign"].(map[string]any)["draws"] = 0
		}, "SendEmail", "throttled", 1, "invariant 3: the report says"},
		{"the mail has another password", func(_, user states) {
			sabotage.Replace(t, user["SendEmail"], "Arguments", "$password", "$uppercase($password)")
		}, "SendEmail", "throttled", 1, "the last of 1 mails has the password"},
		{"a user that the state machine did not make is finished", func(_, user states) {
			sabotage.Replace(t, user["Is the user ours to finish?"], "Choices", `$onboarding = \"pending\"`, "true")
		}, "SendEmail", "throttled", 1, "invariant 1: the user was"},
		{"a child's output has the password", func(_, user states) {
			sabotage.Replace(t, user["Done"], "Output", `$outcome`, `$outcome, {\"Reason\": $password}`)
		}, "SendEmail", "throttled", 1, "invariant 2: a child execution has a password"},
		{"a result has the password", func(_, user states) {
			sabotage.Replace(t, user["TagUser complete"], "Catch", `$cause := `, `$cause := $password & `)
		}, "TagUser complete", "denied", forever, "invariant 2: the parent execution has a password"},
		{"a call is not caught", func(_, user states) {
			delete(user["AddUserToGroup"], "Catch")
		}, "AddUserToGroup", "denied", forever, "invariant 3: a child execution failed"},
		{"a call is not retried", func(_, user states) {
			delete(user["AddUserToGroup"], "Retry")
		}, "AddUserToGroup", "throttled", 1, "a retry should have helped"},
		{"an expression exceeds the bounds of AWS", func(_, user states) {
			user["Done"]["Output"] = "{% $merge([{'UserName': $states.input.UserName}, $outcome])[" + strings.Repeat("1+", 100) + "1 > 0] %}"
		}, "SendEmail", "throttled", 1, "invariant 3: a child execution failed"},
		{"a user has no status", func(list, _ states) {
			sabotage.Replace(t, list["Summary"], "Output", "Created", "Creatd")
		}, "SendEmail", "throttled", 1, "without a report"},
		{"the preflight is not caught", func(list, _ states) {
			delete(list["GetGroup"], "Catch")
		}, "GetGroup", "denied", forever, "invariant 3: the run ended as FAILED with Iam.IamException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			variant := account.WithDefinition(t, fmt.Sprint("Sabotage", i), sabotage.Break(t, definition, test.change))
			s := newSuiteOn(t, variant)
			c := newCase(startNamed("fresh"), test.state, kindNamed(test.kind), test.calls)
			c.user = fmt.Sprintf("sabotage-%d@example.net", i)
			sabotage.Want(t, test.want, func(t testing.TB) { s.try(t, c) })
		})
	}
}
