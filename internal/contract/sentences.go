package contract

import (
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// The advice that ends a sentence about a failure.
const (
	RunAgain       = "run the same list again"
	FixAndRunAgain = "fix the cause, then " + RunAgain
	// ConfigureByARN is for a group that IAM has under another ARN than the one that the execution role may use.
	ConfigureByARN = "configure the group by the ARN that IAM shows, and deploy the stack"
	// IfGroupHasPath is ConfigureByARN for a group that IAM does not show to the caller.
	IfGroupHasPath = "if the group has a path, or its name has other letter case, " + ConfigureByARN
)

// SendingDisabled is the problem that SES sends no mail.
const SendingDisabled = "SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"

// NoIdentity is the problem that SES does not have the sender's identity.
func NoIdentity(name string) string {
	return "SES has no identity " + name + " in this region: create it and have it verified"
}

// IdentityNotVerified is the problem that SES has not verified the sender's identity.
func IdentityNotVerified(name string) string {
	return "the sender's SES identity " + name + " is not verified: follow the link in the mail that AWS sent to the address, or " +
		"publish the DKIM records of the domain"
}

// NoGroup is the problem that IAM does not have a group.
func NoGroup(name string) string {
	return "IAM has no group " + name + ": create it, or deploy the stack again"
}

// OnlyByARN says by which ARN the execution role may use a group.
func OnlyByARN(arn string) string { return "the role of the state machine may use " + arn + " alone" }

// What an item of a list, or the list, must be. What it is instead follows behind ", got: ".
var (
	MustBeUser         = "must be an e-mail address or an object with UserName and Email"
	MustHaveUserName   = "must have a UserName of " + what(rules.UserName)
	MustHaveEmail      = "must have " + what(rules.EmailAddress)
	MustHaveGroupName  = "must have a Group of " + what(rules.GroupName) // if it is not known which ones the list may name
	MustHaveNoOtherKey = "must have no key but UserName, Email, Group"
	MustBeUnique       = "user names must be unique without regard to case"
)

// What the input must be, if it is an object. What it is instead follows behind ", got: ".
const (
	UsersMustBeArray        = "IAMUserNames must be an array of users"
	MustHaveAUser           = "must have at least one user"
	ResendMustBeTrueOrFalse = "Resend must be true or false"
	InputMustHaveNoOtherKey = "the input must have no key but IAMUserNames, Resend"
)

// Item begins a sentence about an item of a list. The number of the item follows, counted from 1.
const Item = "item "

// MustHaveGroup is for a list that names another group than those that it may name, which are given as one text.
func MustHaveGroup(groups string) string { return "must have a Group out of " + groups }

// what returns what a rule wants a value to be.
func what(rule rules.Rule[string]) string { return strings.TrimPrefix(rule.Expected, "be ") }
