// Package onboarding has a construct that onboards IAM users from a list.
//
// [NewUserOnboarding] defines a Step Functions state machine, and what it needs: an IAM group, an SES identity, an
// execution role, a log group. Given a list of users, the machine creates each IAM user, adds it to the group, draws a
// password, makes the login profile with a forced reset, and mails the sign-in data. A run that was interrupted is
// finished by running the same list again.
package onboarding

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	events "github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	targets "github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// UserOnboarding is a state machine that onboards IAM users, with all that it needs.
type UserOnboarding struct {
	constructs.Construct
	group        iam.IGroup
	identity     ses.IEmailIdentity
	role         iam.Role
	logGroup     logs.LogGroup
	stateMachine sfn.StateMachine
	signInURL    *string

	encryptionKey kms.IKey
}

// NewUserOnboarding makes a UserOnboarding. It panics with every problem of the props at once.
func NewUserOnboarding(scope constructs.Construct, id *string, props *UserOnboardingProps) *UserOnboarding {
	if props == nil {
		props = &UserOnboardingProps{}
	}
	resolved := props.withDefaults()
	if err := resolved.validate(); err != nil {
		panic(fmt.Sprintf("UserOnboarding: %s", err))
	}

	u := &UserOnboarding{
		group: resolved.Group, identity: resolved.SenderIdentity, signInURL: resolved.SignInUrl,
		encryptionKey: resolved.EncryptionKey,
	}
	constructs.NewConstruct_Override(u, scope, id)
	if u.group == nil {
		u.group = newGroup(u, resolved)
	}
	if u.identity == nil {
		u.identity = u.newSenderIdentity(resolved)
	}
	if u.signInURL == nil {
		u.signInURL = u.defaultSignInURL()
	}
	u.role = newExecutionRole(u)
	u.logGroup = newLogGroup(u, resolved)
	u.stateMachine = u.newStateMachine(resolved)
	policy := allowMapRun(u, u.role, u.stateMachine)
	if resolved.EncryptionKey != nil {
		encrypt(u.stateMachine, resolved.EncryptionKey, policy)
	}
	if resolved.AlarmTopic != nil {
		u.notifyOfFailures(resolved.AlarmTopic)
	}
	return u
}

// Group returns the IAM group that users are put into unless a list names another one.
func (u *UserOnboarding) Group() iam.IGroup { return u.group }

// SenderIdentity returns the SES identity that covers the sender.
func (u *UserOnboarding) SenderIdentity() ses.IEmailIdentity { return u.identity }

// ExecutionRole returns the role of the state machine.
func (u *UserOnboarding) ExecutionRole() iam.IRole { return u.role }

// LogGroup returns the log group of the state machine. It has a record of each execution that failed, timed out or was
// aborted, children included, without any input or output.
func (u *UserOnboarding) LogGroup() logs.ILogGroup { return u.logGroup }

// StateMachine returns the state machine.
func (u *UserOnboarding) StateMachine() sfn.IStateMachine { return u.stateMachine }

// SignInUrl returns the page that the mail tells users to sign in at.
func (u *UserOnboarding) SignInUrl() *string { return u.signInURL }

func (u *UserOnboarding) newSenderIdentity(props *UserOnboardingProps) ses.EmailIdentity {
	return ses.NewEmailIdentity(u, jsii.String("SenderIdentity"), &ses.EmailIdentityProps{
		Identity: ses.Identity_Email(props.Sender),
	})
}

// defaultSignInURL is the sign-in page of the account in its partition (AWS Sign-In User Guide, "Sign in to the AWS
// Management Console as an IAM user"; AWS GovCloud (US) User Guide and AWS China, the same).
func (u *UserOnboarding) defaultSignInURL() *string {
	hosts := awscdk.NewCfnMapping(u, jsii.String("SignInHosts"), &awscdk.CfnMappingProps{
		Mapping: &map[string]*map[string]any{
			"aws":        {"Host": "signin.aws.amazon.com"},
			"aws-us-gov": {"Host": "signin.amazonaws-us-gov.com"},
			"aws-cn":     {"Host": "signin.amazonaws.cn"},
		},
	})
	host := hosts.FindInMap(awscdk.Aws_PARTITION(), jsii.String("Host"), nil)
	return jsii.String("https://" + *awscdk.Stack_Of(u).Account() + "." + *host + "/console")
}

func (u *UserOnboarding) newStateMachine(props *UserOnboardingProps) sfn.StateMachine {
	flow := &flow{
		scope: u, role: u.role, groups: append([]iam.IGroup{u.group}, *props.AllowedGroups...), identity: u.identity,
		signInURL: u.signInURL, props: props,
	}
	return sfn.NewStateMachine(u, jsii.String("StateMachine"), &sfn.StateMachineProps{
		Comment:        jsii.String("Onboards IAM users from a list"),
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		DefinitionBody: sfn.DefinitionBody_FromChainable(flow.onboardList()),
		Role:           u.role.WithoutPolicyUpdates(nil),
		Timeout:        listTimeout(props.MaxConcurrency),
		// Neither records of failed tasks nor traces, which would have the causes in the words of the service that a
		// password was given to.
		Logs: &sfn.LogOptions{
			Destination: u.logGroup, Level: sfn.LogLevel_FATAL, IncludeExecutionData: jsii.Bool(false),
		},
	})
}

// notifyOfFailures tells a topic of each execution that ended badly, in words that hold nothing of its data.
func (u *UserOnboarding) notifyOfFailures(topic sns.ITopic) {
	execution := events.EventField_FromPath(jsii.String("$.detail.executionArn"))
	region := events.EventField_FromPath(jsii.String("$.region"))
	status := events.EventField_FromPath(jsii.String("$.detail.status"))
	message := fmt.Sprintf("The onboarding of IAM users ended as %s. See which users, and why: "+
		"https://%s.console.aws.amazon.com/states/home?region=%[2]s#/v2/executions/details/%s", *status, *region, *execution)
	events.NewRule(u, jsii.String("FailedExecutions"), &events.RuleProps{
		EventPattern: &events.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"status":          jsii.Strings("FAILED", "TIMED_OUT", "ABORTED"),
				"stateMachineArn": &[]*string{u.stateMachine.StateMachineArn()},
			},
		},
		Targets: &[]events.IRuleTarget{targets.NewSnsTopic(topic, &targets.SnsTopicProps{
			Message: events.RuleTargetInput_FromText(&message),
		})},
	})
}
