// Package onboarding provides a construct that onboards IAM users from a list.
//
// [NewUserOnboarding] defines a Step Functions state machine and what it needs: an IAM group, an SES identity, an
// execution role and a log group. For each user of a list, the machine creates the IAM user, adds it to the group, draws a
// password that satisfies the policy of the account, makes the login profile with a forced reset, and mails the sign-in
// data. There is no Lambda function, and no password is stored.
//
// It needs only a sender:
//
//	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
//		Sender: jsii.String("it@example.com"),
//	})
//	users.GrantStartExecution(operators)
//	users.GrantRead(operators)
//
// Before you run the first list, have SES verify the sender. A list is the input of an execution. An item is an e-mail address,
// which is also the user name, or an object:
//
//	{
//	  "IAMUserNames": [
//	    "ada@example.com",
//	    { "UserName": "grace", "Email": "grace@example.com" }
//	  ]
//	}
//
// An execution with a wrong list fails before it changes a user, and lists every problem. If an execution stops half-way, run
// the same list again: it finishes every user that the first one left incomplete. Users that the state machine did not create
// are never changed or mailed.
//
// [UserOnboardingProps] lists the settings with their defaults: the groups, the SES identity, the language or the text of the
// mail, the topics for failures and bounces, and more. If props are wrong, the constructor panics and lists every problem. A
// prop can be a token unless its value has to be known at synthesis.
package onboarding

import (
	"fmt"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// UserOnboarding is a state machine that onboards IAM users, with the resources that it needs.
type UserOnboarding struct {
	constructs.Construct
	userPath         string
	group            iam.IGroup
	identity         ses.IEmailIdentity
	dkimRecords      []*ses.DkimRecord
	configurationSet ses.IConfigurationSet
	role             iam.Role
	logGroup         logs.LogGroup
	stateMachine     sfn.StateMachine
	passwordExpiry   sfn.StateMachine
	signInURL        *string
	alarmTopic       sns.ITopic
	bounceTopic      sns.ITopic
	reportTopic      sns.ITopic
	encryptionKey    kms.IKey
}

// NewUserOnboarding makes a UserOnboarding. If props are wrong, it panics and lists every problem.
func NewUserOnboarding(scope constructs.Construct, id *string, props *UserOnboardingProps) *UserOnboarding {
	if props == nil {
		props = &UserOnboardingProps{}
	}
	resolved := props.withDefaults()
	if err := resolved.validate(machine.PartitionOf(scope)); err != nil {
		panic(fmt.Sprintf("UserOnboarding: %s", err))
	}

	u := &UserOnboarding{userPath: *resolved.UserPath, encryptionKey: resolved.EncryptionKey}
	constructs.NewConstruct_Override(u, scope, id)
	u.group = u.groupOrNew(resolved)
	u.identity = u.identityOrNew(resolved)
	u.signInURL = u.signInURLOrDefault(resolved)
	u.bounceTopic = machine.Topic(u, "BounceTopic", resolved.BounceTopic, resolved.BounceEmail)
	u.configurationSet = u.configurationSetOrNew(resolved)
	u.reportTopic = machine.Topic(u, "ReportTopic", resolved.ReportTopic, resolved.ReportEmail)
	u.role = machine.NewRole(u, "Lets the state machine onboard IAM users, and nothing else")
	u.stateMachine, u.logGroup = u.newStateMachine(resolved)
	u.passwordExpiry = u.newPasswordExpiry(resolved)
	u.alarmTopic = machine.Topic(u, "AlarmTopic", resolved.AlarmTopic, resolved.AlarmEmail)
	u.notifyOfBounces()
	u.notifyOfFailures()
	u.warnOfReportTopic()
	u.warnOfMails(resolved)
	u.explainFindings(resolved)
	return u
}

// Group returns the IAM group that users are put into unless a list names another one.
func (u *UserOnboarding) Group() iam.IGroup { return u.group }

// SenderIdentity returns the SES identity that covers the sender.
func (u *UserOnboarding) SenderIdentity() ses.IEmailIdentity { return u.identity }

// DkimRecords returns the CNAME records that verify the domain of the SES identity, or nil if none is made for a domain.
// Publish them in the DNS of the domain, unless the stack makes them in a hosted zone.
func (u *UserOnboarding) DkimRecords() []*ses.DkimRecord { return u.dkimRecords }

// ConfigurationSet returns the SES configuration set that mails are sent with, or nil.
func (u *UserOnboarding) ConfigurationSet() ses.IConfigurationSet { return u.configurationSet }

// AlarmTopic returns the topic that gets a message for each failed execution, or nil.
func (u *UserOnboarding) AlarmTopic() sns.ITopic { return u.alarmTopic }

// BounceTopic returns the topic that gets a message for each undelivered mail, or nil.
func (u *UserOnboarding) BounceTopic() sns.ITopic { return u.bounceTopic }

// ReportTopic returns the topic that gets the counts of each execution, or nil.
func (u *UserOnboarding) ReportTopic() sns.ITopic { return u.reportTopic }

// ExecutionRole returns the role of the state machine.
func (u *UserOnboarding) ExecutionRole() iam.IRole { return u.role }

// LogGroup returns the log group of the state machine. It has a record of each execution that failed, timed out or was
// aborted, also of child executions: its error and cause, but no input and no output.
func (u *UserOnboarding) LogGroup() logs.ILogGroup { return u.logGroup }

// StateMachine returns the state machine.
func (u *UserOnboarding) StateMachine() sfn.IStateMachine { return u.stateMachine }

// PasswordExpiry returns the state machine that withdraws first passwords that nobody used in time, or nil if they do not expire.
// It runs on a schedule, and can be started by hand with any input.
func (u *UserOnboarding) PasswordExpiry() sfn.IStateMachine {
	if u.passwordExpiry == nil {
		return nil
	}
	return u.passwordExpiry
}

// SignInUrl returns the sign-in page that the mail names.
func (u *UserOnboarding) SignInUrl() *string { return u.signInURL }

func (u *UserOnboarding) groupOrNew(props *UserOnboardingProps) iam.IGroup {
	if props.Group != nil {
		return props.Group
	}
	return newGroup(u, props)
}

func (u *UserOnboarding) identityOrNew(props *UserOnboardingProps) ses.IEmailIdentity {
	if props.SenderIdentity != nil {
		return props.SenderIdentity
	}
	source := props.Identity
	if source == nil {
		source = ses.Identity_Email(props.Sender)
	}
	identity := ses.NewEmailIdentity(u, jsii.String("SenderIdentity"), &ses.EmailIdentityProps{Identity: source})
	if name := *source.Value(); !machine.IsToken(name) {
		identity.Node().DefaultChild().(ses.CfnEmailIdentity).SetEmailIdentity(jsii.String(rules.NameInSES(name)))
		if rules.EmailAddress.Holds(name) {
			return identity // an e-mail address has no DKIM records
		}
	}
	u.dkimRecords = *identity.DkimRecords()
	return identity
}

// configurationSetOrNew returns the given configuration set. If there is none, it makes one for the bounce topic, because SES
// reports bounces only through a configuration set.
func (u *UserOnboarding) configurationSetOrNew(props *UserOnboardingProps) ses.IConfigurationSet {
	if props.ConfigurationSet != nil || u.bounceTopic == nil {
		return props.ConfigurationSet
	}
	return ses.NewConfigurationSet(u, jsii.String("ConfigurationSet"), nil)
}

func (u *UserOnboarding) newStateMachine(props *UserOnboardingProps) (sfn.StateMachine, logs.LogGroup) {
	flow := &flow{
		userFlow: userFlow{machine.Flow{Scope: u, Role: u.role}, props},
		groups:   append([]iam.IGroup{u.group}, *props.AllowedGroups...), identity: u.identity,
		configurationSet: u.configurationSet, signInURL: u.signInURL, reportTopic: u.reportTopic,
	}
	return machine.New(u, &machine.Props{
		Comment:       "Onboards IAM users from a list",
		Definition:    flow.onboardList(),
		Role:          u.role,
		Timeout:       machine.ListTimeout(contract.MaxUsers, props.MaxConcurrency),
		LogRetention:  props.LogRetention,
		EncryptionKey: props.EncryptionKey,
		ListsOwn:      true,
	})
}
