package onboarding

import (
	"slices"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// The actions that the group of the construct allows its members.
var (
	// A user needs ownPassword and readPasswordPolicy to choose a new password at the first sign-in. The AWS managed policy
	// IAMUserChangePassword does not allow it, because it does not match users below a path.
	ownPassword        = []string{"iam:ChangePassword"}
	readPasswordPolicy = []string{"iam:GetAccountPasswordPolicy"}

	// A user needs ownMFADevice and createMFADevice to set up an MFA device (IAM User Guide, "AWS: Allows MFA-authenticated IAM
	// users to manage their own MFA device on the Security credentials page"). The user chooses the name of a virtual device. It
	// belongs to nobody until it is enabled for a user.
	ownMFADevice     = []string{"iam:EnableMFADevice", "iam:GetMFADevice", "iam:GetUser", "iam:ListMFADevices", "iam:ResyncMFADevice"}
	createMFADevice  = []string{"iam:CreateVirtualMFADevice"}
	listMFADevices   = []string{"iam:ListVirtualMFADevices"}
	signInWithMFAKey = []string{"sts:GetSessionToken"} // how the AWS CLI signs in with MFA; any identity may call it
)

// newGroup makes a group whose members may change their own password and, with RequireMfa, set up MFA for themselves. They
// may do nothing else.
func newGroup(scope constructs.Construct, props *UserOnboardingProps) iam.Group {
	group := iam.NewGroup(scope, jsii.String("Group"), &iam.GroupProps{GroupName: props.GroupName})
	self := machine.UserARN(scope, *props.UserPath, "${aws:username}")
	allow(group, ownPassword, self)
	allow(group, readPasswordPolicy, jsii.String("*"))
	if *props.RequireMfa {
		allow(group, ownMFADevice, self)
		allow(group, createMFADevice, machine.IAMARN(scope, "mfa/*"))
		allow(group, listMFADevices, jsii.String("*"))
		denyWithoutMFA(group, self)
	}
	return group
}

// groupName returns the name of a group as IAM's API takes it. If a group is imported by its ARN, its name in the CDK begins
// with the path of the group.
func groupName(group iam.IGroup) *string { return jsii.String(rules.NameInPath(*group.GroupName())) }

func allow(group iam.Group, actions []string, resource *string) {
	group.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Actions: jsii.Strings(actions...), Resources: &[]*string{resource},
	}))
}

// denyWithoutMFA denies actions until a member has signed in with MFA, even if another policy allows them. It denies
// everything except changing a password and setting up MFA, and it denies these two for every other user.
func denyWithoutMFA(group iam.Group, self *string) {
	withoutMFA := machine.Conditions{"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}.Document()
	group.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Effect: iam.Effect_DENY,
		NotActions: jsii.Strings(slices.Concat(ownPassword, readPasswordPolicy, ownMFADevice, createMFADevice,
			listMFADevices, signInWithMFAKey)...),
		Resources:  jsii.Strings("*"),
		Conditions: withoutMFA,
	}))
	group.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Effect:       iam.Effect_DENY,
		Actions:      jsii.Strings(slices.Concat(ownPassword, ownMFADevice)...),
		NotResources: &[]*string{self},
		Conditions:   withoutMFA,
	}))
}
