package asl

import (
	"maps"
	"slices"
)

// Tasks returns the names of the task states, sorted.
func (m Machine) Tasks() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(m.States)), func(name string) bool { return m.States[name].Type != "Task" })
}
