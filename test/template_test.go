package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

func TestGivenGroupAndIdentityAreNotMadeAgain(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		Group:          iam.Group_FromGroupName(stack, jsii.String("Group"), jsii.String("Staff")),
		SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
	})
	for _, resourceType := range []string{"AWS::IAM::Group", "AWS::SES::EmailIdentity"} {
		if got := template.count(resourceType); got != 0 {
			t.Errorf("got %d resources of type %s, want none", got, resourceType)
		}
	}
	if got := arguments(t, template, "GetEmailIdentity")["EmailIdentity"]; got != "example.com" {
		t.Errorf("GetEmailIdentity reads %v, want example.com", got)
	}
}

// TestLogsHoldNoData checks that the log has no inputs and outputs, and no causes of failed tasks, because a cause could quote
// a password.
func TestLogsHoldNoData(t *testing.T) {
	wantNoDataInLogs(t, synthesize(t, newStack(t), onboarding.UserOnboardingProps{}))
}

func wantNoDataInLogs(t testing.TB, template template) {
	t.Helper()
	machine := template.ofType(t, stateMachineType)
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

// TestTwoInstances checks that a stack can have two instances: no resource has a fixed name.
func TestTwoInstances(t *testing.T) {
	stack := newStack(t)
	for _, id := range []string{"Staff", "Guests"} {
		onboarding.NewUserOnboarding(stack, &id, &onboarding.UserOnboardingProps{Sender: jsii.String(id + "@example.com")})
	}
	template := templateOf(t, stack)
	if got := template.count(stateMachineType); got != 4 { // each instance has one that onboards and one that withdraws first passwords
		t.Errorf("got %d state machines, want 4", got)
	}
	logGroups := map[any]bool{}
	for id, resource := range template.Resources {
		for _, name := range []string{"GroupName", "RoleName", "StateMachineName", "Name"} {
			if resource.Properties[name] != nil {
				t.Errorf("%s has the fixed %s %v", id, name, resource.Properties[name])
			}
		}
		if resource.Type == "AWS::Logs::LogGroup" {
			name := resource.Properties["LogGroupName"].(string)
			logGroups[name] = true
			if !strings.HasPrefix(name, "/aws/vendedlogs/states/") || !strings.HasSuffix(name, "-split(<AWS::StackId>)[2]") {
				t.Errorf("the log group has the name %s, want it to end with the id of the stack", name)
			}
		}
	}
	if len(logGroups) != 4 {
		t.Errorf("got the log groups %v, want 4", logGroups)
	}
}

// TestScope checks that another construct can have a UserOnboarding as its scope.
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

func TestPropsAreNotChanged(t *testing.T) {
	props := &onboarding.UserOnboardingProps{Sender: jsii.String("sender@example.com")}
	onboarding.NewUserOnboarding(newStack(t), jsii.String("UserOnboarding"), props)
	if want := (onboarding.UserOnboardingProps{Sender: props.Sender}); *props != want {
		t.Errorf("the props were changed to %+v", *props)
	}
}

func TestEveryWrongPropIsReported(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `UserOnboarding: Sender must be an e-mail address such as user@example.com, got: nothing`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("NoProps"), nil)
	})
	mustPanic(t, `UserOnboarding: GroupName must be left out if Group is given, got: "Staff"
RequireMfa must be left out if Group is given, got: true
Identity must be left out if SenderIdentity is given, got: "no.domain/"
AllowedGroups[0] must be a group, got: nothing
a name in AllowedGroups must be 1 to 128 letters, digits and _+=,.@-, after the path of the group if it has one, such as teams/Staff, got: "{% $states %}"
AllowedGroups must have at most 10 groups, got: 11
AllowedGroups must have each group once, and not the default one, got: "STAFF"
Sender must be an e-mail address such as user@example.com, got: "sender"
SenderIdentity must be an e-mail address or a domain that SES has as an identity, got: "no domain"
Identity must be an e-mail address or a domain that SES has as an identity, got: "no.domain/"
SenderName must be one line of text, with at least one character, and without control and invisible characters, got: "a\nb"
ReplyTo must be an e-mail address such as user@example.com, got: ""
UserPath must be an IAM path below the root, such as /onboarded/, got: "/"
PermissionsBoundary must be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary, got: "Boundary"
ConfigurationSet must be 1 to 64 letters, digits, hyphens and underscores, got: "a set"
UserTags must have at most 10 tags, got: 13
a key of UserTags must be 1 to 128 Latin letters, digits, spaces and _.:/=+-@, and not start with aws:, got: ""
a key of UserTags must be 1 to 128 Latin letters, digits, spaces and _.:/=+-@, and not start with aws:, got: "${aws}"
a key of UserTags must be 1 to 128 Latin letters, digits, spaces and _.:/=+-@, and not start with aws:, got: "AWS:name"
a key of UserTags must differ from the others, and from onboarding and onboarding-issued, without regard to case, got: "ONBOARDING"
UserTags[value] must be at most 256 Latin letters, digits, spaces and _.:/=+-@, got: "*"
UserTags[values] must be at most 256 Latin letters, digits, spaces and _.:/=+-@, got: nothing
PasswordLength must be a whole number from 8 to 128, got: 129
PasswordValidity must be a whole number of hours from 1 to 720, or 0 for passwords that do not expire, got: 1.5
TimeZoneOffset must be an offset from UTC such as +09:00 or -03:30, from -12:00 to +14:00, got: "+0900"
MaxConcurrency must be a whole number from 1 to 40, got: 2.5
SignInUrl must be an https URL such as https://example.signin.aws.amazon.com/console, got: "http://example.com"
Subject must be one line of text, with at least one character, and without placeholders, control and invisible characters, got: ""
TextTemplate must have the placeholders {{UserName}} and {{Password}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: [{{UserName}}]
HtmlTemplate must have the placeholders {{UserName}} and {{Password}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: [{{UserName}} {{Password}} {{Name}}]`,
		func() {
			groups, tags := []iam.IGroup{nil, givenGroup(stack, "STAFF"), givenGroup(stack, "{% $states %}")}, map[string]*string{
				"": jsii.String(""), "${aws}": jsii.String(""), "AWS:name": jsii.String(""), "ONBOARDING": jsii.String("complete"),
				"value": jsii.String("*"), "values": nil,
			}
			for i := range 9 {
				groups = append(groups, givenGroup(stack, fmt.Sprintf("Group%d", i)))
			}
			for i := range 7 {
				tags[fmt.Sprintf("Tag%d", i)] = jsii.String("")
			}
			onboarding.NewUserOnboarding(stack, jsii.String("WrongProps"), &onboarding.UserOnboardingProps{
				RequireMfa: jsii.Bool(true), AllowedGroups: &groups, UserTags: &tags,
				PermissionsBoundary: iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("Boundary"), jsii.String("Boundary")),
				ConfigurationSet:    ses.ConfigurationSet_FromConfigurationSetName(stack, jsii.String("Set"), jsii.String("a set")),
				Sender:              jsii.String("sender"),
				SenderIdentity:      ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("no domain")),
				Identity:            ses.Identity_Domain(jsii.String("no.domain/")),
				SenderName:          jsii.String("a\nb"),
				ReplyTo:             jsii.String(""),
				Group:               iam.Group_FromGroupName(stack, jsii.String("Group"), jsii.String("Staff")),
				GroupName:           jsii.String("Staff"),
				UserPath:            jsii.String("/"),
				PasswordLength:      jsii.Number(129),
				PasswordValidity:    awscdk.Duration_Minutes(jsii.Number(90)),
				TimeZoneOffset:      jsii.String("+0900"),
				MaxConcurrency:      jsii.Number(2.5),
				SignInUrl:           jsii.String("http://example.com"),
				Subject:             jsii.String(""),
				TextTemplate:        jsii.String("{{UserName}}"),
				HtmlTemplate:        jsii.String("{{UserName}}{{Password}}{{Name}}"),
			})
		})
}

func TestTokensOfTheDefinitionAreRefused(t *testing.T) {
	stack := newStack(t)
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Parameter"), nil).ValueAsString()
	validity := awscdk.Duration_Hours(awscdk.NewCfnParameter(stack, jsii.String("Hours"), &awscdk.CfnParameterProps{
		Type: jsii.String("Number"),
	}).ValueAsNumber())
	mustPanic(t, `UserOnboarding: SenderIdentity must be the sender sender@example.com, or its domain, got: "example.org"
PasswordValidity must be known at synthesis, got: "`+*validity.ToString()+`"
TimeZoneOffset must be known at synthesis, got: "`+*parameter+`"
Subject must be known at synthesis, got: "`+*parameter+`"
TextTemplate must be known at synthesis, got: "`+*parameter+`"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
			Sender:           jsii.String("sender@example.com"),
			SenderIdentity:   ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.org")),
			PasswordValidity: validity,
			TimeZoneOffset:   parameter,
			Subject:          parameter,
			TextTemplate:     parameter,
		})
	})
}

func TestTokensAreAccepted(t *testing.T) {
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

func TestUnknownConcurrency(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		MaxConcurrency: awscdk.NewCfnParameter(stack, jsii.String("MaxConcurrency"), &awscdk.CfnParameterProps{
			Type: jsii.String("Number"),
		}).ValueAsNumber(),
	})
	definition := template.ofType(t, stateMachineType)["DefinitionString"].(string)
	for _, want := range []string{`"TimeoutSeconds":303600`, `"MaxItemsPerBatch":<MaxConcurrency>`} {
		if !strings.Contains(definition, want) {
			t.Errorf("the definition does not have %s", want)
		}
	}
}

// arguments returns the arguments of a task of the parent or the child.
func arguments(t *testing.T, template template, name string) map[string]any {
	t.Helper()
	machine := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string))
	if state, ok := machine.States[name]; ok {
		return state.Arguments
	}
	return machine.Child().States[name].Arguments
}
