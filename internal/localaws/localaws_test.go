package localaws_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

var (
	server *localaws.Server
	log    = &lockedBuffer{}
)

// pace makes a wait of a second last 50 ms.
var pace = localaws.Pace{Factor: 0.05}

func TestMain(m *testing.M) {
	if os.Getenv("LOCALAWS_TEST_START") != "" {
		startAndWait()
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	server, err = localaws.Start(context.Background(), localaws.Log(io.MultiWriter(log, os.Stderr)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if err := server.SetPace(context.Background(), pace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

type result struct {
	arn, status, output, error, cause string
}

// execute makes a state machine, executes it, and returns its outcome.
func execute(t *testing.T, definition, input string) result {
	t.Helper()
	return outcome(t, start(t, definition, input))
}

var machines = 0

func start(t *testing.T, definition, input string) string {
	t.Helper()
	return startAs(t, "arn:aws:iam::123456789012:role/r", definition, input)
}

func startAs(t *testing.T, role, definition, input string) string {
	t.Helper()
	machine, err := createMachine(t, role, definition)
	must(t, err)
	return startMachine(t, machine, input)
}

func createMachine(t *testing.T, role, definition string) (machine string, err error) {
	t.Helper()
	machines++
	created, err := sfn.NewFromConfig(server.Config()).CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(fmt.Sprint("machine", machines)), Definition: &definition, RoleArn: &role})
	if err != nil {
		return "", err
	}
	return *created.StateMachineArn, nil
}

func startMachine(t *testing.T, machine, input string) string {
	t.Helper()
	execution, err := sfn.NewFromConfig(server.Config()).StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	must(t, err)
	return *execution.ExecutionArn
}

func outcome(t *testing.T, arn string) result {
	t.Helper()
	must(t, server.AwaitExecution(t.Context(), arn))
	out, err := sfn.NewFromConfig(server.Config()).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	must(t, err)
	return result{arn, string(out.Status), aws.ToString(out.Output), aws.ToString(out.Error), aws.ToString(out.Cause)}
}

func history(t *testing.T, in *sfn.GetExecutionHistoryInput) (events []sfntypes.HistoryEvent) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(sfn.NewFromConfig(server.Config()), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		events = append(events, page.Events...)
	}
	return events
}

// mapRun returns the Map Run of the execution, or nil if there is none yet.
func mapRun(t *testing.T, execution string) *sfn.DescribeMapRunOutput {
	t.Helper()
	client := sfn.NewFromConfig(server.Config())
	list, err := client.ListMapRuns(t.Context(), &sfn.ListMapRunsInput{ExecutionArn: &execution})
	must(t, err)
	if len(list.MapRuns) == 0 {
		return nil
	}
	run, err := client.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: list.MapRuns[0].MapRunArn})
	must(t, err)
	return run
}

func createUser(t *testing.T, name string) {
	t.Helper()
	_, err := iam.NewFromConfig(server.Config()).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
	must(t, err)
}

func verifiedIdentity(t *testing.T, identity string) {
	t.Helper()
	_, err := sesv2.NewFromConfig(server.Config()).CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
	must(t, err)
	must(t, server.Verify(t.Context(), identity))
}

func reset(t *testing.T) {
	t.Helper()
	must(t, server.Reset(t.Context()))
	must(t, server.SetTaskEndpoint(t.Context(), ""))
	putRole(t, "r", `{"Effect": "Allow", "Action": "*", "Resource": "*"}`)
}

// putRole makes a role for state machines, with one policy that has the statements.
func putRole(t *testing.T, name, statements string) (arn string) {
	t.Helper()
	client := iam.NewFromConfig(server.Config())
	role, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}}`)})
	must(t, err)
	_, err = client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": [` + statements + `]}`)})
	must(t, err)
	return *role.Role.Arn
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
