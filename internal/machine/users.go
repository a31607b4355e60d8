package machine

import (
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

const (
	// usersOfPage is the number of users that ListUsers returns at a time. Their paths and ARNs take at most 140 KB of the 256 KiB
	// of a payload, if every character of a deeper path is a quotation mark, which JSON escapes (IAM API Reference, User). 5,000 users,
	// the quota of an account, make 84 pages (IAM User Guide, "IAM and AWS STS quotas"), and a page some 50 events of the history.
	usersOfPage = 60
	// MaxPages is the maximum number of pages of users that an execution reads. IAM may return fewer users than asked for (IAM API
	// Reference, ListUsers).
	MaxPages = 200
)

// ListUsers makes a task that reads a page of the users below a path, also of those below a longer one. It sets the variable marker,
// which is empty after the last page, and others. Unless isNext is true, it reads the first page.
func (f *Flow) ListUsers(name string, path *string, isNext bool, assign map[string]any) tasks.CallAwsService {
	parameters := map[string]any{"PathPrefix": path, "MaxItems": usersOfPage}
	if isNext {
		parameters["Marker"] = jsonata.Expression("$marker")
	}
	assign["marker"] = jsonata.Expression(`$states.result.IsTruncated = true ? $states.result.Marker : ""`)
	return f.Task(name, Call{
		Retry:      PageRetry,
		Permission: "iam:ListUsers",
		Resources:  []*string{UserARN(f.Scope, *path, "*")},
		Parameters: parameters,
		Assign:     assign,
	})
}
