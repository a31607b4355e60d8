package localaws_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

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
		{`$eval("1")`, `T1006: Attempted to invoke a non-function`},
	} {
		got := execute(t, passing(t, test.expression), `{}`)
		if got.status != "FAILED" || got.error != "States.QueryEvaluationError" || !strings.Contains(got.cause, test.cause) {
			t.Errorf("%s: got %+v, want a States.QueryEvaluationError with %s", test.expression, got, test.cause)
		}
	}
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
