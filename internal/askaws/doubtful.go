package askaws

import (
	"context"
	"fmt"
	"maps"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Parts of the causes that AWS gives for an evaluation beyond a bound.
const (
	tooDeep = "Stack overflow error"
	tooLong = "Expression evaluation timeout"
	tooMuch = "Expression evaluation memory limit exceeded"
)

// construct is a question about an expression.
type construct struct {
	name, assumed, ifNot, expression string

	value any    // the expected value
	cause string // a part of the expected cause, if the evaluation is expected to fail
}

const (
	stricterThanAWS = "nothing breaks: the local AWS (jsonata.js) can allow it, and the expressions need not avoid it (TestShapesOfExpressions)"
	countLeaks      = "the depth grows with the list: keep the constructor out of functions that run for each user"
	changeCode      = "change problems.jsonata or report.jsonata so that they do not use it, and make the local AWS do what AWS does"
)

var constructs = []construct{
	// How AWS counts depth over the items of a list.
	{"depth: $map", "the depth of a function does not add up over the items", countLeaks,
		`$map([1..200], function($n) { $append($n, $n) }) ~> $count()`, 200, ""},
	{"depth: $filter", "the depth of a function does not add up over the items", countLeaks,
		`$filter([1..200], function($n) { $n > 0 }) ~> $count()`, 200, ""},
	{"depth: $reduce", "the depth of a function does not add up over the items", countLeaks,
		`$reduce([1..200], function($total, $n) { $total + $n })`, 20100, ""},
	{"depth: $map with an array of one member", "a constructor of one member does not add to the depth", countLeaks,
		`$map([1..200], function($n) { [$n] }) ~> $count()`, 200, ""},
	{"depth: $map with an object of one member", "a constructor of one member does not add to the depth", countLeaks,
		`$map([1..200], function($n) { {"a": $n} }) ~> $count()`, 200, ""},
	{"depth: $map with an array of two members", "each item adds to the depth", stricterThanAWS,
		`$map([1..200], function($n) { [$n, $n] }) ~> $count()`, nil, tooDeep},
	{"depth: $map with an object of two members", "each item adds to the depth", stricterThanAWS,
		`$map([1..200], function($n) { {"a": $n, "b": $n} }) ~> $count()`, nil, tooDeep},
	{"depth: $filter with an array of two members", "each item adds to the depth", stricterThanAWS,
		`$filter([1..200], function($n) { $count([$n, $n]) = 2 }) ~> $count()`, nil, tooDeep},
	{"depth: $reduce with an array of two members", "each item adds to the depth", stricterThanAWS,
		`$reduce([1..200], function($most, $n) { $max([$most, $n]) })`, nil, tooDeep},
	{"depth: an array of 40 members", "up to 40 members do not exceed the depth", countLeaks,
		`[` + strings.Repeat("1, ", 39) + `1] ~> $count()`, 40, ""},
	{"depth: an array of 101 members", "each member adds to the depth", stricterThanAWS,
		`[` + strings.Repeat("1, ", 100) + `1] ~> $count()`, nil, tooDeep},

	// Constructs that the expressions use, and that Step Functions may treat differently from the reference implementation.
	{"$partition of an empty array", "it returns no part", changeCode, `$count([$map($partition([], 1), $string)])`, 0, ""},
	{"the first part of an empty array", "it is undefined", changeCode, `$exists($partition([], 5)[0])`, false, ""},
	{"the first part of a short array", "it is the whole array", changeCode, `$partition([1, 2], 5)[0]`, []any{1, 2}, ""},
	{"a native function in tail position", "a function may end with the call of a native one", changeCode,
		`( $f := function($x) { $string($x) }; $f([1, "a"]) )`, `[1,"a"]`, ""},
	{"$map with a native function", "$string gets only the item, and not its index", changeCode,
		`$map([["a"], ["b"]], $string)`, []any{`["a"]`, `["b"]`}, ""},
	{"$reduce with a native function", "$append gets only the two values", changeCode,
		`[$reduce([[1, 2], [3]], $append, [])]`, []any{1, 2, 3}, ""},
	{"a regular expression in a variable", "$contains, $split and $replace take it", changeCode,
		`( $a := /a+/; [$contains("baab", $a), $count($split("baab", $a)), $replace("baab", $a, "")] )`, []any{true, 3, "bb"}, ""},
	{"a group of a regular expression in a replacement", "$1 stands for it", changeCode,
		`$replace("\n[\"a\"]", /\n(\[)/, "\n $1")`, "\n [\"a\"]", ""},
	{"$string of an array", "it has no spaces", changeCode, `$string(["a", {"b": [1, null]}])`, `["a",{"b":[1,null]}]`, ""},
	{"the order of $keys", "keys are in the order in which they were set", changeCode,
		`$keys($merge([{"b": 1}, {"a": 2}]))`, []any{"b", "a"}, ""},
	{"the order of $merge", "a key that is repeated keeps its first place and gets the last value", changeCode,
		`$string($merge([{"b": 1}, {"a": 2}, {"b": 3}]))`, `{"b":3,"a":2}`, ""},
	{"$lookup in an array", "it returns the values of the objects that have the key", changeCode,
		`$lookup([{"a": 1}, {"b": 2}, {"a": 3}], "a")`, []any{1, 3}, ""},
	{"an undefined member of an array", "it is left out", changeCode, `[false ? 1, 2]`, []any{2}, ""},
	{"null", "it is a value", changeCode, `$exists(null) and $type(null) = "null"`, true, ""},
	{"a character beyond 16 bits", "it counts as one", changeCode, `$substring("😀😀", 0, 1) = "😀" and $length("😀") = 1`, true, ""},
	{"a picture of $fromMillis", "it writes the name of the month, and text outside of brackets", "mails say the wrong deadline: change mail.ValidUntilIn",
		`$fromMillis($toMillis("2026-11-25T07:12:13Z") + 259200000, "[D] [MNn] [Y], [H01]:[m01] UTC")`, "28 November 2026, 07:12 UTC", ""},
	{"escaped marks inside of an expression", "they are text", "mails and names with marks are wrong: change how jsonata.Literal writes marks",
		`"{\u0025 1 \u0025}"`, "{% 1 %}", ""},

	// Constructs that the expressions avoid, because AWS does not document them.
	{"a comment", "it is left out", "nothing breaks: the definition has no comment (jsonata.WithoutComments)", `/* c */ 1`, 1, ""},
	{"a group-by on a variable", "it is allowed", "nothing breaks: no expression has one (TestShapesOfExpressions)",
		`( $names := [{"k": "a", "n": 1}, {"k": "b", "n": 2}, {"k": "a", "n": 3}]; $names{k: [n]} )`,
		map[string]any{"a": []any{1, 3}, "b": []any{2}}, ""},
}

// doubtful returns the questions about constructs that AWS does not document.
func doubtful(d definition) (all []question) {
	add := func(name, assumed, ifNot, expression string, ask func(context.Context, client) (answer, error)) {
		all = append(all, question{Name: name, Assumed: assumed, IfNot: ifNot, Expression: expression, IsDoubtful: true, ask: ask})
	}
	for _, c := range constructs {
		wanted := want{status: succeeded, output: map[string]any{"v": c.value}}
		if c.cause != "" {
			wanted = want{status: failed, error: "States.QueryEvaluationError", cause: []string{c.cause}}
		}
		add(c.name, c.assumed, c.ifNot, c.expression, asked(test{state: passing(c.expression)}, wanted))
	}
	for _, m := range []mostOf{evaluationSteps, allocation} {
		add(m.name, m.assumed, m.ifNot, m.expression(m.first), m.ask)
	}

	resource := d.state("GetAccount")["Resource"]
	task := func(fields map[string]any) map[string]any {
		state := map[string]any{"Type": "Task", "QueryLanguage": "JSONata", "Resource": resource, "End": true}
		maps.Copy(state, fields)
		return state
	}
	refusedIn := func(state map[string]any) func(context.Context, client) (answer, error) {
		return validated(string(encode(map[string]any{"StartAt": "S", "States": map[string]any{"S": state}})), types.ValidateStateMachineDefinitionResultCodeFail)
	}
	marked := passing("1")
	marked["Output"] = "a {% 1 %} b"
	add("marks inside of text", "AWS refuses the definition", "nothing breaks: jsonata.Plain writes such text as an expression",
		"a {% 1 %} b", refusedIn(marked))
	add("$states.result in Arguments", "AWS refuses the definition", "nothing breaks: no expression has it", "$states.result",
		refusedIn(task(map[string]any{"Arguments": map[string]any{"A": "{% $states.result %}"}})))
	add("$states.errorOutput outside of a Catch", "AWS refuses the definition", "nothing breaks: no expression has it", "$states.errorOutput",
		refusedIn(task(map[string]any{"Output": "{% $states.errorOutput %}"})))
	catchAll := task(map[string]any{"Catch": []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": "Caught"}}})
	for _, name := range []string{"States.DataLimitExceeded", "States.Runtime"} {
		add("States.ALL and "+name, "States.ALL does not catch it, as the Developer Guide says",
			"nothing breaks: AWS continues an execution that the local AWS ends (error_names.py)", "",
			asked(test{state: catchAll, mockError: name, cause: "because"}, want{status: failed, error: name}))
	}
	add("the cause of a time-out", "$states.errorOutput.Cause is empty or absent", "nothing breaks: the expressions accept both",
		`$string($states.errorOutput.Cause)`, asked(test{
			state: task(map[string]any{"Catch": []any{map[string]any{"ErrorEquals": []any{"States.ALL"}, "Next": "Caught",
				"Output": `{% "cause: " & $states.errorOutput.Cause %}`}}}), mockError: "States.Timeout", isCauseLeftOut: true,
		}, want{status: caught, error: "States.Timeout", output: "cause: "}))
	return all
}

// passing returns a state whose output has the value of an expression.
func passing(expression string) map[string]any {
	return map[string]any{"Type": "Pass", "QueryLanguage": "JSONata", "Output": map[string]any{"v": "{% " + expression + " %}"}, "End": true}
}

// mostOf is a question about a bound. It doubles a number until the evaluation fails.
type mostOf struct {
	name, assumed, ifNot string

	expression        func(n int) string
	first, last, need int    // need is the smallest number that must pass
	cause             string // a part of the expected cause when the evaluation fails
	figure            func(n int) string
}

// stepsPerItem is the number of evaluation steps that the expression of evaluationSteps takes for each item. TestStepsPerItem
// measures it.
const stepsPerItem = 3

var evaluationSteps = mostOf{
	name:    "the steps of one second",
	assumed: "an evaluation of 120,000 steps, the most that any list takes here, ends within one second",
	ifNot: "long lists may fail with States.QueryEvaluationError: lower maxSteps (jsonata.js) and the bounds of test/bounds_test.go to " +
		"the number of steps that AWS takes in a second, then change the expressions until they need fewer",
	expression: func(n int) string { return fmt.Sprintf(`$map([1..%d], function($n) { $n + $n }) ~> $count()`, n) },
	first:      20_000, last: 640_000, need: 40_000, cause: tooLong,
	figure: func(n int) string { return fmt.Sprintf("%d steps", stepsPerItem*n) },
}

var allocation = mostOf{
	name:    "the memory of all values of an evaluation",
	assumed: "AWS bounds each value, and does not add them up: 32 MiB of values, one after the other, pass",
	ifNot:   "long lists may fail with States.QueryEvaluationError: make jsonata.js add up what an evaluation allocates, then check that the expressions stay within the bound",
	expression: func(n int) string {
		return fmt.Sprintf(`$sum($map([1..%d], function($n) { $length($pad("", 262144, "x")) }))`, n)
	},
	first: 16, last: 128, need: 128, cause: tooMuch,
	figure: func(n int) string { return fmt.Sprintf("%d MiB", n/4) },
}

func (m mostOf) ask(ctx context.Context, api client) (answer, error) {
	most := "nothing"
	passed := 0
	for n := m.first; n <= m.last; n *= 2 {
		got, refusal, err := test{state: passing(m.expression(n))}.call(ctx, api)
		if err != nil {
			return answer{}, err
		}
		if refusal == nil && got.Status == succeeded {
			passed, most = n, m.figure(n)
			continue
		}
		var why string
		if refusal != nil {
			why = refusal.ErrorCode() + ": " + refusal.ErrorMessage()
		} else {
			why = join(aws.ToString(got.Error), aws.ToString(got.Cause))
		}
		found := most + " pass, " + m.figure(n) + " do not"
		if passed < m.need || !strings.Contains(why, m.cause) {
			return answer{differences: []string{"got         " + found + ": " + why,
				"want        at least " + m.figure(m.need) + ", and then: … " + m.cause + " …"}}, nil
		}
		return answer{note: found}, nil
	}
	return answer{note: "at least " + most + " pass"}, nil
}
