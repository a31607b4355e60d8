package askaws

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

// question is a question to AWS, with the answer that this project expects.
type question struct {
	// Name is the name of the question, which is unique.
	Name string
	// Assumed is the behavior that the code or the local AWS assumes.
	Assumed string
	// IfNot says what breaks, and what to change, if AWS does something else.
	IfNot string
	// Expression is the JSONata expression of a question about a construct; otherwise it is empty.
	Expression string
	// IsDoubtful reports whether the question is about a construct. All other questions are about the definition.
	IsDoubtful bool

	ask func(ctx context.Context, api client) (answer, error)
}

// answer holds how the answer of AWS differs from the expected one.
type answer struct {
	differences []string
	note        string // printed on the line of the question
}

// test is a call of TestState.
type test struct {
	state            map[string]any
	input            any
	variables        map[string]any
	context          any // only with a mock
	mock             any // the result of a Task or a Map
	mockError, cause string
	attempts         int32 // how many attempts have failed before, with a mocked error
	isCauseLeftOut   bool
}

// want is the expected answer of a state. A next, output, cause, variables or said that is the zero value is not compared.
type want struct {
	status types.TestExecutionStatus
	// refused is the code of the error with which AWS is expected to refuse the test.
	refused   string
	next      string
	output    any
	error     string
	cause     []string       // parts of the cause
	variables map[string]any // some of the variables
	said      []string       // parts of the output, of the variables, of the arguments, or of the input of iterations
}

// asked returns the function of a question that tests a state.
func asked(test test, want want) func(context.Context, client) (answer, error) {
	return func(ctx context.Context, api client) (answer, error) {
		got, refusal, err := test.call(ctx, api)
		if err != nil {
			return answer{}, err
		}
		return answer{differences: want.compare(got, refusal)}, nil
	}
}

// call tests the state. If AWS refuses to run the state, call returns the refusal instead of the output.
func (t test) call(ctx context.Context, api client) (got *sfn.TestStateOutput, refusal smithy.APIError, err error) {
	input := &sfn.TestStateInput{
		Definition: text(t.state), Input: text(t.input), InspectionLevel: types.InspectionLevelDebug,
	}
	if t.variables != nil {
		input.Variables = text(t.variables)
	}
	if t.context != nil {
		input.Context = text(t.context)
	}
	if t.mock != nil {
		input.Mock = &types.MockInput{Result: text(t.mock)}
	}
	if t.mockError != "" {
		input.Mock = &types.MockInput{ErrorOutput: &types.MockErrorOutput{Error: &t.mockError}}
		if !t.isCauseLeftOut {
			input.Mock.ErrorOutput.Cause = &t.cause
		}
		if t.attempts > 0 {
			input.StateConfiguration = &types.TestStateConfiguration{RetrierRetryCount: &t.attempts}
		}
	}
	got, err = api.TestState(ctx, input)
	if isAnswer(err, &refusal) {
		return nil, refusal, nil
	}
	return got, nil, err
}

// isAnswer reports whether an error is an answer to the question, and stores it in refusal. After any other error, such as a
// denied call, AWS has not answered the question.
func isAnswer(err error, refusal *smithy.APIError) bool {
	return errors.As(err, refusal) && slices.Contains([]string{
		"InvalidArn", "InvalidDefinition", "InvalidExecutionInput", "ValidationException",
	}, (*refusal).ErrorCode())
}

func (w want) compare(got *sfn.TestStateOutput, refusal smithy.APIError) []string {
	var found differences
	if refusal != nil {
		if refusal.ErrorCode() != w.refused {
			found.add("answer", refusal.ErrorCode()+": "+refusal.ErrorMessage(), w.short())
		}
		return found
	}
	outcome := join(string(got.Status), aws.ToString(got.Error), aws.ToString(got.Cause))
	if w.refused != "" || got.Status != w.status || aws.ToString(got.Error) != w.error {
		found.add("answer", outcome, w.short())
		return found
	}
	for _, part := range w.cause {
		if !strings.Contains(aws.ToString(got.Cause), part) {
			found.add("cause", aws.ToString(got.Cause), "… "+part+" …")
		}
	}
	if w.next != "" && aws.ToString(got.NextState) != w.next {
		found.add("next state", aws.ToString(got.NextState), w.next)
	}
	if w.output != nil {
		found.addJSON("output", aws.ToString(got.Output), w.output)
	}
	var variables map[string]json.RawMessage
	data := got.InspectionData
	if data == nil {
		data = &types.InspectionData{}
	}
	_ = json.Unmarshal([]byte(aws.ToString(data.Variables)), &variables)
	for _, name := range slices.Sorted(maps.Keys(w.variables)) {
		found.addJSON("$"+name, string(variables[name]), w.variables[name])
	}
	said := plain(got.Output, data.Variables, data.AfterArguments, data.AfterItemSelector, data.AfterItemBatcher)
	for _, part := range w.said {
		if !strings.Contains(said, strings.ReplaceAll(part, `\`, "")) {
			found.add("data", said, "… "+part+" …")
		}
	}
	return found
}

// plain joins JSON texts, without spaces and with sorted keys. It removes backslashes, because JSON inside of JSON has more of
// them.
func plain(texts ...*string) string {
	var joined strings.Builder
	for _, text := range texts {
		if value := decoded([]byte(aws.ToString(text))); text != nil {
			joined.Write(encode(value))
		}
	}
	return strings.ReplaceAll(joined.String(), `\`, "")
}

func (w want) short() string {
	if w.refused != "" {
		return w.refused
	}
	return join(string(w.status), w.error, strings.Join(w.cause, " … "))
}

func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(part string) bool { return part == "" }), ": ")
}

// differences are the lines that describe how an answer differs from the expected one.
type differences []string

// add adds a part of got and of want, from the place at which they begin to differ.
func (d *differences) add(what, got, want string) {
	from := 0
	for from < min(len(got), len(want)) && got[from] == want[from] {
		from++
	}
	*d = append(*d, fmt.Sprintf("got         %s %s\n  want        %s %s", what, around(got, from), what, around(want, from)))
}

// around returns the part of a text around a position, which is in bytes.
func around(text string, at int) string {
	const before, length = 80, 400
	if text == "" {
		return "nothing"
	}
	start := max(0, min(at, len(text))-before)
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	part, end := text[start:], ""
	if len(part) > length {
		part, end = strings.ToValidUTF8(part[:length], ""), "…"
	}
	if start > 0 {
		part = "…" + part
	}
	return strings.Join(strings.Fields(part), " ") + end
}

func (d *differences) addJSON(what, got string, want any) {
	wanted := encode(want)
	if !reflect.DeepEqual(decoded([]byte(got)), decoded(wanted)) {
		d.add(what, got, string(wanted))
	}
}

func decoded(text []byte) (value any) {
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	return value
}

// text returns a value as JSON, and {} for nil.
func text(value any) *string {
	if value == nil {
		return aws.String("{}")
	}
	return aws.String(string(encode(value)))
}

func encode(value any) []byte {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // a value of this package always encodes
	}
	return bytes.TrimSpace(encoded.Bytes())
}

// validated returns the function of a question about a definition.
func validated(definition string, want types.ValidateStateMachineDefinitionResultCode) func(context.Context, client) (answer, error) {
	return func(ctx context.Context, api client) (answer, error) {
		var refusal smithy.APIError
		got, err := api.ValidateStateMachineDefinition(ctx, &sfn.ValidateStateMachineDefinitionInput{
			Definition: &definition, Severity: types.ValidateStateMachineDefinitionSeverityWarning,
		})
		if isAnswer(err, &refusal) {
			return answer{differences: []string{"got         " + refusal.Error(), "want        " + string(want)}}, nil
		}
		if err != nil {
			return answer{}, err
		}
		var said []string
		for _, one := range got.Diagnostics {
			said = append(said, strings.Join([]string{string(one.Severity), aws.ToString(one.Code), aws.ToString(one.Location), aws.ToString(one.Message)}, " "))
		}
		if got.Result == want {
			return answer{note: strings.Join(said, "; ")}, nil
		}
		var found differences
		found.add("answer", join(string(got.Result), strings.Join(said, "; ")), string(want))
		return answer{differences: found}, nil
	}
}
