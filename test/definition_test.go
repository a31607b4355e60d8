package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

// definitionText is the definition of the state machine with all defaults.
func definitionText(t *testing.T) string {
	t.Helper()
	machine := synthesize(t, newStack(t), onboarding.UserOnboardingProps{}).ofType(t, "AWS::StepFunctions::StateMachine")
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(machine["DefinitionString"].(string)), "", "  "); err != nil {
		t.Fatal(err)
	}
	return indented.String() + "\n"
}

func parentAndChild(t *testing.T) (parent, child machine) {
	t.Helper()
	parent = parseMachine(t, definitionText(t))
	return parent, parent.child()
}

// transitions returns every transition, "from -> to" with what decides it in brackets, sorted.
func (m machine) transitions() (all []string) {
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

// reaches tells whether a path leads from the start to a state without going through another one.
func (m machine) reaches(target, without string) bool {
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
		queue = append(queue, m.States[name].successors()...)
	}
	return false
}

func TestDefinitionIsGolden(t *testing.T) {
	golden(t, "definition.golden.json", definitionText(t))
}

func TestTransitions(t *testing.T) {
	parent, child := parentAndChild(t)
	golden(t, "transitions.golden.txt", strings.Join(append(append(parent.transitions(), ""), child.transitions()...), "\n")+"\n")
}

func TestGroupComesBeforeLoginProfile(t *testing.T) {
	_, child := parentAndChild(t)
	for _, target := range []string{"CreateLoginProfile", "UpdateLoginProfile", "SendEmail"} {
		if !child.reaches(target, "") {
			t.Errorf("no path leads to %s", target)
		}
		if child.reaches(target, "AddUserToGroup") {
			t.Errorf("a path leads to %s without AddUserToGroup", target)
		}
	}
}

func TestNothingChangesBeforePreflight(t *testing.T) {
	parent, _ := parentAndChild(t)
	for _, name := range []string{"Is the list valid?", "GetAccount", "GetEmailIdentity", "GetGroup", "GetAccountPasswordPolicy",
		"Is everything ready?"} {
		if parent.reaches("OnboardUsers", name) {
			t.Errorf("a path leads to OnboardUsers without %s", name)
		}
	}
}

func TestEveryTaskIsBoundedAndCaught(t *testing.T) {
	parent, child := parentAndChild(t)
	for _, states := range []map[string]machineState{parent.States, child.States} {
		for name, state := range states {
			if state.Type != "Task" {
				continue
			}
			if state.TimeoutSeconds == 0 {
				t.Errorf("%s has no TimeoutSeconds", name)
			}
			last := state.Retry[len(state.Retry)-1]
			want := machineRetrier{ErrorEquals: []string{"States.TaskFailed"}, IntervalSeconds: new(2.0), BackoffRate: new(1.0),
				MaxAttempts: new(9), JitterStrategy: "FULL"}
			if name == "GetRandomPassword" {
				want.MaxAttempts = new(3)
			}
			if diff := cmp.Diff(want, last); diff != "" {
				t.Errorf("%s: its last retry differs (-want +got):\n%s", name, diff)
			}
			if catch := state.Catch[len(state.Catch)-1]; !slices.Equal(catch.ErrorEquals, []string{"States.ALL"}) {
				t.Errorf("%s: its last catch takes %v, want States.ALL", name, catch.ErrorEquals)
			}
		}
	}
}

func TestChildNeverFails(t *testing.T) {
	_, child := parentAndChild(t)
	for name, state := range child.States {
		if state.Type == "Fail" || state.Type == "Wait" {
			t.Errorf("%s is of type %s", name, state.Type)
		}
	}
}

// TestStateMachineTools has the definition judged by AWS's own language service and by asl-validator.
func TestStateMachineTools(t *testing.T) {
	file := filepath.Join(t.TempDir(), "definition.asl.json")
	if err := os.WriteFile(file, []byte(definitionText(t)), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.Command("node", filepath.Join("testdata", "validate.js"), file).CombinedOutput()
	if err != nil {
		t.Fatalf("node testdata/validate.js: %v (npm ci installs what it needs)\n%s", err, output)
	}
}

// TestFlowInDocs holds the picture of the flow to the definition.
func TestFlowInDocs(t *testing.T) {
	parent, child := parentAndChild(t)
	section(t, "../docs/state-machine.md", "flow", "```mermaid\nflowchart TD\n"+parent.mermaid("list")+
		"  subgraph user [\"OnboardUsers, for each user\"]\n"+child.mermaid("user")+"  end\n```\n")
}

// mermaid draws the flow, without the catches that take every error.
func (m machine) mermaid(prefix string) string {
	var picture strings.Builder
	names := slices.DeleteFunc(m.inOrder(), m.isOnlyForEveryError)
	id := func(name string) string { return fmt.Sprintf("%s%d", prefix, slices.Index(names, name)) }
	arrow := func(from, label, to string) {
		if label != "" {
			label = fmt.Sprintf("|%q|", label)
		}
		fmt.Fprintf(&picture, "    %s -->%s %s\n", id(from), label, id(to))
	}
	for _, name := range names {
		shape := map[string]string{"Choice": "{%q}", "Task": "[%q]", "Map": "[[%q]]"}[m.States[name].Type]
		if shape == "" {
			shape = "([%q])"
		}
		fmt.Fprintf(&picture, "    %s"+shape+"\n", id(name), name)
	}
	for _, name := range names {
		state := m.States[name]
		if state.Next != "" {
			arrow(name, "", state.Next)
		}
		for _, choice := range state.Choices {
			arrow(name, label(choice.Condition), choice.Next)
		}
		if state.Default != "" {
			arrow(name, "otherwise", state.Default)
		}
		for _, catch := range state.Catch {
			if _, modelled, _ := strings.Cut(catch.ErrorEquals[0], "."); modelled != "ALL" && catch.Next != state.Next {
				arrow(name, strings.TrimSuffix(modelled, "Exception"), catch.Next)
			}
		}
	}
	return picture.String()
}

// isOnlyForEveryError tells of a state that nothing leads to but catches of every error, which are not drawn.
func (m machine) isOnlyForEveryError(name string) bool {
	for _, state := range m.States {
		if slices.Contains([]string{state.Next, state.Default}, name) {
			return false
		}
		for _, choice := range state.Choices {
			if choice.Next == name {
				return false
			}
		}
		for _, catch := range state.Catch {
			if catch.Next == name && catch.ErrorEquals[0] != "States.ALL" {
				return false
			}
		}
	}
	return name != m.StartAt
}

// inOrder returns the names of the states as the flow comes by them.
func (m machine) inOrder() (names []string) {
	queue := []string{m.StartAt}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		if !slices.Contains(names, name) {
			names = append(names, name)
			queue = append(queue, m.States[name].successors()...)
		}
	}
	return names
}

// label is a condition as a reader of the picture needs it.
func label(condition string) string {
	label := strings.NewReplacer("{% ", "", " %}", "", "$states.input.", "", "$count(problems)", "problems", "$", "", `"`, "").Replace(condition)
	if strings.HasPrefix(label, "length(") {
		return "satisfies the policy"
	}
	return label
}
