// Package asl reads the definition of a state machine in the Amazon States Language. It has the fields that this project uses.
package asl

import (
	"encoding/json"
	"maps"
	"math"
	"testing"
)

// Machine is the definition of a state machine, or the item processor of one of its Map states.
type Machine struct {
	StartAt string
	States  map[string]State
}

// State is a state of any type.
type State struct {
	Type, Next, Default string
	Choices             []struct{ Condition, Next string }
	Retry               []Retrier
	Catch               []Catcher
	TimeoutSeconds      int
	Seconds             int // of a Wait

	Resource  string
	Arguments map[string]any
	Assign    map[string]any
	Output    any
	Cause     string

	MaxConcurrency int
	Items          string
	ItemBatcher    struct {
		MaxItemsPerBatch int
		BatchInput       map[string]any
	}
	ItemSelector  map[string]any
	ItemProcessor *struct {
		Machine
		ProcessorConfig struct{ ExecutionType string }
	}
}

// Retrier is an element of the Retry of a state.
type Retrier struct {
	ErrorEquals                                   []string
	IntervalSeconds, BackoffRate, MaxDelaySeconds *float64
	MaxAttempts                                   *int
	JitterStrategy                                string
}

// Catcher is an element of the Catch of a state.
type Catcher struct {
	ErrorEquals []string
	Next        string
	Assign      map[string]any
	Output      string
}

// Parse reads a definition.
func Parse(t testing.TB, definition string) Machine {
	t.Helper()
	var parsed Machine
	if err := json.Unmarshal([]byte(definition), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// OnboardUsers returns the state that starts the child executions.
func (m Machine) OnboardUsers() State { return m.States[m.MapState()] }

// EachUser returns the Map state of a child execution, which goes through the users of the child.
func (m Machine) EachUser() State {
	batch := m.OnboardUsers().ItemProcessor.Machine
	return batch.States[batch.MapState()]
}

// Child returns the states that run for each user of a child execution.
func (m Machine) Child() Machine { return m.EachUser().ItemProcessor.Machine }

// MapState returns the name of the first Map state, or an empty string if there is none.
func (m Machine) MapState() string {
	for name, state := range m.States {
		if state.Type == "Map" {
			return name
		}
	}
	return ""
}

// Attempts returns how often a task makes its call at most.
func (s State) Attempts() int {
	attempts := 1
	for _, retrier := range s.Retry {
		attempts += retrier.Retries()
	}
	return attempts
}

// Retries returns how often a retrier tries again. The default is that of the Amazon States Language.
func (r Retrier) Retries() int {
	if r.MaxAttempts == nil {
		return 3
	}
	return *r.MaxAttempts
}

// Wait returns the longest wait before a retry, in seconds. The first retry is 0. The defaults are those of the Amazon States
// Language.
func (r Retrier) Wait(retry int) float64 {
	interval, rate, most := 1.0, 2.0, math.Inf(1)
	if r.IntervalSeconds != nil {
		interval = *r.IntervalSeconds
	}
	if r.BackoffRate != nil {
		rate = *r.BackoffRate
	}
	if r.MaxDelaySeconds != nil {
		most = *r.MaxDelaySeconds
	}
	return min(interval*math.Pow(rate, float64(retry)), most)
}

// EveryState returns the states of a machine and of its Map states, by name. Names are unique in a whole definition (Step
// Functions Developer Guide, "State machine structure").
func (m Machine) EveryState() map[string]State {
	states := maps.Clone(m.States)
	for _, state := range m.States {
		if state.ItemProcessor != nil {
			maps.Copy(states, state.ItemProcessor.EveryState())
		}
	}
	return states
}
