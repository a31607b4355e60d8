package operator

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Running is an execution that can be stopped.
type Running struct {
	execution *execution
	facts     string
}

// FindRunning finds an execution as [Report] does. It returns an error if the execution has ended.
func FindRunning(ctx context.Context, clients *Clients, target Target, execution string) (*Running, error) {
	found, described, err := open(ctx, clients, target, execution)
	if err != nil {
		return nil, err
	}
	record := found.record(described)
	if hasEnded(described.Status) {
		return nil, fmt.Errorf("the execution %s has ended already, as %s; %s", record.Name, record.Status, getReportWith(found.reportCommand()))
	}
	facts := fmt.Sprintf("%s in account %s, %s, started %s", record.Name, record.Account, record.Region, text.Time(record.Started))
	if done := usersDone(ctx, found); done != "" {
		facts += ": " + done + " are done"
	}
	return &Running{found, facts}, nil
}

// String says which execution it is, and how far it is.
func (r *Running) String() string { return r.facts }

// Stop stops the execution, and waits until it has ended. It returns what the operator has to know. It gives no cause, which would
// take a permission on the key of an encrypted execution (Step Functions API Reference, StopExecution).
func (r *Running) Stop(ctx context.Context) (string, error) {
	if _, err := r.execution.api.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &r.execution.arn}); err != nil {
		return "", refused("stop the execution "+r.execution.arn, err)
	}
	ended, err := watch(ctx, r.execution, func(int) {})
	if err != nil {
		return "", err
	}
	if ended.Status != types.ExecutionStatusAborted {
		return "", fmt.Errorf("the execution ended as %s before it was stopped; %s", ended.Status, getReportWith(r.execution.reportCommand()))
	}
	stopped := "stopped " + r.execution.name()
	if done := usersDone(ctx, r.execution); done != "" {
		stopped += ", " + done + " were done"
	}
	if r.execution.isSweep {
		return stopped, nil
	}
	return stopped + "; to finish the others, " + contract.RunAgain, nil
}
