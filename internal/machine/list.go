package machine

import (
	_ "embed"
	"fmt"
	"strings"
	"text/template"

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

// ListRules says which lists [Flow.ValidateList] accepts.
type ListRules struct {
	MaxUsers float64
	// Removes is true for users to remove, and false for users to onboard. A list of users to remove needs only the user names. It
	// may have everything else that a list of users to onboard may have.
	Removes bool
}

// ValidateList makes a state that validates the list, which is its input, and sets the variable problems to every problem
// that it finds. It reads the groups and the languages that a list may name from the variable settings, unless the list removes users.
func (f *Flow) ValidateList(list ListRules) sfn.Pass {
	var code strings.Builder
	code.WriteString("(\n")
	if !list.Removes {
		code.WriteString("$groups := [$settings.Groups.Name]; $languages := [$settings.Languages]; ")
	}
	fmt.Fprintf(&code, "$maxUsers := %.0f; $maxProblems := %d;\n", list.MaxUsers, contract.MaxProblems)
	code.WriteString(constants(list.sentences()))
	code.WriteString(fromTemplate(problemsCode, list) + ")")
	return f.Assign("ValidateList", map[string]any{"problems": jsonata.Expression(code.String())})
}

// sentences returns the sentences about problems, by their variables. The command onboard uses the same sentences.
func (l ListRules) sentences() []constant {
	if l.Removes {
		return []constant{
			{"mustBeUser", contract.MustBeUserToRemove},
			{"mustHaveUserName", contract.MustHaveUserName},
			{"mustHaveNoOtherKey", contract.MustHaveNoOtherKey},
			{"mustBeUnique", contract.MustBeUnique},
			{"usersMustBeArray", contract.UsersMustBeArray},
			{"mustHaveAUser", contract.MustHaveAUser},
			{"disable", contract.Disable},
			{"delete", contract.Delete},
			{"actionMustBe", contract.ActionMustBe},
			{"inputMustHaveNoOtherKey", contract.RemovalMustHaveNoOtherKey},
			{"item", contract.Item},
		}
	}
	return []constant{
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
	}
}

// fromTemplate returns JSONata code from a template with comments.
func fromTemplate(code string, data any) string {
	var filled strings.Builder
	parsed := template.Must(template.New("").Funcs(template.FuncMap{"lower": strings.ToLower}).Parse(jsonata.WithoutComments(code)))
	if err := parsed.Execute(&filled, data); err != nil {
		panic(err) // cannot happen: the templates are part of this package
	}
	return filled.String()
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

// Summary makes the state that turns the outputs of the child executions into the report. statuses are those that a user can have.
func (f *Flow) Summary(statuses ...string) sfn.Pass {
	var names []constant
	for _, status := range statuses {
		names = append(names, constant{"status" + status, status})
	}
	return f.Output(contract.SummaryState, "(\n"+constants(append(names, []constant{
		{"childExecutionFailed", contract.ChildExecutionFailed},
		{"unknownStep", contract.UnknownStep},
		{"noStatus", contract.NoStatus},
	}...))+fmt.Sprintf("$status := /\"(%s)\"/;\n", strings.Join(statuses, "|"))+fromTemplate(reportCode, statuses)+")")
}

// UsersFailed makes the state that ends an execution because a user of its report is Failed. name is the error of the execution. verdict
// says what such users are, such as "not onboarded".
func (f *Flow) UsersFailed(name, verdict string) sfn.Fail {
	return f.Fail(name, fmt.Sprintf(`$states.input.Failed & " of " & $states.input.Total & " users are %[5]s: %[2]s. `+
		`The full report is the output of the state %[3]s.\n"
  & $join($map($partition([$filter($states.input.Users, function($user) { $user.Status = %[4]s })], %[1]d)[0], function($user) {
    $user.UserName & ": " & $user.Step & " failed with " & $user.Error & ": " & $user.Cause }), "\n")`, contract.MaxProblems, contract.FixAndRunAgain+contract.Continues, contract.SummaryState,
		jsonata.Literal(contract.Failed), verdict))
}
