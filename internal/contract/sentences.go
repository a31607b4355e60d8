package contract

import (
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// The remedies at the end of a sentence about a failure.
const (
	RunAgain       = "run the same list again"
	FixAndRunAgain = "fix the cause, then " + RunAgain
	// Continues follows RunAgain or FixAndRunAgain if an execution stopped before its end.
	Continues = "; the next execution continues where this one stopped"
	// ConfigureByARN is the remedy if the ARN of a group in IAM is not the ARN that the execution role may use.
	ConfigureByARN = "configure the group by the ARN that IAM shows, and deploy the stack"
	// IfGroupHasPath is the remedy for a group that the caller cannot read in IAM.
	IfGroupHasPath = "if the group has a path, or its name has another letter case, " + ConfigureByARN
)

// What to do about a user name that IAM does not have, or has in another letter case.
const (
	WriteNameAsInIAM = "write the name in the list as IAM has it, then " + RunAgain
	// CorrectName is followed by the name of the key or of the flag.
	CorrectName = "correct the name, or run the list without "
)

// NameIsInOtherCase says why a user failed with NameInOtherCase.
const NameIsInOtherCase = "IAM has this user name in another letter case: " + WriteNameAsInIAM

// The parts of the sentence that IAM has a user name of a list to remove in another letter case. The name as IAM has it stands between them.
const (
	IAMHasTheUser          = "IAM has the user "
	InOtherCaseThanTheList = ", whose name the list has in another letter case: " + WriteNameAsInIAM
)

// NothingElseListed follows IAM's words about a user that it does not delete, if IAM listed nothing of the kinds that the state machine
// knows.
const NothingElseListed = " IAM listed nothing else of this user: delete the user in the IAM console, which shows what is left"

// RemovalTakesLong says why a user failed with TimeIsUp.
const RemovalTakesLong = "a child execution has no time left for this user, who is disabled: " + RunAgain + Continues

// ResendCreatesNobody says why a user of a list with Resend failed that IAM does not have.
const ResendCreatesNobody = "IAM has no user of this name in this letter case, and Resend creates nobody: " + CorrectName + "Resend"

// The parts of the sentence of [AnotherRun].
const (
	theExecution = "the execution "
	isRunning    = " is still running, and no user was changed: wait for its end (" + WatchCommand
)

// AnotherRun says that the list was not run, because another execution is running.
func AnotherRun(name string) string {
	return theExecution + name + isRunning + name + "), then " + RunAgain
}

// NameOfAnotherRun returns the name of the execution in a sentence of [AnotherRun], or an empty string if it is another one.
func NameOfAnotherRun(sentence string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(sentence, theExecution), isRunning)
	if sentence != AnotherRun(name) {
		return ""
	}
	return name
}

// ListIsRunning says that a sweep ended early, because an execution onboards a list for too long.
func ListIsRunning(name string) string {
	return "a list is being onboarded, by the execution " + name + ": the next sweep checks the users that this one left out"
}

// NoStatus says why a user failed with ChildExecutionFailed.
const NoStatus = "no status from its child execution"

// SendingDisabled says that SES does not send mails from the account.
const SendingDisabled = "SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"

// NoIdentity says that SES does not have the sender's identity.
func NoIdentity(name string) string {
	return "SES has no identity " + name + " in this region: create it and have it verified"
}

// IdentityNotVerified says that SES has not verified the sender's identity.
func IdentityNotVerified(name string) string {
	return "the sender's SES identity " + name + " is not verified: follow the link in the mail that AWS sent to the address, or " +
		"publish the DKIM records of the domain"
}

// NoGroup says that IAM does not have a group.
func NoGroup(name string) string {
	return "IAM has no group " + name + ": create it, or deploy the stack again"
}

// OnlyByARN says which ARN of a group the execution role may use.
func OnlyByARN(arn string) string { return "the role of the state machine may use " + arn + " alone" }

// What an item of a list, or the list, must be. ", got: " and the actual value follow each sentence.
var (
	MustBeUser         = "must be an e-mail address or an object with UserName and Email"
	MustBeUserToRemove = "must be a user name or an object with UserName"
	MustHaveUserName   = "must have a UserName of " + what(rules.UserName)
	MustHaveEmail      = "must have " + what(rules.EmailAddress)
	MustHaveGroupName  = "must have a Group of " + what(rules.GroupName) // used if the groups that the list may name are not known
	MustHaveNoOtherKey = "must have no key except UserName, Email, Group, Language"
	MustBeUnique       = "user names must be unique without regard to case"
)

// What the input must be, if it is an object. What it is instead follows after ", got: ".
const (
	UsersMustBeArray        = "IAMUserNames must be an array of users"
	MustHaveAUser           = "must have at least one user"
	ResendMustBeTrueOrFalse = "Resend must be true or false"
	InputMustHaveNoOtherKey = "the input must have no key except IAMUserNames, Resend"
	// Of an input that removes users.
	ActionMustBe              = "Action must be " + Disable + " or " + Delete
	RemovalMustHaveNoOtherKey = "the input must have no key except IAMUserNames, Action"
)

// Item begins a sentence about an item of a list. The number of the item follows, counted from 1.
const Item = "item "

// MustHaveGroup says that an item must name one of the groups that a list may name. groups is a text with their names.
func MustHaveGroup(groups string) string { return "must have a Group out of " + groups }

// MustHaveLanguageTag says that an item has something else than a language. It is used if the languages of the mails are not known.
const MustHaveLanguageTag = "must have a Language such as en or ja"

// MustHaveLanguage says that an item must name one of the languages of the mails. languages is a text with their tags.
func MustHaveLanguage(languages string) string { return "must have a Language out of " + languages }

// what returns the rule's description of a value, without the verb.
func what(rule rules.Rule[string]) string { return strings.TrimPrefix(rule.Expected, "be ") }
