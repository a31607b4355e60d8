package localaws_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestTimeouts compares the histories of two executions. In one, TimeoutSeconds pass for a call without an answer. In the other, a
// proxy makes the call time out. Both have the same attempts of the Retry, and the same input of the Catch.
func TestTimeouts(t *testing.T) {
	reset(t)
	defer func() { must(t, server.SetPace(context.Background(), pace)) }()
	const definition = `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "TimeoutSeconds": 1,
			"Arguments": {"UserName": "u"},
			"Retry": [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}],
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done", "Output": "{% $states.errorOutput %}"}], "End": true},
		"Done": {"Type": "Succeed"}}}`
	run := func(pace localaws.Pace, call http.HandlerFunc) []any {
		must(t, server.SetPace(t.Context(), pace))
		var calls atomic.Int32
		ended := make(chan struct{})
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			if call != nil {
				call(w, r)
				return
			}
			<-ended
		}))
		defer proxy.Close()
		defer close(ended)
		must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
		got := execute(t, definition, `{}`)
		if got.status != "SUCCEEDED" || calls.Load() != 2 {
			t.Errorf("got %+v after %d calls, want two calls and a caught error", got, calls.Load())
		}
		return withoutTimes(t, got.arn)
	}

	byClock := run(localaws.Pace{}, nil)
	byProxy := run(pace, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(localaws.TimeoutHeader, "1")
		w.WriteHeader(http.StatusGatewayTimeout)
	})
	if !reflect.DeepEqual(byClock, byProxy) {
		t.Errorf("with the clock: got the history\n%v\nwith the proxy:\n%v", byClock, byProxy)
	}
}

// withoutTimes returns the history of an execution without the times, which differ from one execution to the next.
func withoutTimes(t *testing.T, execution string) (events []any) {
	t.Helper()
	for _, event := range history(t, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution}) {
		event.Timestamp = nil
		encoded, err := json.Marshal(event)
		must(t, err)
		events = append(events, string(encoded))
	}
	return events
}

// TestNoTimeoutByItself checks that with a pace no time-out passes by itself: not of a task in a child, and not of a state machine.
func TestNoTimeoutByItself(t *testing.T) {
	reset(t)
	const definition = `{"StartAt": "Map", "QueryLanguage": "JSONata", "TimeoutSeconds": 1, "States": {
		"Map": {"Type": "Map", "Items": [1], "End": true,
			"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Call", "States": {
				"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "TimeoutSeconds": 1,
					"Arguments": {"UserName": "u"},
					"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done", "Output": "{% $states.errorOutput.Error %}"}], "End": true},
				"Done": {"Type": "Succeed"}}}}}}`
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-time.After(1500 * time.Millisecond) // longer than the time-outs of the definition, also on a slow machine
		refuse(w, "Throttling")
	}))
	defer proxy.Close()
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
	if got := execute(t, definition, `{}`); got.output != `["Iam.IamException"]` {
		t.Errorf("got %+v, want the error of the service", got)
	}
}

// TestTimeoutOfStateWithout checks that the execution fails if a call times out and its state has no TimeoutSeconds. On AWS, such a
// call waits for ever, and no Catch gets an error.
func TestTimeoutOfStateWithout(t *testing.T) {
	reset(t)
	timeOutEveryCall(t)
	got := execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": {"UserName": "u"},
			"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Done"}], "End": true},
		"Done": {"Type": "Succeed"}}}`, `{}`)
	if got.error != "States.Runtime" || !strings.Contains(got.cause, "no TimeoutSeconds") {
		t.Errorf("got %+v, want States.Runtime with a cause that names the missing TimeoutSeconds", got)
	}
}

// TestPaceOfWait checks that the pace applies to a Wait state: an hour lasts a tenth of a second.
func TestPaceOfWait(t *testing.T) {
	reset(t)
	must(t, server.SetPace(t.Context(), localaws.Pace{Factor: 0.1 / 3600}))
	defer func() { must(t, server.SetPace(context.Background(), pace)) }()
	got := execute(t, `{"StartAt": "Wait", "QueryLanguage": "JSONata", "States": {"Wait": {"Type": "Wait", "Seconds": 3600, "End": true}}}`, `{}`)
	if got.status != "SUCCEEDED" {
		t.Errorf("got %+v", got)
	}
}

// timeOutEveryCall makes every call of a task time out, until the next [reset].
func timeOutEveryCall(t *testing.T) {
	t.Helper()
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set(localaws.TimeoutHeader, "1")
	}))
	t.Cleanup(proxy.Close)
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
}

func refuse(w http.ResponseWriter, code string) {
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte("<ErrorResponse><Error><Code>" + code + "</Code><Message>m</Message></Error></ErrorResponse>"))
}
