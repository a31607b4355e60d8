package deployed

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// Execution is an execution that has ended.
type Execution struct {
	ARN          string
	Status       types.ExecutionStatus
	Output       string
	Error, Cause string
}

// Name returns the name of the execution, which is the last part of its ARN.
func (e Execution) Name() string { return e.ARN[strings.LastIndex(e.ARN, ":")+1:] }

// Run starts an execution with the input, encoded as JSON, and waits for its end.
func (a *Account) Run(ctx context.Context, input any) (Execution, error) {
	encoded, err := json.Marshal(input)
	if err != nil {
		return Execution{}, err
	}
	started, err := a.SFN.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &a.StateMachine, Input: aws.String(string(encoded))})
	if err != nil {
		return Execution{}, err
	}
	return a.Await(ctx, *started.ExecutionArn)
}

// Await waits for the end of an execution, and returns it.
func (a *Account) Await(ctx context.Context, arn string) (Execution, error) {
	if err := a.AwaitExecution(ctx, arn); err != nil {
		return Execution{}, err
	}
	described, err := a.SFN.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return Execution{}, err
	}
	return Execution{arn, described.Status, aws.ToString(described.Output), aws.ToString(described.Error), aws.ToString(described.Cause)}, nil
}
