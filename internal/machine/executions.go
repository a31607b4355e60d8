package machine

import (
	"fmt"
	"strings"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// OwnARN is an expression for the ARN of the state machine that the execution belongs to.
var OwnARN = jsonata.Expression("$states.context.StateMachine.Id")

// OlderExecution is JSONata code that finds a running execution of the same state machine that is older than this one. An
// execution is older if it started earlier or, at the same time, if its name comes first. So of executions that see each other,
// exactly one goes on.
//
// ListExecutions is eventually consistent (Step Functions API Reference). If the answer lacks this execution, it does not show
// how old the others are: then each of them counts as older. Two executions may then both end, which changes no user. The same
// holds if more executions run than one answer has, because the oldest ones are missing.
//
// Dates are in UTC, and have as many digits of a second as they need. Without the Z, their order is that of texts.
const OlderExecution = `(
$id := $states.context.Execution.Id;
$own := $states.result.Executions[ExecutionArn = $id];
$isComplete := $exists($own) and $not($type($states.result.NextToken) = "string");
$age := function($one) { $substringBefore($one.StartDate, "Z") & " " & $one.Name };
$older := $filter($states.result.Executions, function($one) {
  $one.ExecutionArn != $id and ($not($isComplete) or $age($one) < $age($own)) });
$count($older) > 0 ? [$older.Name][-1] : "" )`

// AnyExecution is JSONata code that finds a running execution of another state machine.
const AnyExecution = `[$states.result.Executions.Name, ""][0]`

// mostExecutions is the number of executions in an answer of ListExecutions. They have about 60 KB, far less than a payload.
const mostExecutions = 100

// ListExecutions makes a state that lists the running executions of a state machine, the latest first. It sets the variable
// activeExecution to the value of found. found is JSONata code that returns the name of an execution in the answer, or an empty
// string. resources must have the ARN of the state machine, or be nil for [OwnARN]: ListsOwn of [Props] gives that
// permission.
func (f *Flow) ListExecutions(name, stateMachine string, resources []*string, found string, retry RetryPolicy) tasks.CallAwsService {
	return f.Task(name, Call{
		Retry:      retry,
		Permission: "states:ListExecutions",
		Resources:  resources,
		Parameters: map[string]any{"StateMachineArn": stateMachine, "StatusFilter": "RUNNING", "MaxResults": mostExecutions},
		Assign:     map[string]any{"activeExecution": jsonata.Expression(found)},
		// The request stays the same.
		Final: []string{"Sfn.InvalidArnException", "Sfn.InvalidTokenException", "Sfn.StateMachineTypeNotSupportedException",
			"Sfn.ValidationException"},
	})
}

// IsAnotherActive returns a condition that is met if the state of [Flow.ListExecutions] has found an execution.
func IsAnotherActive() sfn.Condition { return Condition(`$activeExecution != ""`) }

// AnotherRunIsActive makes the state that ends an execution because of the one that [Flow.ListExecutions] has found.
func (f *Flow) AnotherRunIsActive() sfn.Fail {
	return f.Fail(contract.AnotherRunIsActive, AboutActive(contract.AnotherRun))
}

// AboutActive returns JSONata code for a sentence about the execution that [Flow.ListExecutions] has found. sentence returns the
// sentence for a name.
func AboutActive(sentence func(name string) string) string {
	const name = "NAME"
	var parts []string
	for part := range strings.SplitSeq(sentence(name), name) {
		parts = append(parts, jsonata.Literal(part))
	}
	return fmt.Sprintf("$join([%s], $activeExecution)", strings.Join(parts, ", "))
}
