package onboarding_test

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

// The construct needs only the address that the mails come from. It makes a group, and an SES identity for the address. AWS
// then sends a mail with a link to that address; follow the link before you run the first list.
func ExampleNewUserOnboarding() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Users"), nil)

	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("it@example.com"),
	})

	awscdk.NewCfnOutput(stack, jsii.String("StateMachineArn"), &awscdk.CfnOutputProps{
		Value: users.StateMachine().StateMachineArn(),
	})
	app.Synth(nil)
}

// An account that already has a group for its users, a verified domain, and a role for its operators.
func ExampleNewUserOnboarding_existing() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Users"), nil)
	operators := iam.Role_FromRoleName(stack, jsii.String("Operators"), jsii.String("Operators"), nil)

	staff := iam.Group_FromGroupName(stack, jsii.String("Staff"), jsii.String("Staff"))

	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender:         jsii.String("it@example.com"),
		SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Domain"), jsii.String("example.com")),
		Group:          staff,
	})
	users.GrantChangePassword(staff)
	users.GrantStartExecution(operators)
	users.GrantRead(operators)

	app.Synth(nil)
}

// Mails in Japanese, with the password in a second mail. The hosted zone verifies the domain of the sender. An address gets a
// message about each failed execution and each undelivered mail.
func ExampleNewUserOnboarding_mail() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	stack := awscdk.NewStack(app, jsii.String("Users"), &awscdk.StackProps{
		Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("ap-northeast-1")},
	})
	zone := route53.PublicHostedZone_FromLookup(stack, jsii.String("Zone"), &route53.HostedZoneProviderProps{
		DomainName: jsii.String("example.com"),
	})

	onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender:           jsii.String("it@example.com"),
		SenderName:       jsii.String("情報システム部"),
		ReplyTo:          jsii.String("help@example.com"),
		Identity:         ses.Identity_PublicHostedZone(zone),
		Language:         jsii.String("ja"),
		SeparatePassword: jsii.Bool(true),
		AlarmEmail:       jsii.String("it@example.com"),
		BounceEmail:      jsii.String("it@example.com"),
	})

	app.Synth(nil)
}
