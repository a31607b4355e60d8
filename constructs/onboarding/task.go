package onboarding

import (
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// The time that a user may take, and so a child execution, which takes as long as its slowest user. The longest path makes
// twelve calls, two of them draws of a password. Each call waits 2 s at most before each of its retries, and taskTimeout
// for an answer that does not come, which is not tried again: 10 × (9 × 2 s + 5 s) + 2 × (3 × 2 s + 5 s) = 252 s, below the
// 300 s of an Express execution (Step Functions Developer Guide, "Choosing workflow type"). Calls that fail are taken to
// fail at once.
const (
	taskTimeout   = 5 // seconds
	retries       = 9
	drawRetries   = 3 // of a call that waits for no other one, and that is throttled at 50 a second only
	retryInterval = 2 // seconds
)

// call is an API call of a task, with the permission that it needs.
type call struct {
	// permission is the IAM action. The service and the API follow from it.
	permission string
	resources  []*string
	conditions conditions
	parameters map[string]any
	// assign sets variables from the answer.
	assign map[string]any
	// final lists the errors that no retry mends.
	final []string
	// retries is how often the call is tried again, if not as often as [retries].
	retries int
}

// task makes a state that calls an API with the state's input as its output, and allows the role to make that call.
func (f *flow) task(name string, c call) tasks.CallAwsService {
	f.allow(c.permission, c.resources, c.conditions)
	service, action, _ := strings.Cut(c.permission, ":")
	if service == "ses" {
		service = "sesv2" // the actions of both versions of the API are named alike
	}
	task := tasks.CallAwsService_Jsonata(f.scope, &name, &tasks.CallAwsServiceJsonataProps{
		Service:      &service,
		Action:       jsii.String(strings.ToLower(action[:1]) + action[1:]),
		IamAction:    &c.permission,
		IamResources: &c.resources,
		Parameters:   &c.parameters,
		Assign:       assignment(c.assign),
		Outputs:      jsonata.Expression("$states.input"),
		TaskTimeout:  sfn.Timeout_Duration(awscdk.Duration_Seconds(jsii.Number(taskTimeout))),
	})
	retry(task, c)
	return task
}

// allow gives the role a permission.
func (f *flow) allow(action string, resources []*string, c conditions) {
	f.role.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Actions: &[]*string{&action}, Resources: &resources, Conditions: c.document(),
	}))
}

// retry tries a failed call again. It takes every error for one that passes but those given and the time-out, since
// throttling, network failures and missing permissions come under one name, and new resources are not found for a while
// (IAM User Guide, "Troubleshoot IAM", on eventual consistency). Full jitter keeps users who were throttled together
// apart; the interval does not grow, since the sum of the waits is bounded and more retries are worth more than longer ones.
func retry(task tasks.CallAwsService, c call) {
	if len(c.final) > 0 {
		task.AddRetry(&sfn.RetryProps{Errors: jsii.Strings(c.final...), MaxAttempts: jsii.Number(0)})
	}
	attempts := retries
	if c.retries > 0 {
		attempts = c.retries
	}
	task.AddRetry(&sfn.RetryProps{
		Errors:         jsii.Strings("States.TaskFailed"),
		MaxAttempts:    jsii.Number(attempts),
		Interval:       awscdk.Duration_Seconds(jsii.Number(retryInterval)),
		BackoffRate:    jsii.Number(1),
		JitterStrategy: sfn.JitterType_FULL,
	})
}

// onError catches one error and goes on with the state's input.
func onError(name string, assign map[string]any) *sfn.CatchProps {
	return &sfn.CatchProps{
		Errors: jsii.Strings(name), Assign: assignment(assign), Outputs: jsonata.Expression("$states.input"),
	}
}

// assignment turns no variables into the absence of an Assign field, which must not be empty.
func assignment(variables map[string]any) *map[string]any {
	if len(variables) == 0 {
		return nil
	}
	return &variables
}

func condition(code string) sfn.Condition {
	return sfn.Condition_Jsonata(jsii.String(jsonata.Expression(code)))
}
