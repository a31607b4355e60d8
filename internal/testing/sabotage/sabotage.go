// Package sabotage breaks definitions on purpose, to test that a check finds the mistake.
package sabotage

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// States are the states of a definition, or of the item processor of a Map state, by name.
type States map[string]map[string]any

// Break returns a copy of a definition after change has changed it. list has the states of the definition. user has the states
// that run for each user.
func Break(t testing.TB, definition string, change func(list, user States)) string {
	t.Helper()
	var whole map[string]any
	if err := json.Unmarshal([]byte(definition), &whole); err != nil {
		t.Fatal(err)
	}
	list := statesOf(whole)
	change(list, statesOf(processorOf(statesOf(processorOf(list)))))
	broken, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return string(broken)
}

func statesOf(definition map[string]any) States {
	states := States{}
	for name, state := range definition["States"].(map[string]any) {
		states[name] = state.(map[string]any)
	}
	return states
}

// processorOf returns the item processor of the Map state.
func processorOf(states States) map[string]any {
	for _, state := range states {
		if processor, ok := state["ItemProcessor"].(map[string]any); ok {
			return processor
		}
	}
	panic("the states have no Map state")
}

// Replace replaces a part of a field of a state. part and instead are JSON that does not escape HTML.
func Replace(t testing.TB, state map[string]any, field, part, instead string) {
	t.Helper()
	var encoded strings.Builder
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(state[field]); err != nil {
		t.Fatal(err)
	}
	var changed any
	text := strings.ReplaceAll(encoded.String(), part, instead)
	if err := json.Unmarshal([]byte(text), &changed); err != nil || text == encoded.String() {
		t.Fatalf("%s has no %s: %s: %v", field, part, encoded.String(), err)
	}
	state[field] = changed
}

// Want checks that a check fails, and that one of its errors has this text.
func Want(t *testing.T, text string, check func(testing.TB)) {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // because a fatal error ends its goroutine
		defer close(done)
		check(r)
	}()
	<-done
	switch said := strings.Join(r.said, "\n"); {
	case said == "":
		t.Errorf("the check found no mistake, want: %s", text)
	case !strings.Contains(said, text):
		t.Errorf("the check found\n%.2000s\nwant: %s", said, text)
	}
}

// recorder keeps the errors of a check, instead of failing the test.
type recorder struct {
	testing.TB
	mu   sync.Mutex
	said []string
}

func (r *recorder) Error(args ...any) { r.say(fmt.Sprintln(args...)) }

func (r *recorder) Errorf(format string, args ...any) { r.say(fmt.Sprintf(format, args...)) }

func (r *recorder) Fatal(args ...any) {
	r.say(fmt.Sprintln(args...))
	runtime.Goexit()
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.say(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

func (r *recorder) say(said string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.said = append(r.said, said)
}
