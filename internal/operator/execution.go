package operator

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

// execution is an execution of the state machine.
type execution struct {
	api     ExecutionAPI
	arn     string
	profile string // of the commands that are suggested; empty: none
	batch   batch  // empty if this run of the command has not started the execution
}

// goesOnError is an error of this package while the execution goes on, or may do so.
type goesOnError struct{ error }

func (e goesOnError) Unwrap() error { return e.error }

// start starts an execution for a batch. It does not end with ctx: the caller must know whether the execution has been
// started.
func start(ctx context.Context, machine *Machine, batch batch) (*execution, error) {
	started, err := machine.clients.Executions.StartExecution(context.WithoutCancel(ctx), &sfn.StartExecutionInput{
		StateMachineArn: &machine.arn,
		Name:            aws.String(executionName()),
		Input:           &batch.input,
	})
	var answer smithy.APIError
	switch {
	case err != nil && !errors.As(err, &answer):
		return nil, goesOnError{fmt.Errorf("%w; it may have been started nevertheless: see onboard list",
			refused("start "+machine.arn, err))}
	case err != nil:
		return nil, refused("start "+machine.arn, err)
	}
	return &execution{machine.clients.Executions, aws.ToString(started.ExecutionArn), machine.profile, batch}, nil
}

// executionName returns a name that sorts by time, such as onboard-20060102T150405Z-a1b2c3. Step Functions takes up to 80
// characters, and takes no name twice within 90 days (Step Functions API Reference, StartExecution).
func executionName() string {
	var suffix [3]byte
	rand.Read(suffix[:])
	return fmt.Sprintf("onboard-%s-%x", time.Now().UTC().Format("20060102T150405Z"), suffix)
}

// describe asks Step Functions for the execution. Its errors are those of the AWS SDK.
func (e *execution) describe(ctx context.Context) (*sfn.DescribeExecutionOutput, error) {
	return e.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &e.arn})
}

func hasEnded(status types.ExecutionStatus) bool {
	return status != types.ExecutionStatusRunning && status != types.ExecutionStatusPendingRedrive
}

// reportCommand returns the command that prints the report of the execution.
func (e *execution) reportCommand() string {
	command := "onboard report " + e.arn
	if e.profile != "" {
		command += " --profile " + text.ShellWord(e.profile)
	}
	return command
}

// page returns the page of the execution in the AWS console, or its ARN in a partition whose console is not known.
func (e *execution) page() string {
	parsed, _ := arn.Parse(e.arn) // it is from AWS
	if hosts, known := partition.HostsOf(parsed.Partition); known {
		return hosts.ExecutionPage(parsed.Region) + e.arn
	}
	return e.arn
}

// name returns the last part of the ARN.
func (e *execution) name() string {
	return e.arn[strings.LastIndex(e.arn, ":")+1:]
}
