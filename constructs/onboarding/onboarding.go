// Package onboarding has a construct that onboards IAM users from a list.
//
// [NewUserOnboarding] defines a Step Functions state machine, and what it needs: an IAM group, an SES identity, an
// execution role, a log group. For each user of a list, the machine creates the IAM user, adds it to the group, draws a
// password that satisfies the policy of the account, makes the login profile with a forced reset, and mails the sign-in
// data. There is no Lambda function, and no password is stored.
//
// All that it takes is a sender:
//
//	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
//		Sender: jsii.String("it@example.com"),
//	})
//	users.GrantStartExecution(operators)
//	users.GrantRead(operators)
//
// Before the first list is run, SES has to have verified the sender. A list is the input of an execution; its items are
// e-mail addresses, which then are the user names as well, or objects:
//
//	{
//	  "IAMUserNames": [
//	    "ada@example.com",
//	    { "UserName": "grace", "Email": "grace@example.com" }
//	  ]
//	}
//
// A list that is wrong is refused whole. A run that was interrupted is finished by running the same list again, and users
// that the machine did not make are never changed nor mailed.
//
// [UserOnboardingProps] tells what can be chosen, each with its default: the group, or several of them; the identity that
// mails are sent by; the language of the mail, or a text of your own; who hears of failures and of bounces. A wrong value
// panics with every problem of the props at once; tokens are taken where a value need not be known at synthesis.
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

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// UserOnboarding is a state machine that onboards IAM users, with all that it needs.
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
	signInURL        *string
	alarmTopic       sns.ITopic
	bounceTopic      sns.ITopic
	encryptionKey    kms.IKey
}

// NewUserOnboarding makes a UserOnboarding. It panics with every problem of the props at once.
func NewUserOnboarding(scope constructs.Construct, id *string, props *UserOnboardingProps) *UserOnboarding {
	if props == nil {
		props = &UserOnboardingProps{}
	}
	resolved := props.withDefaults()
	if err := resolved.validate(partitionOf(scope)); err != nil {
		panic(fmt.Sprintf("UserOnboarding: %s", err))
	}

	u := &UserOnboarding{userPath: *resolved.UserPath, encryptionKey: resolved.EncryptionKey}
	constructs.NewConstruct_Override(u, scope, id)
	u.group = u.groupOrNew(resolved)
	u.identity = u.identityOrNew(resolved)
	u.signInURL = u.signInURLOrDefault(resolved)
	u.bounceTopic = u.topic("BounceTopic", resolved.BounceTopic, resolved.BounceEmail)
	u.configurationSet = u.configurationSetOrNew(resolved)
	u.role = machine.NewRole(u, "Lets the state machine onboard IAM users, and nothing else")
	u.stateMachine, u.logGroup = u.newStateMachine(resolved)
	u.alarmTopic = u.topic("AlarmTopic", resolved.AlarmTopic, resolved.AlarmEmail)
	u.notifyOfBounces()
	u.notifyOfFailures()
	u.explainFindings(resolved)
	return u
}

// Group returns the IAM group that users are put into unless a list names another one.
func (u *UserOnboarding) Group() iam.IGroup { return u.group }

// SenderIdentity returns the SES identity that covers the sender.
func (u *UserOnboarding) SenderIdentity() ses.IEmailIdentity { return u.identity }

// DkimRecords returns the CNAME records that verify the domain of the SES identity, where one is made for a domain: they
// are to be published in its DNS, unless that was done in a hosted zone.
func (u *UserOnboarding) DkimRecords() []*ses.DkimRecord { return u.dkimRecords }

// ConfigurationSet returns the SES configuration set that mails are sent with, or nil.
func (u *UserOnboarding) ConfigurationSet() ses.IConfigurationSet { return u.configurationSet }

// AlarmTopic returns the topic that hears of failed executions, or nil.
func (u *UserOnboarding) AlarmTopic() sns.ITopic { return u.alarmTopic }

// BounceTopic returns the topic that hears of undelivered mails, or nil.
func (u *UserOnboarding) BounceTopic() sns.ITopic { return u.bounceTopic }

// ExecutionRole returns the role of the state machine.
func (u *UserOnboarding) ExecutionRole() iam.IRole { return u.role }

// LogGroup returns the log group of the state machine. It has a record of each execution that failed, timed out or was
// aborted, children included, with its error and cause, and without input and output.
func (u *UserOnboarding) LogGroup() logs.ILogGroup { return u.logGroup }

// StateMachine returns the state machine.
func (u *UserOnboarding) StateMachine() sfn.IStateMachine { return u.stateMachine }

// SignInUrl returns the page that the mail tells users to sign in at.
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
	if name := *source.Value(); !isToken(name) {
		identity.Node().DefaultChild().(ses.CfnEmailIdentity).SetEmailIdentity(jsii.String(rules.NameInSES(name)))
		if rules.EmailAddress.Holds(name) {
			return identity // an address has no DKIM records
		}
	}
	u.dkimRecords = *identity.DkimRecords()
	return identity
}

// configurationSetOrNew makes a configuration set only for bounces, which SES reports through one.
func (u *UserOnboarding) configurationSetOrNew(props *UserOnboardingProps) ses.IConfigurationSet {
	if props.ConfigurationSet != nil || u.bounceTopic == nil {
		return props.ConfigurationSet
	}
	return ses.NewConfigurationSet(u, jsii.String("ConfigurationSet"), nil)
}

func (u *UserOnboarding) newStateMachine(props *UserOnboardingProps) (sfn.StateMachine, logs.LogGroup) {
	flow := &flow{
		Flow: machine.Flow{Scope: u, Role: u.role}, props: props,
		groups: append([]iam.IGroup{u.group}, *props.AllowedGroups...), identity: u.identity,
		configurationSet: u.configurationSet, signInURL: u.signInURL,
	}
	return machine.New(u, &machine.Props{
		Comment:       "Onboards IAM users from a list",
		Definition:    flow.onboardList(),
		Role:          u.role,
		Timeout:       listTimeout(props.MaxConcurrency),
		LogRetention:  props.LogRetention,
		EncryptionKey: props.EncryptionKey,
	})
}
