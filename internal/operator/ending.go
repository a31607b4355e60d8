package operator

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// turnError is the error that the state machine refused a list because another execution was running.
type turnError struct {
	error
	other string // the name of that execution
}

// outcomeOf returns the report of an execution that has ended. If there is no report, the outcome has no users, and the error says
// why, and what to do. It is a [ListError] if the state machine refused the list.
func outcomeOf(ctx context.Context, execution *execution, ended *sfn.DescribeExecutionOutput) (*Outcome, error) {
	outcome := &Outcome{Executions: []ExecutionRecord{execution.record(ended)}}
	report, err := reportOf(ctx, execution, ended)
	if err == nil && outcome.readSweep(report) {
		return outcome, nil
	}
	if err == nil {
		err = outcome.read(execution, aws.ToString(ended.Input), report)
	}
	return outcome, err
}

// reportOf returns the report of an execution that has ended, in JSON. The error is that of [outcomeOf].
func reportOf(ctx context.Context, execution *execution, ended *sfn.DescribeExecutionOutput) (string, error) {
	if ended.Status == types.ExecutionStatusSucceeded {
		return aws.ToString(ended.Output), nil
	}
	name, cause := aws.ToString(ended.Error), aws.ToString(ended.Cause)
	switch name {
	case contract.UsersNotOnboarded, contract.PasswordsNotWithdrawn:
		return summaryOf(ctx, execution)
	case contract.InvalidInput:
		return "", ListError{fmt.Errorf("the state machine refused the list, and no user was changed; correct the list, then run it again:%s",
			text.Indent(located(cause, execution.batch)))}
	case contract.AnotherRunIsActive:
		return "", turnError{errors.New(text.OneLine(cause)), contract.NameOfAnotherRun(cause)}
	case contract.PreflightFailed:
		denied := ""
		if isDenial(cause) {
			denied = "\nif a call was not authorized: " + whenDenied
		}
		return "", fmt.Errorf("the preflight failed, and no user was changed; do this, then %s:%s%s",
			contract.RunAgain, text.Indent(cause), denied)
	default:
		why := text.Join(": ", string(ended.Status), name, text.OneLine(cause))
		if done := usersDone(ctx, execution); done != "" {
			why += ", " + done + " were done"
		}
		remedy := contract.RunAgain + contract.Continues
		if execution.isSweep {
			remedy = nextSweep
		}
		if isDenial(cause) {
			remedy = whenDenied
		}
		return "", fmt.Errorf("the execution ended as %s; %s", why, remedy)
	}
}

// summaryOf returns the report from the history of an execution that has failed, which has no output: the report is the output
// of [contract.SummaryState]. This state comes right before the failure, so summaryOf reads the history from its end, in small
// pages.
func summaryOf(ctx context.Context, execution *execution) (string, error) {
	pages := sfn.NewGetExecutionHistoryPaginator(execution.api, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &execution.arn,
		ReverseOrder: true,
		MaxResults:   10,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("%w; %s", refused("read the report", err), getReportWith(execution.reportCommand()))
		}
		for _, event := range page.Events {
			exited := event.StateExitedEventDetails
			if exited != nil && aws.ToString(exited.Name) == contract.SummaryState {
				return aws.ToString(exited.Output), nil
			}
		}
	}
	return "", errors.New("the history of the execution has no state " + contract.SummaryState)
}

// located replaces the number of each item of a batch with its place in the list, such as: users.csv:7: must have a Group.
func located(problems string, batch batch) string {
	return itemNumber.ReplaceAllStringFunc(problems, func(item string) string {
		number, _ := strconv.Atoi(itemNumber.FindStringSubmatch(item)[1])
		if number < 1 || number > len(batch.users) {
			return item
		}
		return fmt.Sprintf("%s:%d: ", batch.list, batch.users[number-1].Line)
	})
}

// itemNumber matches the start of a sentence about an item.
var itemNumber = regexp.MustCompile(`(?m)^` + contract.Item + `(\d+) `)
