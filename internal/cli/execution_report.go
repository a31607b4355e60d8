package cli

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
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// outcome returns what the execution, which has ended, reports of its users. Where it reports none, the error says
// what to do.
func (e *execution) outcome(ctx context.Context, ended *sfn.DescribeExecutionOutput) (*outcome, error) {
	if ended.Status == types.ExecutionStatusSucceeded {
		return e.parseOutcome(aws.ToString(ended.Output))
	}
	name, cause := aws.ToString(ended.Error), aws.ToString(ended.Cause)
	switch name {
	case contract.UsersNotOnboarded:
		report, err := e.summary(ctx)
		if err != nil {
			return nil, err
		}
		return e.parseOutcome(report)
	case contract.InvalidInput:
		return nil, refusedList{cause}
	case contract.PreflightFailed:
		denied := ""
		if isDenial(cause) {
			denied = "\nwhat is not authorized: " + whenDenied
		}
		return nil, fmt.Errorf("the preflight failed, and nobody was touched; do this, and %s:%s%s", contract.RunAgain, text.Indent(cause), denied)
	default:
		why := text.Join(": ", string(ended.Status), name, text.OneLine(cause))
		if done := e.done(ctx); done != "" {
			why += ", " + done + " were done"
		}
		remedy := contract.RunAgain + ", it goes on where this run stopped"
		if isDenial(cause) {
			remedy = whenDenied
		}
		return nil, fmt.Errorf("the execution ended as %s; %s", why, remedy)
	}
}

// summary returns the output of the state that makes the report. A failed execution has no output itself; the state
// comes right before the failure, hence the search from the end in small pages.
func (e *execution) summary(ctx context.Context) (string, error) {
	pages := sfn.NewGetExecutionHistoryPaginator(e.api, &sfn.GetExecutionHistoryInput{
		ExecutionArn: &e.arn,
		ReverseOrder: true,
		MaxResults:   10,
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return "", fmt.Errorf("%w; the report is kept: %s", refused("read the report", err), e.reportCommand())
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

// refusedList is the state machine's refusal of a list, with all problems that it found.
type refusedList struct{ cause string }

func (r refusedList) Error() string {
	return "the state machine refused the list, and nobody was touched; correct it, and run it again:" + text.Indent(r.cause)
}

// locate tells the place in the list of each item that a problem names, such as: users.csv:7: must have a Group.
func (r refusedList) locate(name string, users []userlist.User) refusedList {
	located := itemNumber.ReplaceAllStringFunc(r.cause, func(item string) string {
		number, _ := strconv.Atoi(itemNumber.FindStringSubmatch(item)[1])
		if number < 1 || number > len(users) {
			return item
		}
		return fmt.Sprintf("%s:%d: ", name, users[number-1].Line)
	})
	return refusedList{located}
}

var itemNumber = regexp.MustCompile(`(?m)^item (\d+) `)
