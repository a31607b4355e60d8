package localaws_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestStopExecution checks the counts of a Map Run while it runs, and that StopExecution stops it and its children.
func TestStopExecution(t *testing.T) {
	reset(t)
	verifiedIdentity(t, "sender@example.com")
	calls, hold := make(chan struct{}, 7), make(chan struct{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls <- struct{}{}
		<-hold
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer proxy.Close()
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))

	client := sfn.NewFromConfig(server.Config())
	arn := start(t, onboarding, `{"Names": ["a", "b", "c", "d", "e", "f", "g"], "Sender": "sender@example.com"}`)
	for range 5 {
		<-calls
	}
	if counts := mapRun(t, arn).ItemCounts; counts.Running != 5 || counts.Pending != 2 || counts.Total != 7 {
		t.Errorf("got the counts %+v while five children run, want five running and two pending", *counts)
	}
	_, err := client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn, Error: aws.String("E"), Cause: aws.String("C")})
	must(t, err)
	close(hold)
	got := outcome(t, arn)
	if got.status != "ABORTED" || got.error != "E" || got.cause != "C" {
		t.Errorf("got %+v", got)
	}
	run := mapRun(t, arn)
	if run.Status != sfntypes.MapRunStatusAborted || run.ItemCounts.Aborted != 7 || run.ItemCounts.Running != 0 {
		t.Errorf("got the Map Run %s with %+v", run.Status, *run.ItemCounts)
	}
	if _, err := server.User(t.Context(), "a"); !errors.Is(err, localaws.ErrNotFound) {
		t.Errorf("got %v, want no user", err)
	}
}

func TestGetExecutionHistory(t *testing.T) {
	reset(t)
	got := execute(t, `{"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": {"Type": "Pass", "End": true}}}`, `{"a": 1}`)
	ids := func(in sfn.GetExecutionHistoryInput) (ids []int64) {
		in.ExecutionArn = &got.arn
		for _, event := range history(t, &in) {
			ids = append(ids, event.Id)
		}
		return ids
	}
	if got := ids(sfn.GetExecutionHistoryInput{MaxResults: 3}); !reflect.DeepEqual(got, []int64{1, 2, 3, 4}) {
		t.Errorf("in pages of three: got the events %v", got)
	}
	if got := ids(sfn.GetExecutionHistoryInput{ReverseOrder: true}); !reflect.DeepEqual(got, []int64{4, 3, 2, 1}) {
		t.Errorf("in reverse order: got the events %v", got)
	}
	events := history(t, &sfn.GetExecutionHistoryInput{ExecutionArn: &got.arn, IncludeExecutionData: aws.Bool(false)})
	if input := events[0].ExecutionStartedEventDetails.Input; input != nil {
		t.Errorf("without data: got the input %s", *input)
	}
}

// TestExecutions checks that each execution has its own name, and that executions are listed by their status.
func TestExecutions(t *testing.T) {
	reset(t)
	client := sfn.NewFromConfig(server.Config())
	definition := `{"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": {"Type": "Pass", "Output": "{% $states.input %}", "End": true}}}`
	first := execute(t, definition, `"text"`)
	if first.output != `"text"` {
		t.Errorf("got the output %s, want it as JSON", first.output)
	}
	described, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &first.arn})
	must(t, err)
	second, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: described.StateMachineArn})
	must(t, err)
	if outcome(t, *second.ExecutionArn).status != "SUCCEEDED" || *second.ExecutionArn == first.arn || *described.Name == "None" {
		t.Errorf("got the executions %s and %s", first.arn, *second.ExecutionArn)
	}
	list, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{
		StateMachineArn: described.StateMachineArn, StatusFilter: sfntypes.ExecutionStatusSucceeded})
	must(t, err)
	if len(list.Executions) != 2 || *list.Executions[0].ExecutionArn != *second.ExecutionArn {
		t.Errorf("got %d executions, want two, the last one first", len(list.Executions))
	}
}

// TestListExecutionsOfTask checks what a task gets that lists the running executions of its own state machine: those that have not
// ended, with the execution itself, the latest first, and with dates as text.
func TestListExecutionsOfTask(t *testing.T) {
	reset(t)
	hold, arrived := make(chan struct{}), make(chan struct{}, 2)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Amz-Target") != "AWSStepFunctions.ListExecutions" {
			arrived <- struct{}{}
			<-hold
		}
		w.Header().Set(localaws.PassHeader, "true")
	}))
	defer proxy.Close()
	release := sync.OnceFunc(func() { close(hold) })
	defer release()
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
	machine, err := createMachine(t, "arn:aws:iam::123456789012:role/r", `{"StartAt": "Wait?", "QueryLanguage": "JSONata", "States": {
		"Wait?": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = true %}", "Next": "Wait"}], "Default": "List"},
		"Wait": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getAccountSummary", "Next": "List"},
		"List": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sfn:listExecutions",
			"Arguments": {"StateMachineArn": "{% $states.context.StateMachine.Id %}", "StatusFilter": "RUNNING", "MaxResults": 100}, "End": true}}}`)
	must(t, err)
	list := func(arn string) (listed struct {
		Executions []struct{ ExecutionArn, StateMachineArn, Name, Status, StartDate, StopDate string }
		NextToken  *string
	}) {
		t.Helper()
		decoder := json.NewDecoder(strings.NewReader(outcome(t, arn).output))
		decoder.DisallowUnknownFields()
		must(t, decoder.Decode(&listed))
		return listed
	}

	older := startMachine(t, machine, "true")
	<-arrived
	younger := startMachine(t, machine, "false")
	got := list(younger)
	if len(got.Executions) != 2 || got.Executions[0].ExecutionArn != younger || got.Executions[1].ExecutionArn != older || got.NextToken != nil {
		t.Fatalf("got %+v, want the two that are running, the latest first", got)
	}
	for _, one := range got.Executions {
		isDate := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$`).MatchString(one.StartDate)
		if one.StateMachineArn != machine || !strings.HasSuffix(one.ExecutionArn, ":"+one.Name) || one.Status != "RUNNING" || !isDate || one.StopDate != "" {
			t.Errorf("got %+v", one)
		}
	}
	release()
	if got := list(older); len(got.Executions) != 1 || got.Executions[0].ExecutionArn != older {
		t.Errorf("got %+v after the other has ended, want only the execution itself", got)
	}
}
