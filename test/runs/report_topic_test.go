package runs

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	gocmp "github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestReportTopic checks the message about an execution in which a user fails, and about one in which nobody does. A list that is
// refused publishes nothing.
func TestReportTopic(t *testing.T) {
	account := separatePasswordAccount(t)
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String("Topic-case@example.net")})
	for _, test := range []struct {
		list, subject, counts string
	}{
		{"topic-case@example.net topic-a@example.net topic-b@example.net", "2 onboarded, 0 skipped, 1 failed",
			"Total: 3\nCreated: 2\nResumed: 0\nResent: 0\nSkipped: 0\nFailed: 1\n"},
		{"topic-a@example.net topic-c@example.net", "1 onboarded, 1 skipped, 0 failed",
			"Total: 2\nCreated: 1\nResumed: 0\nResent: 0\nSkipped: 1\nFailed: 0\n"},
		{"no-address", "", ""},
	} {
		var items []any
		for name := range strings.FieldsSeq(test.list) {
			items = append(items, name)
		}
		execution := account.Run(t, listOf(items...))
		all, err := account.Notifications(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var got, want []localaws.Notification
		for _, one := range all {
			if strings.HasSuffix(one.Message, execution.ARN) {
				got = append(got, localaws.Notification{Subject: one.Subject, Message: one.Message})
			}
		}
		if test.subject != "" {
			machine := strings.Split(execution.ARN, ":")[6]
			want = append(want, localaws.Notification{Subject: "IAM users: " + test.subject, Message: "The execution " + execution.Name() +
				" of the state machine " + machine + " has gone through its list.\n\n" + test.counts +
				"\nSee which users, and why: onboard report " + execution.ARN})
		}
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.list, diff)
		}
	}
}
