package onboard

import "strings"

const runAgain = "run the same list again"

// whatToDo says what the operator is to do about a user.
func (u userOutcome) whatToDo() string {
	isMailed := u.Status == "Created" || u.Status == "Resumed" || u.Status == "Resent"
	if u.isSuppressed && isMailed {
		return "remove the address from SES's suppression list, and run the list with --resend: SES did not send the mail"
	}
	switch u.Status {
	case "Created":
		return "nothing: the sign-in data is mailed"
	case "Resumed":
		return "nothing: left unfinished by an earlier run, now finished and the sign-in data mailed"
	case "Resent":
		return "nothing: a new password is mailed"
	case "Skipped":
		return u.whySkipped()
	case "Failed":
		return u.remedy()
	default:
		return "unknown status, see the execution in the console"
	}
}

func (u userOutcome) whySkipped() string {
	switch u.Reason {
	case "NotOurs":
		return "was there before and is not touched: if this is another person, choose another UserName"
	case "Complete":
		return "nothing: was onboarded before; if the mail is lost, run the list with --resend"
	case "TakenOver":
		return "nothing: has signed in before and chosen a password"
	default:
		return "nothing: " + u.Reason
	}
}

// firstRemedies are what to do about an error before the list is run again.
var firstRemedies = map[string]string{
	"NameInOtherCase":                          "write the name in the list as IAM has it",
	"NoGoodPassword":                           "look at the password policy of the account",
	"Iam.LimitExceededException":               "make room in the quota that the cause names",
	"Iam.NoSuchEntityException":                "see that the user and the group are there",
	"SesV2.MessageRejectedException":           "have the address verified, or leave the SES sandbox",
	"SesV2.BadRequestException":                "see that the e-mail address is right",
	"SesV2.SendingPausedException":             "have sending enabled again in the SES console",
	"SesV2.AccountSuspendedException":          "have sending enabled again in the SES console",
	"SesV2.MailFromDomainNotVerifiedException": "have the MAIL FROM domain verified in SES",
	"SesV2.LimitExceededException":             "wait until the sending quota of SES allows more",
	"SesV2.TooManyRequestsException":           "wait until the sending quota of SES allows more",

	// A second run is the remedy: the first was stopped or too slow, or the password policy has changed meanwhile.
	"ChildExecutionFailed":                 "",
	"States.Timeout":                       "",
	"Iam.PasswordPolicyViolationException": "",
}

func (u userOutcome) remedy() string {
	first, known := firstRemedies[u.Error]
	switch {
	case known && first == "":
		return runAgain
	case known:
		return first + ", and " + runAgain
	case strings.Contains(u.Cause, "not authorized"):
		return "have the role of the state machine permitted to do this, and " + runAgain
	default:
		return "mend the cause, and " + runAgain
	}
}
