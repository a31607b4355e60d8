// Package contract has what the state machine and the command agree on: names, limits, and the data that the definition
// publishes. It depends on neither of them.
package contract

// The stack of the app, by which the command finds the state machine.
const (
	StackName          = "IamUserOnboarding"
	StateMachineOutput = "StateMachineArn"
)

// The states whose data the command reads.
const (
	SettingsState = "Settings" // assigns [Settings] to the variable settings
	SummaryState  = "Summary"  // its output is the report
)

// The states at which the command explains a failure of a user.
const (
	CreateUserState         = "CreateUser"
	UpdateLoginProfileState = "UpdateLoginProfile"
)

// The errors that an execution ends with.
const (
	InvalidInput      = "InvalidInput"      // the list is refused
	PreflightFailed   = "PreflightFailed"   // something is not ready for the list
	UsersNotOnboarded = "UsersNotOnboarded" // a user is Failed
)

// The statuses of a user in the report.
const (
	Created = "Created"
	Resumed = "Resumed" // an earlier run had left the user incomplete
	Resent  = "Resent"  // a user who had not signed in got a new password
	Skipped = "Skipped" // for one of the reasons below
	Failed  = "Failed"
)

// The reasons why a user is Skipped.
const (
	Complete  = "Complete"  // onboarded before
	TakenOver = "TakenOver" // has chosen a password
	NotOurs   = "NotOurs"   // no state machine of this path has created the user
)

// The errors of a user that no call ends with.
const (
	NameInOtherCase      = "NameInOtherCase"
	NoGoodPassword       = "NoGoodPassword"
	ChildExecutionFailed = "ChildExecutionFailed"
)

// The tag of every user that a state machine creates, and its values.
const (
	TagKey      = "onboarding"
	TagPending  = "pending"  // from the creation of the user on
	TagComplete = "complete" // from the last step on
)

const (
	// MaxUsers is the number of users that one execution takes: the statuses of more may not fit into a payload.
	MaxUsers = 1000
	// MaxPayload is the size of an input or an output in bytes (Step Functions Developer Guide, "Quotas").
	MaxPayload = 256 << 10
)

// Settings is what an execution depends on.
type Settings struct {
	Groups           []Group // that a list may name; the first one is the default
	SenderIdentity   string  // of SES
	ConfigurationSet string  `json:",omitempty"` // of SES, that the mails name
	UserPath         string
	MailsPerUser     int
}

// Group is an IAM group.
type Group struct {
	Name string
	Arn  string // the execution role may use the group by this ARN alone
}
