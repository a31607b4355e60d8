package onboarding

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

const (
	// A sweep waits for lists for two hours at most.
	maxListWaits = 12
	listWait     = 10 // minutes
	// maxExpired and maxFailed are the numbers of users from which on the report does not list further pages.
	maxExpired = 500
	maxFailed  = 100
	// maxDeletions is the maximum number of attempts to delete a login profile. A deletion is denied until the tag has reached all of
	// IAM, so they are as far apart as the retries of UpdateLoginProfile take: 3 × 8 s.
	maxDeletions = 4
	deletionWait = 8 // seconds
	// expiryCauseLength is the maximum length of the cause of a failed user, so that the report fits into a payload.
	expiryCauseLength = 100
)

// begin sets the variables of the sweep.
func (f *expiryFlow) begin() sfn.Pass {
	return f.Assign("Begin", map[string]any{
		"issuedBefore": jsonata.Expression(fmt.Sprintf(`$substring($fromMillis($millis() - %.0f), 0, 19) & "Z"`, f.props.validityHours()*3_600_000)),
		"marker":       "",
		// A call of ListExecutions that fails leaves it empty.
		"activeExecution": "",
		"checked":         0,
		"pages":           0,
		"waits":           0,
		"expired":         []any{},
		"failed":          []any{},
		"notListed":       0,
	})
}

// listExecutions makes the task that looks for a running execution of the state machine that onboards users.
func (f *expiryFlow) listExecutions() tasks.CallAwsService {
	return f.ListExecutions("ListExecutions", *f.onboarding, []*string{f.onboarding}, machine.AnyExecution, machine.PageRetry)
}

// listUsers makes a task that reads a page of the users below the path. Users below a longer path are left out.
func (f *expiryFlow) listUsers(name string, isNext bool) tasks.CallAwsService {
	return f.ListUsers(name, f.props.UserPath, isNext, map[string]any{
		"users": jsonata.Expression(fmt.Sprintf("[$states.result.Users[Path = %s].UserName]", jsonata.Literal(*f.props.UserPath))),
	})
}

// catchFailedCall returns the catcher of every error of a call that is not about one user.
func (f *expiryFlow) catchFailedCall() *sfn.CatchProps {
	return machine.Catch("States.ALL", map[string]any{"failed": jsonata.Expression(fmt.Sprintf(
		`[$failed, {"Step": $states.context.State.Name, "Error": $states.errorOutput.Error, "Cause": $substring(%s, 0, 1000)}]`, machine.ErrorCause))})
}

// sweepUsers runs child executions, each for up to MaxConcurrency users. Its output has the users of the page that are expired, and
// those that failed. A user without a status failed too: a child execution that was stopped, or that reached its time limit, has no
// output.
func (f *expiryFlow) sweepUsers(batch sfn.IChainable) sfn.DistributedMap {
	return f.RunChildren("SweepUsers", machine.Children{
		Items:      "$users",
		BatchSize:  f.props.MaxConcurrency,
		BatchInput: map[string]any{"IssuedBefore": jsonata.Expression("$issuedBefore")},
		Output: fmt.Sprintf(`(
$statuses := [$reduce($states.result, $append, [])];
$said := [$statuses.UserName];
$silent := {"Step": %s, "Error": %s, "Cause": %s};
{
  "Expired": [$statuses[Status = %s].UserName],
  "Failed": $append([$statuses[Status = %s]], [$map($filter($users, function($user) { $not($user in $said) }), function($user) {
    $merge($append({"UserName": $user}, $silent)) })])
})`, jsonata.Literal(contract.UnknownStep), jsonata.Literal(contract.ChildExecutionFailed), jsonata.Literal(contract.NoStatus),
			jsonata.Literal(contract.Expired), jsonata.Literal(contract.Failed)),
		Processor: batch,
	})
}

// sweepUser sweeps all users of a child execution at the same time.
func (f *expiryFlow) sweepUser(steps sfn.IChainable) sfn.Map {
	return f.EachItem("SweepUser", map[string]any{
		"UserName":     jsonata.Expression(machine.Item),
		"IssuedBefore": jsonata.Expression("$states.input.BatchInput.IssuedBefore"),
		"CauseLength":  expiryCauseLength,
	}, steps)
}

// tally adds the users of a page to the report.
func (f *expiryFlow) tally() sfn.Pass {
	isExpiredListed, isFailedListed := fmt.Sprintf("$count($expired) < %d", maxExpired), fmt.Sprintf("$count($failed) < %d", maxFailed)
	return f.Assign("Tally", map[string]any{
		"checked": jsonata.Expression("$checked + $count($users)"),
		"pages":   jsonata.Expression("$pages + 1"),
		"expired": jsonata.Expression(isExpiredListed + " ? [$append($expired, $states.input.Expired)] : $expired"),
		"failed":  jsonata.Expression(isFailedListed + " ? [$append($failed, $states.input.Failed)] : $failed"),
		"notListed": jsonata.Expression(fmt.Sprintf("$notListed + (%s ? 0 : $count($states.input.Expired)) + (%s ? 0 : $count($states.input.Failed))",
			isExpiredListed, isFailedListed)),
	})
}

// tooManyPages makes the sweep fail although it can make its report.
func (f *expiryFlow) tooManyPages() sfn.Pass {
	return f.failedAt("TooManyPages", "ListUsers", jsonata.Literal(fmt.Sprintf("IAM had more users after %d pages", machine.MaxPages)))
}

// listIsRunning makes the sweep fail, because it has waited for lists for too long.
func (f *expiryFlow) listIsRunning() sfn.Pass {
	return f.failedAt("ListIsRunning", "ListExecutions", machine.AboutActive(contract.ListIsRunning))
}

// failedAt makes a state that adds an error of its own name to the report. step is the call that succeeded before. cause is JSONata code.
func (f *expiryFlow) failedAt(name, step, cause string) sfn.Pass {
	return f.Assign(name, map[string]any{"failed": jsonata.Expression(fmt.Sprintf(
		`[$failed, {"Step": %s, "Error": $states.context.State.Name, "Cause": %s}]`, jsonata.Literal(step), cause))})
}

// waitForList waits until the next look for a running list.
func (f *expiryFlow) waitForList() sfn.Wait {
	return f.Wait("WaitForList", awscdk.Duration_Minutes(jsii.Number(listWait)), map[string]any{"waits": jsonata.Expression("$waits + 1")})
}

// summary makes the state whose output is the report of the sweep.
func (f *expiryFlow) summary() sfn.Pass {
	return f.Output(contract.SummaryState, `{"Checked": $checked, "Expired": $expired, "Failed": $failed, "NotListed": $notListed}`)
}

// passwordsNotWithdrawn ends a sweep that could not check every user.
func (f *expiryFlow) passwordsNotWithdrawn() sfn.Fail {
	return f.Fail(contract.PasswordsNotWithdrawn, fmt.Sprintf(`"Not every first password could be checked: fix the cause; the next sweep tries again. `+
		`The full report is the output of the state %s.\n"
  & $join($map($states.input.Failed, function($one) {
    ($exists($one.UserName) ? $one.UserName & ": " : "") & $one.Step & " failed with " & $one.Error & ": " & $one.Cause }), "\n")`, contract.SummaryState))
}

func (f *expiryFlow) everyoneChecked() sfn.Succeed {
	return sfn.Succeed_Jsonata(f.Scope, jsii.String("EveryoneChecked"), nil)
}

// beginUser sets the variables of a user.
func (f *expiryFlow) beginUser() sfn.Pass {
	return f.Assign("BeginUser", map[string]any{"marked": false, "deletions": 0})
}

// getUser makes the task that reads whose user it is, when the first password was issued, and whether the user has signed in since
// then. A user of ours has the path of the props, and the tag onboarding with a value of ours.
func (f *expiryFlow) getUser() tasks.CallAwsService {
	return f.Task("GetUser", machine.Call{
		Permission: "iam:GetUser",
		Resources:  f.ourUsers(),
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		Assign: map[string]any{
			"isOurs": jsonata.Expression(fmt.Sprintf(`$states.result.User.Path = %s and [$states.result.User.Tags[Key = %s].Value, "none"][0] in [%s, %s, %s]`,
				jsonata.Literal(*f.props.UserPath), jsonata.Literal(contract.TagKey),
				jsonata.Literal(contract.TagPending), jsonata.Literal(contract.TagComplete), jsonata.Literal(contract.TagExpired))),
			"issued":      jsonata.Expression(issuedTag),
			"hasSignedIn": jsonata.Expression(fmt.Sprintf(`[$states.result.User.PasswordLastUsed[$type($) = "string"], ""][0] > %s`, issuedTag)),
		},
		Final: []string{"Iam.NoSuchEntityException"}, // the user is gone, or so new that its password is not overdue
		Retry: machine.SweepRetry,
	})
}

// getLoginProfile makes the task that reads whether the first password is unused, and when the login profile was made.
func (f *expiryFlow) getLoginProfile() tasks.CallAwsService {
	return f.Task("GetLoginProfile", machine.Call{
		Permission: "iam:GetLoginProfile",
		Resources:  f.ourUsers(),
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		Assign: map[string]any{
			"isUnused":    jsonata.Expression("$states.result.LoginProfile.PasswordResetRequired = true"),
			"profileMade": jsonata.Expression(`$substring($string($states.result.LoginProfile.CreateDate), 0, 19) & "Z"`),
		},
		Final: []string{"Iam.NoSuchEntityException"}, // there is no password to withdraw
		Retry: machine.SweepRetry,
	})
}

// tagUser makes the task that marks the user as expired.
func (f *expiryFlow) tagUser() tasks.CallAwsService {
	tags := []machine.Tag{{Key: contract.TagKey, Value: contract.TagExpired}}
	conditions := machine.OnlyTheseTags(tags)
	conditions["StringEquals"]["aws:ResourceTag/"+contract.TagKey] = []any{contract.TagPending, contract.TagComplete, contract.TagExpired}
	return f.Task("TagUser "+contract.TagExpired, machine.Call{
		Permission: "iam:TagUser",
		Resources:  f.ourUsers(),
		Conditions: conditions,
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName"), "Tags": tagParameters(tags)},
		Assign:     map[string]any{"marked": true},
		Final: []string{
			"Iam.InvalidInputException",  // the request stays the same
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",  // the user is gone
		},
		Retry: machine.SweepRetry,
	})
}

// deleteLoginProfile makes the task that withdraws the password. It may delete only the login profile of a user that is marked as
// expired. That tag may have been written right before.
func (f *expiryFlow) deleteLoginProfile() tasks.CallAwsService {
	return f.Task("DeleteLoginProfile", machine.Call{
		Permission: "iam:DeleteLoginProfile",
		Resources:  f.ourUsers(),
		Conditions: machine.StringEquals("aws:ResourceTag/"+contract.TagKey, jsii.String(contract.TagExpired)),
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		Retry:      machine.NoRetry,
	})
}

// catchFailedDeletion returns the catcher of every error of the deletion. It counts the deletion, and keeps the status of the user in
// case there is no other attempt.
func catchFailedDeletion() *sfn.CatchProps {
	return machine.Catch("States.ALL", map[string]any{
		"deletions": jsonata.Expression("$deletions + 1"), "failure": jsonata.Expression(machine.FailedWithCause(machine.ErrorCause)),
	})
}

// waitForTag waits before the next attempt to delete the login profile.
func (f *expiryFlow) waitForTag() sfn.Wait {
	return f.Wait("WaitForTag", awscdk.Duration_Seconds(jsii.Number(deletionWait)), nil)
}

// kept ends with a user whose password was not withdrawn.
func (f *expiryFlow) kept() sfn.Pass { return f.end("Kept") }

// expired ends with a user whose password was withdrawn.
func (f *expiryFlow) expired() sfn.Pass { return f.end(contract.Expired) }

func (f *expiryFlow) end(status string) sfn.Pass {
	return f.Output(status, fmt.Sprintf(`{"UserName": $states.input.UserName, "Status": %s}`, jsonata.Literal(status)))
}
