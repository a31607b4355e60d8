// Package contract defines what the state machine and the command agree on: names, limits, and the data that the definition
// publishes. It depends on neither of them.
package contract

import "time"

// The names of the app's stack and of its outputs. The command uses them to find the state machine.
const (
	StackName            = "IamUserOnboarding"
	StateMachineOutput   = "StateMachineArn"
	PasswordExpiryOutput = "PasswordExpiryArn"
	OffboardingOutput    = "OffboardingArn"
)

// ReportCommand is the command that prints the report of an execution. The ARN or the name of the execution must follow it.
const ReportCommand = "onboard report "

// WatchCommand is the command that watches an execution until its end, and prints its report. The ARN or the name of the execution
// must follow it.
const WatchCommand = "onboard watch "

// The defaults that the demo, the benchmark and the tests rely on as well.
const (
	DefaultGroupName = "NoAuthorityIAMGroup" // of the app
	DefaultUserPath  = "/onboarded/"
)

// The names of the states whose data the command reads.
const (
	SettingsState = "Settings" // assigns [Settings] to the variable settings
	SummaryState  = "Summary"  // its output is the report
)

// The names of the states that the command tests to show the mails.
const (
	OnboardUserState  = "OnboardUser"        // its ItemSelector makes the input of the states of a user
	SendEmailState    = "SendEmail"          // reads the variables password and outcome
	SendPasswordState = "SendEmail password" // if the password comes in a mail of its own
)

// The states at which the command explains a failure of a user.
const (
	CreateUserState         = "CreateUser"
	UpdateLoginProfileState = "UpdateLoginProfile"
)

// UnknownStep is the step of a user that failed with ChildExecutionFailed.
const UnknownStep = "unknown"

// The errors that an execution ends with.
const (
	InvalidInput      = "InvalidInput"      // the list has problems
	PreflightFailed   = "PreflightFailed"   // something that the execution needs is not ready
	UsersNotOnboarded = "UsersNotOnboarded" // a user is Failed
	// AnotherRunIsActive ends an execution that started while an older execution of the state machine ran.
	AnotherRunIsActive = "AnotherRunIsActive"
	UsersNotRemoved    = "UsersNotRemoved" // a user of a list to remove is Failed
	// PasswordsNotWithdrawn ends a sweep that could not check every user.
	PasswordsNotWithdrawn = "PasswordsNotWithdrawn"
)

// The statuses of a user in a report.
const (
	Created = "Created"
	Resumed = "Resumed" // an earlier execution left the user incomplete
	Resent  = "Resent"  // a new first password is mailed to a user that had not chosen a password yet
	Skipped = "Skipped" // for one of the reasons below
	Failed  = "Failed"
)

// The actions of an input that removes users.
const (
	Disable = "Disable"
	Delete  = "Delete"
)

// The statuses of a user in a report about removed users, besides Skipped and Failed.
const (
	Disabled = "Disabled"
	Deleted  = "Deleted"
	Absent   = "Absent" // IAM has no such user
)

// The reasons why a user is Skipped.
const (
	Complete  = "Complete"  // the user was onboarded before
	TakenOver = "TakenOver" // the user has chosen a password, or has no login profile any more
	NotOurs   = "NotOurs"   // the user existed before, and no state machine with this user path made it
	Expired   = "Expired"   // the first password was not used in time, and was withdrawn
)

// The errors of a user that are not errors of an API call.
const (
	NameInOtherCase      = "NameInOtherCase" // IAM has the user name in another letter case
	NoGoodPassword       = "NoGoodPassword"
	NoSuchUser           = "NoSuchUser" // a list with Resend names a user that IAM does not have
	TimeIsUp             = "TimeIsUp"   // a user has more credentials than a child execution can delete
	ChildExecutionFailed = "ChildExecutionFailed"
)

// The key of the tag that every user of a state machine has, and its values.
const (
	TagKey      = "onboarding"
	TagPending  = "pending"  // set when the user is created
	TagComplete = "complete" // set by the last step
	TagExpired  = "expired"  // set before the first password is withdrawn
	TagDisabled = "disabled" // set when the user is disabled
)

// The tag that says when the current first password was issued, in UTC: 2026-11-25T07:12:13Z. It is written with every
// TagPending and TagComplete.
const (
	IssuedTagKey = "onboarding-issued"
	IssuedLayout = "2006-01-02T15:04:05Z"
)

const (
	// MaxUsers is the maximum number of users of one execution. The statuses of more users may not fit into a payload.
	MaxUsers = 1000
	// DefaultMaxRemovals is how many users one execution removes at most, unless the construct is given another number.
	DefaultMaxRemovals = 50
	// MaxProblems is the maximum number of problems of a list, or of failed users of a report, that the cause of an execution
	// lists.
	MaxProblems = 200
	// MaxPayload is the maximum size of an input or an output, in bytes (Step Functions Developer Guide, "Quotas").
	MaxPayload = 256 << 10
)

// SweepInterval returns the time between two sweeps: a twelfth of the validity of a first password, in whole hours. So a password works
// for at most a twelfth of its validity, or an hour, longer than the mail says.
func SweepInterval(validityHours int) time.Duration {
	return time.Duration(max(1, validityHours/12)) * time.Hour
}

// Settings has the settings that an execution depends on.
type Settings struct {
	Groups           []Group // the groups that a list may name; the first one is the default
	SenderIdentity   string  // the name of the SES identity
	ConfigurationSet string  `json:",omitempty"` // the SES configuration set of the mails
	UserPath         string
	MailsPerUser     int
	Languages        []string // of the mails: those that a list may name; the first one is the default
	ValidityHours    int      `json:",omitempty"` // how long a first password works; 0 if it does not expire
}

// Group is an IAM group.
type Group struct {
	Name string
	Arn  string // the execution role may use the group only by this ARN
}

// RemovalSettings has the settings that an execution depends on that removes users.
type RemovalSettings struct {
	UserPath string
	MaxUsers int // of a list
}
