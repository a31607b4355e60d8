package asl

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Successors returns the names of the states that can follow the state.
func (s State) Successors() (names []string) {
	for _, choice := range s.Choices {
		names = append(names, choice.Next)
	}
	for _, catcher := range s.Catch {
		names = append(names, catcher.Next)
	}
	names = append(names, s.Next, s.Default)
	return slices.DeleteFunc(names, func(name string) bool { return name == "" })
}

// Transitions returns every transition as "from -> to", with its condition or its errors in brackets, sorted.
func (m Machine) Transitions() (all []string) {
	for from, state := range m.States {
		for _, choice := range state.Choices {
			all = append(all, fmt.Sprintf("%s -> %s [%s]", from, choice.Next, strings.Trim(choice.Condition, "{%} ")))
		}
		for _, catch := range state.Catch {
			all = append(all, fmt.Sprintf("%s -> %s [%s]", from, catch.Next, strings.Join(catch.ErrorEquals, ", ")))
		}
		if state.Next != "" {
			all = append(all, fmt.Sprintf("%s -> %s", from, state.Next))
		}
		if state.Default != "" {
			all = append(all, fmt.Sprintf("%s -> %s [otherwise]", from, state.Default))
		}
	}
	slices.Sort(all)
	return all
}

// Reaches reports whether a path leads from the start to the state target, and does not go through the state without.
func (m Machine) Reaches(target, without string) bool {
	seen := map[string]bool{without: true}
	queue := []string{m.StartAt}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if seen[name] {
			continue
		}
		if name == target {
			return true
		}
		seen[name] = true
		queue = append(queue, m.States[name].Successors()...)
	}
	return false
}

// InOrder returns the names of the states, those that the flow reaches in fewer steps first.
func (m Machine) InOrder() (names []string) {
	queue := []string{m.StartAt}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if !slices.Contains(names, name) {
			names = append(names, name)
			queue = append(queue, m.States[name].Successors()...)
		}
	}
	return names
}

// PathWhenAllGoesWell returns the states of an execution that onboards every user of its list.
func (m Machine) PathWhenAllGoesWell() (path []string) {
	for name := m.StartAt; name != ""; {
		path = append(path, name)
		state := m.States[name]
		name = state.Next
		if state.Type == "Choice" {
			name = state.Default
		}
	}
	return path
}

// PathOfNewUser returns the tasks that run for a new user if no call fails.
func (m Machine) PathOfNewUser() (path []string) {
	for name := m.StartAt; name != ""; {
		state := m.States[name]
		if state.Type == "Task" {
			path = append(path, name)
		}
		name = state.Next
		if len(state.Choices) > 0 {
			name = state.Choices[0].Next // the password is good
			if strings.Contains(state.Choices[0].Condition, "$states.input.Resend") {
				name = state.Default
			}
		}
	}
	return path
}

// IsInDrawLoop reports whether a state runs again as long as the condition on $draws holds.
func (m Machine) IsInDrawLoop(name string) bool {
	for _, state := range m.States {
		for _, choice := range state.Choices {
			if drawsCondition.MatchString(choice.Condition) {
				return choice.Next == name || slices.Contains(m.States[choice.Next].Successors(), name)
			}
		}
	}
	return false
}

var drawsCondition = regexp.MustCompile(`\$draws < (\d+)`)

// MaxDraws returns the bound of the definition for the draws of a password, or 0 if it has none.
func (m Machine) MaxDraws() int {
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
