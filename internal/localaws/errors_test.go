package localaws_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestErrorNames checks the names of errors, which a Retry and a Catch match.
func TestErrorNames(t *testing.T) {
	wire := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	query := func(status int, code string) http.HandlerFunc {
		return wire(status, "text/xml", "<ErrorResponse><Error><Code>"+code+"</Code><Message>m</Message></Error></ErrorResponse>")
	}
	json := func(status int, code string) http.HandlerFunc {
		return wire(status, "application/json", `{"__type":"`+code+`","message":"m"}`)
	}
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

	for _, test := range []struct {
		resource string
		answer   http.HandlerFunc
		want     string
	}{
		{"iam:getGroup", query(409, "EntityAlreadyExists"), "Iam.EntityAlreadyExistsException"},
		{"iam:getGroup", query(404, "NoSuchEntity"), "Iam.NoSuchEntityException"},
		{"iam:deleteLoginProfile", query(409, "EntityTemporarilyUnmodifiable"), "Iam.EntityTemporarilyUnmodifiableException"},
		{"iam:getGroup", query(500, "ServiceFailure"), "Iam.ServiceFailureException"},
		{"iam:getGroup", query(400, "Throttling"), "Iam.IamException"},
		{"iam:getGroup", query(403, "AccessDenied"), "Iam.IamException"},
		{"iam:getGroup", cut, "Iam.SdkClientException"},
		{"sesv2:getAccount", json(400, "MessageRejected"), "SesV2.MessageRejectedException"},
		{"sesv2:getAccount", json(429, "TooManyRequestsException"), "SesV2.TooManyRequestsException"},
		{"sesv2:getAccount", json(403, "AccessDeniedException"), "SesV2.SesV2Exception"},
		{"secretsmanager:getRandomPassword", json(500, "InternalServiceError"), "SecretsManager.InternalServiceErrorException"},
		{"secretsmanager:getRandomPassword", json(400, "ThrottlingException"), "SecretsManager.SecretsManagerException"},
		{"sfn:listExecutions", json(400, "StateMachineDoesNotExist"), "Sfn.StateMachineDoesNotExistException"},
		{"sfn:listExecutions", json(400, "InvalidArn"), "Sfn.InvalidArnException"},
		{"sfn:listExecutions", json(400, "ThrottlingException"), "Sfn.SfnException"},
		{"sfn:listExecutions", cut, "Sfn.SdkClientException"},
	} {
		t.Run(test.resource+" "+test.want, func(t *testing.T) {
			reset(t)
			proxy := httptest.NewServer(test.answer)
			defer proxy.Close()
			must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))

			got := execute(t, fmt.Sprintf(`{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
				"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:%s", "End": true}}}`, test.resource), `{}`)
			if got.status != "FAILED" || got.error != test.want {
				t.Errorf("got %+v, want the error %s", got, test.want)
			}
		})
	}
}

// TestErrorMatching checks which errors a Catch matches.
func TestErrorMatching(t *testing.T) {
	reset(t)
	timeOutEveryCall(t)

	for _, test := range []struct{ pattern, want string }{
		{"States.TaskFailed", "FAILED States.Timeout"},
		{"States.Timeout", "SUCCEEDED "},
		{"States.ALL", "SUCCEEDED "},
	} {
		got := execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
			"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "TimeoutSeconds": 1,
				"Catch": [{"ErrorEquals": ["`+test.pattern+`"], "Next": "Done"}], "End": true},
			"Done": {"Type": "Succeed"}}}`, `{}`)
		if got := got.status + " " + got.error; got != test.want {
			t.Errorf("%s: got %q, want %q", test.pattern, got, test.want)
		}
	}
}

// TestRetry checks that the first retrier that matches an error counts, and that a retrier without attempts excludes its errors from
// the next one. Without the pace, the waits would last hours.
func TestRetry(t *testing.T) {
	must(t, server.SetPace(t.Context(), localaws.Pace{Factor: 1e-5}))
	defer func() { must(t, server.SetPace(context.Background(), pace)) }()
	for code, want := range map[string]int{"NoSuchEntity": 1, "Throttling": 3} {
		t.Run(code, func(t *testing.T) {
			reset(t)
			var calls atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>"+code+"</Code><Message>m</Message></Error></ErrorResponse>")
			}))
			defer proxy.Close()
			must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
			execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
				"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "End": true, "Retry": [
					{"ErrorEquals": ["Iam.NoSuchEntityException"], "MaxAttempts": 0},
					{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 40000, "MaxAttempts": 2, "MaxDelaySeconds": 50000,
						"BackoffRate": 2, "JitterStrategy": "FULL"}]}}}`, `{}`)
			if got := int(calls.Load()); got != want {
				t.Errorf("got %d calls, want %d", got, want)
			}
		})
	}
}
