package localaws_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const role = "arn:aws:iam::123456789012:role/r"

// The causes that AWS gives for an evaluation beyond a bound.
const (
	tooDeep  = "Stack overflow error: Check for non-terminating recursive function. Consider rewriting as tail-recursive."
	tooLong  = "Expression evaluation timeout: Check for infinite loop"
	tooLarge = "Expression evaluation memory limit exceeded: Check for excessive memory usage"
)

// TestEvaluationBounds evaluates expressions at each bound of AWS and just beyond it. For the bounds that were measured on AWS, the
// expressions are those of the measurements: issues 2737 and 2783 of floci-io/floci, and expression_limits.json of
// radkawar/stackd.
func TestEvaluationBounds(t *testing.T) {
	reset(t)
	sum := func(terms int) string { return strings.Repeat("1+", terms-1) + "1" }
	recursion := func(calls int) string {
		return fmt.Sprintf("( $f := function($n) { $n = 0 ? 0 : 1 + $f($n - 1) }; $f(%d) )", calls)
	}
	for _, test := range []struct{ expression, want string }{
		{sum(100), "100"},
		{sum(101), tooDeep},
		{strings.Repeat("(", 99) + "1" + strings.Repeat(")", 99), "1"},
		{strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100), tooDeep},
		{recursion(31), "31"},
		{recursion(32), tooDeep},
		{"[1..873782] ~> $count()", "873782"},
		{"[1..873783] ~> $count()", tooLarge},
		{"$range(1, 360145, 1) ~> $count()", "360145"},
		{"$range(1, 360146, 1) ~> $count()", tooLarge},
		{"$pad('', 262144, 'x') ~> $length()", "262144"},
		{"$pad('', 262145, 'x') ~> $length()", tooLarge},

		// There are two ways to count depth. In one, a function with such a constructor is deeper for each item. In the other, the
		// members of the constructor add up.
		{"$map([1..200], function($n) { $append($n, $n) }) ~> $count()", "200"},
		{"$map([1..200], function($n) { [$n, $n] }) ~> $count()", tooDeep},
		{"[" + strings.Repeat("1, ", 40) + "1] ~> $count()", "41"},
		{"[" + strings.Repeat("1, ", 100) + "1] ~> $count()", tooDeep},

		{"$map([1..10000], function($n) { $n + $n }) ~> $count()", "10000"},
		{"$map([1..100000], function($n) { $n + $n }) ~> $count()", tooLong},
	} {
		got := execute(t, passing(t, test.expression), `{}`)
		if got.status == "SUCCEEDED" && got.output == test.want {
			continue
		}
		if got.error != "States.QueryEvaluationError" || !strings.HasSuffix(got.cause, "specified for the field 'Output' threw an error during evaluation: "+test.want) {
			t.Errorf("%.80s: got %s %.20s %s %.300s, want %s", test.expression, got.status, got.output, got.error, got.cause, test.want)
		}
	}
}

// TestPayloadBounds checks payloads and variables of 256 KiB, and larger ones. A character that takes three bytes in UTF-8 counts as
// three.
func TestPayloadBounds(t *testing.T) {
	reset(t)
	const most = 262_144
	text := func(bytes int) string { return strings.Repeat("漢", bytes/3) + strings.Repeat("x", bytes%3) }
	pass := func(field string) string {
		return fmt.Sprintf(`{"StartAt": "Big", "QueryLanguage": "JSONata", "States": {"Big": {"Type": "Pass", %s, "End": true}}}`, field)
	}
	// The input has only half of the text, because the size of an input is also limited.
	twice := func(bytes int) string { return fmt.Sprintf(`{"half": %q}`, text(bytes/2)) }
	both := `$states.input.half & $states.input.half`
	for _, test := range []struct{ name, definition, input, cause string }{
		{"the largest output", pass(`"Output": "{% ` + both + ` %}"`), twice(most - 2), ""},
		{"a larger output", pass(`"Output": "{% ` + both + ` & 'x' %}"`), twice(most - 2),
			"The state/task 'Big' returned a result with a size exceeding the maximum number of bytes service limit."},
		{"the largest variable", pass(`"Assign": {"v": "{% ` + both + ` %}"}, "Output": 1`), twice(most - 2), ""},
		{"a larger variable", pass(`"Assign": {"v": "{% ` + both + ` & 'x' %}"}, "Output": 1`), twice(most - 2),
			"Variable size limit exceeded. Variable 'v' in state 'Big' was assigned 262145 bytes."},
		{"the largest variables", pass(`"Assign": {"v": "{% $states.input.half %}", "w": "{% $states.input.half %}"}, "Output": 1`), twice(most - 4), ""},
		{"larger variables", pass(`"Assign": {"v": "{% $states.input.half %}", "w": "{% $states.input.half & 'xx' %}"}, "Output": 1`), twice(most - 4),
			"State total variable size limit exceeded. Variable 'w' in state 'Big' was assigned 131074 bytes, which caused the size of " +
				"variables assigned in the state to exceed its limit by 2 bytes."},
		{"larger arguments", `{"StartAt": "Big", "QueryLanguage": "JSONata", "States": {"Big": {"Type": "Task", "End": true,
			"Resource": "arn:aws:states:::aws-sdk:secretsmanager:getRandomPassword", "Arguments": {"ExcludeCharacters": "{% ` + both + ` %}"}}}}`,
			twice(most), "The state/task 'Big' provided parameters with a size exceeding the maximum number of bytes service limit."},
	} {
		got := execute(t, test.definition, test.input)
		if test.cause == "" && got.status != "SUCCEEDED" || test.cause != "" && (got.error != "States.DataLimitExceeded" || got.cause != test.cause) {
			t.Errorf("%s: got %s %s: %.300s, want %q", test.name, got.status, got.error, got.cause, test.cause)
		}
	}

	largest := fmt.Sprintf("%q", text(most-2))
	if got := execute(t, pass(`"Output": 1`), largest); got.status != "SUCCEEDED" {
		t.Errorf("the largest input: got %+v", got)
	}
	machine, err := createMachine(t, role, pass(`"Output": 1`))
	must(t, err)
	_, err = sfn.NewFromConfig(server.Config()).StartExecution(t.Context(), &sfn.StartExecutionInput{
		StateMachineArn: &machine, Input: aws.String(largest + " "),
	})
	if code(err) != "ValidationException" {
		t.Errorf("a larger input: got %v, want a ValidationException", err)
	}
}

// TestRefusedExpressions creates state machines with expressions that AWS refused or accepted in JsonataTopLevelReferencesTest of
// floci-io/floci.
func TestRefusedExpressions(t *testing.T) {
	reset(t)
	topLevel := func(name string) string {
		return "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '" + name + "' at the top level is not supported."
	}
	const (
		wholeInput = "UNSUPPORTED_JSONATA_EXPRESSION: Reference to '$$' is not supported."
		noResult   = "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.result' does not exist."
		noError    = "UNSUPPORTED_JSONATA_EXPRESSION: Field '$states.errorOutput' does not exist."
	)
	for expression, want := range map[string]string{
		`phone`: topLevel("phone"), `phone[0].number`: topLevel("phone"), `-phone`: topLevel("phone"), `$sum(phone)`: topLevel("phone"),
		`$states.input.a ? phone : 2`: topLevel("phone"), `[1..phone]`: topLevel("phone"), `{phone: 1}`: topLevel("phone"),
		`($x := phone; $x)`: topLevel("phone"), `$map($states.input.a, function($y) { phone })`: topLevel("phone"),
		`$count(phone[inner])`: topLevel("phone"), `$`: topLevel("$"), `$.phone`: topLevel("$"), `$string($)`: topLevel("$"),
		`$$`: wholeInput, `$$.phone`: wholeInput, `$states.input.a[$$ = 1]`: wholeInput,
		`$states.result`: noResult, `$states.result.a`: noResult, `$states.errorOutput`: noError,
		`1 +`: "INVALID_JSONATA_EXPRESSION: Unexpected end of expression",

		`$states.input.a[phone > 3]`: "", `$states.input.a^(phone)`: "", `$states.input.a{'k': phone}`: "", `$states.input.a.(phone)`: "",
		`$states.input.a[$ > 1]`: "", `**.phone`: "", `{'k': 1}.phone`: "", `function($x) { $x.phone }`: "", `$states.input ~> |phone|{'b': 1}|`: "",
		`$states`: "", `$phone`: "", `$eval("1")`: "", `$now()`: "",
	} {
		want := strings.TrimPrefix(want+" at /States/Pass/Output/a/b[1]", " at /States/Pass/Output/a/b[1]")
		wantRefused(t, expression, map[string]any{"Type": "Pass", "Output": map[string]any{"a": map[string]any{"b": []any{1, "{% " + expression + " %}"}}}, "End": true}, want)
	}
	task := map[string]any{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": map[string]any{"UserName": "{% $states.result %}"}, "End": true}
	wantRefused(t, "a result before there is one", task, noResult+" at /States/Pass/Arguments/UserName")
	task["Arguments"], task["Output"] = map[string]any{}, "{% $states.result %}"
	wantRefused(t, "a result", task, "")
	task["Catch"] = []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": "Pass", "Output": "{% $states.errorOutput %}"}}
	wantRefused(t, "an error", task, "")
	for _, text := range []string{"{% 1", "1 %}", "a {% 1 %} b"} {
		wantRefused(t, text, map[string]any{"Type": "Pass", "Output": text, "End": true},
			"INVALID_JSONATA_EXPRESSION: An expression must begin with '{%' and end with '%}'. at /States/Pass/Output")
	}
}

// wantRefused creates a state machine with one state, and checks that it is refused with the problem, or accepted if the problem is
// empty.
func wantRefused(t *testing.T, what string, state map[string]any, problem string) {
	t.Helper()
	definition, err := json.Marshal(map[string]any{"StartAt": "Pass", "QueryLanguage": "JSONata", "States": map[string]any{"Pass": state}})
	must(t, err)
	_, err = createMachine(t, role, string(definition))
	got := ""
	if err != nil {
		got = err.Error()
	}
	if want := "Invalid State Machine Definition: '" + problem + "'"; (problem == "") != (err == nil) || !strings.HasSuffix(got, want) && problem != "" {
		t.Errorf("%s: got %q, want %q", what, got, problem)
	}
	if err != nil && code(err) != (&sfntypes.InvalidDefinition{}).ErrorCode() {
		t.Errorf("%s: got the error code %s", what, code(err))
	}
}
