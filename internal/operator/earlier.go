package operator

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// mostEarlier is the number of executions that Complete reads at most, one call for each. ListExecutions returns up to 1,000, the
// latest first (Step Functions API Reference).
const mostEarlier = 200

// Complete fills in the address and the group of each user of a list that has none, from the input of the latest execution that
// had the user in its list. A resend without the group would put the user into the default group as well. If no execution has
// the user, a name that is an address is the address. Complete returns a [ListError] that names every user without an address.
func Complete(ctx context.Context, machine *Machine, list *userlist.List) error {
	open := map[string]*userlist.User{}
	for i := range list.Users {
		if user := &list.Users[i]; user.Email == "" || user.Group == "" {
			open[user.UserName] = user
		}
	}
	if len(open) == 0 {
		return nil
	}
	api := machine.clients.Executions
	listed, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine.arn, MaxResults: mostEarlier})
	if err != nil {
		return refused("look for the addresses in the executions of "+machine.arn, err)
	}
	for _, item := range listed.Executions {
		if len(open) == 0 {
			break
		}
		described, err := (&execution{api: api, arn: aws.ToString(item.ExecutionArn)}).describe(ctx)
		if err != nil {
			return refused("look for the addresses in the execution "+aws.ToString(item.ExecutionArn), err)
		}
		for _, found := range listOf(aws.ToString(described.Input)) { // none if the state machine has refused the list
			if user := open[found.UserName]; user != nil {
				fill(user, found)
				delete(open, found.UserName)
			}
		}
	}
	var unknown []string
	for i := range list.Users {
		user := &list.Users[i]
		if user.Email == "" && rules.EmailAddress.Holds(user.UserName) {
			user.Email = user.UserName
		}
		if user.Email == "" {
			unknown = append(unknown, user.UserName)
		}
	}
	if len(unknown) > 0 {
		return ListError{fmt.Errorf("none of the last %s has the address of %s: check the name, or give the address with --email",
			text.Count(len(listed.Executions), "execution"), strings.Join(unknown, ", "))}
	}
	return nil
}

// fill fills in what a user does not have.
func fill(user *userlist.User, earlier userlist.User) {
	if user.Email == "" {
		user.Email = earlier.Email
	}
	if user.Group == "" {
		user.Group = earlier.Group
	}
}
