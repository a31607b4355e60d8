package localaws_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

const getUser = `"Type": "Task", "QueryLanguage": "JSONata", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": {"UserName": "{% $states.input.name %}"}`

// mockedUser is a mocked result that matches the model of GetUser.
const mockedUser = `{"User": {"Path": "/", "UserName": "jane", "UserId": "AID", "Arn": "arn", "CreateDate": "2026-01-02T03:04:05Z"}}`

func mockOf(result string) *sfntypes.MockInput { return &sfntypes.MockInput{Result: &result} }

func mockedError(name string) *sfntypes.MockInput {
	return &sfntypes.MockInput{ErrorOutput: &sfntypes.MockErrorOutput{Error: &name, Cause: aws.String("because")}}
}

// TestStateTests compares the answers of TestState with recordings on AWS: test_state_mock.json and variable_limits.json of
// radkawar/stackd.
func TestStateTests(t *testing.T) {
	reset(t)
	debug := sfntypes.InspectionLevelDebug
	type answer struct{ Status, Output, Error, Cause, NextState, Variables, AfterArguments, Result, Details, Batches string }
	for name, test := range map[string]struct {
		input sfn.TestStateInput
		want  answer
	}{
		"a Pass, without a role": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "small"}, "Output": {"ok": true}, "End": true}`),
			Variables:  aws.String(`{"y": 1}`), InspectionLevel: debug,
		}, answer{Status: "SUCCEEDED", Output: `{"ok":true}`, Variables: `{"y":1,"x":"small"}`}},
		"without inspection": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "{% $y %}"}, "Next": "Other"}`), Variables: aws.String(`{"y": 1}`),
		}, answer{Status: "SUCCEEDED", Output: `{}`, NextState: "Other"}},
		"a Choice": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Condition": "{% $n > 1 %}", "Next": "Many"}], "Default": "Few"}`),
			Variables:  aws.String(`{"n": 2}`),
		}, answer{Status: "SUCCEEDED", Output: `{}`, NextState: "Many"}},
		"a Fail": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Fail", "QueryLanguage": "JSONata", "Error": "Bad", "Cause": "{% $states.input %}"}`), Input: aws.String(`"why"`),
		}, answer{Status: "FAILED", Error: "Bad", Cause: "why"}},
		"a state of a machine": {sfn.TestStateInput{
			Definition: aws.String(`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $states.context.State.Name %}", "End": true}}}`),
			StateName:  aws.String("A"),
		}, answer{Status: "SUCCEEDED", Output: `"StateName"`}},
		"an expression that fails": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"v": "{% $states.input.missing %}"}, "End": true}`),
		}, answer{Status: "FAILED", Error: "States.QueryEvaluationError",
			Cause: "The JSONata expression '$states.input.missing' specified for the field 'Output/v' returned nothing (undefined)."}},
		"an expression beyond a bound": {sfn.TestStateInput{
			Definition: aws.String(fmt.Sprintf(`{"Type": "Pass", "QueryLanguage": "JSONata", "Output": {"r": "{%%%s1%%}"}, "End": true}`, strings.Repeat("1+", 100))),
		}, answer{Status: "FAILED", Error: "States.QueryEvaluationError", Cause: "The JSONata expression '" + strings.Repeat("1+", 100) +
			"1' specified for the field 'Output/r' threw an error during evaluation: " + tooDeep}},
		"a variable beyond a bound": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Pass", "QueryLanguage": "JSONata", "Assign": {"x": "{% $pad('', 262143, 'x') %}"}, "End": true}`),
		}, answer{Status: "FAILED", Error: "States.DataLimitExceeded",
			Cause: "Variable size limit exceeded. Variable 'x' in state 'StateName' was assigned 262145 bytes."}},
		"a mocked result, with a context": {sfn.TestStateInput{
			Definition: aws.String(`{` + getUser + `, "Output": "{% $states.result.User.UserName & $states.context.State.Name %}", "Next": "Other"}`),
			Input:      aws.String(`{"name": "jane"}`), Mock: mockOf(mockedUser), Context: aws.String(`{"State": {"Name": "Configured"}}`), InspectionLevel: debug,
		}, answer{Status: "SUCCEEDED", Output: `"janeConfigured"`, NextState: "Other", AfterArguments: `{"UserName":"jane"}`,
			Result: `{"User":{"Path":"/","UserName":"jane","UserId":"AID","Arn":"arn","CreateDate":"2026-01-02T03:04:05Z"}}`}},
		"a mocked error that is retried": {sfn.TestStateInput{
			Definition: aws.String(`{` + getUser + `, "Retry": [{"ErrorEquals": ["Other"]}, {"ErrorEquals": ["Owned.Error"], "IntervalSeconds": 2, "MaxAttempts": 3, "BackoffRate": 2}],
				"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "End": true}`),
			Input: aws.String(`{"name": "jane"}`), Mock: mockedError("Owned.Error"), InspectionLevel: debug, StateConfiguration: &sfntypes.TestStateConfiguration{RetrierRetryCount: aws.Int32(1)},
		}, answer{Status: "RETRIABLE", Error: "Owned.Error", Cause: "because", AfterArguments: `{"UserName":"jane"}`, Details: `retry 1 after 4`}},
		"a mocked error that is caught": {sfn.TestStateInput{
			Definition: aws.String(`{` + getUser + `, "Retry": [{"ErrorEquals": ["Owned.Error"], "MaxAttempts": 3}], "Catch": [{"ErrorEquals": ["Other"], "Next": "Other"},
				{"ErrorEquals": ["States.ALL"], "Next": "Caught", "Output": "{% $states.errorOutput.Cause %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}}], "End": true}`),
			Input: aws.String(`{"name": "jane"}`), Mock: mockedError("Owned.Error"), InspectionLevel: debug, StateConfiguration: &sfntypes.TestStateConfiguration{RetrierRetryCount: aws.Int32(3)},
		}, answer{Status: "CAUGHT_ERROR", Output: `"because"`, Error: "Owned.Error", Cause: "because", NextState: "Caught", Variables: `{"e":"Owned.Error"}`,
			AfterArguments: `{"UserName":"jane"}`, Details: "catch 1"}},
		"a mocked error of Step Functions that nothing catches": {sfn.TestStateInput{
			Definition: aws.String(`{` + getUser + `, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Caught"}], "End": true}`),
			Input:      aws.String(`{"name": "jane"}`), Mock: mockedError("States.DataLimitExceeded"),
		}, answer{Status: "FAILED", Error: "States.DataLimitExceeded", Cause: "because"}},
		"a mocked Map": {sfn.TestStateInput{
			Definition: aws.String(`{"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $states.input %}", "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"},
				"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "ItemBatcher": {"MaxItemsPerBatch": 2, "BatchInput": {"n": "{% $n %}"}}, "End": true}`),
			Input: aws.String(`["a", "b", "c"]`), Variables: aws.String(`{"n": 7}`), Mock: mockOf(`[1, 2]`), InspectionLevel: debug,
		}, answer{Status: "SUCCEEDED", Output: `[1,2]`, Variables: `{"n":7}`, Result: `[1,2]`,
			Batches: `[{"BatchInput":{"n":7},"Items":["a","b"]},{"BatchInput":{"n":7},"Items":["c"]}]`}},
	} {
		test.input.RoleArn = nil
		got, err := sfn.NewFromConfig(server.Config()).TestState(t.Context(), &test.input)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		is := answer{Status: string(got.Status), Output: aws.ToString(got.Output), Error: aws.ToString(got.Error), Cause: aws.ToString(got.Cause), NextState: aws.ToString(got.NextState)}
		if data := got.InspectionData; data != nil {
			is.Variables, is.AfterArguments, is.Result = aws.ToString(data.Variables), aws.ToString(data.AfterArguments), aws.ToString(data.Result)
			is.Batches = aws.ToString(data.AfterItemBatcher)
			if details := data.ErrorDetails; details != nil && details.RetryIndex != nil {
				is.Details = fmt.Sprintf("retry %d after %d", *details.RetryIndex, *details.RetryBackoffIntervalSeconds)
			} else if details != nil {
				is.Details = fmt.Sprintf("catch %d", *details.CatchIndex)
			}
		}
		if is != test.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", name, is, test.want)
		}
	}
}

// TestRefusedStateTests compares the refusals of TestState with recordings on AWS: test_state_mock.json of radkawar/stackd, and the
// snapshots of localstack/localstack.
func TestRefusedStateTests(t *testing.T) {
	reset(t)
	pass, task := aws.String(`{"Type": "Pass", "End": true}`), aws.String(`{`+getUser+`, "End": true}`)
	batched := aws.String(`{"Type": "Map", "QueryLanguage": "JSONata", "Items": "{% $states.input %}", "ItemProcessor": {"StartAt": "In", "States": {"In": {"Type": "Pass", "End": true}}}, "End": true}`)
	for want, input := range map[string]sfn.TestStateInput{
		"InvalidDefinition: Invalid State Machine Definition: 'UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/StateName/Output'": {
			Definition: aws.String(`{"Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% phone %}", "End": true}`)},
		`expecting {'"Task"', '"Choice"', '"Fail"', '"Succeed"', '"Pass"', '"Wait"', '"Parallel"', '"Map"'}'`:                                                  {Definition: aws.String(`{"Type": "Odd", "End": true}`)},
		"ValidationException: RoleArn must be specified when testing a Task state":                                                                             {Definition: task},
		"ValidationException: TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]": {Definition: batched},
		"ValidationException: State type 'Pass' is not supported when a mock is specified":                                                                     {Definition: pass, Mock: mockOf("{}")},
		"ValidationException: One of the following fields is required for a test mock: [result, errorOutput].":                                                 {Definition: task, Mock: &sfntypes.MockInput{}},
		"ValidationException: A test mock should have only one of the following fields: [result, errorOutput].":                                                {Definition: task, Mock: &sfntypes.MockInput{Result: aws.String("{}"), ErrorOutput: mockedError("E").ErrorOutput}},
		"ValidationException: An error was not specified in the mocked error output.":                                                                          {Definition: task, Mock: &sfntypes.MockInput{ErrorOutput: &sfntypes.MockErrorOutput{}}},
		"ValidationException: TestState does not support RevealSecrets when a mock is specified.":                                                              {Definition: task, Mock: mockOf("{}"), RevealSecrets: true},
		"ValidationException: Mocked result must be valid JSON":                                                                                                {Definition: task, Mock: mockOf("{")},
		"ValidationException: Mocked result must be a valid JSON object.":                                                                                      {Definition: task, Mock: mockOf("null")},
		"ValidationException: Mock result schema validation error: Required field 'User' is missing":                                                           {Definition: task, Mock: mockOf(`{"Other": 1}`)},
		"ValidationException: Mock result schema validation error: Field 'Path' must be a string":                                                              {Definition: task, Mock: mockOf(strings.Replace(mockedUser, `"/"`, "1", 1))},
		"ValidationException: Mock result schema validation error: Field 'User' must be an object":                                                             {Definition: task, Mock: &sfntypes.MockInput{Result: aws.String(`{"User": []}`), FieldValidationMode: sfntypes.MockResponseValidationModePresent}},
		"ValidationException: Mocked result must be an array.":                                                                                                 {Definition: batched, Mock: mockOf("{}")},
		"ValidationException: Input array does not equal the mocked result array's size":                                                                       {Definition: batched, Input: aws.String("[1, 2]"), Mock: mockOf("[1]")},
		"ValidationException: Context can only be specified when a mock is specified.":                                                                         {Definition: pass, Context: aws.String("{}")},
		"ValidationException: 1 validation error detected: Value at 'input' failed to satisfy constraint: Member must have length less than or equal to 262144": {
			Definition: pass, Input: aws.String(`"` + strings.Repeat("x", 262_143) + `"`)},
	} {
		got, err := sfn.NewFromConfig(server.Config()).TestState(t.Context(), &input)
		if refusal := (smithy.APIError)(nil); !errors.As(err, &refusal) || refusal.ErrorCode() == "UnknownError" || !strings.HasSuffix(refusal.Error(), want) {
			t.Errorf("got %+v, %v\nwant %s", got, err, want)
		}
	}
	_, err := sfn.NewFromConfig(server.Config()).TestState(t.Context(), &sfn.TestStateInput{
		Definition: task, Input: aws.String(`{"name": "jane"}`),
		Mock: &sfntypes.MockInput{Result: aws.String(`{"Other": 1}`), FieldValidationMode: sfntypes.MockResponseValidationModeNone}})
	must(t, err)
	machines, err := sfn.NewFromConfig(server.Config()).ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	must(t, err)
	if len(machines.StateMachines) != 0 {
		t.Errorf("TestState created %+v, want nothing", machines.StateMachines)
	}
}

// TestDefinitionValidation validates definitions that AWS was seen to accept or to refuse.
func TestDefinitionValidation(t *testing.T) {
	reset(t)
	for definition, want := range map[string][]string{
		`{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`: nil,
		`{"QueryLanguage": "JSONata", "StartAt": "A", "States": {"A": {"Type": "Pass", "Output": {"v": "{% phone & $states.result %}"}, "End": true}}}`: {
			"UNSUPPORTED_JSONATA_EXPRESSION Reference to 'phone' at the top level is not supported. /States/A/Output/v",
			"UNSUPPORTED_JSONATA_EXPRESSION Field '$states.result' does not exist. /States/A/Output/v",
		},
		`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "NOPE"}, "C": {"Type": "Pass", "End": true}}}`: {
			"MISSING_TRANSITION_TARGET Missing 'Next' target: NOPE /States/A", `MISSING_TRANSITION_TARGET State "C" is not reachable. /States/C`,
		},
		`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A"}}}`: {"MISSING_END_STATE Workflow has no terminal state "},
		`{"StartAt": "A"}`: {"SCHEMA_VALIDATION_FAILED"}, `{`: {"INVALID_JSON_DESCRIPTION"},
	} {
		got, err := sfn.NewFromConfig(server.Config()).ValidateStateMachineDefinition(t.Context(), &sfn.ValidateStateMachineDefinitionInput{
			Definition: &definition, Severity: sfntypes.ValidateStateMachineDefinitionSeverityWarning,
		})
		must(t, err)
		var found []string
		for i, one := range got.Diagnostics {
			text := fmt.Sprintf("%s %s %s", aws.ToString(one.Code), aws.ToString(one.Message), aws.ToString(one.Location))
			if i < len(want) && !strings.Contains(want[i], " ") {
				text = aws.ToString(one.Code)
			}
			found = append(found, text)
		}
		wantResult := sfntypes.ValidateStateMachineDefinitionResultCodeOk
		if want != nil {
			wantResult = sfntypes.ValidateStateMachineDefinitionResultCodeFail
		}
		if got.Result != wantResult || !reflect.DeepEqual(found, want) {
			t.Errorf("%s: got %s %q, want %s %q", definition, got.Result, found, wantResult, want)
		}
	}
}
