package localaws_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestSabotage tests a local AWS in which testdata/sabotage makes rare failures happen every time.
func TestSabotage(t *testing.T) {
	folder, err := filepath.Abs("testdata/sabotage")
	must(t, err)
	t.Setenv("PYTHONPATH", folder)
	log := &lockedBuffer{}
	server, err := localaws.Start(t.Context(), localaws.Log(log))
	must(t, err)
	defer func() { must(t, server.Stop()) }()

	t.Run("one request after the other", func(t *testing.T) { testOneRequestAfterTheOther(t, server) })
	t.Run("stopped before its call", func(t *testing.T) { testStopBeforeCall(t, server) })
	t.Run("stopped at once", func(t *testing.T) { testStopAtOnce(t, server) })
	t.Run("internal error", func(t *testing.T) { testInternalError(t, server, log) })
}

// testOneRequestAfterTheOther checks that requests at the same time are answered one after the other.
func testOneRequestAfterTheOther(t *testing.T, server *localaws.Server) {
	config := server.Config()
	users, mails := iam.NewFromConfig(config), sesv2.NewFromConfig(config)
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() {
			_, err := users.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String(fmt.Sprint("user", i))})
			_, other := mails.GetAccount(t.Context(), &sesv2.GetAccountInput{})
			if err := errors.Join(err, other); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// testInternalError checks a request that raises an exception in the local AWS. The SDK does not retry it, its error has the
// exception, and the log of the server has the traceback.
func testInternalError(t *testing.T, server *localaws.Server, log *lockedBuffer) {
	var requests atomic.Int32
	counting := server.Config()
	counting.Retryer = nil // the default of the SDK
	counting.HTTPClient = client(func(r *http.Request) (*http.Response, error) {
		requests.Add(1)
		return http.DefaultClient.Do(r)
	})
	_, err := iam.NewFromConfig(counting).CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("u"), Path: aws.String("/fails/")})
	if code(err) != "LocalAWSInternalError" || !strings.Contains(err.Error(), "RuntimeError: <broken> after the effect") || requests.Load() != 1 {
		t.Errorf("got %v after %d requests, want the exception after one", err, requests.Load())
	}
	must(t, server.Stop()) // afterwards the log is complete
	if got := log.String(); !strings.Contains(got, "Traceback") || !strings.Contains(got, "_create_and_fail") {
		t.Errorf("got the log %s, want a traceback", got)
	}
}

type client func(*http.Request) (*http.Response, error)

func (c client) Do(r *http.Request) (*http.Response, error) { return c(r) }

// TestAwaitQuiet checks that AwaitQuiet waits for a call that was under way when its execution was stopped. Such a call may take
// effect later.
func TestAwaitQuiet(t *testing.T) {
	reset(t)
	held, release := make(chan struct{}), make(chan struct{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(held)
		<-release
		refuse(w, "AccessDenied")
	}))
	defer proxy.Close()
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
	must(t, server.AwaitQuiet(t.Context()))
	arn := start(t, callOf(""), `{}`)
	<-held
	stop(t, server, arn)
	short, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := server.AwaitQuiet(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v while a call is under way, want AwaitQuiet to wait", err)
	}
	close(release)
	must(t, server.AwaitQuiet(t.Context()))
	must(t, server.AwaitExecution(t.Context(), arn))
}

// testStopBeforeCall checks that an execution that is stopped before its call does not make the call.
func testStopBeforeCall(t *testing.T, server *localaws.Server) {
	stopped := make(chan struct{})
	arrived := make(chan struct{})
	hold := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		close(arrived)
		<-stopped
	}))
	defer hold.Close()
	var calls atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		refuse(w, "AccessDenied")
	}))
	defer proxy.Close()

	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
	arn := startOn(t, server, callOf(hold.URL))
	<-arrived
	stop(t, server, arn)
	close(stopped)
	if got := statusOf(t, server, arn); got != sfntypes.ExecutionStatusAborted || calls.Load() != 0 {
		t.Errorf("got %s after %d calls, want ABORTED after none", got, calls.Load())
	}
}

// testStopAtOnce checks that an execution can be stopped at once after its start.
func testStopAtOnce(t *testing.T, server *localaws.Server) {
	arn := startOn(t, server, `{"StartAt": "Wait", "QueryLanguage": "JSONata", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": true}}}`)
	stop(t, server, arn)
	if got := statusOf(t, server, arn); got != sfntypes.ExecutionStatusAborted {
		t.Errorf("got %s, want ABORTED", got)
	}
}

// startOn resets the account, and starts an execution with a role that may do everything.
func startOn(t *testing.T, server *localaws.Server, definition string) (execution string) {
	t.Helper()
	must(t, server.Reset(t.Context()))
	roles, machines := iam.NewFromConfig(server.Config()), sfn.NewFromConfig(server.Config())
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("r"), AssumeRolePolicyDocument: aws.String("{}")})
	must(t, err)
	_, err = roles.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: aws.String("r"), PolicyName: aws.String("p"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}`)})
	must(t, err)
	machine, err := machines.CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String("m"), Definition: &definition, RoleArn: role.Role.Arn})
	must(t, err)
	started, err := machines.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: machine.StateMachineArn})
	must(t, err)
	return *started.ExecutionArn
}

func stop(t *testing.T, server *localaws.Server, execution string) {
	t.Helper()
	_, err := sfn.NewFromConfig(server.Config()).StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &execution})
	must(t, err)
}

// statusOf waits for the end of an execution, and returns how it ended.
func statusOf(t *testing.T, server *localaws.Server, execution string) sfntypes.ExecutionStatus {
	t.Helper()
	must(t, server.AwaitExecution(t.Context(), execution))
	described, err := sfn.NewFromConfig(server.Config()).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	must(t, err)
	return described.Status
}

// callOf returns a definition with one call. A comment that is not empty is the comment of its state.
func callOf(comment string) string {
	if comment != "" {
		comment = `"Comment": "` + comment + `", `
	}
	return `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
		"Call": {"Type": "Task", ` + comment + `"Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": {"UserName": "u"}, "End": true}}}`
}

// TestCrashIsLogged checks that the log says why a server has crashed. Without that, clients only report "connection refused".
func TestCrashIsLogged(t *testing.T) {
	before := children(t, fmt.Sprint(os.Getpid()))
	log := &lockedBuffer{}
	started, err := localaws.Start(t.Context(), localaws.Log(log))
	must(t, err)
	for _, child := range children(t, fmt.Sprint(os.Getpid())) {
		pid, err := strconv.Atoi(child)
		must(t, err)
		if !slices.Contains(before, child) && alive(t, child) {
			must(t, syscall.Kill(pid, syscall.SIGSEGV))
		}
	}
	<-started.Done()
	for _, want := range []string{"Segmentation fault", "the local AWS ended: signal: segmentation fault"} {
		if got := log.String(); !strings.Contains(got, want) {
			t.Errorf("the log lacks %q: %s", want, got)
		}
	}
}
