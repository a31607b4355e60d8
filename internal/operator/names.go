package operator

import (
	"context"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Names says how many user names of the list are new, known or taken, such as "3 new, 1 taken (not changed). ". A known user
// is below the user path of the state machine. It returns an empty string if that cannot be read. Call it after [Run.Check].
func (r *Run) Names(ctx context.Context) string {
	if r.settings.UserPath == "" {
		return ""
	}
	type user struct{ name, path string }
	users := map[string]user{} // by the name in lower case: IAM has no two names that differ in case only
	pages := iam.NewListUsersPaginator(r.machine.clients.Users, &iam.ListUsersInput{MaxItems: aws.Int32(usersOfPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return ""
		}
		for _, one := range page.Users {
			name := aws.ToString(one.UserName)
			users[strings.ToLower(name)] = user{name, aws.ToString(one.Path)}
		}
	}
	isNew, known, taken := 0, 0, 0
	for _, listed := range r.list.Users {
		switch found := users[strings.ToLower(listed.UserName)]; found {
		case user{}:
			isNew++
		case user{listed.UserName, r.settings.UserPath}:
			known++
		default: // also a name in another letter case, with which an execution changes nobody
			taken++
		}
	}
	count := func(number int, what string) string {
		if number == 0 {
			return ""
		}
		return fmt.Sprintf("%d %s", number, what)
	}
	what := "new"
	if r.list.Resend {
		what = "not in IAM (not created)"
	}
	return text.Join(", ", count(isNew, what), count(known, "known"), count(taken, "taken (not changed)")) + ". "
}

// usersOfPage is the maximum number of users in an answer of ListUsers (IAM API Reference).
const usersOfPage = 1000
