package localaws_test

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

func TestJSONata(t *testing.T) {
	reset(t)
	for _, test := range []struct{ expression, want string }{
		{`$states.input.text`, `"a \"quoted\" \\ text\nof $two lines"`},
		{`$states.context.State.Name`, `"Pass"`},
		{`$text & "!"`, `"a \"quoted\" \\ text\nof $two lines!"`},
		{`$contains("Ab1", /^[A-Z]/)`, `true`},
		{`$replace("a/b", /\//, "-")`, `"a-b"`},
		{`$match("ab12", /[0-9]+/).match`, `"12"`},
		{`$map([1, 2], function($v, $i) { $v * 10 + $i })`, `[10,21]`},
		{`$filter([1, 2, 3], function($v) { $v > 1 })`, `[2,3]`},
		{`[$filter([1, 2], function($v) { $v > 1 })]`, `[2]`},
		{`$lookup({"a": 1}, "a")`, `1`},
		{`$merge([{"a": 1}, {"b": 2}])`, `{"a":1,"b":2}`},
		{`$each({"a": 1, "b": 2}, function($v, $k) { $k & $v })`, `["a1","b2"]`},
		{`$append([1], [2])`, `[1,2]`},
		{`[{"k": "x", "v": 1}, {"k": "y", "v": 2}, {"k": "x", "v": 3}]{k: [v]}`, `{"x":[1,3],"y":[2]}`},
		{`($double := function($n) { $n * 2 }; $double(4))`, `8`},
		{`10 / 4`, `2.5`},
		{`{"a": $sum, "b": 1}`, `{"b":1}`},
		{`[1, $nothing]`, `[1]`},
		{`$states.input.nothing = null`, `false`},
		{`null`, `null`},
		{`$partition([1, 2, 3], 2)`, `[[1,2],[3]]`},
		{`$range(0, 10, 5)`, `[0,5,10]`},
		{`$hash("a", "SHA-256")`, `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`},
		{`$random(7) = $random(7) and $random() < 1`, `true`},
		{`$length($uuid())`, `36`},
		{`$parse("{\"a\": [1]}")`, `{"a":[1]}`},
		{`$toMillis("2026-11-25T07:12:13Z")`, `1795590733000`},
		{`$toMillis("25.11.2026 07:12", "[D01].[M01].[Y0001] [H01]:[m01]")`, `1795590720000`},
		{`$fromMillis(1795590733000)`, `"2026-11-25T07:12:13.000Z"`},
		{`$fromMillis(1795590733000, "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z")`, `"2026-11-25T07:12:13Z"`},
		{`$fromMillis(1795590733000, "[H01]:[m01] [z]", "+0900")`, `"16:12 GMT+09:00"`},
		{`$now() = $fromMillis($millis())`, `true`},
		{`$now("[Y0001]-[M01]-[D01]", "+0900") = $fromMillis($millis(), "[Y0001]-[M01]-[D01]", "+0900")`, `true`},
		{`($before := $millis(); $sum($map([1..20000], function($v) { 1 })); $millis() = $before)`, `true`},
	} {
		got := execute(t, passing(t, test.expression), `{"text": "a \"quoted\" \\ text\nof $two lines"}`)
		if got.status != "SUCCEEDED" || got.output != test.want {
			t.Errorf("%s: got %+v, want %s", test.expression, got, test.want)
		}
	}
	for _, test := range []struct{ expression, cause string }{
		{`$states.input.nothing`, `returned nothing (undefined)`},
		{`function($x) { $x }`, `returned nothing (undefined)`},
		{`/a/`, `returned nothing (undefined)`},
		{`$toMillis("yesterday")`, `D3110`},
		{`$count($map([1..100000], function($v) { $now() }))`, `Expression evaluation timeout`},
		{`$eval("1")`, `T1006: Attempted to invoke a non-function`},
	} {
		got := execute(t, passing(t, test.expression), `{}`)
		if got.status != "FAILED" || got.error != "States.QueryEvaluationError" || !strings.Contains(got.cause, test.cause) {
			t.Errorf("%s: got %+v, want a States.QueryEvaluationError with %s", test.expression, got, test.cause)
		}
	}
}

// TestMoveTime evaluates expressions days later, and after a reset.
func TestMoveTime(t *testing.T) {
	reset(t)
	days := func(expression string) int {
		t.Helper()
		got := execute(t, passing(t, expression), `{}`)
		millis, err := strconv.ParseInt(got.output, 10, 64)
		must(t, err)
		return int(time.Until(time.UnixMilli(millis)).Round(24*time.Hour).Hours()) / 24
	}
	want := func(now, context int) {
		t.Helper()
		for _, expression := range []string{`$millis()`, `$toMillis($now())`, `$toMillis($now("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01]Z"))`} {
			if got := days(expression); got != now {
				t.Errorf("%s: got %d days from now, want %d", expression, got, now)
			}
		}
		if got := days(`$toMillis($substring($states.context.State.EnteredTime, 0, 19) & "Z")`); got != context {
			t.Errorf("the time of the state is %d days from now, want %d", got, context)
		}
	}
	want(0, 0)
	must(t, server.MoveTime(t.Context(), 48*time.Hour))
	want(2, 0)
	must(t, server.MoveTime(t.Context(), 24*time.Hour))
	want(3, 0)
	reset(t)
	want(0, 0)
}

// passing returns a state machine whose output is the value of the expression. The variable $text is the text of the input.
func passing(t *testing.T, expression string) string {
	t.Helper()
	definition, err := json.Marshal(map[string]any{"StartAt": "Assign", "QueryLanguage": "JSONata", "States": map[string]any{
		"Assign": map[string]any{"Type": "Pass", "Assign": map[string]any{"text": "{% [$states.input.text][0] ? $states.input.text : '' %}"}, "Next": "Pass"},
		"Pass":   map[string]any{"Type": "Pass", "Output": "{% " + expression + " %}", "End": true},
	}})
	must(t, err)
	return string(definition)
}

// TestVariables checks that the next state is the first to see the variables that a state assigns.
func TestVariables(t *testing.T) {
	reset(t)
	got := execute(t, `{"StartAt": "One", "QueryLanguage": "JSONata", "States": {
		"One": {"Type": "Pass", "Assign": {"n": 1, "text": "a \"b\""}, "Next": "Two"},
		"Two": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}", "old": "{% $n %}"}, "Output": "{% $n %}", "Next": "Which"},
		"Which": {"Type": "Choice", "Choices": [{"Condition": "{% $n = 2 %}", "Assign": {"n": 3}, "Output": "{% [$states.input, $n, $old] %}",
			"Next": "End"}], "Default": "Wrong"},
		"End": {"Type": "Succeed", "Output": "{% [$states.input, $n] %}"},
		"Wrong": {"Type": "Fail", "Error": "{% 'Wrong' & $n %}", "Cause": "{% $text %}"}}}`, `{}`)
	if got.output != `[1,2,1,3]` {
		t.Errorf("got %+v", got)
	}
	events := history(t, &sfn.GetExecutionHistoryInput{ExecutionArn: &got.arn})
	if assigned := events[2].StateExitedEventDetails.AssignedVariables["text"]; assigned != `"a \"b\""` {
		t.Errorf("the history has the variable %s, want it as JSON", assigned)
	}
}

func TestDates(t *testing.T) {
	reset(t)
	createUser(t, "jane")
	got := execute(t, `{"StartAt": "GetUser", "QueryLanguage": "JSONata", "States": {"GetUser": {"Type": "Task",
		"Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": {"UserName": "jane"},
		"Output": "{% $states.result.User.CreateDate %}", "End": true}}}`, `{}`)
	if !regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"$`).MatchString(got.output) {
		t.Errorf("got %+v, want an ISO 8601 date", got)
	}
}
