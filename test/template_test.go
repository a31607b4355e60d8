package test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

const iamARN = "arn:aws:iam::123456789012:"

// permissions is every statement of the role with all defaults, sorted.
var permissions = []string{
	"Allow iam:AddUserToGroup on <UserOnboardingGroup.Arn>",
	"Allow iam:CreateLoginProfile on " + iamARN + "user/onboarded/*",
	"Allow iam:CreateUser on " + iamARN + "user/onboarded/*",
	"Allow iam:GetAccountPasswordPolicy on *",
	"Allow iam:GetGroup on <UserOnboardingGroup.Arn>",
	"Allow iam:GetLoginProfile on " + iamARN + "user/onboarded/*",
	"Allow iam:GetUser on " + iamARN + "user/*",
	"Allow iam:TagUser on " + iamARN + "user/onboarded/*",
	"Allow iam:UpdateLoginProfile on " + iamARN + "user/onboarded/* if StringEquals aws:ResourceTag/onboarding = pending",
	"Allow logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, " +
		"logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups on *",
	"Allow secretsmanager:GetRandomPassword on *",
	"Allow ses:GetAccount on *",
	"Allow ses:GetEmailIdentity on arn:aws:ses:us-east-1:123456789012:identity/<UserOnboardingSenderIdentity>",
	"Allow ses:SendEmail on arn:aws:ses:us-east-1:123456789012:identity/* if StringEquals ses:FromAddress = sender@example.com",
}

// rolePolicy and the others are how the names of the policies start.
const (
	rolePolicy   = "UserOnboardingExecutionRoleDefaultPolicy"
	mapRunPolicy = "UserOnboardingMapRunPolicy"
	groupPolicy  = "UserOnboardingGroupDefaultPolicy"
)

func wantLines(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// replaced returns the default permissions with the statements of some actions replaced.
func replaced(statements map[string]string) []string {
	lines := slices.Clone(permissions)
	for i, line := range lines {
		for action, statement := range statements {
			if strings.HasPrefix(line, "Allow "+action+" ") {
				lines[i] = statement
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func TestPermissions(t *testing.T) {
	template := synthesize(t, newStack(t), onboarding.UserOnboardingProps{})
	wantLines(t, template.statements(t, rolePolicy), permissions)
	wantLines(t, template.statements(t, mapRunPolicy), []string{
		"Allow states:DescribeExecution, states:StopExecution on arn:aws:states:us-east-1:123456789012:" +
			"execution:split(<UserOnboardingStateMachine>)[6]:*",
		"Allow states:StartExecution on <UserOnboardingStateMachine>",
	})
	wantLines(t, template.statements(t, groupPolicy), []string{
		"Allow iam:ChangePassword on " + iamARN + "user/onboarded/${aws:username}",
		"Allow iam:GetAccountPasswordPolicy on *",
	})
	if got := template.count("AWS::IAM::Policy"); got != 3 {
		t.Errorf("got %d policies, want those of the role, of the map run and of the group", got)
	}
	trust := decode[struct{ Statement []statement }](t, template.ofType(t, "AWS::IAM::Role")["AssumeRolePolicyDocument"])
	if len(trust.Statement) != 1 || trust.Statement[0].String() !=
		"Allow sts:AssumeRole on <nil> if StringEquals aws:SourceAccount = 123456789012" {
		t.Errorf("got the trust policy %v", trust)
	}
}

func TestPermissionsOfUserPath(t *testing.T) {
	template := synthesize(t, newStack(t), onboarding.UserOnboardingProps{UserPath: jsii.String("/staff/new/")})
	var want []string
	for _, line := range permissions {
		want = append(want, strings.ReplaceAll(line, "user/onboarded/", "user/staff/new/"))
	}
	wantLines(t, template.statements(t, rolePolicy), want)
	wantLines(t, template.statements(t, groupPolicy), []string{
		"Allow iam:ChangePassword on " + iamARN + "user/staff/new/${aws:username}",
		"Allow iam:GetAccountPasswordPolicy on *",
	})
}

func TestPermissionsOfBoundary(t *testing.T) {
	stack := newStack(t)
	boundary := iamARN + "policy/Boundary"
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		PermissionsBoundary: iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("Boundary"), &boundary),
	})
	wantLines(t, template.statements(t, rolePolicy), replaced(map[string]string{
		"iam:CreateUser": "Allow iam:CreateUser on " + iamARN + "user/onboarded/* if StringEquals iam:PermissionsBoundary = " + boundary,
	}))
	if got := arguments(t, template, "CreateUser")["PermissionsBoundary"]; got != boundary {
		t.Errorf("CreateUser has the PermissionsBoundary %v, want %s", got, boundary)
	}
}

func TestGivenGroupAndIdentityAreNotMadeAgain(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		Group:          iam.Group_FromGroupName(stack, jsii.String("Group"), jsii.String("Staff")),
		SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
	})
	wantLines(t, template.statements(t, rolePolicy), replaced(map[string]string{
		"iam:AddUserToGroup":   "Allow iam:AddUserToGroup on " + iamARN + "group/Staff",
		"iam:GetGroup":         "Allow iam:GetGroup on " + iamARN + "group/Staff",
		"ses:GetEmailIdentity": "Allow ses:GetEmailIdentity on arn:aws:ses:us-east-1:123456789012:identity/example.com",
		"ses:SendEmail": "Allow ses:SendEmail on arn:aws:ses:us-east-1:123456789012:identity/*, " +
			"arn:aws:ses:us-east-1:123456789012:configuration-set/* if StringEquals ses:FromAddress = sender@example.com",
	}))
	for _, resourceType := range []string{"AWS::IAM::Group", "AWS::SES::EmailIdentity"} {
		if got := template.count(resourceType); got != 0 {
			t.Errorf("got %d resources of type %s, want none", got, resourceType)
		}
	}
	if got := arguments(t, template, "GetEmailIdentity")["EmailIdentity"]; got != "example.com" {
		t.Errorf("GetEmailIdentity reads %v, want example.com", got)
	}
}

// TestLogsHoldNoData wants neither inputs and outputs in the log, nor what services said of failed tasks, which could quote a
// password.
func TestLogsHoldNoData(t *testing.T) {
	template := synthesize(t, newStack(t), onboarding.UserOnboardingProps{})
	machine := template.ofType(t, "AWS::StepFunctions::StateMachine")
	want := "map[Destinations:[map[CloudWatchLogsLogGroup:map[LogGroupArn:<UserOnboardingLogGroup.Arn>]]] " +
		"IncludeExecutionData:false Level:FATAL]"
	if got := fmt.Sprint(machine["LoggingConfiguration"]); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := machine["TracingConfiguration"]; got != nil {
		t.Errorf("got the tracing %v, want none: a trace has the causes of failed tasks", got)
	}
	if got := template.ofType(t, "AWS::Logs::LogGroup")["RetentionInDays"]; got != 365.0 {
		t.Errorf("logs are kept %v days, want 365", got)
	}
}

// TestTwoInstances has two instances in a stack, which works only as long as nothing has a name of its own.
func TestTwoInstances(t *testing.T) {
	stack := newStack(t)
	for _, id := range []string{"Staff", "Guests"} {
		onboarding.NewUserOnboarding(stack, &id, &onboarding.UserOnboardingProps{Sender: jsii.String(id + "@example.com")})
	}
	template := templateOf(t, stack)
	if got := template.count("AWS::StepFunctions::StateMachine"); got != 2 {
		t.Errorf("got %d state machines, want 2", got)
	}
	for id, resource := range template.Resources {
		for _, name := range []string{"GroupName", "RoleName", "LogGroupName", "StateMachineName"} {
			if resource.Properties[name] != nil {
				t.Errorf("%s has the fixed %s %v", id, name, resource.Properties[name])
			}
		}
	}
}

func TestGrantStartExecution(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@example.com"),
	})
	operators := iam.NewGroup(stack, jsii.String("Operators"), nil)
	users.GrantStartExecution(operators)
	wantLines(t, templateOf(t, stack).statements(t, "OperatorsDefaultPolicy"), []string{
		"Allow states:StartExecution on <UserOnboardingStateMachine>",
	})
}

// TestScope has another construct made below a UserOnboarding, as any construct can be.
func TestScope(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@example.com"),
	})
	topic := sns.NewTopic(users, jsii.String("Topic"), nil)
	if got, want := *topic.Node().Path(), "Stack/UserOnboarding/Topic"; got != want {
		t.Errorf("got the path %s, want %s", got, want)
	}
}

func TestAlarm(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		AlarmTopic: sns.NewTopic(stack, jsii.String("Alarm"), nil),
	})
	rule := template.ofType(t, "AWS::Events::Rule")
	want := "map[detail:map[stateMachineArn:[<UserOnboardingStateMachine>] status:[FAILED TIMED_OUT ABORTED]] " +
		"detail-type:[Step Functions Execution Status Change] source:[aws.states]]"
	if got := fmt.Sprint(rule["EventPattern"]); got != want {
		t.Errorf("got the pattern %s, want %s", got, want)
	}
	transformer := rule["Targets"].([]any)[0].(map[string]any)["InputTransformer"].(map[string]any)
	for _, path := range transformer["InputPathsMap"].(map[string]any) {
		if !slices.Contains([]any{"$.detail.executionArn", "$.detail.status", "$.region"}, path) {
			t.Errorf("the message holds %v of the event, which may be data of the execution", path)
		}
	}
}

func TestCallersPropsStayAsTheyAre(t *testing.T) {
	props := &onboarding.UserOnboardingProps{Sender: jsii.String("sender@example.com")}
	onboarding.NewUserOnboarding(newStack(t), jsii.String("UserOnboarding"), props)
	if want := (onboarding.UserOnboardingProps{Sender: props.Sender}); *props != want {
		t.Errorf("the props were changed to %+v", *props)
	}
}

func TestWrongPropsAreToldAtOnce(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `UserOnboarding: Sender must be an e-mail address such as user@example.com, got: nothing`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("NoProps"), nil)
	})
	mustPanic(t, `UserOnboarding: GroupName must be left out where Group is given, got: "Staff"
Sender must be an e-mail address such as user@example.com, got: "sender"
SenderName must be one line of text, at least one character, got: "a\nb"
ReplyTo must be an e-mail address such as user@example.com, got: ""
UserPath must be an IAM path below the root, such as /onboarded/, got: "/"
PasswordLength must be a whole number from 8 to 128, got: 129
MaxConcurrency must be a whole number from 1 to 40, got: 2.5
SignInUrl must be an https URL such as https://example.signin.aws.amazon.com/console, got: "http://example.com"
Subject must be one line of text, at least one character, got: ""
TextTemplate must have the placeholders {{UserName}} and {{Password}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: [{{UserName}}]
HtmlTemplate must have the placeholders {{UserName}} and {{Password}}, and no other ones but {{SignInURL}} and {{AccountId}}, got: [{{UserName}} {{Password}} {{Name}}]`,
		func() {
			onboarding.NewUserOnboarding(stack, jsii.String("WrongProps"), &onboarding.UserOnboardingProps{
				Sender:         jsii.String("sender"),
				SenderName:     jsii.String("a\nb"),
				ReplyTo:        jsii.String(""),
				Group:          iam.Group_FromGroupName(stack, jsii.String("Group"), jsii.String("Staff")),
				GroupName:      jsii.String("Staff"),
				UserPath:       jsii.String("/"),
				PasswordLength: jsii.Number(129),
				MaxConcurrency: jsii.Number(2.5),
				SignInUrl:      jsii.String("http://example.com"),
				Subject:        jsii.String(""),
				TextTemplate:   jsii.String("{{UserName}}"),
				HtmlTemplate:   jsii.String("{{UserName}}{{Password}}{{Name}}"),
			})
		})
}

func TestTokensOfTheDefinitionAreRefused(t *testing.T) {
	stack := newStack(t)
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Parameter"), nil).ValueAsString()
	mustPanic(t, `UserOnboarding: SenderIdentity must be the sender sender@example.com, or its domain, got: "example.org"
Subject must be known at synthesis, got: "`+*parameter+`"
TextTemplate must be known at synthesis, got: "`+*parameter+`"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
			Sender:         jsii.String("sender@example.com"),
			SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.org")),
			Subject:        parameter,
			TextTemplate:   parameter,
		})
	})
}

func TestTokensPass(t *testing.T) {
	stack := newStack(t)
	parameter := func(id string) *string {
		return awscdk.NewCfnParameter(stack, &id, nil).ValueAsString()
	}
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		Sender: parameter("Sender"), SenderName: jsii.String("Sender, Ltd."), ReplyTo: parameter("ReplyTo"),
		SignInUrl: parameter("SignInUrl"),
	})
	sendEmail := arguments(t, template, "SendEmail")
	if got, want := sendEmail["FromEmailAddress"], `"Sender, Ltd." <<Sender>>`; got != want {
		t.Errorf("got the From address %v, want %s", got, want)
	}
	if got, want := fmt.Sprint(sendEmail["ReplyToAddresses"]), "[<ReplyTo>]"; got != want {
		t.Errorf("got the Reply-To addresses %v, want %s", got, want)
	}
}

func TestTimeoutOfUnknownConcurrency(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		MaxConcurrency: awscdk.NewCfnParameter(stack, jsii.String("MaxConcurrency"), &awscdk.CfnParameterProps{
			Type: jsii.String("Number"),
		}).ValueAsNumber(),
	})
	definition := template.ofType(t, "AWS::StepFunctions::StateMachine")["DefinitionString"].(string)
	if want := `"TimeoutSeconds":303600`; !strings.Contains(definition, want) {
		t.Errorf("the list does not have the time of a concurrency of 1, %s", want)
	}
}

// arguments returns the arguments of a task of the child or the parent.
func arguments(t *testing.T, template template, name string) map[string]any {
	t.Helper()
	type states map[string]struct {
		Arguments     map[string]any
		ItemProcessor struct {
			States map[string]struct{ Arguments map[string]any }
		}
	}
	var definition struct{ States states }
	text := template.ofType(t, "AWS::StepFunctions::StateMachine")["DefinitionString"].(string)
	if err := json.Unmarshal([]byte(text), &definition); err != nil {
		t.Fatal(err)
	}
	if state, ok := definition.States[name]; ok {
		return state.Arguments
	}
	return definition.States["OnboardUsers"].ItemProcessor.States[name].Arguments
}
