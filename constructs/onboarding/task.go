package onboarding

import (
	"cmp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// The time that a call may take. It bounds the time of a user, and so that of a child execution, which takes as long as its
// slowest user: 300 s at most (Step Functions Developer Guide, "Choosing workflow type"). On the longest path every call goes
// wrong as often as it may. The waits before the retries are the longest that there can be; an attempt that fails takes
// failingAttempt; one without an answer takes taskTimeout, and happens once more, except for a mail. So take
//
//	the seven calls of IAM except UpdateLoginProfile: 7 × (6 × (2 + 0.5) + 2 × 5 + 1) = 182 s
//	UpdateLoginProfile:                                    7 × (3 + 0.5) + 2 × 5 + 1  = 35.5 s
//	two draws of a password:                          2 × (2 × (2 + 0.5) + 2 × 5 + 1) = 32 s
//	two mails:                                        2 × (6 × (2 + 0.5) + 5)         = 40 s
//
// which is 289.5 s. A test computes it from the definition.
const (
	taskTimeout      = 5 // seconds
	preflightTimeout = 30
	retries          = 6 // of a call that failed
	preflightRetries = 9
	drawRetries      = 2 // of a call that waits for no other one, and that is throttled at 50 a second only
	retryInterval    = 2 // seconds

	// IAM lets a call through that a tag permits only when it knows the tag everywhere, which takes seconds (IAM User Guide,
	// "Troubleshoot IAM", on eventual consistency; how many is not documented). UpdateLoginProfile may come right after the
	// tag was written: it waits for at least 21 s.
	tagRetries       = 7
	tagRetryInterval = 3 // seconds

	// timeoutRetries is how often a call is made again that got no answer.
	timeoutRetries       = 1
	timeoutRetryInterval = 1 // second
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
	// final lists the errors that no retry helps with.
	final []string
	retry retryPolicy
}

// retryPolicy says how long a call may take, and how it is tried again. The zero value is that of a call for a user.
type retryPolicy struct {
	timeout  int // seconds, instead of [taskTimeout]
	retries  int // instead of [retries]
	interval int // seconds, instead of [retryInterval]
	// evenly makes every wait as long as the interval. Else it is a random part of that.
	evenly bool
	// onceOnly makes no second call if there is no answer, because the first one may have taken effect.
	onceOnly bool
}

var (
	ofPreflight  = retryPolicy{timeout: preflightTimeout, retries: preflightRetries}
	ofNewUser    = retryPolicy{evenly: true} // which IAM does not find for some seconds
	ofDraw       = retryPolicy{retries: drawRetries}
	ofTaggedUser = retryPolicy{retries: tagRetries, interval: tagRetryInterval, evenly: true}
	ofMail       = retryPolicy{onceOnly: true}
)

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
		TaskTimeout:  sfn.Timeout_Duration(awscdk.Duration_Seconds(jsii.Number(cmp.Or(c.retry.timeout, taskTimeout)))),
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

// retry tries a failed call again. It takes every error for one that passes, except the final ones, because throttling, network
// failures and missing permissions come under one name, and new resources are not found for a while (IAM User Guide,
// "Troubleshoot IAM", on eventual consistency). Full jitter keeps users apart who were throttled together; the interval does
// not grow, because the sum of the waits is bounded and more retries are worth more than longer ones.
func retry(task tasks.CallAwsService, c call) {
	if len(c.final) > 0 {
		task.AddRetry(&sfn.RetryProps{Errors: jsii.Strings(c.final...), MaxAttempts: jsii.Number(0)})
	}
	if !c.retry.onceOnly {
		task.AddRetry(&sfn.RetryProps{
			Errors:      jsii.Strings("States.Timeout"),
			MaxAttempts: jsii.Number(timeoutRetries),
			Interval:    awscdk.Duration_Seconds(jsii.Number(timeoutRetryInterval)),
			BackoffRate: jsii.Number(1),
		})
	}
	jitter := sfn.JitterType_FULL
	if c.retry.evenly {
		jitter = sfn.JitterType_NONE
	}
	task.AddRetry(&sfn.RetryProps{
		Errors:         jsii.Strings("States.TaskFailed"),
		MaxAttempts:    jsii.Number(cmp.Or(c.retry.retries, retries)),
		Interval:       awscdk.Duration_Seconds(jsii.Number(cmp.Or(c.retry.interval, retryInterval))),
		BackoffRate:    jsii.Number(1),
		JitterStrategy: jitter,
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
