package onboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// The errors that the state machine fails with of its own accord, and the state whose output is the report.
const (
	usersNotOnboarded = "UsersNotOnboarded"
	invalidInput      = "InvalidInput"
	preflightFailed   = "PreflightFailed"
	summaryState      = "Summary"
)

// report returns what the execution, which has ended, reports of its users. Where it reports none, the error says
// what to do.
func (e *execution) report(ctx context.Context, ended *sfn.DescribeExecutionOutput) (*report, error) {
	if ended.Status == types.ExecutionStatusSucceeded {
		return parseReport(aws.ToString(ended.Output))
	}
	name, cause := aws.ToString(ended.Error), aws.ToString(ended.Cause)
	switch name {
	case usersNotOnboarded:
		output, err := e.summary(ctx)
		if err != nil {
			return nil, err
		}
		return parseReport(output)
	case invalidInput:
		return nil, usageErrorf("the state machine refused the list, and nobody was touched:%s", indented(cause))
	case preflightFailed:
		return nil, fmt.Errorf("the preflight failed, and nobody was touched:%s", indented(cause))
	default:
		why := slices.DeleteFunc([]string{string(ended.Status), name, oneLine(cause)}, func(s string) bool { return s == "" })
		return nil, fmt.Errorf("the execution ended as %s; run the same list again, it goes on where this run stopped",
			strings.Join(why, ": "))
	}
}

// summary returns the output of the state that makes the report. A failed execution has no output itself; the state
// comes right before the failure, hence the search from the end.
func (e *execution) summary(ctx context.Context) (string, error) {
	pages := sfn.NewGetExecutionHistoryPaginator(e.api, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &e.arn,
		ReverseOrder: true,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", e.lost(ctx, "read the report", err)
		}
		for _, event := range page.Events {
			exited := event.StateExitedEventDetails
			if exited != nil && aws.ToString(exited.Name) == summaryState {
				return aws.ToString(exited.Output), nil
			}
		}
	}
	return "", errors.New("the history of the execution has no state " + summaryState)
}

// indented puts each line of text on a line of its own below the one it is appended to.
func indented(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		lines.WriteString("\n  " + oneLine(line))
	}
	return lines.String()
}
