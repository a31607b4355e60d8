// Package faults makes every call of an execution fail in every way, on the local AWS.
package faults

import (
	"sync"
	"testing"
)

// TestFaults makes every call of an execution fail in every way. Each part of the test has an account of its own.
func TestFaults(t *testing.T) {
	newPart := func(t testing.TB) *suite { return newSuite(t) }
	inParts(t, alsoDemanded, newPart, map[string]func(*suite, testing.TB){
		"of each call": func(s *suite, t testing.TB) { s.testCalls(t, s.paths(t)) },
		"by an abort":  func(s *suite, t testing.TB) { s.testAborts(t, s.paths(t)) },
		"of the preflight, by refusals, and by runs at the same time": func(s *suite, t testing.TB) {
			s.testPreflight(t)
			s.testNotReady(t)
			s.testConsistency(t)
			s.testRefusals(t)
			s.testStricterPolicy(t)
			s.testDraws(t)
			s.testTwice(t)
			s.testTurns(t)
		},
	})
}

// outcome returns the faults that have happened, and the tasks whose calls must fail.
func (s *suite) outcome() (tried, []string) {
	return s.tried, append(s.machine.Tasks(), s.child.Tasks()...)
}

// inParts runs the parts of a test at the same time, each with a suite of its own. Together they must make every call fail in every way,
// and in the ways of also.
func inParts[S interface{ outcome() (tried, []string) }](
	t *testing.T, also map[string][]string, newSuite func(testing.TB) S, parts map[string]func(S, testing.TB),
) {
	t.Helper()
	var mu sync.Mutex
	all, tasks := tried{}, []string(nil)
	t.Run("part", func(t *testing.T) {
		for name, test := range parts {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newSuite(t)
				test(s, t)
				mu.Lock()
				defer mu.Unlock()
				happened, ofSuite := s.outcome()
				all.merge(happened)
				tasks = ofSuite
			})
		}
	})
	all.wantEvery(t, tasks, also)
}

// TestFaultsOfSeparatePassword makes the calls fail that send two mails to a user, the second one with the password, and the call that
// publishes the counts of a report.
func TestFaultsOfSeparatePassword(t *testing.T) {
	t.Parallel()
	s := newSuite(t, "separatePassword=true", "bounceEmail=it@example.com", "alarmEmail=it@example.com", "reportEmail=it@example.com")
	mails := []string{"SendEmail", "SendEmail password"}
	paths := map[string][]string{"fresh": mails, "with-profile": mails, "complete": mails}

	s.testCalls(t, paths)
	s.testAborts(t, paths)
	s.testPublish(t)
}
