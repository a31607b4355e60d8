package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

// definitionText returns the definition of the state machine with all defaults.
func definitionText(t testing.TB) string {
	t.Helper()
	machine := synthesize(t, newStack(t), onboarding.UserOnboardingProps{}).ofType(t, stateMachineType)
	var indented bytes.Buffer
	if err := json.Indent(&indented, []byte(machine["DefinitionString"].(string)), "", "  "); err != nil {
		t.Fatal(err)
	}
	return indented.String() + "\n"
}

func parentAndChild(t *testing.T) (parent, child asl.Machine) {
	t.Helper()
	parent = asl.Parse(t, definitionText(t))
	return parent, parent.Child()
}

func TestDefinitionIsGolden(t *testing.T) {
	golden(t, "definition.golden.json", definitionText(t))
}

// TestTemplateIsGolden compares the logical ids and the types of all resources with a file: without options, and with every option.
// If a logical id changes, an upgrade of a deployed stack makes a new resource and deletes the old one.
func TestTemplateIsGolden(t *testing.T) {
	var text strings.Builder
	for _, options := range [][]string{nil, everyOption()} {
		made, _ := templateWith(t, options)
		for _, id := range slices.Sorted(maps.Keys(made.Resources)) {
			fmt.Fprintln(&text, id, made.Resources[id].Type)
		}
		fmt.Fprintln(&text)
	}
	golden(t, "template.golden.txt", text.String())
}

func TestTransitions(t *testing.T) {
	parent, child := parentAndChild(t)
	golden(t, "transitions.golden.txt", strings.Join(append(append(parent.Transitions(), ""), child.Transitions()...), "\n")+"\n")
}

func TestGroupComesBeforeLoginProfile(t *testing.T) {
	_, child := parentAndChild(t)
	wantGroupBeforeLoginProfile(t, child)
}

func wantGroupBeforeLoginProfile(t testing.TB, child asl.Machine) {
	t.Helper()
	for _, target := range []string{"CreateLoginProfile", "UpdateLoginProfile", "SendEmail"} {
		if !child.Reaches(target, "") {
			t.Errorf("no path leads to %s", target)
		}
		if child.Reaches(target, "AddUserToGroup") {
			t.Errorf("a path leads to %s without AddUserToGroup", target)
		}
	}
}

func TestNothingChangesBeforePreflight(t *testing.T) {
	parent, _ := parentAndChild(t)
	wantPreflightBeforeChanges(t, parent)
}

func wantPreflightBeforeChanges(t testing.TB, parent asl.Machine) {
	t.Helper()
	for target, state := range parent.States {
		if state.Type != "Map" && (state.Type != "Task" || sdkRead.MatchString(state.Resource)) {
			continue // it changes nothing
		}
		for _, name := range []string{"Is the list valid?", "ListExecutions", "GetAccount", "GetEmailIdentity", "GetGroup", "GetAccountPasswordPolicy",
			"Is everything ready?"} {
			if parent.Reaches(target, name) {
				t.Errorf("a path leads to %s without %s", target, name)
			}
		}
	}
}

// sdkRead matches the resource of a task that only reads.
var sdkRead = regexp.MustCompile(`^arn:aws:states:::aws-sdk:[a-z0-9]+:(get|list)[A-Z]`)

func TestEveryTaskIsBoundedAndCaught(t *testing.T) {
	wantEveryTaskBoundedAndCaught(t, machineOf(t, onboarding.UserOnboardingProps{SeparatePassword: jsii.Bool(true)}))
}

func wantEveryTaskBoundedAndCaught(t testing.TB, machine asl.Machine) {
	t.Helper()
	wantBoundedTasks(t, machine.States, func(string) taskBounds {
		return taskBounds{timeout: 30, retriesTimeout: true, retries: 9, interval: 2, jitter: "FULL"}
	})
	wantBoundedTasks(t, machine.OnboardUsers().ItemProcessor.EveryState(), func(name string) taskBounds {
		bounds := taskBounds{timeout: 5, retriesTimeout: true, retries: 6, interval: 2, jitter: "FULL"}
		switch name {
		case "GetRandomPassword":
			bounds.retries = 2
		case "AddUserToGroup": // waits until IAM knows the new user
			bounds.jitter = "NONE"
		case "UpdateLoginProfile": // waits until IAM knows the new tag
			bounds.retries, bounds.interval, bounds.jitter = 7, 3, "NONE"
		case "SendEmail", "SendEmail password": // SES may have sent the mail
			bounds.retriesTimeout = false
		}
		return bounds
	})
}

type taskBounds struct {
	timeout, retries int
	interval         float64
	jitter           string
	retriesTimeout   bool
}

func wantBoundedTasks(t testing.TB, states map[string]asl.State, want func(name string) taskBounds) {
	t.Helper()
	for name, state := range states {
		if state.Type != "Task" {
			continue
		}
		bounds := want(name)
		if state.TimeoutSeconds != bounds.timeout {
			t.Errorf("%s: got a TimeoutSeconds of %d, want %d", name, state.TimeoutSeconds, bounds.timeout)
		}
		retriers := slices.DeleteFunc(slices.Clone(state.Retry), func(retrier asl.Retrier) bool { return retrier.Retries() == 0 })
		wantRetriers := []asl.Retrier{{ErrorEquals: []string{"States.TaskFailed"}, IntervalSeconds: &bounds.interval,
			BackoffRate: jsii.Number(1), MaxAttempts: &bounds.retries, JitterStrategy: bounds.jitter}}
		if once := 1; bounds.retriesTimeout {
			wantRetriers = append([]asl.Retrier{{ErrorEquals: []string{"States.Timeout"}, IntervalSeconds: jsii.Number(1),
				BackoffRate: jsii.Number(1), MaxAttempts: &once}}, wantRetriers...)
		}
		if diff := cmp.Diff(wantRetriers, retriers); diff != "" {
			t.Errorf("%s: its retries differ (-want +got):\n%s", name, diff)
		}
		if len(state.Catch) == 0 {
			t.Errorf("%s: no error is caught", name)
		} else if catch := state.Catch[len(state.Catch)-1]; !slices.Equal(catch.ErrorEquals, []string{"States.ALL"}) {
			t.Errorf("%s: its last catch takes %v, want States.ALL", name, catch.ErrorEquals)
		}
	}
}

func TestChildNeverFails(t *testing.T) {
	parent, _ := parentAndChild(t)
	wantChildNeverFails(t, parent)
}

func wantChildNeverFails(t testing.TB, parent asl.Machine) {
	t.Helper()
	for name, state := range parent.OnboardUsers().ItemProcessor.EveryState() {
		if state.Type == "Fail" || state.Type == "Wait" {
			t.Errorf("%s is of type %s", name, state.Type)
		}
		if state.Type == "Choice" && state.Default == "" { // it can fail with States.NoChoiceMatched
			t.Errorf("%s has no default", name)
		}
	}
}

// TestStateMachineTools checks the definition with AWS's language service, and with asl-validator.
func TestStateMachineTools(t *testing.T) {
	wantNoFindingOfTools(t, definitionText(t))
}

func wantNoFindingOfTools(t testing.TB, definition string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "definition.asl.json")
	if err := os.WriteFile(file, []byte(definition), 0o600); err != nil {
		t.Fatal(err)
	}
	output, err := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "validate.js"), file).CombinedOutput()
	if err != nil {
		t.Fatalf("node testdata/validate.js: %v (npm ci installs what it needs)\n%s", err, output)
	}
}

// TestFlowInDocs compares the picture of the flow with the definition.
func TestFlowInDocs(t *testing.T) {
	parent, child := parentAndChild(t)
	section(t, "../docs/state-machine.md", "flow", "```mermaid\nflowchart TD\n"+mermaid(parent, "list")+
		"  subgraph user [\"OnboardUsers, for each user\"]\n"+mermaid(child, "user")+"  end\n```\n")
}

// mermaid returns a picture of the flow, without the catches of States.ALL.
func mermaid(m asl.Machine, prefix string) string {
	var picture strings.Builder
	names := slices.DeleteFunc(m.InOrder(), func(name string) bool { return isOnlyForEveryError(m, name) })
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

// isOnlyForEveryError reports whether only catches of States.ALL lead to a state. The picture leaves out such a state.
func isOnlyForEveryError(m asl.Machine, name string) bool {
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

// label returns a condition in words, or shortened, for the picture.
func label(condition string) string {
	label := strings.NewReplacer("{% ", "", " %}", "", "$states.input.", "", "$count(problems)", "problems", "$", "", `"`, "").Replace(condition)
	if strings.HasPrefix(label, "length(") {
		return "satisfies the policy"
	}
	return label
}
