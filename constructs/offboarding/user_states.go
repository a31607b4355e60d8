package offboarding

import (
	"fmt"
	"maps"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

const (
	// userSeconds is the time after which a child execution begins nothing new for a user. The longest path after that, with DeleteUser
	// and its wait, takes less than two minutes, so a child ends within its five minutes. A test computes it from the definition.
	userSeconds = 180
	// maxLists is the maximum number of pages that are read for a user. A user who has the most that IAM allows has some ten (IAM User
	// Guide, "IAM and AWS STS quotas").
	maxLists = 60
	// maxAttempts is the maximum number of attempts to delete a user. IAM may know for some seconds what was deleted (IAM User Guide,
	// "Troubleshoot IAM", on eventual consistency).
	maxAttempts = 3
	attemptWait = 5 // seconds
)

// marks are the values of the tag onboarding that a user of ours has.
var marks = []any{contract.TagPending, contract.TagComplete, contract.TagExpired, contract.TagDisabled}

// ourUsers returns the ARN of all users below the path.
func (f *flow) ourUsers() []*string {
	return []*string{machine.UserARN(f.Scope, *f.props.UserPath, "*")}
}

// areMarked returns the condition that a user has the tag of ours.
func areMarked() machine.Conditions {
	return machine.Conditions{"StringEquals": {"aws:ResourceTag/" + contract.TagKey: marks}}
}

// task makes a task that acts on a user of ours. call needs no resources and no parameter for the user.
func (f *flow) task(name string, call machine.Call) tasks.CallAwsService {
	parameters := map[string]any{"UserName": jsonata.Expression("$states.input.UserName")}
	maps.Copy(parameters, call.Parameters)
	call.Parameters = parameters
	if call.Resources == nil {
		call.Resources = f.ourUsers()
		if call.Conditions == nil {
			call.Conditions = areMarked()
		}
	}
	return f.Task(name, call)
}

// beginUser sets the variables of a user.
func (f *flow) beginUser() sfn.Pass {
	return f.Assign("BeginUser", map[string]any{
		"until":    jsonata.Expression(fmt.Sprintf("$millis() + %d", userSeconds*1000)),
		"lists":    0,
		"attempts": 0,
		"found":    []any{},
	})
}

// catchFailure returns the catcher of every error. It keeps the status of the user.
func catchFailure() *sfn.CatchProps {
	return machine.Catch("States.ALL", map[string]any{"failure": jsonata.Expression(machine.FailedWithCause(machine.ErrorCause))})
}

// failed ends with the status that a catcher has kept.
func (f *flow) failed() sfn.Pass { return f.Output(contract.Failed, "$failure") }

// getUserAgain makes the task that looks, after a failed call, whether the user still exists. Another execution or an administrator may
// have deleted the user, or the answer to DeleteUser was lost.
func (f *flow) getUserAgain() tasks.CallAwsService {
	return f.task("GetUser again", machine.Call{
		Permission: "iam:GetUser",
		Resources:  []*string{machine.UserARN(f.Scope, "/", "*")},
		Final:      []string{"Iam.NoSuchEntityException"}, // the user is gone
	})
}

// gone ends with a user that was there at the first look, and is not there any more.
func (f *flow) gone() sfn.Pass {
	return f.Output("Gone", fmt.Sprintf(`{"UserName": $states.input.UserName, "Status": $failure.Step = "DeleteUser" ? %s : %s}`,
		jsonata.Literal(contract.Deleted), jsonata.Literal(contract.Absent)))
}

// getUser makes the task that reads whose user it is. A user of ours has the path of the props, and the tag onboarding with a value of
// ours. NoSuchEntity is retried, because IAM may not find a user for a while after it was made, and an absent user counts as removed.
func (f *flow) getUser() tasks.CallAwsService {
	return f.task("GetUser", machine.Call{
		Permission: "iam:GetUser",
		Resources:  []*string{machine.UserARN(f.Scope, "/", "*")},
		Assign: map[string]any{
			"existingName": jsonata.Expression("$states.result.User.UserName"),
			"isOurs": jsonata.Expression(fmt.Sprintf(
				`$states.result.User.Path = %s and [$states.result.User.Tags[Key = %s].Value, "none"][0] in [%s, %s, %s, %s]`,
				jsonata.Literal(*f.props.UserPath), jsonata.Literal(contract.TagKey), jsonata.Literal(contract.TagPending),
				jsonata.Literal(contract.TagComplete), jsonata.Literal(contract.TagExpired), jsonata.Literal(contract.TagDisabled))),
		},
	})
}

// attachUserPolicy makes the task that denies the user everything, at once and also in sessions that exist. It changes nothing if the
// policy is attached already.
func (f *flow) attachUserPolicy(name string) tasks.CallAwsService {
	conditions := areMarked()
	conditions["ArnEquals"] = map[string]any{"iam:PolicyARN": f.denyAll}
	return f.task(name, machine.Call{
		Permission: "iam:AttachUserPolicy",
		Conditions: conditions,
		Parameters: map[string]any{"PolicyArn": f.denyAll},
		Final: []string{
			"Iam.InvalidInputException",        // the request stays the same
			"Iam.LimitExceededException",       // the quota stays used up for longer than the retries take
			"Iam.PolicyNotAttachableException", // the policy stays the same
		},
	})
}

// tagUser makes the task that marks the user as disabled.
func (f *flow) tagUser() tasks.CallAwsService {
	tags := []machine.Tag{{Key: contract.TagKey, Value: contract.TagDisabled}}
	conditions := machine.OnlyTheseTags(tags)
	conditions["StringEquals"]["aws:ResourceTag/"+contract.TagKey] = marks
	return f.task("TagUser "+contract.TagDisabled, machine.Call{
		Permission: "iam:TagUser",
		Conditions: conditions,
		Parameters: map[string]any{"Tags": []any{map[string]any{"Key": contract.TagKey, "Value": contract.TagDisabled}}},
		Final: []string{
			"Iam.InvalidInputException",  // the request stays the same
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",  // the user is gone
		},
	})
}

func (f *flow) deleteLoginProfile() tasks.CallAwsService {
	return f.task("DeleteLoginProfile", machine.Call{
		Permission: "iam:DeleteLoginProfile",
		Final: []string{
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",  // there is no login profile
		},
	})
}

func (f *flow) deleteUser() tasks.CallAwsService {
	return f.task("DeleteUser", machine.Call{
		Permission: "iam:DeleteUser",
		Final: []string{
			"Iam.DeleteConflictException", // catchDeleteConflict begins again
			"Iam.LimitExceededException",  // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",   // the user is gone
		},
	})
}

// catchDeleteConflict returns the catcher for a user who still has something. It counts the attempt, and keeps the status of the user in
// case there is no other attempt. IAM's cause names some kinds, and others only as "referenced objects": so the status also has the
// kinds that IAM listed during this attempt.
func (f *flow) catchDeleteConflict() *sfn.CatchProps {
	return machine.Catch("Iam.DeleteConflictException", map[string]any{
		"attempts": jsonata.Expression("$attempts + 1"),
		"failure": jsonata.Expression(machine.FailedWithCause(fmt.Sprintf(`(%s & ($count($found) > 0
  ? " IAM still listed: " & $join($found, ", ") : %s))`, machine.ErrorCause, jsonata.Literal(contract.NothingElseListed)))),
	})
}

// waitForIAM waits before the next attempt to delete the user.
func (f *flow) waitForIAM() sfn.Wait {
	return f.Wait("WaitForIAM", awscdk.Duration_Seconds(jsii.Number(attemptWait)), map[string]any{"found": []any{}})
}

// nameInOtherCase ends with the status Failed, because only the operator knows whether both names mean the same person.
func (f *flow) nameInOtherCase() sfn.Pass {
	return f.EndAsFailed(contract.NameInOtherCase, "GetUser", contract.NameIsInOtherCase)
}

// timeIsUp ends with the status Failed, because the child execution must end soon.
func (f *flow) timeIsUp() sfn.Pass {
	return f.EndAsFailed(contract.TimeIsUp, contract.UnknownStep, contract.RemovalTakesLong)
}

// notOurs ends with a user that is left alone.
func (f *flow) notOurs() sfn.Pass {
	return f.Output(contract.Skipped, fmt.Sprintf(`{"UserName": $states.input.UserName, "Status": %s, "Reason": %s}`,
		jsonata.Literal(contract.Skipped), jsonata.Literal(contract.NotOurs)))
}

func (f *flow) end(status string) sfn.Pass {
	return f.Output(status, fmt.Sprintf(`{"UserName": $states.input.UserName, "Status": %s}`, jsonata.Literal(status)))
}
