package cli_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// slowAWS is an HTTP client that gets each answer after some time. The answer permits nothing.
type slowAWS time.Duration

func (s slowAWS) Do(request *http.Request) (*http.Response, error) {
	select {
	case <-time.After(time.Duration(s)):
		const body = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>"
		return &http.Response{StatusCode: http.StatusForbidden, Body: io.NopCloser(strings.NewReader(body)), Request: request}, nil
	case <-request.Context().Done():
		return nil, request.Context().Err()
	}
}

// lockedText is text that several goroutines write.
type lockedText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lockedText) Write(data []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(data)
}

// TestSlowAWS checks that the operator hears of a slow answer after 5 seconds, and that the command gives up after a minute.
func TestSlowAWS(t *testing.T) {
	const (
		slow   = "AWS is slow: no answer yet to DescribeStacks of CloudFormation in eu-west-1; giving up after 60 seconds\n"
		find   = "onboard: find the stack IamUserOnboarding: "
		denied = find + "AccessDenied: not you: ask an administrator of the account for this permission\n"
	)
	tests := map[string]struct {
		answers time.Duration
		took    time.Duration
		stderr  string
	}{
		"in time": {4 * time.Second, 4 * time.Second, denied},
		"late":    {6 * time.Second, 6 * time.Second, slow + denied},
		"never":   {time.Hour, time.Minute, slow + find + "AWS did not answer within 60 seconds: check the network, --region and AWS_ENDPOINT_URL\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setAWSEnvironment(t, map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
			synctest.Test(t, func(t *testing.T) {
				var stderr lockedText
				app := cli.App{Stdout: io.Discard, Stderr: &stderr, Connect: func(ctx context.Context, region, profile string, code func() (string, error)) (*operator.Clients, error) {
					cfg, err := operator.LoadConfig(ctx, region, profile, code)
					cfg.HTTPClient = slowAWS(test.answers)
					return operator.NewClients(cfg), err
				}}
				begin := time.Now()
				code := app.Run(t.Context(), []string{"list"})
				expect(t, result{"", stderr.text.String(), code}, result{"", test.stderr, 3})
				if took := time.Since(begin); took != test.took {
					t.Errorf("took %v, want %v", took, test.took)
				}
			})
		})
	}
}
