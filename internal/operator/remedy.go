package operator

import (
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

const (
	// aMinute is for changes that IAM may not know everywhere yet. This usually takes less than a minute. AWS documents no
	// time (IAM User Guide, "Troubleshoot IAM", on eventual consistency).
	aMinute = "wait a minute, then " + contract.RunAgain
	// aFewMinutes is the advice of IAM for the errors EntityTemporarilyUnmodifiable and ConcurrentModification (IAM API
	// Reference).
	aFewMinutes = "wait a few minutes, then " + contract.RunAgain
)

// WhatToDo returns what the operator must do about a user, or why there is nothing to do.
func (u UserOutcome) WhatToDo() string {
	switch u.kind() {
	case unsent:
		return "remove the address from SES's suppression list, then use onboard resend: SES did not send the mail"
	case created, resumed, resent:
		return nothing
	case before, skipped:
		return nothing + ": " + u.whySkipped()
	case expired:
		return "the first password expired: mail a new one with onboard resend"
	case taken:
		return "NOT onboarded, the name is taken: for a person who is new, choose another UserName"
	case notOurs:
		return "NOT mailed, this state machine did not make the user: check the name"
	}
	if u.Status != contract.Failed {
		return "unknown status: see the execution in the console"
	}
	return u.remedy()
}

const nothing = "nothing"

func (u UserOutcome) whySkipped() string {
	switch u.Reason {
	case contract.Complete:
		return "the name was onboarded before"
	case contract.TakenOver:
		return "has chosen a password, or has no login profile any more"
	default:
		return u.Reason
	}
}

// WhatHappened says at which step a user failed, and why. It leaves out the remedy at the end of a sentence of the state machine, because
// [UserOutcome.WhatToDo] has it in the words of the command. It returns an empty string for a user that did not fail.
func (u UserOutcome) WhatHappened() string {
	if u.Error == "" {
		return ""
	}
	cause := u.Cause
	for _, remedy := range []string{contract.WriteNameAsInIAM, contract.CorrectName + "Resend"} {
		cause = strings.TrimSuffix(cause, ": "+remedy)
	}
	return u.Step + " failed: " + u.Error + ": " + cause
}

// remediesOfUsers has what to do about a user that failed, by the name of the error.
var remediesOfUsers = map[string]string{
	contract.NameInOtherCase:                   contract.WriteNameAsInIAM,
	contract.NoSuchUser:                        "correct the name, or create the user with onboard run",
	contract.NoGoodPassword:                    "check the password policy of the account, then " + contract.RunAgain,
	"Iam.LimitExceededException":               "free room in the quota that the cause names, or request a higher quota, then " + contract.RunAgain,
	"SesV2.MessageRejectedException":           "have the address verified, or leave the SES sandbox, then " + contract.RunAgain,
	"SesV2.BadRequestException":                "check the e-mail address, then " + contract.RunAgain,
	"SesV2.SendingPausedException":             "have sending enabled again in the SES console, then " + contract.RunAgain,
	"SesV2.AccountSuspendedException":          "have sending enabled again in the SES console, then " + contract.RunAgain,
	"SesV2.MailFromDomainNotVerifiedException": "have the MAIL FROM domain verified in SES, then " + contract.RunAgain,
	"SesV2.LimitExceededException":             untilTheQuotaAllows,

	// The first run was stopped or too slow, or the password policy changed while it ran. A second run is enough.
	contract.ChildExecutionFailed:          contract.RunAgain,
	"States.Timeout":                       contract.RunAgain,
	"Iam.PasswordPolicyViolationException": contract.RunAgain,

	// These errors pass.
	"Iam.EntityTemporarilyUnmodifiableException":   aFewMinutes,
	"Iam.ConcurrentModificationException":          aFewMinutes,
	"Iam.ServiceFailureException":                  aFewMinutes,
	"SecretsManager.InternalServiceErrorException": aFewMinutes,
	"SesV2.TooManyRequestsException":               whenThrottled,

	// If a group is missing, the preflight of the second run reports it.
	"Iam.NoSuchEntityException": aMinute + ": IAM may not know the user or the login profile everywhere yet",
}

const (
	untilTheQuotaAllows = "wait until the 24-hour quota of SES allows more mails, then " + contract.RunAgain
	whenThrottled       = aFewMinutes + "; if AWS throttles it again, deploy the stack with a lower maxConcurrency"
	whenDenied          = aMinute + ": IAM may not know a new deployment everywhere yet; if it is denied again, ask an " +
		"administrator what denies it to the role of the state machine"
	// whenTagIsNew is for UpdateLoginProfile. IAM permits this call because of a tag that the execution wrote right before it.
	whenTagIsNew = aMinute + ": IAM may not know the tag of the user everywhere yet; do not give the role of the state " +
		"machine more permissions"
)

// remedy returns what to do about a user that failed. An error that AWS does not model has the name of the base exception of
// the service, such as Iam.IamException. Then only the words of the cause distinguish a denial, a throttled call and a server
// error. AWS does not document these words. If they change, the operator gets the remedy of the last line.
func (u UserOutcome) remedy() string {
	remedy, known := remediesOfUsers[u.Error]
	switch {
	case u.Step == contract.CreateUserState && u.Error == "Iam.NoSuchEntityException": // nothing else that CreateUser names can be missing
		return "check that the permissions boundary that the cause names exists, then " + contract.RunAgain
	case u.Error == "SesV2.TooManyRequestsException" && strings.Contains(u.Cause, "quota"):
		return untilTheQuotaAllows
	case known:
		return remedy
	case isDenial(u.Cause) && u.Step == contract.UpdateLoginProfileState:
		return whenTagIsNew
	case isDenial(u.Cause):
		return whenDenied
	case strings.Contains(u.Cause, "Rate exceeded"):
		return whenThrottled
	case strings.Contains(u.Cause, "Status Code: 5"):
		return aFewMinutes
	default:
		return contract.FixAndRunAgain
	}
}

// isDenial reports whether a cause says that IAM denies a call. The report may have cut the cause before these words. Only the
// cause of a denial begins with the caller.
func isDenial(cause string) bool {
	return strings.Contains(cause, "not authorized") || strings.HasPrefix(cause, "User: arn:") || strings.HasPrefix(cause, "User `arn:")
}
