package operator

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

const (
	// pollInterval is the time between two looks at the execution.
	pollInterval = time.Second
	// patience is the time after which watch gives up if no look succeeds. It outlasts a lost connection, and the seconds in
	// which an execution that was just started may not be found: DescribeExecution is eventually consistent (Step Functions
	// API Reference).
	patience = time.Minute
)

// watch waits until the execution has ended. Meanwhile it calls show with the number of users that are done, if that is known.
func watch(ctx context.Context, execution *execution, show func(done int)) (*sfn.DescribeExecutionOutput, error) {
	counter := counter{execution: execution}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for seen := time.Now(); ; {
		described, err := execution.describe(ctx)
		switch {
		case err == nil:
			seen = time.Now()
			if done, _, err := counter.count(ctx); err == nil { // an operator without this permission can still watch
				show(done)
			}
			if hasEnded(described.Status) {
				return described, nil
			}
		case isFinal(err) || time.Since(seen) >= patience:
			return nil, stoppedWatching(ctx, execution, err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, stoppedWatching(ctx, execution, ctx.Err())
		}
	}
}

// stoppedWatching returns the error that says why watch has given up, and how to get the report later.
func stoppedWatching(ctx context.Context, execution *execution, err error) error {
	if ctx.Err() != nil {
		return goesOnError{fmt.Errorf("stopped watching, which does not stop the execution; its report, when it has ended: %s",
			execution.reportCommand())}
	}
	return goesOnError{fmt.Errorf("%w; this does not stop the execution; its report, when it has ended: %s",
		refused("watch the execution", err), execution.reportCommand())}
}
