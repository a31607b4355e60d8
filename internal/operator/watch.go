package operator

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

const (
	// pollInterval is the time between two calls of DescribeExecution.
	pollInterval = time.Second
	// patience is how long watch goes on if no call succeeds. It is longer than a short loss of the connection. It is also
	// longer than the seconds in which Step Functions may not find a new execution, because DescribeExecution is eventually
	// consistent (Step Functions API Reference).
	patience = time.Minute
)

// watch waits until the execution has ended, and returns its description. Meanwhile it calls show with the number of users
// that are done, if this number is known. It returns a [goesOnError] if it stops watching before the execution has ended.
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

// stoppedWatching returns the error of [watch]. It says why watch stopped, and how to watch again.
func stoppedWatching(ctx context.Context, execution *execution, err error) error {
	const goesOn = "the execution goes on; "
	if ctx.Err() != nil {
		return goesOnError{errors.New("stopped watching; " + goesOn + execution.howToWatch())}
	}
	return goesOnError{fmt.Errorf("%w; %s", refused("watch the execution", err), goesOn+execution.howToWatch())}
}
