package asl

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Task is a task state, with the properties by which one can recognize its calls.
type Task struct {
	Name, API string
	Fixed     url.Values // the arguments that are not expressions, in the notation of the Query protocol; only for IAM
	// HasPassword reports whether the call sets or mails a password.
	HasPassword bool
}

func newTask(name, resource string, arguments map[string]any) Task {
	_, api, _ := strings.Cut(resource, ":aws-sdk:")
	task := Task{Name: name, API: api, Fixed: url.Values{}, HasPassword: strings.Contains(fmt.Sprint(arguments), "$password")}
	if strings.HasPrefix(api, "iam:") {
		for key, value := range arguments {
			flatten(task.Fixed, key, value)
		}
	}
	return task
}

func flatten(form url.Values, key string, value any) {
	switch value := value.(type) {
	case string:
		if !strings.HasPrefix(value, "{%") {
			form.Set(key, value)
		}
	case bool:
		form.Set(key, strconv.FormatBool(value))
	case float64:
		form.Set(key, strconv.FormatFloat(value, 'f', -1, 64))
	case []any:
		for i, element := range value {
			flatten(form, fmt.Sprintf("%s.member.%d", key, i+1), element)
		}
	case map[string]any:
		for name, member := range value {
			flatten(form, key+"."+name, member)
		}
	}
}

// Matches reports whether a call in the Query protocol has the arguments in Fixed.
func (t Task) Matches(form url.Values) bool {
	for key := range t.Fixed {
		if t.Fixed.Get(key) != form.Get(key) {
			return false
		}
	}
	return true
}

// Tasks returns the task states, sorted by name.
func (m Machine) Tasks() (tasks []Task) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		if state := m.States[name]; state.Type == "Task" {
			tasks = append(tasks, newTask(name, state.Resource, state.Arguments))
		}
	}
	return tasks
}
