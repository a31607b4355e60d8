package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// listProblems returns the problems that the state machine finds in each input.
func listProblems(t *testing.T, inputs ...any) [][]string {
	t.Helper()
	var definition struct {
		States map[string]struct{ Assign map[string]string }
	}
	if err := json.Unmarshal([]byte(definitionText(t)), &definition); err != nil {
		t.Fatal(err)
	}
	jsonata := startJSONata(t)
	var problems [][]string
	for _, input := range inputs {
		found := jsonata.evaluate(t, definition.States["Validate the list"].Assign["problems"], map[string]any{
			"states": map[string]any{"input": input},
		})
		problems = append(problems, decode[[]string](t, found))
	}
	return problems
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
		listOf(map[string]any{"UserName": "user", "Email": "user@example.com", "Group": "<UserOnboardingGroup>"}),
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
			[]string{`the input must have no key but IAMUserNames, Resend, got: "Resent"`}},
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
		{listOf(map[string]any{"UserName": "user", "Email": good, "Password": "secret", "Admin": true}), []string{
			`item 1 must have no key but UserName, Email, Group, got: "Admin"`,
			`item 1 must have no key but UserName, Email, Group, got: "Password"`,
		}},
		{listOf(good, good), []string{`user names must be unique without regard to case, got 2 times: "user@example.com"`}},
		{listOf("user@example.com", user("USER@example.com", good), user("User@Example.com", good)),
			[]string{`user names must be unique without regard to case, got 3 times: "user@example.com"`}},
		{map[string]any{"IAMUserNames": []any{good, nil, user("", good)}, "Resend": 1, "Comment": ""}, []string{
			"item 2 must be an e-mail address or an object with UserName and Email, got: null",
			`item 3 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: ""`,
			"Resend must be true or false, got: 1",
			`the input must have no key but IAMUserNames, Resend, got: "Comment"`,
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

// TestProblemsFitIntoCause has the most problems, the longest ones, in one list.
func TestProblemsFitIntoCause(t *testing.T) {
	const maxCause = 32768 // characters; Step Functions API Reference, ExecutionFailedEventDetails
	worst := strings.Repeat("ü", 65)
	problems := listProblems(t, listOf(times(1000, func(i int) any {
		return map[string]any{"UserName": worst, "Email": worst, "Group": worst, worst: worst}
	})...))[0]
	if cause := strings.Join(problems, "\n"); len([]rune(cause)) >= maxCause {
		t.Errorf("got a cause of %d characters, want less than %d", len([]rune(cause)), maxCause)
	}
	if got, want := problems[len(problems)-1], "and 3801 more"; got != want {
		t.Errorf("got %q at the end, want %q", got, want)
	}
}
