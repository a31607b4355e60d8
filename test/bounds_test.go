package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonatatest"
)

// What an evaluation may take here. AWS ends one at a depth of 100, and after a second, which is 200,000 steps on the local AWS.
const (
	mostDepth         = 50
	mostSteps         = 60_000  // for 1,000 users that are right, and their reports
	mostStepsIfFailed = 120_000 // for any list of 1,000, and any report
)

// TestEffortOfLongLists has the expressions that grow with the list take the longest lists and reports of every kind.
func TestEffortOfLongLists(t *testing.T) {
	machine := machineOf(t, onboarding.UserOnboardingProps{GroupName: jsii.String("Staff")})
	// The name of a group that is made is a reference in the template.
	validate := strings.ReplaceAll(machine.States["Validate the list"].Assign["problems"].(string), "<UserOnboardingGroup>", "Staff")
	worst := map[string]jsonatatest.Effort{}
	evaluator := startJSONata(t)
	effort := func(state, name, expression string, most int, bindings map[string]any) []byte {
		evaluator.Observe = func(_ string, effort jsonatatest.Effort) {
			if effort.Depth > mostDepth || effort.Steps > most {
				t.Errorf("%s, %s: took a depth of %d and %d steps, want at most %d and %d", state, name, effort.Depth, effort.Steps, mostDepth, most)
			}
			worst[state] = jsonatatest.Effort{Depth: max(worst[state].Depth, effort.Depth), Steps: max(worst[state].Steps, effort.Steps)}
		}
		return evaluator.evaluate(t, expression, bindings)
	}

	right := func(i int) any {
		return map[string]any{"UserName": fmt.Sprint("user-", i), "Email": address(i), "Group": "Staff"}
	}
	wrong := func(i int) any {
		return map[string]any{"UserName": fmt.Sprint("user ", i), "Email": fmt.Sprint("user ", i), "Group": "Other", "Extra": i}
	}
	half := func(i int) any { return []any{address(i), right(i)}[i%2] }
	lists := map[string][]any{
		"addresses": times(1000, address), "objects": times(1000, right), "addresses and objects": times(1000, half),
		"all wrong": times(1000, wrong), "wrong addresses": times(1000, func(i int) any { return fmt.Sprint("user ", i) }),
		"all the same":        slices.Repeat([]any{address(0)}, 1000),
		"pairs in other case": times(1000, func(i int) any { return []any{address(i / 2), strings.ToUpper(address(i / 2).(string))}[i%2] }),
		"numbers":             times(1000, func(i int) any { return i }),
		"nulls":               slices.Repeat([]any{nil}, 1000),
		"nested arrays":       slices.Repeat([]any{[]any{right(0)}}, 1000),
		"empty objects":       slices.Repeat([]any{map[string]any{}}, 1000),
		"5,000 items":         times(5000, address),
		"right, then wrong":   append(times(800, right), times(200, wrong)...),
		"an object of 20,000 keys": {times(1, func(int) any {
			keys := map[string]any{}
			for i := range 20_000 {
				keys[fmt.Sprint("key", i)] = 1
			}
			return keys
		})[0]},
	}
	for name, list := range lists {
		isRight := slices.Contains([]string{"addresses", "objects", "addresses and objects"}, name)
		most := mostStepsIfFailed
		if isRight {
			most = mostSteps
		}
		problems := effort("Validate the list", name, validate, most, map[string]any{"states": map[string]any{"input": map[string]any{"IAMUserNames": list}}})
		if (string(problems) == "[]") != isRight {
			t.Errorf("%s: got the problems %.200s", name, problems)
		}
	}

	status := func(i int, status string) any {
		return map[string]any{"UserName": address(i), "Status": status, "Step": "CreateLoginProfile", "Error": "Iam.IamException", "Cause": strings.Repeat("c", 60)}
	}
	children := func(child func(first int) any) []any { return times(200, func(i int) any { return child(5 * i) }) }
	said := func(word string) func(first int) any {
		return func(first int) any { return times(5, func(i int) any { return status(first+i, word) }) }
	}
	reversed := children(said("Skipped"))
	slices.Reverse(reversed)
	for name, results := range map[string][]any{
		"all created": children(said("Created")), "all failed": children(said("Failed")), "in reverse order": reversed,
		"all missing":            slices.Repeat([]any{nil}, 200),
		"all died":               children(func(int) any { return map[string]any{"ExecutionArn": "arn", "Input": "{}", "Status": "TIMED_OUT"} }),
		"one missing":            append(children(said("Created"))[:199], nil),
		"statuses that are none": children(said("Odd")),
	} {
		most := mostStepsIfFailed
		if name == "all created" {
			most = mostSteps
		}
		report := effort("Summary", name, machine.States["Summary"].Output.(string), most, map[string]any{"states": map[string]any{
			"input": results, "context": map[string]any{"Execution": map[string]any{"Input": map[string]any{"IAMUserNames": times(1000, address)}}},
		}})
		effort("UsersNotOnboarded", name, machine.States["UsersNotOnboarded"].Cause, most, map[string]any{"states": map[string]any{"input": jsonRaw(report)}})
	}
	for state, effort := range worst {
		fmt.Printf("%s: at most a depth of %d and %d steps\n", state, effort.Depth, effort.Steps)
	}
}

// jsonRaw is JSON that stands as it is.
type jsonRaw []byte

func (j jsonRaw) MarshalJSON() ([]byte, error) { return j, nil }

// otherValues are what expressions read that are no arguments, by the end of the path as in argumentValues. Those of lists and
// reports are what their expressions need to be evaluated at all: TestEffortOfLongLists has the long ones.
var otherValues = map[string]any{
	"states.input": map[string]any{"IAMUserNames": []any{}}, "input.IAMUserNames": times(1000, address), "input.Items": times(40, address),
	"input.Resend": true, "BatchInput.Resend": true, "BatchInput.CauseLength": 1000, "CauseLength": 1000,
	"Item.Value": map[string]any{"UserName": longestName, "Email": longestAddress, "Group": longestGroup}, "State.Name": "SendEmail password",
	"Item.Value.UserName": longestName, "Item.Value.Email": longestAddress, "Item.Value.Group": longestGroup,
	"input.Failed": 1, "input.Total": 1000,
	"input.Users": times(1000, func(i int) any {
		return map[string]any{"UserName": address(i), "Status": "Failed", "Step": "GetUser", "Error": "Iam.IamException", "Cause": "c"}
	}),
	"problems": times(200, func(int) any { return strings.Repeat("p", 300) }), "draws": 2, "outcome": map[string]any{"Status": "Created"},
	"existingName": longestName, "onboarding": "pending", "takenOver": true,
	"errorOutput.Error": strings.Repeat("E", 256), "errorOutput.Cause": strings.Repeat("&quot;", 5461), "states.result": []any{},
	"result.SendingEnabled": true, "result.VerifiedForSendingStatus": true, "PasswordPolicy.MinimumPasswordLength": 128,
	"User.UserName": longestName, "User.Path": "/onboarded/", "LoginProfile.PasswordResetRequired": true, "result.RandomPassword": longestPassword,
	"Tags.Value": "pending",
}

// TestEveryExpression evaluates every expression, wherever it is in a definition, with long values.
func TestEveryExpression(t *testing.T) {
	values := maps.Clone(otherValues)
	maps.Copy(values, argumentValues["longest"])
	jsonata, worst := startJSONata(t), jsonatatest.Effort{}
	jsonata.Observe = func(expression string, effort jsonatatest.Effort) {
		if effort.Depth > mostDepth || effort.Steps > mostSteps {
			t.Errorf("%.200s: took a depth of %d and %d steps, want at most %d and %d", expression, effort.Depth, effort.Steps, mostDepth, mostSteps)
		}
		worst = jsonatatest.Effort{Depth: max(worst.Depth, effort.Depth), Steps: max(worst.Steps, effort.Steps)}
	}
	for options, definition := range modelDefinitions(t) {
		found := expressionsOf(t, definition)
		paths := references(t, found)
		for _, expression := range found {
			slices.Sort(paths[expression])
			bindings, err := bind(paths[expression], values)
			if err != nil {
				t.Errorf("%s: %.200s: %v", options, expression, err)
				continue
			}
			if _, err := jsonata.Evaluate(expression, bindings); err != nil {
				t.Errorf("%s: %.200s: %v", options, expression, err)
			}
		}
		fmt.Printf("%s: %d expressions, at most a depth of %d and %d steps\n", options, len(found), worst.Depth, worst.Steps)
	}
}

func expressionsOf(t *testing.T, definition string) []string {
	t.Helper()
	var decoded any
	if err := json.Unmarshal([]byte(definition), &decoded); err != nil {
		t.Fatal(err)
	}
	return expressions(decoded)
}

// TestShapesOfExpressions wants neither a group-by nor, inside of a function, a constructor of two or more members: by one way
// to count, each of these adds to the depth of all that follows.
func TestShapesOfExpressions(t *testing.T) {
	for options, definition := range modelDefinitions(t) {
		found := expressionsOf(t, definition)
		for i, problems := range ofTrees(t, "shapes.js", found) {
			for _, problem := range problems {
				t.Errorf("%s: %.200s has %s", options, found[i], problem)
			}
		}
	}
}

// TestDefinitionHasNoComments looks for the comments of JSONata, of which it is not known what AWS makes.
func TestDefinitionHasNoComments(t *testing.T) {
	if found := regexp.MustCompile(`/\*.{0,60}`).FindString(definitionText(t)); found != "" {
		t.Errorf("the definition has the comment %s", found)
	}
}
