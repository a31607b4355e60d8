package machine

import (
	"encoding/json"
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

const (
	// ChildSeconds is the longest time of an Express execution (Step Functions Developer Guide, "Choosing workflow type").
	ChildSeconds = 300
	// maxCause is the length to which the cause of a failure is cut: half of the limit of 32,768 (Step Functions API
	// Reference, HistoryEvent), because a character outside the basic plane counts as two.
	maxCause = 16000
)

// Settings makes a state that has the settings as the variable settings. The command onboard reads them from the definition.
func (f *Flow) Settings(settings contract.Settings) sfn.Pass {
	var document map[string]any // as jsii takes it
	encoded, err := json.Marshal(settings)
	if err == nil {
		err = json.Unmarshal(encoded, &document)
	}
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return f.Assign(contract.SettingsState, map[string]any{"settings": document})
}

// Assign makes a state that sets variables.
func (f *Flow) Assign(name string, variables map[string]any) sfn.Pass {
	return sfn.Pass_Jsonata(f.Scope, &name, &sfn.PassJsonataProps{Assign: &variables})
}

// Output makes a state whose output is the value of an expression, given as code.
func (f *Flow) Output(name, code string) sfn.Pass {
	return sfn.Pass_Jsonata(f.Scope, &name, &sfn.PassJsonataProps{Outputs: jsonata.Expression(code)})
}

// Choice makes a state that takes the first of its conditions that holds.
func (f *Flow) Choice(question string) sfn.Choice { return sfn.Choice_Jsonata(f.Scope, &question, nil) }

// Condition is what a choice asks, given as code.
func Condition(code string) sfn.Condition {
	return sfn.Condition_Jsonata(jsii.String(jsonata.Expression(code)))
}

// Fail makes a state that ends the execution with an error, and with the cause that code has as its value.
func (f *Flow) Fail(name, cause string) sfn.Fail {
	return sfn.Fail_Jsonata(f.Scope, &name, &sfn.FailJsonataProps{
		Error: &name, Cause: jsii.String(jsonata.Expression(fmt.Sprintf("$substring(%s, 0, %d)", cause, maxCause))),
	})
}

// Catch is for one error, or for every error as States.ALL. It sets variables, and goes on with the state's input.
func Catch(name string, assign map[string]any) *sfn.CatchProps {
	return &sfn.CatchProps{
		Errors: jsii.Strings(name), Assign: assignment(assign), Outputs: jsonata.Expression("$states.input"),
	}
}

// assignment turns no variables into the absence of an Assign field, which must not be empty.
func assignment(variables map[string]any) *map[string]any {
	if len(variables) == 0 {
		return nil
	}
	return &variables
}
