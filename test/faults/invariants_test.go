package faults

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// check checks the invariants that hold after every run, and returns the report on each user. seen has all users and mails
// after the run.
func (s *suite) check(t testing.TB, names []string, execution deployed.Execution, seen deployedtest.Seen) map[string]deployedtest.UserReport {
	t.Helper()
	names = withBystanders(names)
	for _, name := range names {
		s.checkUntouched(t, name, seen)
		s.checkComplete(t, name, seen)
	}
	s.checkSecrecy(t, execution)
	s.checkSize(t, "the output", execution.Output)
	if got := len([]rune(execution.Cause)); got >= asl.MaxCauseLength {
		t.Errorf("invariant 5: the cause has %d characters", got)
	}
	return s.checkReport(t, names, execution, seen)
}

// checkUntouched checks invariant 1: the state machine neither changes nor mails a user that it did not make. It does not
// change the password of a user who has chosen one.
func (s *suite) checkUntouched(t testing.TB, name string, seen deployedtest.Seen) {
	t.Helper()
	before, ok := s.before[name]
	if !ok {
		return
	}
	after := seen.Users[name]
	if s.users[name].end == takenOver {
		after.Tags = before.Tags // the tag of the state machine may change
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("%s: invariant 1: the user was %+v, and now is %+v", name, before, after)
	}
	if got := len(seen.Mails[name]); got != 0 {
		t.Errorf("%s: invariant 1: %d mails were sent to the user", name, got)
	}
}

// checkComplete checks that no user is marked as complete if the state machine has set a password and not mailed it. A later
// run would not finish such a user.
func (s *suite) checkComplete(t testing.TB, name string, seen deployedtest.Seen) {
	t.Helper()
	start := s.users[name]
	user := seen.Users[name]
	if start.end != onboarded || user.Tags[contract.TagKey] != "complete" ||
		start.profile != nil && user.LoginProfile != nil && *user.LoginProfile == *start.profile {
		return
	}
	if problem := seen.NotOnboarded(name, name); problem != "" {
		t.Errorf("%s: the user is marked as complete, but %s", name, problem)
	}
}

// checkSecrecy checks invariant 2: AWS stores no password of an execution.
func (s *suite) checkSecrecy(t testing.TB, execution deployed.Execution) {
	t.Helper()
	if mode := s.machine.States[s.machine.MapState()].ItemProcessor.ProcessorConfig.ExecutionType; mode != "EXPRESS" {
		t.Errorf("invariant 2: the child executions are of type %s, whose history has all inputs and outputs", mode)
	}
	for place, text := range s.Stored(t, execution) {
		found := deployedtest.Leaks(text, s.proxy.passwords)
		for _, leak := range found[:min(len(found), 3)] {
			t.Errorf("invariant 2: %s has a password (%d times): … %s …", place, len(found), leak)
		}
	}
}

// checkReport checks invariant 3: the report is true for each user, and the execution succeeds only if every user is onboarded
// or existed before.
func (s *suite) checkReport(t testing.TB, names []string, execution deployed.Execution,
	seen deployedtest.Seen) map[string]deployedtest.UserReport {
	t.Helper()
	failedOfUsers := execution.Status == types.ExecutionStatusFailed && execution.Error == "UsersNotOnboarded"
	if execution.Status != types.ExecutionStatusSucceeded && !failedOfUsers {
		stopped := execution.Status == types.ExecutionStatusAborted && s.aborted
		if !stopped && execution.Error != "PreflightFailed" {
			t.Errorf("invariant 3: the run ended as %s with %s: %s", execution.Status, execution.Error, execution.Cause)
		}
		return nil
	}
	report := s.Report(t, execution)
	statuses, counts := map[string]deployedtest.UserReport{}, map[string]int{}
	var reported []string
	for _, user := range report.Users {
		reported = append(reported, user.UserName)
		statuses[user.UserName] = user
		counts[user.Status]++
		if user.Error == "ChildExecutionFailed" {
			t.Errorf("%s: invariant 3: a child execution failed, and reported none of its users", user.UserName)
		}
		if problem := s.contradiction(user, seen); problem != "" {
			t.Errorf("%s: invariant 3: the report says %+v, but %s", user.UserName, user, problem)
		}
	}
	if !slices.Equal(reported, names) {
		t.Errorf("invariant 3: the report has the users\n%v\nwant\n%v", reported, names)
	}
	totals := map[string]int{"Created": report.Created, "Resumed": report.Resumed, "Resent": report.Resent,
		"Skipped": report.Skipped, "Failed": report.Failed}
	maps.DeleteFunc(totals, func(_ string, count int) bool { return count == 0 })
	if !maps.Equal(totals, counts) || report.Total != len(report.Users) {
		t.Errorf("invariant 3: the report has the totals %v and %d, want %v", totals, report.Total, counts)
	}
	if failedOfUsers != (counts["Failed"] > 0) {
		t.Errorf("invariant 3: the run ended as %s, and %d users failed", execution.Status, counts["Failed"])
	}
	return statuses
}

// contradiction returns why the status of a user is not true, or an empty string if it is.
func (s *suite) contradiction(user deployedtest.UserReport, seen deployedtest.Seen) string {
	end := s.users[user.UserName].end
	switch user.Status + user.Reason {
	case "Created", "Resumed", "Resent":
		return seen.NotOnboarded(user.UserName, user.UserName)
	case "SkippedComplete":
		if end != onboarded && end != takenOver || seen.Users[user.UserName].Tags[contract.TagKey] != "complete" {
			return "the user is not complete"
		}
	case "SkippedTakenOver":
		if end != takenOver {
			return "the user has not chosen a password"
		}
	case "SkippedNotOurs":
		if end != untouched {
			return "the state machine made the user"
		}
	case "Failed":
		if user.Step == "" || user.Error == "" || user.Cause == "" && user.Error != "States.Timeout" {
			return "it does not say why"
		}
	default:
		return "there is no such status"
	}
	return ""
}

// checkBounds checks invariant 5: no call is made more often than its retries allow. calls are those of one list, or of
// a list that ran several times at once.
func (s *suite) checkBounds(t testing.TB, calls []apiCall, lists int) {
	t.Helper()
	type stateAndUser struct{ state, user string }
	made, users := map[stateAndUser]int{}, map[string]bool{}
	for _, call := range calls {
		made[stateAndUser{call.state, call.user}]++
		users[call.user] = true
	}
	for key, got := range made {
		bound := s.machine.States[key.state].Attempts() * lists
		if task, ok := s.child.States[key.state]; ok {
			bound = task.Attempts()
			switch _, isBystander := bystanders[key.user]; {
			case isBystander:
				bound *= lists
			case key.user == anybody:
				bound *= s.child.MaxDraws() * len(users)
			}
		}
		if got > bound {
			t.Errorf("invariant 5: %s was called %d times for %s, want at most %d", key.state, got,
				cmp.Or(key.user, "all users"), bound)
		}
	}
}

func (s *suite) checkSize(t testing.TB, what, payload string) {
	t.Helper()
	if len(payload) >= asl.MaxPayload {
		t.Errorf("invariant 5: %s has %d bytes", what, len(payload))
	}
}

// checkEnd checks invariant 4: without faults, one more run of the same users finishes every user that the state machine made,
// and the run after it changes nothing. This third run has only one user of each state, because it does the same with every
// other one.
func (s *suite) checkEnd(t testing.TB) {
	t.Helper()
	for _, resend := range []bool{false, true} {
		names := slices.DeleteFunc(slices.Clone(s.order), func(name string) bool {
			_, isBystander := bystanders[name]
			return s.users[name].resend != resend || isBystander
		})
		if len(names) == 0 {
			continue
		}
		second, calls := s.run(t, names, resend)
		if second.Status != types.ExecutionStatusSucceeded {
			t.Errorf("invariant 4: the run without faults ended as %s: %s", second.Status, second.Cause)
		}
		s.checkBounds(t, calls, 1)
		before := s.See(t)
		s.check(t, names, second, before)
		for _, name := range names {
			if problem := before.NotOnboarded(name, name); problem != "" && s.users[name].end == onboarded {
				t.Errorf("%s: invariant 4: after one more run %s", name, problem)
			}
			if s.users[name].end == takenOver && before.Users[name].Tags[contract.TagKey] != "complete" {
				t.Errorf("%s: invariant 4: after one more run the user who has chosen a password is not marked as complete", name)
			}
		}

		names = oneOfEach(names, before)
		third, _ := s.run(t, names, false)
		after := s.See(t)
		s.check(t, names, third, after)
		if got, want := s.Report(t, third).Skipped, len(withBystanders(names)); got != want {
			t.Errorf("invariant 4: the third run skipped %d of %d users", got, want)
		}
		if !reflect.DeepEqual(before.Users, after.Users) {
			t.Errorf("invariant 4: the third run changed users")
		}
		if !reflect.DeepEqual(before.Mails, after.Mails) {
			t.Errorf("invariant 4: the third run sent a mail")
		}
	}
	// The next check has users of its own.
	s.order = nil
}

// oneOfEach returns the first user of each state. A state is all data of a user in IAM, without the name, the password and the time
// at which it was issued.
func oneOfEach(names []string, seen deployedtest.Seen) (firsts []string) {
	found := map[string]bool{}
	for _, name := range names {
		user := seen.Users[name]
		hasProfile, mustReset := user.LoginProfile != nil, user.LoginProfile != nil && user.LoginProfile.ResetRequired
		state := fmt.Sprint(user.Path, user.Tags[contract.TagKey], user.Groups, hasProfile, mustReset)
		if !found[state] {
			firsts = append(firsts, name)
		}
		found[state] = true
	}
	return firsts
}
