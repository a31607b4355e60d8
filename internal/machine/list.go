package machine

import (
	_ "embed"
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// maxProblems is how many problems of a list, or failed users of a report, a cause lists.
const maxProblems = 200

var (
	//go:embed problems.jsonata
	problemsCode string
	//go:embed report.jsonata
	reportCode string
)

// ValidateList makes a state that sets the variable problems to everything that is wrong with the list, which is the input. It
// reads the groups that the list may name from the variable settings.
func (f *Flow) ValidateList() sfn.Pass {
	code := fmt.Sprintf("(\n$groups := [$settings.Groups.Name]; $maxUsers := %d; $maxProblems := %d;\n", contract.MaxUsers, maxProblems)
	for _, sentence := range []struct{ variable, text string }{ // that the command onboard says as well
		{"mustBeUser", contract.MustBeUser},
		{"mustHaveUserName", contract.MustHaveUserName},
		{"mustHaveEmail", contract.MustHaveEmail},
		{"mustHaveGroup", contract.MustHaveGroup("")},
		{"mustHaveNoOtherKey", contract.MustHaveNoOtherKey},
		{"mustBeUnique", contract.MustBeUnique},
		{"usersMustBeArray", contract.UsersMustBeArray},
		{"mustHaveAUser", contract.MustHaveAUser},
		{"resendMustBeTrueOrFalse", contract.ResendMustBeTrueOrFalse},
		{"inputMustHaveNoOtherKey", contract.InputMustHaveNoOtherKey},
		{"item", contract.Item},
	} {
		code += fmt.Sprintf("$%s := %s;\n", sentence.variable, jsonata.Literal(sentence.text))
	}
	return f.Assign("ValidateList", map[string]any{"problems": jsonata.Expression(code + jsonata.WithoutComments(problemsCode) + ")")})
}

// InvalidInput makes the state that refuses a list.
func (f *Flow) InvalidInput() sfn.Fail { return f.Fail(contract.InvalidInput, joinedProblems) }

// PreflightFailed makes the state that ends an execution for which something is not ready.
func (f *Flow) PreflightFailed() sfn.Fail { return f.Fail(contract.PreflightFailed, joinedProblems) }

const joinedProblems = `$join($problems, "\n")`

// HasProblems holds if something has added to the variable problems.
func HasProblems() sfn.Condition { return Condition("$count($problems) > 0") }

// Problem is the assignment that adds a sentence, given as code, to the variable problems.
func Problem(sentence string) map[string]any {
	return map[string]any{"problems": jsonata.Expression("[$problems, " + sentence + "]")}
}

// ProblemUnless is [Problem] if the code holds does not.
func ProblemUnless(holds, sentence string) map[string]any {
	return Problem(fmt.Sprintf("$not(%s) ? %s", holds, sentence))
}

// Summary makes the state whose output is the report, from what the children say of their users.
func (f *Flow) Summary() sfn.Pass {
	return f.Output(contract.SummaryState, "(\n"+jsonata.WithoutComments(reportCode)+")")
}

// UsersNotOnboarded makes the state that ends an execution whose report has failed users.
func (f *Flow) UsersNotOnboarded() sfn.Fail {
	return f.Fail(contract.UsersNotOnboarded, fmt.Sprintf(`$states.input.Failed & " of " & $states.input.Total & " users are not onboarded: %[2]s; it goes on where this run stopped. `+
		`The full report is the output of the state %[3]s.\n"
  & $join($map($partition([$filter($states.input.Users, function($user) { $user.Status = "Failed" })], %[1]d)[0], function($user) {
    $user.UserName & ": " & $user.Step & " failed with " & $user.Error & ": " & $user.Cause }), "\n")`, maxProblems, contract.FixAndRunAgain, contract.SummaryState))
}
