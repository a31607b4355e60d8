package machine

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// The time that a call may take. It bounds the time of a user, and so that of a child execution, which takes as long as its
// slowest user: [ChildSeconds] at most. On the longest path of the onboarding every call fails as often as it may. The waits
// before the retries are the longest that there can be; an attempt that fails takes 0.5 s; one without an answer takes
// taskTimeout, and happens once more, except for a mail. So take
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

// RetryPolicy says how long a call may take, and how it is tried again. The zero value is that of a call for a user.
type RetryPolicy struct {
	Timeout  int // seconds; default: 5
	Retries  int // of a call that failed; default: 6
	Interval int // seconds before a retry; default: 2
	// Evenly makes every wait as long as the interval. Else it is a random part of that.
	Evenly bool
	// OnceOnly makes no second call if there is no answer, because the first one may have taken effect.
	OnceOnly bool
}

// The policies of calls that are not for a user alone.
var (
	PreflightRetry  = RetryPolicy{Timeout: preflightTimeout, Retries: preflightRetries}
	NewUserRetry    = RetryPolicy{Evenly: true} // IAM does not find the user for some seconds
	DrawRetry       = RetryPolicy{Retries: drawRetries}
	TaggedUserRetry = RetryPolicy{Retries: tagRetries, Interval: tagRetryInterval, Evenly: true}
	MailRetry       = RetryPolicy{OnceOnly: true}
)

// retry tries a failed call again. It takes every error for one that passes, except the final ones, because throttling,
// network failures and missing permissions come under one name, and new resources are not found for a while (IAM User Guide,
// "Troubleshoot IAM", on eventual consistency). Full jitter keeps users apart that were throttled together; the interval does
// not grow, because the sum of the waits is bounded and more retries are worth more than longer ones.
//
// Step Functions takes the first retrier that names the error (Step Functions Developer Guide, "Handling errors in Step
// Functions workflows"), so States.TaskFailed, which means every error except a time-out, is the last.
func retry(task tasks.CallAwsService, c Call) {
	if len(c.Final) > 0 {
		task.AddRetry(&sfn.RetryProps{Errors: jsii.Strings(c.Final...), MaxAttempts: jsii.Number(0)})
	}
	if !c.Retry.OnceOnly {
		task.AddRetry(&sfn.RetryProps{
			Errors:      jsii.Strings("States.Timeout"),
			MaxAttempts: jsii.Number(timeoutRetries),
			Interval:    awscdk.Duration_Seconds(jsii.Number(timeoutRetryInterval)),
			BackoffRate: jsii.Number(1),
		})
	}
	jitter := sfn.JitterType_FULL
	if c.Retry.Evenly {
		jitter = sfn.JitterType_NONE
	}
	task.AddRetry(&sfn.RetryProps{
		Errors:         jsii.Strings("States.TaskFailed"),
		MaxAttempts:    jsii.Number(cmp.Or(c.Retry.Retries, retries)),
		Interval:       awscdk.Duration_Seconds(jsii.Number(cmp.Or(c.Retry.Interval, retryInterval))),
		BackoffRate:    jsii.Number(1),
		JitterStrategy: jitter,
	})
}
