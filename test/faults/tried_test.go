package faults

import (
	"fmt"
	"slices"
	"testing"
)

// tried has how often each fault has happened, by task state and name of the fault.
type tried map[string]map[string]int

func (all tried) add(c *faultCase) {
	name := c.kind.name
	if c.calls == forever {
		name += " for ever"
	}
	all.merge(tried{c.state: {name: 1}})
}

func (all tried) merge(others tried) {
	for state, faults := range others {
		if all[state] == nil {
			all[state] = map[string]int{}
		}
		for name, count := range faults {
			all[state][name] += count
		}
	}
}

// wantEvery checks that each call of the definition has failed in each way, and prints the number of faults. also has more faults that
// must happen to some calls.
func (all tried) wantEvery(t *testing.T, tasks []string, also map[string][]string) {
	t.Helper()
	wanted, count := 0, 0
	for _, task := range tasks {
		for _, name := range slices.Concat(demanded, also[task]) {
			wanted++
			if all[task][name] == 0 {
				t.Errorf("%s was not tried: %s", task, name)
			}
		}
	}
	for _, faults := range all {
		for _, times := range faults {
			count += times
		}
	}
	fmt.Printf("faults tried: %d, of which %d are demanded\n", count, wanted)
}

// demanded are the faults that must happen to each call of the definition.
var demanded = []string{
	"throttled", "throttled for ever", "broken", "broken for ever", "denied", "denied for ever", "cut", "cut for ever",
	"lost", "lost for ever", "hung", "hung for ever", "abort-before", "abort-after",
}

// alsoDemanded are more faults that must happen to some calls of the state machine that onboards users.
var alsoDemanded = map[string][]string{
	"GetAccount":         {"paused for ever"},
	"GetEmailIdentity":   {"unverified for ever", "missing for ever"},
	"GetGroup":           {"missing for ever"},
	"CreateUser":         {"concurrent", "second-list", "run-before", "run-after"},
	"GetUser":            {"not-found"},
	"GetLoginProfile":    {"not-found"},
	"AddUserToGroup":     {"not-found", "stricter", "run-before", "run-after"},
	"GetRandomPassword":  {"without-symbol", "without-symbol for ever", "short", "run-before", "run-after"},
	"CreateLoginProfile": {"not-found", "policy for ever", "quoted for ever", "quoted-in-part for ever", "run-before", "run-after"},
	"UpdateLoginProfile": {"unmodifiable", "late-tag", "quoted for ever"},
	"SendEmail":          {"unverified for ever", "quoted for ever", "quoted-encoded for ever", "run-before", "run-after"},
	"TagUser complete":   {"not-found", "run-before", "run-after"},
}
