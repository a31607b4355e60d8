package onboarding

import (
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// GrantStartExecution lets an identity start executions, and nothing else: without [UserOnboarding.GrantRead] it cannot see
// their reports. A list decides which address gets a password. So grant this only to people who may give somebody the
// permissions of the groups.
func (u *UserOnboarding) GrantStartExecution(grantee iam.IGrantable) iam.Grant {
	return u.stateMachine.GrantStartExecution(grantee)
}

// GrantStopExecution lets an identity stop executions, as the command onboard stop does. An execution that is stopped may leave users
// incomplete, until the same list is run again.
func (u *UserOnboarding) GrantStopExecution(grantee iam.IGrantable) iam.Grant {
	return machine.GrantStop(grantee, u.stateMachine)
}

// GrantRead lets an identity read the executions, with their lists and reports, and the definition, also those of the state machine
// that withdraws first passwords. None of them holds a password.
//
// Together with [UserOnboarding.GrantStartExecution], this is what the command onboard run needs if it gets the ARN of the
// state machine. To find the state machine by the name of the stack, the command also needs cloudformation:DescribeStacks. To
// find addresses that SES suppresses, it needs the permissions that docs/operators.md lists; without them, onboard run says
// so and continues.
func (u *UserOnboarding) GrantRead(grantee iam.IGrantable) iam.Grant {
	grant := machine.GrantRead(grantee, u.stateMachine, u.encryptionKey)
	if u.passwordExpiry != nil {
		grant = grant.Combine(machine.GrantRead(grantee, u.passwordExpiry, u.encryptionKey))
	}
	return grant
}

// GrantReadUsers lets an identity read the users below the path, also those that were made by hand: their tags, groups and MFA
// devices, and whether they have chosen a password. Together with [UserOnboarding.GrantRead], this is what the command onboard
// users needs.
func (u *UserOnboarding) GrantReadUsers(grantee iam.IGrantable) iam.Grant {
	return machine.GrantTo(grantee, nil, []*string{machine.UserARN(u, u.userPath, "*")},
		"iam:ListUsers", "iam:GetUser", "iam:GetLoginProfile", "iam:ListGroupsForUser", "iam:ListMFADevices")
}

// GrantPreview lets an identity test states, which supports no resource-level permissions. Testing a state with a mocked answer, as
// the command onboard preview does, calls no other service; to test one with a role, the identity would also need iam:PassRole.
// Together with [UserOnboarding.GrantRead], this is what the command needs to show the mails. To send a sample, it also needs
// ses:SendEmail, as docs/operators.md says.
func (u *UserOnboarding) GrantPreview(grantee iam.IGrantable) iam.Grant {
	return machine.GrantTo(grantee, nil, machine.AnyResource(), "states:TestState")
}

// GrantChangePassword lets the members of a group of your own change the password that they got by mail. Without it, they
// cannot complete the first sign-in. The group that the construct makes already has this permission.
func (u *UserOnboarding) GrantChangePassword(grantee iam.IGrantable) iam.Grant {
	grant := machine.GrantTo(grantee, nil, []*string{machine.UserARN(u, u.userPath, "${aws:username}")}, ownPassword...).
		Combine(machine.GrantTo(grantee, nil, machine.AnyResource(), readPasswordPolicy...))
	if group, ok := grantee.(iam.IGroup); ok {
		attachByName(group)
	}
	return grant
}

// attachByName makes the policy of a group refer to the group by the name that IAM's API takes. See [groupName].
func attachByName(group iam.IGroup) {
	if name := groupName(group); *name != *group.GroupName() {
		policy := group.Node().FindChild(jsii.String(machine.DefaultPolicy))
		policy.Node().DefaultChild().(iam.CfnPolicy).SetGroups(&[]*string{name})
	}
}
