// Command consumer is the CDK app of somebody else: a module of its own, which imports the construct, and has a group and
// an SES identity already. It onboards staff and contractors apart from each other, and lets operators run the lists.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	newAccessStack(app)
	app.Synth(nil)
}

// newAccessStack has two instances of the construct, which share the identity that mails are sent from, and nothing else.
func newAccessStack(scope constructs.Construct) awscdk.Stack {
	stack := awscdk.NewStack(scope, jsii.String("Access"), nil)
	identity := ses.NewEmailIdentity(stack, jsii.String("Identity"), &ses.EmailIdentityProps{
		Identity: ses.Identity_Domain(jsii.String("example.com")),
	})
	staff := iam.NewGroup(stack, jsii.String("Staff"), nil)
	operators := iam.NewRole(stack, jsii.String("Operators"), &iam.RoleProps{AssumedBy: iam.NewAccountRootPrincipal()})

	onboardStaff := onboarding.NewUserOnboarding(stack, jsii.String("OnboardStaff"), &onboarding.UserOnboardingProps{
		Sender:         jsii.String("it@example.com"),
		SenderName:     jsii.String("Example IT"),
		SenderIdentity: identity,
		Group:          staff,
		UserPath:       jsii.String("/staff/"),
		AlarmEmail:     jsii.String("it@example.com"),
	})
	onboardContractors := onboarding.NewUserOnboarding(stack, jsii.String("OnboardContractors"), &onboarding.UserOnboardingProps{
		Sender:           jsii.String("partners@example.com"),
		SenderIdentity:   identity,
		UserPath:         jsii.String("/contractors/"),
		Language:         jsii.String("ja"),
		SeparatePassword: jsii.Bool(true),
	})

	onboardStaff.GrantChangePassword(staff) // a group that the construct makes has it
	for _, users := range []*onboarding.UserOnboarding{onboardStaff, onboardContractors} {
		users.GrantStartExecution(operators)
		users.GrantRead(operators)
	}
	return stack
}
