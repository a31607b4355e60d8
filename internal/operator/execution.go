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

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// execution is an execution of the state machine.
type execution struct {
	api     ExecutionAPI
	arn     string
	profile string // the profile in the commands that errors suggest; empty: they name none
	batch   batch  // empty if this process did not start the execution
	isSweep bool   // whether the state machine is known to be the one that withdraws first passwords
}

// goesOnError is an error after which the execution goes on, or may go on.
type goesOnError struct{ error }

func (e goesOnError) Unwrap() error { return e.error }

// start starts an execution for a batch. It waits for the answer even if ctx ends, because the caller must know whether the
// execution has started.
func start(ctx context.Context, machine *Machine, batch batch) (*execution, error) {
	name := executionName()
	started, err := machine.clients.Executions.StartExecution(context.WithoutCancel(ctx), &sfn.StartExecutionInput{
		StateMachineArn: &machine.arn,
		Name:            &name,
		Input:           &batch.input,
	})
	var answer smithy.APIError
	switch {
	case err != nil && !errors.As(err, &answer):
		arn, _ := machine.executionARN(name) // the call has used the ARN of the state machine, so it is valid
		return nil, goesOnError{fmt.Errorf("%w; the execution may have started all the same; %s",
			refused("start "+machine.arn, err), (&execution{arn: arn, profile: machine.profile}).howToWatch())}
	case err != nil:
		return nil, refused("start "+machine.arn, err)
	}
	return &execution{machine.clients.Executions, aws.ToString(started.ExecutionArn), machine.profile, batch, false}, nil
}

// executionName returns a new name that sorts by time, such as onboard-20060102T150405Z-a1b2c3. A name has at most 80
// characters and is unique for 90 days (Step Functions API Reference, StartExecution).
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
	return withProfile(contract.ReportCommand+e.arn, e.profile)
}

// howToWatch says how to watch the execution again.
func (e *execution) howToWatch() string {
	return "watch again with: " + withProfile(contract.WatchCommand+e.arn, e.profile)
}

// withProfile adds the profile to a command, unless it is empty.
func withProfile(command, profile string) string {
	if profile == "" {
		return command
	}
	return command + " --profile " + text.ShellWord(profile)
}

// page returns the URL of the execution in the AWS console, or its ARN if the console of the partition is not known.
func (e *execution) page() string {
	parsed, _ := arn.Parse(e.arn) // AWS returned it, so it is valid
	if hosts, known := partition.HostsOf(parsed.Partition); known {
		return hosts.ExecutionPage(parsed.Region) + e.arn
	}
	return e.arn
}

// name returns the last part of the ARN.
func (e *execution) name() string {
	return e.arn[strings.LastIndex(e.arn, ":")+1:]
}

// ExecutionRecord is what Step Functions knows of an execution.
type ExecutionRecord struct {
	Name    string
	ARN     string
	Account string
	Region  string
	Started time.Time `json:",omitzero"`
	Ended   time.Time `json:",omitzero"`
	Status  string
	Error   string `json:",omitempty"`
	Cause   string `json:",omitempty"`
}

// record returns the record of the execution. A description that lacks all but the status is enough.
func (e *execution) record(described *sfn.DescribeExecutionOutput) ExecutionRecord {
	parsed, _ := arn.Parse(e.arn) // AWS returned it, so it is valid
	return ExecutionRecord{
		Name:    text.OneLine(e.name()),
		ARN:     e.arn,
		Account: parsed.AccountID,
		Region:  parsed.Region,
		Started: aws.ToTime(described.StartDate).UTC(),
		Ended:   aws.ToTime(described.StopDate).UTC(),
		Status:  string(described.Status),
		Error:   text.OneLine(aws.ToString(described.Error)),
		Cause:   text.OneLine(aws.ToString(described.Cause)),
	}
}
