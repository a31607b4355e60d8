package machine

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

const (
	// ChildSeconds is the time limit of an Express execution (Step Functions Developer Guide, "Choosing workflow type").
	ChildSeconds = 300
	// maxCause is the maximum length of the cause of a failed execution. It is less than half of AWS's limit of 32,768 (Step
	// Functions API Reference, HistoryEvent), because a character outside the basic plane counts as two.
	maxCause = 16000
)

// Settings makes a state that sets the variable settings, such as [contract.Settings]. The command onboard reads the settings from the definition.
func (f *Flow) Settings(settings any) sfn.Pass {
	var document map[string]any // the type that jsii takes
	encoded, err := json.Marshal(settings)
	if err == nil {
		err = json.Unmarshal(encoded, &document)
	}
	if err != nil {
		panic(err) // cannot happen: texts and numbers always encode
	}
	return f.Assign(contract.SettingsState, map[string]any{"settings": document})
}

// Assign makes a state that sets variables.
func (f *Flow) Assign(name string, variables map[string]any) sfn.Pass {
	return sfn.Pass_Jsonata(f.Scope, &name, &sfn.PassJsonataProps{Assign: &variables})
}

// Output makes a state whose output is the value of an expression. code is the JSONata code of the expression.
func (f *Flow) Output(name, code string) sfn.Pass {
	return sfn.Pass_Jsonata(f.Scope, &name, &sfn.PassJsonataProps{Outputs: jsonata.Expression(code)})
}

// Choice makes a state that follows its first condition that is true.
func (f *Flow) Choice(question string) sfn.Choice { return sfn.Choice_Jsonata(f.Scope, &question, nil) }

// Wait makes a state that waits, and then sets variables.
func (f *Flow) Wait(name string, duration awscdk.Duration, variables map[string]any) sfn.Wait {
	return sfn.Wait_Jsonata(f.Scope, &name, &sfn.WaitJsonataProps{
		Time: sfn.WaitTime_Duration(duration), Assign: assignment(variables), Outputs: jsonata.Expression("$states.input"),
	})
}

// Condition returns the condition of a choice. code is its JSONata code.
func Condition(code string) sfn.Condition {
	return sfn.Condition_Jsonata(jsii.String(jsonata.Expression(code)))
}

// Fail makes a state that ends the execution with an error of this name. cause is JSONata code that returns the cause.
func (f *Flow) Fail(name, cause string) sfn.Fail {
	return sfn.Fail_Jsonata(f.Scope, &name, &sfn.FailJsonataProps{
		Error: &name, Cause: jsii.String(jsonata.Expression(fmt.Sprintf("$substring(%s, 0, %d)", cause, maxCause))),
	})
}

// Catch returns a catcher for the error of this name, or for every error if the name is States.ALL. It sets variables, and
// passes on the state's input.
func Catch(name string, assign map[string]any) *sfn.CatchProps {
	return &sfn.CatchProps{
		Errors: jsii.Strings(name), Assign: assignment(assign), Outputs: jsonata.Expression("$states.input"),
	}
}

// assignment returns nil if there are no variables, because the field Assign must not be empty.
func assignment(variables map[string]any) *map[string]any {
	if len(variables) == 0 {
		return nil
	}
	return &variables
}
