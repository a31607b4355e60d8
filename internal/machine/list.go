package machine

import (
	_ "embed"
	"fmt"
	"strings"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

var (
	//go:embed problems.jsonata
	problemsCode string
	//go:embed report.jsonata
	reportCode string
)

// ValidateList makes a state that validates the list, which is its input, and sets the variable problems to every problem
// that it finds. It reads the groups and the languages that a list may name from the variable settings.
func (f *Flow) ValidateList() sfn.Pass {
	var code strings.Builder
	fmt.Fprintf(&code, "(\n$groups := [$settings.Groups.Name]; $languages := [$settings.Languages]; $maxUsers := %d; $maxProblems := %d;\n", contract.MaxUsers, contract.MaxProblems)
	code.WriteString(constants([]constant{ // the command onboard uses the same sentences
		{"mustBeUser", contract.MustBeUser},
		{"mustHaveUserName", contract.MustHaveUserName},
		{"mustHaveEmail", contract.MustHaveEmail},
		{"mustHaveGroup", contract.MustHaveGroup("")},
		{"mustHaveLanguage", contract.MustHaveLanguage("")},
		{"mustHaveNoOtherKey", contract.MustHaveNoOtherKey},
		{"mustBeUnique", contract.MustBeUnique},
		{"usersMustBeArray", contract.UsersMustBeArray},
		{"mustHaveAUser", contract.MustHaveAUser},
		{"resendMustBeTrueOrFalse", contract.ResendMustBeTrueOrFalse},
		{"inputMustHaveNoOtherKey", contract.InputMustHaveNoOtherKey},
		{"item", contract.Item},
	}))
	code.WriteString(jsonata.WithoutComments(problemsCode) + ")")
	return f.Assign("ValidateList", map[string]any{"problems": jsonata.Expression(code.String())})
}

// constant is a variable of JSONata code whose value is a text.
type constant struct{ variable, text string }

// constants returns JSONata code that sets variables.
func constants(all []constant) string {
	var code strings.Builder
	for _, c := range all {
		fmt.Fprintf(&code, "$%s := %s;\n", c.variable, jsonata.Literal(c.text))
	}
	return code.String()
}

// InvalidInput makes the state that ends an execution because its list has problems.
func (f *Flow) InvalidInput() sfn.Fail { return f.Fail(contract.InvalidInput, joinedProblems) }

// PreflightFailed makes the state that ends an execution because something that it needs is not ready.
func (f *Flow) PreflightFailed() sfn.Fail { return f.Fail(contract.PreflightFailed, joinedProblems) }

const joinedProblems = `$join($problems, "\n")`

// HasProblems returns a condition that is met if the variable problems is not empty.
func HasProblems() sfn.Condition { return Condition("$count($problems) > 0") }

// Problem returns an assignment that adds a sentence to the variable problems. The sentence is JSONata code.
func Problem(sentence string) map[string]any {
	return map[string]any{"problems": jsonata.Expression("[$problems, " + sentence + "]")}
}

// ProblemUnless returns an assignment that adds a sentence, as [Problem] does, unless the code holds is true.
func ProblemUnless(holds, sentence string) map[string]any {
	return Problem(fmt.Sprintf("$not(%s) ? %s", holds, sentence))
}

// Summary makes the state that turns the outputs of the child executions into the report.
func (f *Flow) Summary() sfn.Pass {
	statuses := strings.Join([]string{contract.Created, contract.Resumed, contract.Resent, contract.Skipped, contract.Failed}, "|")
	return f.Output(contract.SummaryState, "(\n"+constants([]constant{
		{"statusCreated", contract.Created},
		{"statusResumed", contract.Resumed},
		{"statusResent", contract.Resent},
		{"statusSkipped", contract.Skipped},
		{"statusFailed", contract.Failed},
		{"childExecutionFailed", contract.ChildExecutionFailed},
		{"unknownStep", contract.UnknownStep},
		{"noStatus", contract.NoStatus},
	})+fmt.Sprintf("$status := /\"(%s)\"/;\n", statuses)+jsonata.WithoutComments(reportCode)+")")
}

// UsersNotOnboarded makes the state that ends an execution because a user of its report is Failed.
func (f *Flow) UsersNotOnboarded() sfn.Fail {
	return f.Fail(contract.UsersNotOnboarded, fmt.Sprintf(`$states.input.Failed & " of " & $states.input.Total & " users are not onboarded: %[2]s. `+
		`The full report is the output of the state %[3]s.\n"
  & $join($map($partition([$filter($states.input.Users, function($user) { $user.Status = %[4]s })], %[1]d)[0], function($user) {
    $user.UserName & ": " & $user.Step & " failed with " & $user.Error & ": " & $user.Cause }), "\n")`, contract.MaxProblems, contract.FixAndRunAgain+contract.Continues, contract.SummaryState,
		jsonata.Literal(contract.Failed)))
}
