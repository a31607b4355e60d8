// Package faults makes every call of an execution fail in every way, on the local AWS.
package faults

import (
	"sync"
	"testing"
)

// TestFaults makes every call of an execution fail in every way. Each part of the test has an account of its own.
func TestFaults(t *testing.T) {
	var mu sync.Mutex
	all, tasks := tried{}, []string(nil)
	t.Run("part", func(t *testing.T) {
		for name, test := range map[string]func(*suite, testing.TB){
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
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := newSuite(t)
				test(s, t)
				mu.Lock()
				defer mu.Unlock()
				all.merge(s.tried)
				tasks = append(s.machine.Tasks(), s.child.Tasks()...)
			})
		}
	})
	all.wantEvery(t, tasks, alsoDemanded)
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
