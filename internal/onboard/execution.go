package onboard

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// execution is a run of the state machine.
type execution struct {
	api ExecutionAPI
	arn string
}

// startExecution starts the state machine with an input. It does not end with ctx: whether the execution has been
// started must be known.
func startExecution(ctx context.Context, api ExecutionAPI, stateMachine, input string) (*execution, error) {
	started, err := api.StartExecution(context.WithoutCancel(ctx), &sfn.StartExecutionInput{
		StateMachineArn: &stateMachine,
		Name:            aws.String(executionName()),
		Input:           &input,
	})
	if err != nil {
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

// watch waits until the execution has ended, and shows the progress meanwhile.
func (e *execution) watch(ctx context.Context, progress progress) (*sfn.DescribeExecutionOutput, error) {
	defer progress.close()
	counter := counter{execution: e}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for seen := time.Now(); ; {
		status, err := e.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &e.arn})
		switch {
		case err == nil:
			seen = time.Now()
			if done, err := counter.count(ctx); err == nil { // who may not see Map Runs can still watch
				progress.show(done)
			}
			if hasEnded(status.Status) {
				return status, nil
			}
		case isFinal(err) || time.Since(seen) >= patience:
			return nil, e.lost(ctx, "watch the execution", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, e.lost(ctx, "watch the execution", ctx.Err())
		}
	}
}

func hasEnded(status types.ExecutionStatus) bool {
	return status != types.ExecutionStatusRunning && status != types.ExecutionStatusPendingRedrive
}

// lost says why the command knows no more of the execution, and where to look for it.
func (e *execution) lost(ctx context.Context, doing string, err error) error {
	where := fmt.Sprintf("see %s or run: aws stepfunctions describe-execution --region %s --execution-arn %s",
		e.consoleLink(), e.parsedARN().Region, e.arn)
	if ctx.Err() != nil {
		return fmt.Errorf("stopped watching, which does not stop the execution: %s", where)
	}
	return awsErrorf("%w; this does not stop the execution: %s", refused(doing, err), where)
}

// consoleLink returns the page of the execution in the AWS console.
func (e *execution) consoleLink() string {
	parsed := e.parsedARN()
	host := parsed.Region + ".console.aws.amazon.com"
	if parsed.Partition == "aws-us-gov" {
		host = "console.amazonaws-us-gov.com"
	}
	return fmt.Sprintf("https://%s/states/home?region=%s#/v2/executions/details/%s", host, parsed.Region, e.arn)
}

func (e *execution) parsedARN() arn.ARN {
	parsed, _ := arn.Parse(e.arn) // it is from AWS
	return parsed
}
