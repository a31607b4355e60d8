// Package stacks has the stack of the app.
package stacks

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/config"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// NewOnboardingStack makes the stack of the app: one UserOnboarding, configured by the context of the app, and what is
// named there in words made into resources. Its outputs are StateMachineArn, GroupName, SenderIdentity and SignInUrl, and
// DkimRecord1 to 3 where an SES identity is made for a domain.
func NewOnboardingStack(scope constructs.Construct, config config.Config) awscdk.Stack {
	stack := awscdk.NewStack(scope, config.StackName, &awscdk.StackProps{
		Description: jsii.String("Onboards IAM users from a list: user, group, password, login profile, mail"),
	})
	props := &onboarding.UserOnboardingProps{
		Sender:               config.Sender,
		SenderName:           config.SenderName,
		ReplyTo:              config.ReplyTo,
		Identity:             identitySource(stack, config),
		GroupName:            config.GroupName,
		RequireMfa:           config.RequireMfa,
		UserPath:             config.UserPath,
		PasswordLength:       config.PasswordLength,
		ExcludeLookAlikes:    config.ExcludeLookAlikes,
		MaxConcurrency:       config.MaxConcurrency,
		SignInUrl:            config.SignInUrl,
		Language:             config.Language,
		Subject:              config.Subject,
		TextTemplate:         config.TextTemplate,
		HtmlTemplate:         config.HtmlTemplate,
		SeparatePassword:     config.SeparatePassword,
		PasswordSubject:      config.PasswordSubject,
		PasswordTextTemplate: config.PasswordTextTemplate,
		PasswordHtmlTemplate: config.PasswordHtmlTemplate,
		AlarmEmail:           config.AlarmEmail,
		BounceEmail:          config.BounceEmail,
	}
	if config.Identity != nil {
		props.SenderIdentity = ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("GivenIdentity"), config.Identity)
	}
	if config.PermissionsBoundary != nil {
		props.PermissionsBoundary = iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("GivenBoundary"),
			config.PermissionsBoundary)
	}
	if config.Group != nil {
		props.Group = givenGroup(stack, *config.Group)
	}
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), props)
	if config.Group != nil {
		users.GrantChangePassword(props.Group)
	}

	output(stack, contract.StateMachineOutput, users.StateMachine().StateMachineArn(), "The state machine that onboards a list of users")
	output(stack, "GroupName", jsii.String(rules.NameInPath(*users.Group().GroupName())), "The IAM group that users are put into")
	output(stack, "SenderIdentity", users.SenderIdentity().EmailIdentityName(), "The SES identity that must be verified")
	output(stack, "SignInUrl", users.SignInUrl(), "The page that users sign in at")
	for i, record := range users.DkimRecords() {
		output(stack, fmt.Sprintf("DkimRecord%d", i+1), jsii.String(*record.Name+" CNAME "+*record.Value),
			"A DNS record that verifies the domain of the sender")
	}
	return stack
}

func givenGroup(stack awscdk.Stack, nameOrARN string) iam.IGroup {
	id := jsii.String("GivenGroup")
	if rules.GroupARN.Holds(nameOrARN) {
		return iam.Group_FromGroupArn(stack, id, &nameOrARN)
	}
	return iam.Group_FromGroupName(stack, id, &nameOrARN)
}

// identitySource is the domain that an SES identity is made for, or nil for the address of the sender.
func identitySource(stack awscdk.Stack, config config.Config) ses.Identity {
	switch {
	case config.SenderDomain == nil:
		return nil
	case config.HostedZoneId == nil:
		return ses.Identity_Domain(config.SenderDomain)
	}
	return ses.Identity_PublicHostedZone(route53.PublicHostedZone_FromPublicHostedZoneAttributes(stack,
		jsii.String("GivenHostedZone"), &route53.PublicHostedZoneAttributes{
			HostedZoneId: config.HostedZoneId, ZoneName: config.SenderDomain,
		}))
}

func output(stack awscdk.Stack, name string, value *string, description string) {
	awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{Value: value, Description: &description})
}
