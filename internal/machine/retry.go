package machine

import (
	"cmp"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"
)

// How long a call may take. These limits bound the time for a user. A child execution takes as long as its slowest user, and
// ends after [ChildSeconds] at the latest.
//
// The longest path of a user has these calls. Each of them fails as often as it can, and waits as long as it can before each
// retry. A failed attempt takes 0.5 s. An attempt without an answer takes taskTimeout, and is repeated once, except a mail.
//
//	the seven calls of IAM except UpdateLoginProfile: 7 × (6 × (2 + 0.5) + 2 × 5 + 1) = 182 s
//	UpdateLoginProfile:                                    7 × (3 + 0.5) + 2 × 5 + 1  = 35.5 s
//	two draws of a password:                          2 × (2 × (2 + 0.5) + 2 × 5 + 1) = 32 s
//	two mails:                                        2 × (6 × (2 + 0.5) + 5)         = 40 s
//
// The sum is 289.5 s. A test computes it from the definition. The path of a user of a sweep is shorter, because it has fewer retries.
const (
	taskTimeout      = 5 // seconds
	preflightTimeout = 30
	retries          = 6 // after a failed call
	preflightRetries = 9
	sweepRetries     = 3 // few, because a child of a sweep looks at its users several times, and the next sweep tries again
	pageRetries      = 4 // few, because each attempt takes three events of the history
	drawRetries      = 2 // few, because this call depends on no earlier call, and its throttling limit is 50 calls a second
	retryInterval    = 2 // seconds

	// A call that needs a tag is denied until the tag has reached all of IAM, which takes seconds (IAM User Guide,
	// "Troubleshoot IAM", on eventual consistency; the number of seconds is not documented). UpdateLoginProfile may come
	// right after the tag was written, so its retries take at least 21 s.
	tagRetries       = 7
	tagRetryInterval = 3 // seconds

	// timeoutRetries is the number of retries after a call that got no answer.
	timeoutRetries       = 1
	timeoutRetryInterval = 1 // second
)

// RetryPolicy says how long a call may take, and how it is retried. The zero value suits a call for one user.
type RetryPolicy struct {
	Timeout  int // seconds; default: 5
	Retries  int // after a failed call; default: 6
	Interval int // seconds before a retry; default: 2
	// Evenly makes every wait as long as Interval. Otherwise a wait is a random time up to Interval.
	Evenly bool
	// OnceOnly forbids a retry after a call without an answer, because that call may have taken effect.
	OnceOnly bool
	// Never forbids every retry, because the states around the task decide whether to call again.
	Never bool
}

// The retry policies that differ from the zero value.
var (
	PreflightRetry  = RetryPolicy{Timeout: preflightTimeout, Retries: preflightRetries}
	NewUserRetry    = RetryPolicy{Evenly: true} // for some seconds, IAM may not find a new user
	DrawRetry       = RetryPolicy{Retries: drawRetries}
	TaggedUserRetry = RetryPolicy{Retries: tagRetries, Interval: tagRetryInterval, Evenly: true}
	MailRetry       = RetryPolicy{OnceOnly: true}
	SweepRetry      = RetryPolicy{Retries: sweepRetries}
	PageRetry       = RetryPolicy{Timeout: preflightTimeout, Retries: pageRetries} // for a read of, or before, each page of users
	NoRetry         = RetryPolicy{Never: true}
)

// retry adds the retriers of a call to its task.
//
// Every error is retried, except the final ones, for two reasons. Throttling, network failures and missing permissions can
// have the same error name. And IAM does not find a new resource for a while (IAM User Guide, "Troubleshoot IAM", on eventual
// consistency). Full jitter spreads the retries of users that were throttled at the same time. The interval does not grow:
// the sum of the waits is limited, and more retries help more than longer waits.
//
// Step Functions uses the first retrier that matches the error (Step Functions Developer Guide, "Handling errors in Step
// Functions workflows"). So States.TaskFailed, which matches every error except a time-out, comes last.
func retry(task tasks.CallAwsService, c Call) {
	if c.Retry.Never {
		return
	}
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
