package cli_test

import (
	"cmp"
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

const (
	machineARN   = "arn:aws:states:eu-west-1:123456789012:stateMachine:Onboarding"
	executionARN = "arn:aws:states:eu-west-1:123456789012:execution:Onboarding:run"
	consoleLink  = "https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/" + executionARN

	// The first lines on stderr of a run of one user that starts an execution.
	announced   = "onboard 1 user from standard input in account 123456789012, eu-west-1\n"
	stderrStart = announced + "started run, see " + consoleLink + "\n"
)

// fakeAWS answers the calls of AWS by a script. With its zero value there is a stack, and its executions never end.
type fakeAWS struct {
	stackErr, startErr, historyErr, listErr error
	callerErr, stacksErr                    error
	stacks                                  []cfntypes.Stack // the answer of DescribeStacks without a name, one on each page

	executionARN string            // default: executionARN
	stackOutputs map[string]string // default: the ARN of the state machine
	looks        []look            // the answers of DescribeExecution; the last one is repeated
	laterLooks   [][]look          // the same for the second execution and the next ones
	history      [][]types.HistoryEvent
	executions   []types.ExecutionListItem // the answer of ListExecutions
	inputs       map[string]string         // of executions, by ARN

	definitionThen    string // the answer of DescribeStateMachineForExecution
	definitionThenErr error
	stopErr           error

	preflight   fakePreflight
	answer      string // to the question; default: yes
	noTerminal  bool
	browserErr  error
	interruptOn int // the operator presses Ctrl-C at look number 1, 2, ... or at one of the moments below

	region, profile string // the arguments of Connect
	stackName       string
	started         []*sfn.StartExecutionInput
	asked           strings.Builder // the question
	opened          []string        // the files in the browser
	described       string          // the last argument of DescribeExecution
	stopped         string          // the argument of StopExecution
	listed          string          // the last argument of ListExecutions
	lookNumber      int
	interrupt       func()
}

// Moments for interruptOn.
const (
	connecting = -1
	starting   = -2
	reading    = -3 // the history
)

// look is the state of the execution at the time of a call.
type look struct {
	status               types.ExecutionStatus // default: RUNNING
	output, error, cause string
	input                string
	started              time.Time
	items                *types.MapRunItemCounts // nil: the execution has not reached OnboardUsers
	err                  error
	itemsErr             error
}

func (f *fakeAWS) connect(_ context.Context, region, profile string, _ func() (string, error)) (*operator.Clients, error) {
	f.region, f.profile = region, profile
	if f.interruptOn == connecting {
		f.interrupt()
	}
	return &operator.Clients{Stacks: f, Executions: f, Machines: &f.preflight, Mail: &f.preflight, Users: &f.preflight,
		Identity: f, Region: "eu-west-1"}, nil
}

// openTerminal returns a terminal at which the operator answers the question.
func (f *fakeAWS) openTerminal() (io.ReadWriteCloser, error) {
	if f.noTerminal {
		return nil, errors.New("no such device")
	}
	answer := "y"
	if f.answer != "" {
		answer = f.answer
	}
	return struct {
		io.ReadCloser
		io.Writer
	}{io.NopCloser(strings.NewReader(answer + "\n")), &f.asked}, nil
}

func (f *fakeAWS) browse(path string) error {
	f.opened = append(f.opened, path)
	return f.browserErr
}

func (f *fakeAWS) DescribeStacks(ctx context.Context, in *cloudformation.DescribeStacksInput, _ ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error) {
	if in.StackName == nil {
		return f.pageOfStacks(in)
	}
	f.stackName = *in.StackName
	outputs := f.stackOutputs
	if outputs == nil {
		outputs = map[string]string{"Other": "value", "StateMachineArn": machineARN}
	}
	var stack cfntypes.Stack
	for key, value := range outputs {
		stack.Outputs = append(stack.Outputs, cfntypes.Output{OutputKey: aws.String(key), OutputValue: aws.String(value)})
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return &cloudformation.DescribeStacksOutput{Stacks: []cfntypes.Stack{stack}}, f.stackErr
}

func (f *fakeAWS) pageOfStacks(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
	page, _ := strconv.Atoi(aws.ToString(in.NextToken))
	if f.stacksErr != nil || page == len(f.stacks) {
		return &cloudformation.DescribeStacksOutput{}, f.stacksErr
	}
	return &cloudformation.DescribeStacksOutput{Stacks: f.stacks[page : page+1], NextToken: aws.String(strconv.Itoa(page + 1))}, nil
}

func (f *fakeAWS) GetCallerIdentity(context.Context, *sts.GetCallerIdentityInput, ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
	return &sts.GetCallerIdentityOutput{Account: aws.String("123456789012")}, f.callerErr
}

// fakes guards the state of fakes, because the command asks about several executions at the same time. It is no field of them, because
// tables of tests copy fakes.
var fakes sync.Mutex

func (f *fakeAWS) StartExecution(ctx context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	f.started = append(f.started, in)
	if len(f.started) > 1 {
		f.looks, f.laterLooks, f.lookNumber = f.laterLooks[0], f.laterLooks[1:], 0
	}
	if f.interruptOn == starting {
		f.interrupt()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	arn := executionARN
	if f.executionARN != "" {
		arn = f.executionARN
	}
	return &sfn.StartExecutionOutput{ExecutionArn: &arn}, f.startErr
}

func (f *fakeAWS) DescribeExecution(ctx context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	fakes.Lock()
	defer fakes.Unlock()
	f.described = *in.ExecutionArn
	f.lookNumber++
	if f.interruptOn == f.lookNumber {
		f.interrupt()
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	look := f.look()
	status, started, stopped := look.status, &look.started, (*time.Time)(nil)
	for _, listed := range f.executions {
		if aws.ToString(listed.ExecutionArn) == *in.ExecutionArn && look.started.IsZero() {
			status, started, stopped = cmp.Or(status, listed.Status), listed.StartDate, listed.StopDate
		}
	}
	if status == "" {
		status = types.ExecutionStatusRunning
	}
	return &sfn.DescribeExecutionOutput{
		ExecutionArn: in.ExecutionArn,
		Status:       status,
		StartDate:    started,
		StopDate:     stopped,
		Input:        optional(f.inputs[*in.ExecutionArn] + look.input), // one of the two
		Output:       optional(look.output),
		Error:        optional(look.error),
		Cause:        optional(look.cause),
	}, look.err
}

func (f *fakeAWS) StopExecution(_ context.Context, in *sfn.StopExecutionInput, _ ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error) {
	f.stopped = *in.ExecutionArn
	return &sfn.StopExecutionOutput{}, f.stopErr
}

func (f *fakeAWS) DescribeStateMachineForExecution(_ context.Context, in *sfn.DescribeStateMachineForExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeStateMachineForExecutionOutput, error) {
	fakes.Lock()
	defer fakes.Unlock()
	f.described = *in.ExecutionArn
	return &sfn.DescribeStateMachineForExecutionOutput{Definition: optional(f.definitionThen)}, f.definitionThenErr
}

func (f *fakeAWS) look() look {
	if len(f.looks) == 0 {
		return look{}
	}
	return f.looks[min(f.lookNumber, len(f.looks))-1]
}

func (f *fakeAWS) ListExecutions(_ context.Context, in *sfn.ListExecutionsInput, _ ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	f.listed = *in.StateMachineArn
	var listed []types.ExecutionListItem
	for _, execution := range f.executions {
		if in.StatusFilter == "" || in.StatusFilter == execution.Status {
			listed = append(listed, execution)
		}
	}
	return &sfn.ListExecutionsOutput{Executions: listed[:min(len(listed), int(in.MaxResults))]}, f.listErr
}

func (f *fakeAWS) ListMapRuns(context.Context, *sfn.ListMapRunsInput, ...func(*sfn.Options)) (*sfn.ListMapRunsOutput, error) {
	fakes.Lock()
	defer fakes.Unlock()
	if f.look().items == nil {
		return &sfn.ListMapRunsOutput{}, f.look().itemsErr
	}
	return &sfn.ListMapRunsOutput{MapRuns: []types.MapRunListItem{{MapRunArn: aws.String("map-run")}}}, nil
}

func (f *fakeAWS) DescribeMapRun(_ context.Context, in *sfn.DescribeMapRunInput, _ ...func(*sfn.Options)) (*sfn.DescribeMapRunOutput, error) {
	fakes.Lock()
	defer fakes.Unlock()
	return &sfn.DescribeMapRunOutput{MapRunArn: in.MapRunArn, ItemCounts: cmp.Or(f.look().items, &types.MapRunItemCounts{})}, f.look().itemsErr
}

func (f *fakeAWS) GetExecutionHistory(_ context.Context, in *sfn.GetExecutionHistoryInput, _ ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	fakes.Lock()
	defer fakes.Unlock()
	if f.interruptOn == reading {
		f.interrupt()
	}
	if !in.ReverseOrder || len(f.history) == 0 {
		return &sfn.GetExecutionHistoryOutput{}, f.historyErr
	}
	page, _ := strconv.Atoi(aws.ToString(in.NextToken))
	out := &sfn.GetExecutionHistoryOutput{Events: f.history[page]}
	if page+1 < len(f.history) {
		out.NextToken = aws.String(strconv.Itoa(page + 1))
	}
	return out, f.historyErr
}

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

func exited(state, output string) types.HistoryEvent {
	return types.HistoryEvent{
		Type:                    types.HistoryEventTypePassStateExited,
		StateExitedEventDetails: &types.StateExitedEventDetails{Name: &state, Output: &output},
	}
}

func succeeded(output string) []look {
	return []look{{status: types.ExecutionStatusSucceeded, output: output}}
}

func failed(name, cause string) []look {
	return []look{{status: types.ExecutionStatusFailed, error: name, cause: cause}}
}

// result is the output and the exit code of the command.
type result struct {
	Stdout, Stderr string
	Code           int
}

// newName matches the name of an execution of now: synctest begins in 2000.
var newName = regexp.MustCompile(`onboard-20000101T\d{6}Z-[0-9a-f]{6}`)

// runWith runs the command with the fake. An operator at a terminal confirms the start. The time is fake too, and passes at once.
func runWith(t *testing.T, fake *fakeAWS, stdin string, args ...string) (got result) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var ctx context.Context
		ctx, fake.interrupt = context.WithCancel(t.Context())
		defer fake.interrupt()
		var stdout, stderr strings.Builder
		app := cli.App{Stdin: strings.NewReader(stdin), Stdout: &stdout, Stderr: &stderr, Terminal: fake.openTerminal, Browse: fake.browse, Connect: fake.connect}
		code := app.Run(ctx, args)
		got = result{stdout.String(), newName.ReplaceAllString(stderr.String(), "NAME"), code}
	})
	return got
}

func expect(t *testing.T, got, want result) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
