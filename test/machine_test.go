package test

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// machine is the definition of a state machine, or of what one of its maps does with an item.
type machine struct {
	StartAt string
	States  map[string]machineState
}

type machineState struct {
	Type, Next, Default string
	Choices             []struct{ Condition, Next string }
	Retry               []machineRetrier
	Catch               []machineCatcher
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
		machine
		ProcessorConfig struct{ ExecutionType string }
	}
}

type machineRetrier struct {
	ErrorEquals                                   []string
	IntervalSeconds, BackoffRate, MaxDelaySeconds *float64
	MaxAttempts                                   *int
	JitterStrategy                                string
}

type machineCatcher struct {
	ErrorEquals []string
	Next        string
	Assign      map[string]any
	Output      string
}

func parseMachine(t *testing.T, definition string) machine {
	t.Helper()
	var parsed machine
	if err := json.Unmarshal([]byte(definition), &parsed); err != nil {
		t.Fatal(err)
	}
	return parsed
}

// onboardUsers is the state that starts the child executions, and eachUser the one of a child that goes through its users.
func (m machine) onboardUsers() machineState { return m.States[m.mapState()] }

func (m machine) eachUser() machineState {
	batch := m.onboardUsers().ItemProcessor.machine
	return batch.States[batch.mapState()]
}

// child is what runs for each user, in a child execution of several.
func (m machine) child() machine { return m.eachUser().ItemProcessor.machine }

func (m machine) mapState() string {
	for name, state := range m.States {
		if state.Type == "Map" {
			return name
		}
	}
	return ""
}

// tasks are the task states, sorted by name.
func (m machine) tasks() (tasks []task) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		if state := m.States[name]; state.Type == "Task" {
			tasks = append(tasks, newTask(name, state.Resource, state.Arguments))
		}
	}
	return tasks
}

// attempts is how often a task makes its call at most.
func (s machineState) attempts() int {
	attempts := 1
	for _, retrier := range s.Retry {
		attempts += retrier.maxAttempts()
	}
	return attempts
}

// successors are the states that one can go to.
func (s machineState) successors() (names []string) {
	for _, choice := range s.Choices {
		names = append(names, choice.Next)
	}
	for _, catcher := range s.Catch {
		names = append(names, catcher.Next)
	}
	names = append(names, s.Next, s.Default)
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

var drawsCondition = regexp.MustCompile(`\$draws < (\d+)`)

// maxDraws is the bound that the definition has for the draws of a password, or 0 where it has none.
func (m machine) maxDraws() int {
	for _, state := range m.States {
		for _, choice := range state.Choices {
			if match := drawsCondition.FindStringSubmatch(choice.Condition); match != nil {
				bound, _ := strconv.Atoi(match[1])
				return bound
			}
		}
	}
	return 0
}
