package operator

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// counter counts the users that an execution has finished with, from its Map Run. Users that an aborted execution may have
// left incomplete are not counted.
type counter struct {
	execution *execution
	mapRunARN *string // nil until the execution has reached OnboardUsers
}

func (c *counter) count(ctx context.Context) (done, total int, err error) {
	if c.mapRunARN == nil {
		runs, err := c.execution.api.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &c.execution.arn})
		if err != nil || len(runs.MapRuns) == 0 {
			return 0, 0, err
		}
		c.mapRunARN = runs.MapRuns[0].MapRunArn
	}
	run, err := c.execution.api.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: c.mapRunARN})
	if err != nil {
		return 0, 0, err
	}
	items := run.ItemCounts
	return int(items.Succeeded + items.Failed + items.TimedOut), int(items.Total), nil
}

// usersDone returns how many users an execution has finished with, such as "2 of 9 users". It returns an empty string if it
// cannot find out: an operator without the permission to read Map Runs can still use onboard list and onboard report. A sweep has a
// Map Run for each page of users, so the users of one do not say how far it is.
func usersDone(ctx context.Context, execution *execution) string {
	if execution.isSweep {
		return ""
	}
	counter := counter{execution: execution}
	done, total, err := counter.count(ctx)
	if err != nil || total == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d users", done, total)
}
