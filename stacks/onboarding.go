// Package stacks provides the stack of the app.
package stacks

import (
	"errors"
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/offboarding"
	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// OnboardingStackProps configures a stack with one UserOnboarding. Users has the props of that construct. Each other prop is
// text or a number that takes the place of an object in Users; leave it out if you set that object.
type OnboardingStackProps struct {
	awscdk.StackProps

	// The props of the construct.
	//
	// Required, because the construct needs a sender.
	Users onboarding.UserOnboardingProps

	// The name or the ARN of an IAM group that exists already, in place of Users.Group. The stack lets the members of the group
	// change their own password.
	//
	// Default: a group is made.
	GroupNameOrArn *string

	// The names or the ARNs of further IAM groups that exist already, in place of Users.AllowedGroups: a list may name one of them
	// for a user. The stack lets the members of these groups change their own password.
	//
	// Default: every user is put into the same group.
	AllowedGroupNamesOrArns *[]*string

	// The name of an SES identity that exists already, in place of Users.SenderIdentity.
	//
	// Default: an identity is made.
	SenderIdentityName *string

	// The domain for which an SES identity is made, in place of Users.Identity.
	//
	// Default: an identity is made for the address of the sender.
	SenderDomain *string

	// The id of the public hosted zone of SenderDomain. The stack makes the DKIM records in it.
	//
	// Default: the records are outputs of the stack; publish them yourself.
	HostedZoneId *string

	// The ARN of a managed policy that bounds the permissions of each new user, in place of Users.PermissionsBoundary.
	//
	// Default: users have no permissions boundary.
	PermissionsBoundaryArn *string

	// How many hours a first password works, from 1 to 720, or 0 for passwords that do not expire, in place of
	// Users.PasswordValidity.
	//
	// Default: 72
	PasswordValidityHours *float64

	// Whether the stack also has a UserOffboarding, for the users of the same path, with the same MaxConcurrency, AlarmTopic, EncryptionKey
	// and LogRetention. Its role can delete users, and everything that they have.
	//
	// Default: false
	Offboarding *bool
}

// NewOnboardingStack makes a stack with one UserOnboarding. Its outputs are StateMachineArn, PasswordExpiryArn unless first
// passwords do not expire, OffboardingArn if Offboarding is true, GroupName, SenderIdentity and SignInUrl, and also DkimRecord1 to
// DkimRecord3 if an SES identity is made for a domain. If props are wrong, it panics and lists every problem, first those of its own props, and then those of Users.
func NewOnboardingStack(scope constructs.Construct, id *string, props *OnboardingStackProps) awscdk.Stack {
	if props == nil {
		props = &OnboardingStackProps{}
	}
	stackProps, usersProps := props.StackProps, props.Users
	if stackProps.Description == nil {
		stackProps.Description = jsii.String("Onboards IAM users from a list: user, group, password, login profile, mail")
	}
	if hours := props.PasswordValidityHours; hours != nil && rules.ValidityHours.Holds(*hours) {
		usersProps.PasswordValidity = awscdk.Duration_Hours(hours) // the placeholders that Users may have depend on it
	}
	stack := awscdk.NewStack(scope, id, &stackProps)
	if err := errors.Join(props.validate(), usersProps.Validate(stack)); err != nil {
		panic(fmt.Sprintf("OnboardingStack: %s", err))
	}
	if props.GroupNameOrArn != nil {
		usersProps.Group = givenGroup(stack, "GivenGroup", *props.GroupNameOrArn)
	}
	var allowed []iam.IGroup
	for _, group := range props.allowedGroups() {
		allowed = append(allowed, givenGroup(stack, "AllowedGroup-"+rules.NameInPath(group), group))
	}
	if allowed != nil {
		usersProps.AllowedGroups = &allowed
	}
	if props.SenderIdentityName != nil {
		usersProps.SenderIdentity = ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("GivenIdentity"), props.SenderIdentityName)
	}
	if props.SenderDomain != nil {
		usersProps.Identity = identityOfDomain(stack, props)
	}
	if props.PermissionsBoundaryArn != nil {
		usersProps.PermissionsBoundary = iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("GivenBoundary"), props.PermissionsBoundaryArn)
	}
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &usersProps)
	if props.GroupNameOrArn != nil {
		users.GrantChangePassword(usersProps.Group)
	}
	for _, group := range allowed {
		users.GrantChangePassword(group)
	}

	output(stack, contract.StateMachineOutput, users.StateMachine().StateMachineArn(), "The state machine that onboards a list of users")
	if expiry := users.PasswordExpiry(); expiry != nil {
		output(stack, contract.PasswordExpiryOutput, expiry.StateMachineArn(), "The state machine that withdraws first passwords that nobody used")
	}
	if props.Offboarding != nil && *props.Offboarding {
		removal := offboarding.NewUserOffboarding(stack, jsii.String("UserOffboarding"), &offboarding.UserOffboardingProps{
			UserPath: usersProps.UserPath, MaxConcurrency: usersProps.MaxConcurrency, Onboarding: users.StateMachine(),
			AlarmTopic: users.AlarmTopic(), EncryptionKey: usersProps.EncryptionKey, LogRetention: usersProps.LogRetention,
		})
		output(stack, contract.OffboardingOutput, removal.StateMachine().StateMachineArn(), "The state machine that disables or deletes a list of users")
	}
	output(stack, "GroupName", jsii.String(rules.NameInPath(*users.Group().GroupName())), "The IAM group that users are put into")
	output(stack, "SenderIdentity", users.SenderIdentity().EmailIdentityName(), "The SES identity that must be verified")
	output(stack, "SignInUrl", users.SignInUrl(), "The page that users sign in at")
	for i, record := range users.DkimRecords() {
		output(stack, fmt.Sprintf("DkimRecord%d", i+1), jsii.String(*record.Name+" CNAME "+*record.Value),
			"A DNS record that verifies the domain of the sender")
	}
	return stack
}

// validate returns every problem of the props as one error, except those of Users alone.
func (p *OnboardingStackProps) validate() error {
	var problems rules.Problems
	const eitherIdentity = "Users.SenderIdentity or Users.Identity"
	hasIdentity := p.Users.SenderIdentity != nil || p.Users.Identity != nil
	for _, text := range []struct {
		name     string
		value    *string
		rule     rules.Rule[string]
		prop     string // the prop that excludes the text
		excluded bool
	}{
		{"GroupNameOrArn", p.GroupNameOrArn, rules.Group, "Users.Group", p.Users.Group != nil},
		{"SenderIdentityName", p.SenderIdentityName, rules.IdentityName, eitherIdentity, hasIdentity},
		{"SenderDomain", p.SenderDomain, rules.Domain, eitherIdentity, hasIdentity},
		{"HostedZoneId", p.HostedZoneId, rules.HostedZoneId, "", false},
		{"PermissionsBoundaryArn", p.PermissionsBoundaryArn, rules.ManagedPolicyARN, "Users.PermissionsBoundary", p.Users.PermissionsBoundary != nil},
	} {
		if text.value != nil && !*awscdk.Token_IsUnresolved(text.value) {
			rules.Check(&problems, text.name, *text.value, text.rule)
		}
		if text.value != nil && text.excluded {
			problems.Add(text.name, "be left out if "+text.prop+" is given", *text.value)
		}
	}
	p.checkAllowedGroups(&problems)
	if p.PasswordValidityHours != nil {
		rules.Check(&problems, "PasswordValidityHours", *p.PasswordValidityHours, rules.ValidityHours)
		if p.Users.PasswordValidity != nil {
			problems.Add("PasswordValidityHours", "be left out if Users.PasswordValidity is given", *p.PasswordValidityHours)
		}
	}
	rules.Together{
		HasGroup: p.GroupNameOrArn != nil, GroupName: rules.Given(p.Users.GroupName), RequireMfa: p.Users.RequireMfa,
		Sender: p.Users.Sender, SenderIdentity: p.SenderIdentityName, Identity: p.SenderDomain, HostedZoneId: rules.Given(p.HostedZoneId),
	}.Check(&problems, nameOf)
	return problems.Err()
}

// checkAllowedGroups checks each text, and that no group is given twice.
func (p *OnboardingStackProps) checkAllowedGroups(problems *rules.Problems) {
	if p.AllowedGroupNamesOrArns == nil {
		return
	}
	const name = "AllowedGroupNamesOrArns"
	if p.Users.AllowedGroups != nil {
		problems.Add(name, "be left out if Users.AllowedGroups is given", p.allowedGroups())
	}
	standard := ""
	for _, group := range []*string{p.Users.GroupName, p.GroupNameOrArn} {
		if group != nil {
			standard = rules.NameInPath(*group)
		}
	}
	var names []string
	for _, group := range p.allowedGroups() {
		rules.Check(problems, name, group, rules.Group)
		names = append(names, rules.NameInPath(group))
	}
	rules.CheckAllowedGroups(problems, name, standard, names)
}

func (p *OnboardingStackProps) allowedGroups() (groups []string) {
	if p.AllowedGroupNamesOrArns != nil {
		for _, group := range *p.AllowedGroupNamesOrArns {
			text := "" // of a nil pointer, which no rule accepts
			if group != nil {
				text = *group
			}
			groups = append(groups, text)
		}
	}
	return groups
}

// nameOf returns the name of the prop of the stack that takes the place of a prop of the construct.
func nameOf(prop string) string {
	switch prop {
	case "Group":
		return "GroupNameOrArn"
	case "SenderIdentity":
		return "SenderIdentityName"
	case "Identity":
		return "SenderDomain"
	case "HostedZoneId":
		return prop
	default:
		return "Users." + prop
	}
}

func givenGroup(stack awscdk.Stack, id, nameOrARN string) iam.IGroup {
	if rules.GroupARN.Holds(nameOrARN) {
		return iam.Group_FromGroupArn(stack, &id, &nameOrARN)
	}
	return iam.Group_FromGroupName(stack, &id, &nameOrARN)
}

func identityOfDomain(stack awscdk.Stack, props *OnboardingStackProps) ses.Identity {
	if props.HostedZoneId == nil {
		return ses.Identity_Domain(props.SenderDomain)
	}
	return ses.Identity_PublicHostedZone(route53.PublicHostedZone_FromPublicHostedZoneAttributes(stack,
		jsii.String("GivenHostedZone"), &route53.PublicHostedZoneAttributes{
			HostedZoneId: props.HostedZoneId, ZoneName: props.SenderDomain,
		}))
}

func output(stack awscdk.Stack, name string, value *string, description string) {
	awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{Value: value, Description: &description})
}
