package localaws_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
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
