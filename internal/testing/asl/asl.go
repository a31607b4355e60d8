// Package asl reads the definition of a state machine in the Amazon States Language, as far as this project uses it.
package asl

import (
	"encoding/json"
	"maps"
	"math"
	"testing"
)

// Machine is the definition of a state machine, or of what one of its maps does with an item.
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

// Retrier is what a state has for some errors in its Retry.
type Retrier struct {
	ErrorEquals                                   []string
	IntervalSeconds, BackoffRate, MaxDelaySeconds *float64
	MaxAttempts                                   *int
	JitterStrategy                                string
}

// Catcher is what a state has for some errors in its Catch.
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

// OnboardUsers is the state that starts the child executions.
func (m Machine) OnboardUsers() State { return m.States[m.MapState()] }

// EachUser is the state of a child that goes through its users.
func (m Machine) EachUser() State {
	batch := m.OnboardUsers().ItemProcessor.Machine
	return batch.States[batch.MapState()]
}

// Child is what runs for each user, in a child execution of several.
func (m Machine) Child() Machine { return m.EachUser().ItemProcessor.Machine }

// MapState is the name of the map among the states, or nothing.
func (m Machine) MapState() string {
	for name, state := range m.States {
		if state.Type == "Map" {
			return name
		}
	}
	return ""
}

// Attempts is how often a task makes its call at most.
func (s State) Attempts() int {
	attempts := 1
	for _, retrier := range s.Retry {
		attempts += retrier.Retries()
	}
	return attempts
}

// Retries is how often a retrier tries again; the numbers are the defaults of the Amazon States Language.
func (r Retrier) Retries() int {
	if r.MaxAttempts == nil {
		return 3
	}
	return *r.MaxAttempts
}

// Wait is the longest wait before a retry, counted from 0.
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

// EveryState are the states of a machine and of its maps, by name. Names are unique in a whole definition (Step Functions
// Developer Guide, "State machine structure").
func (m Machine) EveryState() map[string]State {
	states := maps.Clone(m.States)
	for _, state := range m.States {
		if state.ItemProcessor != nil {
			maps.Copy(states, state.ItemProcessor.EveryState())
		}
	}
	return states
}
