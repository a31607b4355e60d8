// Package stacks has the stack of the app.
package stacks

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	subscriptions "github.com/aws/aws-cdk-go/awscdk/v2/awssnssubscriptions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/config"
)

// NewOnboardingStack makes the stack of the app: one UserOnboarding, configured by the context of the app, and what is
// named there in words made into resources. Its outputs are StateMachineArn, GroupName, SenderIdentity and SignInUrl.
func NewOnboardingStack(scope constructs.Construct, config config.Config) awscdk.Stack {
	stack := awscdk.NewStack(scope, config.StackName, &awscdk.StackProps{
		Description: jsii.String("Onboards IAM users from a list: user, group, password, login profile, mail"),
	})
	props := &onboarding.UserOnboardingProps{
		Sender:         config.Sender,
		SenderName:     config.SenderName,
		ReplyTo:        config.ReplyTo,
		GroupName:      config.GroupName,
		RequireMFA:     config.RequireMFA,
		UserPath:       config.UserPath,
		PasswordLength: config.PasswordLength,
		MaxConcurrency: config.MaxConcurrency,
		SignInUrl:      config.SignInURL,
		Subject:        config.Subject,
		TextTemplate:   config.TextTemplate,
		HtmlTemplate:   config.HTMLTemplate,
	}
	if config.Identity != nil {
		props.SenderIdentity = ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("GivenIdentity"), config.Identity)
	}
	if config.PermissionsBoundary != nil {
		props.PermissionsBoundary = iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("GivenBoundary"),
			config.PermissionsBoundary)
	}
	if config.AlarmEmail != nil {
		topic := sns.NewTopic(stack, jsii.String("AlarmTopic"), &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
		topic.AddSubscription(subscriptions.NewEmailSubscription(config.AlarmEmail, nil))
		props.AlarmTopic = topic
	}
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), props)

	output(stack, "StateMachineArn", users.StateMachine().StateMachineArn(), "The state machine that onboards a list of users")
	output(stack, "GroupName", users.Group().GroupName(), "The IAM group that users are put into")
	output(stack, "SenderIdentity", users.SenderIdentity().EmailIdentityName(), "The SES identity that must be verified")
	output(stack, "SignInUrl", users.SignInUrl(), "The page that users sign in at")
	return stack
}

func output(stack awscdk.Stack, name string, value *string, description string) {
	awscdk.NewCfnOutput(stack, &name, &awscdk.CfnOutputProps{Value: value, Description: &description})
}
