package cli

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/partition"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// execution is a run of the state machine.
type execution struct {
	api     ExecutionAPI
	arn     string
	profile string // as the operator chose it
}

// goesOnError is the end of the command while an execution goes on, or may do so.
type goesOnError struct{ error }

func (e goesOnError) Unwrap() error { return e.error }

// startExecution starts the state machine with an input. It does not end with ctx: whether the execution has been
// started must be known.
func startExecution(ctx context.Context, api ExecutionAPI, stateMachine, input string) (*execution, error) {
	started, err := api.StartExecution(context.WithoutCancel(ctx), &sfn.StartExecutionInput{
		StateMachineArn: &stateMachine,
		Name:            aws.String(executionName()),
		Input:           &input,
	})
	var answer smithy.APIError
	switch {
	case err != nil && !errors.As(err, &answer):
		return nil, goesOnError{fmt.Errorf("%w; it may have been started nevertheless: see onboard list",
			refused("start "+stateMachine, err))}
	case err != nil:
		return nil, refused("start "+stateMachine, err)
	}
	return &execution{api: api, arn: aws.ToString(started.ExecutionArn)}, nil
}

// executionName returns a name that sorts by time, such as onboard-20060102T150405Z-a1b2c3. Step Functions takes up
// to 80 characters and no name twice in 90 days.
func executionName() string {
	var suffix [3]byte
	rand.Read(suffix[:])
	return fmt.Sprintf("onboard-%s-%x", time.Now().UTC().Format("20060102T150405Z"), suffix)
}

const (
	// pollInterval is the time between two looks at the execution.
	pollInterval = time.Second
	// patience is how long watch looks in vain. It outlasts a lost connection, and the seconds in which an execution
	// that was just started may not be found: DescribeExecution is eventually consistent (Step Functions API
	// Reference).
	patience = time.Minute
)

// watch waits until the execution has ended, and shows how many users are done meanwhile.
func (e *execution) watch(ctx context.Context, show func(done int)) (*sfn.DescribeExecutionOutput, error) {
	counter := counter{execution: e}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for seen := time.Now(); ; {
		status, err := e.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &e.arn})
		switch {
		case err == nil:
			seen = time.Now()
			if done, _, err := counter.count(ctx); err == nil { // who may not see Map Runs can still watch
				show(done)
			}
			if hasEnded(status.Status) {
				return status, nil
			}
		case isFinal(err) || time.Since(seen) >= patience:
			return nil, e.stopWatching(ctx, err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, e.stopWatching(ctx, ctx.Err())
		}
	}
}

func hasEnded(status types.ExecutionStatus) bool {
	return status != types.ExecutionStatusRunning && status != types.ExecutionStatusPendingRedrive
}

// stopWatching says why the command watches no longer, and how to come back.
func (e *execution) stopWatching(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return goesOnError{fmt.Errorf("stopped watching, which does not stop the execution; its report, when it has ended: %s",
			e.reportCommand())}
	}
	return goesOnError{fmt.Errorf("%w; this does not stop the execution; its report, when it has ended: %s",
		refused("watch the execution", err), e.reportCommand())}
}

// reportCommand is how the operator gets the report.
func (e *execution) reportCommand() string {
	command := "onboard report " + e.arn
	if e.profile != "" {
		command += " --profile " + text.ShellWord(e.profile)
	}
	return command
}

// consoleLink returns the page of the execution in the AWS console, or its ARN in a partition whose console is not known.
func (e *execution) consoleLink() string {
	parsed := e.parsedARN()
	if hosts, known := partition.HostsOf(parsed.Partition); known {
		return hosts.ExecutionPage(parsed.Region) + e.arn
	}
	return e.arn
}

// name is the last part of the ARN.
func (e *execution) name() string {
	return e.arn[strings.LastIndex(e.arn, ":")+1:]
}

func (e *execution) parsedARN() arn.ARN {
	parsed, _ := arn.Parse(e.arn) // it is from AWS
	return parsed
}
