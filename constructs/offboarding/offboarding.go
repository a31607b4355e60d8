// Package offboarding provides a construct that disables or deletes IAM users from a list.
//
// [NewUserOffboarding] defines a Step Functions state machine with an execution role and a log group of its own. It acts only on
// users below a path that carry the tag which a UserOnboarding gives its users. It cuts the sign-in of a user first. There is no
// Lambda function.
//
//	removal := offboarding.NewUserOffboarding(stack, jsii.String("UserOffboarding"), nil)
//	removal.GrantStartExecution(administrators)
//	removal.GrantRead(administrators)
//
// A list is the input of an execution, with what to do: Disable, which can be undone by hand, or Delete, which cannot. An item is a
// user name or an object with a UserName:
//
//	{
//	  "Action": "Disable",
//	  "IAMUserNames": [
//	    "ada@example.com",
//	    { "UserName": "grace" }
//	  ]
//	}
//
// An execution with a wrong list, or with more than MaxUsers users, fails before it changes a user, and lists every problem. If an
// execution stops half-way, run the same list again: it finishes every user.
//
// [UserOffboardingProps] lists the settings with their defaults. If props are wrong, the constructor panics and lists every problem.
package offboarding

import (
	"fmt"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// UserOffboarding is a state machine that disables or deletes IAM users, with the resources that it needs.
type UserOffboarding struct {
	constructs.Construct
	role          iam.Role
	logGroup      logs.LogGroup
	stateMachine  sfn.StateMachine
	alarmTopic    sns.ITopic
	encryptionKey kms.IKey
}

// NewUserOffboarding makes a UserOffboarding. If props are wrong, it panics and lists every problem.
func NewUserOffboarding(scope constructs.Construct, id *string, props *UserOffboardingProps) *UserOffboarding {
	if props == nil {
		props = &UserOffboardingProps{}
	}
	resolved := props.withDefaults()
	if err := resolved.validate(); err != nil {
		panic(fmt.Sprintf("UserOffboarding: %s", err))
	}
	u := &UserOffboarding{encryptionKey: resolved.EncryptionKey}
	constructs.NewConstruct_Override(u, scope, id)
	u.role = machine.NewRole(u, "Lets the state machine disable and delete IAM users of one path, and nothing else")
	u.stateMachine, u.logGroup = u.newStateMachine(resolved)
	u.alarmTopic = machine.Topic(u, "AlarmTopic", resolved.AlarmTopic, resolved.AlarmEmail)
	u.notifyOfFailures()
	u.explainFindings()
	return u
}

// StateMachine returns the state machine.
func (u *UserOffboarding) StateMachine() sfn.IStateMachine { return u.stateMachine }

// ExecutionRole returns the role of the state machine.
func (u *UserOffboarding) ExecutionRole() iam.IRole { return u.role }

// LogGroup returns the log group of the state machine. It has a record of each execution that failed, timed out or was
// aborted, also of child executions: its error and cause, but no input and no output.
func (u *UserOffboarding) LogGroup() logs.ILogGroup { return u.logGroup }

// AlarmTopic returns the topic that gets a message for each failed execution, or nil.
func (u *UserOffboarding) AlarmTopic() sns.ITopic { return u.alarmTopic }

// GrantStartExecution lets an identity start executions, and so disable and delete every user of the path that carries the tag. It lets
// it do nothing else: without [UserOffboarding.GrantRead] it cannot see the reports.
func (u *UserOffboarding) GrantStartExecution(grantee iam.IGrantable) iam.Grant {
	return u.stateMachine.GrantStartExecution(grantee)
}

// GrantStopExecution lets an identity stop executions. An execution that is stopped may leave users disabled and not yet deleted, until
// the same list is run again.
func (u *UserOffboarding) GrantStopExecution(grantee iam.IGrantable) iam.Grant {
	return machine.GrantStop(grantee, u.stateMachine)
}

// GrantRead lets an identity read the executions, with their lists and reports, and the definition.
func (u *UserOffboarding) GrantRead(grantee iam.IGrantable) iam.Grant {
	return machine.GrantRead(grantee, u.stateMachine, u.encryptionKey)
}

func (u *UserOffboarding) newStateMachine(props *UserOffboardingProps) (sfn.StateMachine, logs.LogGroup) {
	flow := &flow{Flow: machine.Flow{Scope: u, Role: u.role}, props: props, denyAll: denyAll()}
	return machine.New(u, &machine.Props{
		Comment:       "Disables or deletes IAM users from a list",
		Definition:    flow.removeList(),
		Role:          u.role,
		Timeout:       machine.ListTimeout(*props.MaxUsers, props.MaxConcurrency),
		LogRetention:  props.LogRetention,
		EncryptionKey: props.EncryptionKey,
		ListsOwn:      true,
	})
}

// denyAll returns the ARN of the AWS managed policy that denies everything, in the partition of the stack (AWS Managed Policy Reference,
// "AWSDenyAll").
func denyAll() *string {
	return iam.ManagedPolicy_FromAwsManagedPolicyName(jsii.String("AWSDenyAll")).ManagedPolicyArn()
}

func (u *UserOffboarding) notifyOfFailures() {
	if u.alarmTopic == nil {
		return
	}
	machine.NotifyOfFailures(u, "FailedExecutions", u.alarmTopic, u.stateMachine, "The removal of IAM users", machine.SeeExecution(u))
	machine.WarnOfTopicPolicy(u, "AlarmTopic", u.alarmTopic, "events.amazonaws.com")
}

// explainFindings says why we accept findings of the AwsSolutions rules of cdk-nag.
func (u *UserOffboarding) explainFindings() {
	machine.Explain(u.role.Node().FindChild(jsii.String(machine.DefaultPolicy)),
		machine.Wildcard(`\*`, "Delivering logs supports no resource-level permissions"),
		machine.Wildcard(`arn:[^*]+:user/[^*]+/\*`,
			"The user names are known only when a list is run; all users are below the path of this state machine"),
		machine.Wildcard(`arn:[^*]+:user/\*`, "Only GetUser: it checks whether a user belongs to this state machine"),
		machine.Wildcard(`arn:[^*]+:group/\*`,
			"Only RemoveUserFromGroup: a user must leave every group before IAM deletes it, and IAM authorizes this on the group alone"),
		machine.Wildcard(`arn:[^*]+:mfa/\*`,
			"Only DeleteVirtualMFADevice: users choose the names of their devices, and IAM deletes only those that nobody uses"),
	)
}
