package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

// listProblems returns the problems that the state machine finds in each input.
func listProblems(t *testing.T, inputs ...any) [][]string {
	t.Helper()
	machine := asl.Parse(t, definitionText(t))
	jsonata := startJSONata(t)
	var problems [][]string
	for _, input := range inputs {
		found := jsonata.evaluate(t, machine.States["ValidateList"].Assign["problems"].(string), inputOfList(t, machine, madeGroup, input))
		problems = append(problems, decode[[]string](t, found))
	}
	return problems
}

// madeGroup is the reference to the group of the stack in a definition. Only a deployment has its name.
const madeGroup = "<UserOnboardingGroup>"

// inputOfList returns the bindings of the state ValidateList for an input. group is the name of the group of the stack.
func inputOfList(t testing.TB, machine asl.Machine, group string, input any) map[string]any {
	t.Helper()
	settings := encode(t, machine.States["Settings"].Assign["settings"])
	return map[string]any{
		"settings": json.RawMessage(bytes.ReplaceAll(settings, encode(t, madeGroup), encode(t, group))),
		"states":   map[string]any{"input": input},
	}
}

func listOf(items ...any) map[string]any { return map[string]any{"IAMUserNames": items} }

func user(name, email any) map[string]any { return map[string]any{"UserName": name, "Email": email} }

// times returns n items, the i-th made by f.
func times(n int, f func(i int) any) (items []any) {
	for i := range n {
		items = append(items, f(i))
	}
	return items
}

func address(i int) any { return fmt.Sprintf("user-%d@example.com", i) }

func TestValidLists(t *testing.T) {
	lists := []any{
		listOf("user@example.com"),
		listOf("user@example.com", user("user", "user@example.com")),
		listOf(user("user", "user@example.com"), user("other", "user@example.com")),
		listOf(map[string]any{"UserName": "user", "Email": "user@example.com", "Group": madeGroup}),
		map[string]any{"IAMUserNames": []any{"user@example.com"}, "Resend": true},
		map[string]any{"IAMUserNames": []any{"user@example.com"}, "Resend": false},
		listOf(user(strings.Repeat("n", 64), "o'neil+x@sub.example.com")),
		listOf(user("Name_1+=,.@-", strings.Repeat("l", 64)+"@example.com")),
		listOf(times(1000, address)...),
	}
	for i, problems := range listProblems(t, lists...) {
		if len(problems) != 0 {
			t.Errorf("%.80v: got the problems %q, want none", lists[i], problems)
		}
	}
}

func TestInvalidLists(t *testing.T) {
	const (
		needsUsers = "IAMUserNames must be an array of users, got: "
		needsName  = "item 1 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "
		needsEmail = "item 1 must have an e-mail address such as user@example.com, got: "
		needsItem  = "item 1 must be an e-mail address or an object with UserName and Email, got: "
		needsInput = "the input must be an object with the key IAMUserNames, got: "
		good       = "user@example.com"
	)
	long := strings.Repeat("n", 65)
	tests := []struct {
		input any
		want  []string
	}{
		{nil, []string{needsInput + "null"}},
		{"list", []string{needsInput + `"list"`}},
		{7, []string{needsInput + "7"}},
		{[]any{good}, []string{needsInput + `["user@example.com"]`}},
		{map[string]any{}, []string{needsUsers + "nothing"}},
		{map[string]any{"IAMUserNames": nil}, []string{needsUsers + "null"}},
		{map[string]any{"IAMUserNames": good}, []string{needsUsers + `"user@example.com"`}},
		{map[string]any{"IAMUserNames": user("user", good)}, []string{needsUsers + `{"Email":"user@example.com","UserName":"user"}`}},
		{listOf([]any{}...), []string{"IAMUserNames must have at least one user, got: an empty array"}},
		{listOf(times(1001, address)...), []string{"IAMUserNames must have at most 1000 users, got: 1001"}},
		{map[string]any{"IAMUserNames": []any{good}, "Resend": "true"}, []string{`Resend must be true or false, got: "true"`}},
		{map[string]any{"IAMUserNames": []any{good}, "Resend": nil}, []string{"Resend must be true or false, got: null"}},
		{map[string]any{"IAMUserNames": []any{good}, "Resent": true},
			[]string{`the input must have no key except IAMUserNames, Resend, got: "Resent"`}},
		{listOf(nil), []string{needsItem + "null"}},
		{listOf(7), []string{needsItem + "7"}},
		{listOf(true), []string{needsItem + "true"}},
		{listOf([]any{good}), []string{needsItem + `["user@example.com"]`}},
		{listOf(""), []string{needsName + `""`, needsEmail + `""`}},
		{listOf("user"), []string{needsEmail + `"user"`}},
		{listOf("jürgen@example.com"), []string{needsName + `"jürgen@example.com"`, needsEmail + `"jürgen@example.com"`}},
		{listOf(user("\u202euser", good)), []string{needsName + "\"\u202euser\""}},
		{listOf(user("名前", good)), []string{needsName + `"名前"`}},
		{listOf(user("user\n", good)), []string{needsName + "\"user\n\""}},
		{listOf(user("user/../root", good)), []string{needsName + `"user/../root"`}},
		{listOf(user(long, good)), []string{needsName + `"` + long[:64] + `"`}},
		{listOf(user("user", "user@example.com\nBcc: x@example.com")), []string{needsEmail + "\"user@example.com\nBcc: x@example.com\""}},
		{listOf(user("user", "a@example.com, b@example.com")), []string{needsEmail + `"a@example.com, b@example.com"`}},
		{listOf(user("user", "a@"+strings.Repeat("d.", 126)+"com")), []string{needsEmail + `"a@` + strings.Repeat("d.", 31) + `"`}},
		{listOf(user(nil, 7)), []string{needsName + "null", needsEmail + "7"}},
		{listOf(user([]any{"user"}, []any{good})), []string{needsName + `["user"]`, needsEmail + `["user@example.com"]`}},
		{listOf(map[string]any{}), []string{needsName + "nothing", needsEmail + "nothing"}},
		{listOf(map[string]any{"UserName": "user", "Email": good, "Group": "Administrators"}),
			[]string{`item 1 must have a Group out of <UserOnboardingGroup>, got: "Administrators"`}},
		{listOf(map[string]any{"UserName": "user", "Email": good, "Group": nil}),
			[]string{"item 1 must have a Group out of <UserOnboardingGroup>, got: null"}},
		{listOf(map[string]any{"UserName": "user", "Email": good, "Language": "EN"}, map[string]any{"UserName": "u", "Email": good, "Language": "ja"}),
			[]string{`item 1 must have a Language out of en, de, ja, got: "EN"`}},
		{listOf(map[string]any{"Language": 1, "UserName": "user", "Email": good, "Group": 2}),
			[]string{"item 1 must have a Group out of <UserOnboardingGroup>, got: 2", "item 1 must have a Language out of en, de, ja, got: 1"}},
		{listOf(map[string]any{"UserName": "user", "Email": good, "Password": "secret", "Admin": true}), []string{
			`item 1 must have no key except UserName, Email, Group, Language, got: "Admin"`,
			`item 1 must have no key except UserName, Email, Group, Language, got: "Password"`,
		}},
		{listOf(good, good), []string{`user names must be unique without regard to case, got 2 times: "user@example.com"`}},
		{listOf("user@example.com", user("USER@example.com", good), user("User@Example.com", good)),
			[]string{`user names must be unique without regard to case, got 3 times: "user@example.com"`}},
		{listOf(user("__proto__", good), user("__PROTO__", good)),
			[]string{`user names must be unique without regard to case, got 2 times: "__proto__"`}},
		{map[string]any{"IAMUserNames": []any{good, nil, user("", good)}, "Resend": 1, "Comment": ""}, []string{
			"item 2 must be an e-mail address or an object with UserName and Email, got: null",
			`item 3 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: ""`,
			"Resend must be true or false, got: 1",
			`the input must have no key except IAMUserNames, Resend, got: "Comment"`,
		}},
	}
	var inputs []any
	for _, test := range tests {
		inputs = append(inputs, test.input)
	}
	for i, problems := range listProblems(t, inputs...) {
		if !slices.Equal(problems, tests[i].want) {
			t.Errorf("%.200v:\ngot  %q\nwant %q", tests[i].input, problems, tests[i].want)
		}
	}
}

// TestProblemsBeyondTheBound checks that a list with too many problems gets the first ones, and the number of the others.
func TestProblemsBeyondTheBound(t *testing.T) {
	worst := strings.Repeat("ü", 65)
	problems := listProblems(t, listOf(times(1000, func(int) any {
		return map[string]any{"UserName": worst, "Email": worst, "Group": worst, worst: worst}
	})...))[0]
	if got, want := problems[len(problems)-1], "and 3801 more"; got != want {
		t.Errorf("got %q at the end, want %q", got, want)
	}
}

// TestItems checks the user of a child execution that the state machine makes from an item of the list.
func TestItems(t *testing.T) {
	machine := machineOf(t, onboarding.UserOnboardingProps{})
	selector := machine.EachUser().ItemSelector
	evaluator := jsonatatest.Start(t)
	for _, test := range []struct {
		item any
		want map[string]string
	}{
		{"ada@example.com", map[string]string{"UserName": "ada@example.com", "Email": "ada@example.com", "GroupName": madeGroup}},
		{user("ada", "ada@example.com"), map[string]string{"UserName": "ada", "Email": "ada@example.com", "GroupName": madeGroup}},
		{map[string]any{"UserName": "ada", "Email": "ada@example.com", "Group": "Admins"},
			map[string]string{"UserName": "ada", "Email": "ada@example.com", "GroupName": "Admins"}},
	} {
		for key, want := range test.want {
			got, err := evaluator.Text(selector[key].(string), map[string]any{"states": map[string]any{
				"context": map[string]any{"Map": map[string]any{"Item": map[string]any{"Value": test.item}}},
			}})
			if err != nil || got != want {
				t.Errorf("%v: got the %s %q, want %q: %v", test.item, key, got, want, err)
			}
		}
	}
}

// TestReport checks the report on children that ended in every way, in another order than the list. One of them has two users.
func TestReport(t *testing.T) {
	wantReportOfEveryone(t, machineOf(t, onboarding.UserOnboardingProps{}))
}

func wantReportOfEveryone(t testing.TB, machine asl.Machine) {
	t.Helper()
	encoded, err := jsonatatest.Start(t).Evaluate(machine.States["Summary"].Output.(string), map[string]any{"states": map[string]any{
		"context": map[string]any{"Execution": map[string]any{"Input": listOf(
			"a@example.com", user("__proto__", "b@example.com"), user("constructor", "c@example.com"), "d@example.com", "e@example.com", "1",
		)}},
		"input": []any{
			[]any{
				map[string]any{"UserName": "1", "Status": "Resumed"},
				map[string]any{"UserName": "constructor", "Status": "Skipped", "Reason": "Complete"},
			},
			nil,
			map[string]any{"ExecutionArn": "arn", "Input": `{"Items":[{"UserName":"e@example.com"}]}`, "Name": "child", "Status": "TIMED_OUT"},
			[]any{map[string]any{"UserName": "__proto__", "Status": "Failed", "Step": "GetUser", "Error": "Iam.IamException", "Cause": "denied"}},
			[]any{map[string]any{"UserName": "a@example.com", "Status": "Created"}},
		},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var got deployedtest.Report
	if err := json.Unmarshal(encoded, &got); err != nil {
		t.Fatal(err)
	}
	silent := func(name string) deployedtest.UserReport {
		return deployedtest.UserReport{UserName: name, Status: "Failed", Step: "unknown", Error: "ChildExecutionFailed",
			Cause: "no status from its child execution"}
	}
	deployedtest.WantReport(t, got, deployedtest.Report{Total: 6, Created: 1, Resumed: 1, Skipped: 1, Failed: 3, Users: []deployedtest.UserReport{
		{UserName: "a@example.com", Status: "Created"},
		{UserName: "__proto__", Status: "Failed", Step: "GetUser", Error: "Iam.IamException", Cause: "denied"},
		{UserName: "constructor", Status: "Skipped", Reason: "Complete"},
		silent("d@example.com"), silent("e@example.com"),
		{UserName: "1", Status: "Resumed"},
	}})
}
