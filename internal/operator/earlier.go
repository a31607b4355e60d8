package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// mostEarlier is the number of executions that Complete reads at most, one or two calls for each. ListExecutions returns up to 1,000,
// the latest first (Step Functions API Reference).
const mostEarlier = 200

// history is what earlier executions say about a user.
type history struct {
	mailed *userlist.User  // as in the latest list whose execution mailed a first password to the user; nil: none of them did
	others []userlist.User // as in later lists, which did not mail the user
}

// Complete fills in the address, the group and the language of each user of a list that has none. They are those of the latest execution
// whose report says that it mailed a first password to the user: any other list may have meant another person, and the new password
// must not reach that person. If a later list has another address or group, only the operator knows which is right. If no list has the user, a name
// that is an address is the address. Complete returns a [ListError] that names every user whose address or group is not clear. Meanwhile
// it calls progress.
func Complete(ctx context.Context, machine *Machine, list *userlist.List, progress func(text string)) error {
	histories := map[string]*history{}
	for _, user := range list.Users {
		if user.Email == "" || user.Group == "" || user.Language == "" {
			histories[user.UserName] = &history{}
		}
	}
	read, err := readHistories(ctx, machine, histories, progress)
	if err != nil {
		return err
	}
	var unclear []string
	for i := range list.Users {
		user := &list.Users[i]
		if history := histories[user.UserName]; history != nil {
			if problem := history.fill(user, read); problem != "" {
				unclear = append(unclear, fmt.Sprintf("%q: %s", user.UserName, problem))
			}
		}
	}
	if len(unclear) == 0 {
		return nil
	}
	apart := ""
	if len(list.Users) > 1 {
		apart = "; name these users one by one, and the others together"
	}
	return ListError{fmt.Errorf("it is not clear where to send %s, and nothing was started%s:%s",
		text.Count(len(unclear), "mail"), apart, text.Indent(strings.Join(unclear, "\n")))}
}

// readHistories reads executions, the latest first, until every history has an execution that mailed the user. It returns the number of
// executions that it could read.
func readHistories(ctx context.Context, machine *Machine, histories map[string]*history, progress func(text string)) (int, error) {
	open := len(histories)
	if open == 0 {
		return 0, nil
	}
	api := machine.clients.Executions
	listed, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine.arn, MaxResults: mostEarlier})
	if err != nil {
		return 0, refused("look for the addresses in the executions of "+machine.arn, err)
	}
	for i, item := range listed.Executions {
		if open == 0 {
			break
		}
		execution := &execution{api: api, arn: aws.ToString(item.ExecutionArn)}
		described, err := execution.describe(ctx)
		if err != nil {
			return 0, refused("look for the addresses in the execution "+execution.arn, err)
		}
		users := slices.DeleteFunc(listOf(aws.ToString(described.Input)).Users, func(user userlist.User) bool {
			history := histories[user.UserName]
			return history == nil || history.mailed != nil
		})
		if len(users) > 0 {
			mailed, err := mailedBy(ctx, execution, described)
			if err != nil {
				return 0, err
			}
			for _, user := range users {
				if history := histories[user.UserName]; mailed[user.UserName] {
					history.mailed = &user
					open--
				} else {
					history.others = append(history.others, user)
				}
			}
		}
		progress(fmt.Sprintf("reading executions: %d of %d", i+1, len(listed.Executions)))
	}
	return len(listed.Executions), nil
}

// mailedBy returns the names of the users to which an execution mailed a first password, by its report: none if it has no report.
func mailedBy(ctx context.Context, execution *execution, described *sfn.DescribeExecutionOutput) (map[string]bool, error) {
	if described.Status != types.ExecutionStatusSucceeded && aws.ToString(described.Error) != contract.UsersNotOnboarded {
		return nil, nil
	}
	outcome, err := outcomeOf(ctx, execution, described)
	if errors.As(err, new(RefusalError)) || errors.Is(err, ErrInterrupted) {
		return nil, err
	}
	mailed := map[string]bool{}
	for _, user := range outcome.Users {
		mailed[user.UserName] = user.hasNewPassword()
	}
	return mailed, nil
}

// fill fills in what a user does not have. It returns what is not clear, and what to do, or an empty string. read is the number of
// executions that were read.
func (h *history) fill(user *userlist.User, read int) string {
	known := userlist.User{}
	if rules.EmailAddress.Holds(user.UserName) {
		known.Email = user.UserName
	}
	if h.mailed != nil {
		known = *h.mailed
	}
	var emails, groups []string // of later lists, other than the known ones
	for _, other := range h.others {
		if !strings.EqualFold(other.Email, known.Email) && !slices.Contains(emails, other.Email) {
			emails = append(emails, other.Email)
		}
		if other.Group != known.Group && !slices.Contains(groups, groupOf(other)) {
			groups = append(groups, groupOf(other))
		}
	}
	what := "the last mail went to " + known.Email + " with " + groupOf(known)
	if h.mailed == nil {
		what = "no mail to this user in the last " + text.Count(read, "execution")
	}
	var unclear []string
	switch {
	case user.Email != "":
	case len(emails) > 0:
		unclear = append(unclear, fmt.Sprintf("a list names %s: give the right address with --email", text.Some(emails)))
	case known.Email == "":
		unclear = append(unclear, "check the name, or give the address with --email")
	}
	if user.Group == "" && len(groups) > 0 {
		unclear = append(unclear, fmt.Sprintf("a list names %s: give the right group with --group", text.Some(groups)))
	}
	user.Email, user.Group, user.Language = cmp.Or(user.Email, known.Email), cmp.Or(user.Group, known.Group), cmp.Or(user.Language, known.Language)
	if len(unclear) == 0 {
		return ""
	}
	return what + ": " + strings.Join(unclear, "; ")
}

// groupOf returns the group of a user for a sentence.
func groupOf(user userlist.User) string {
	if user.Group == "" {
		return "the default group"
	}
	return "the group " + user.Group
}
