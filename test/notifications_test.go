package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

func wantSorted(t *testing.T, got, want []string) {
	t.Helper()
	slices.Sort(got)
	wantLines(t, got, want)
}

// subscriptions returns the endpoint and the topic of each subscription.
func (tpl template) subscriptions() (endpoints []string) {
	for _, resource := range tpl.Resources {
		if p := resource.Properties; resource.Type == "AWS::SNS::Subscription" {
			endpoints = append(endpoints, fmt.Sprint(p["Protocol"], ":", p["Endpoint"], " of ", p["TopicArn"]))
		}
	}
	return endpoints
}

func TestAlarm(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		AlarmTopic: sns.NewTopic(stack, jsii.String("Topic"), nil), AlarmEmail: jsii.String("alarm@example.com"),
	})
	for stateMachine, rule := range map[string]map[string]any{
		"UserOnboardingStateMachine":               template.ofType(t, "AWS::Events::Rule"),
		"UserOnboardingPasswordExpiryStateMachine": template.ofExpiry(t, "AWS::Events::Rule"),
	} {
		want := "map[detail:map[stateMachineArn:[<" + stateMachine + ">] status:[FAILED TIMED_OUT ABORTED]] " +
			"detail-type:[Step Functions Execution Status Change] source:[aws.states]]"
		if got := fmt.Sprint(rule["EventPattern"]); got != want {
			t.Errorf("got the pattern %s, want %s", got, want)
		}
		target := rule["Targets"].([]any)[0].(map[string]any)
		if target["Arn"] != "<Topic>" {
			t.Errorf("the target is %v, want <Topic>", target["Arn"])
		}
		transformer := target["InputTransformer"].(map[string]any)
		for _, path := range transformer["InputPathsMap"].(map[string]any) {
			if !slices.Contains([]any{"$.detail.executionArn", "$.detail.status"}, path) {
				t.Errorf("the message has %v of the event, which may be data of the execution", path)
			}
		}
	}
	wantSorted(t, template.subscriptions(), []string{"email:alarm@example.com of <Topic>"})
	if got := template.count("AWS::SNS::Topic"); got != 1 {
		t.Errorf("got %d topics, want only the given one", got)
	}
}

func TestTopicsAreMadeForAddresses(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@example.com"), AlarmEmail: jsii.String("alarm@example.com"), BounceEmail: jsii.String("bounce@example.com"),
	})
	template := templateOf(t, stack)
	wantSorted(t, template.subscriptions(), []string{
		"email:alarm@example.com of <UserOnboardingAlarmTopic>", "email:bounce@example.com of <UserOnboardingBounceTopic>",
	})
	if users.AlarmTopic() == nil || users.BounceTopic() == nil {
		t.Error("an accessor does not return its topic")
	}
}

// TestOneTopicForAll checks that two instances can use the same topic and the same address for everything.
func TestOneTopicForAll(t *testing.T) {
	stack := newStack(t)
	topic := sns.NewTopic(stack, jsii.String("Topic"), nil)
	for _, id := range []string{"Staff", "Guests"} {
		onboarding.NewUserOnboarding(stack, &id, &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), AlarmTopic: topic, AlarmEmail: jsii.String("it@example.com"),
			BounceTopic: topic, BounceEmail: jsii.String("it@example.com"),
		})
	}
	wantSorted(t, templateOf(t, stack).subscriptions(), slices.Repeat([]string{"email:it@example.com of <Topic>"}, 4))
}

func TestReportTopic(t *testing.T) {
	key := func(stack awscdk.Stack) kms.IKey { return kms.NewKey(stack, jsii.String("Key"), nil) }
	const allow = ofRole + "Allow "
	for name, test := range map[string]struct {
		topic       func(awscdk.Stack) sns.ITopic // nil for none
		arn         string
		permissions []string
	}{
		"only an address": {nil, "<UserOnboardingReportTopic>", []string{allow + "sns:Publish on <UserOnboardingReportTopic>"}},
		"a topic": {func(stack awscdk.Stack) sns.ITopic { return sns.NewTopic(stack, jsii.String("Topic"), nil) }, "<Topic>",
			[]string{allow + "sns:Publish on <Topic>"}},
		"an encrypted topic": {func(stack awscdk.Stack) sns.ITopic {
			return sns.NewTopic(stack, jsii.String("Topic"), &sns.TopicProps{MasterKey: key(stack)})
		}, "<Topic>", []string{allow + "kms:Decrypt on <Key.Arn>", allow + "kms:GenerateDataKey on <Key.Arn>", allow + "sns:Publish on <Topic>"}},
	} {
		t.Run(name, func(t *testing.T) {
			stack := newStack(t)
			p := props{ReportEmail: jsii.String("report@example.com")}
			if test.topic != nil {
				p.ReportTopic = test.topic(stack)
			}
			users := newUserOnboarding(stack, p)
			template := templateOf(t, stack)
			wantSorted(t, template.subscriptions(), []string{"email:report@example.com of " + test.arn})
			if got := arguments(t, template, "Publish")["TopicArn"]; got != test.arn || users.ReportTopic() == nil {
				t.Errorf("the topic of Publish is %v, and the accessor returns %v, want %s", got, users.ReportTopic(), test.arn)
			}
			var got []string
			for _, statement := range template.statements(t, strings.TrimSuffix(ofRole, ": ")) {
				if strings.Contains(statement, "sns:") || strings.Contains(statement, "kms:") {
					got = append(got, statement)
				}
			}
			wantSorted(t, got, test.permissions)
		})
	}
}

func TestBounces(t *testing.T) {
	stack := newStack(t)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{BounceTopic: sns.NewTopic(stack, jsii.String("Topic"), nil)})
	destination := template.ofType(t, "AWS::SES::ConfigurationSetEventDestination")
	want := "map[ConfigurationSetName:<UserOnboardingConfigurationSet> EventDestination:map[Enabled:true " +
		"MatchingEventTypes:[bounce complaint reject] SnsDestination:map[TopicARN:<Topic>]]]"
	if got := fmt.Sprint(destination); !strings.EqualFold(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := arguments(t, template, "SendEmail")["ConfigurationSetName"]; got != "<UserOnboardingConfigurationSet>" {
		t.Errorf("mails are sent with the configuration set %v", got)
	}
}

// TestTopicOfAnotherStack checks the warning about an imported topic, because the CDK cannot add a policy to it.
func TestTopicOfAnotherStack(t *testing.T) {
	stack := newStack(t)
	topic := sns.Topic_FromTopicArn(stack, jsii.String("Topic"), jsii.String("arn:aws:sns:us-east-1:123456789012:Topic"))
	synthesize(t, stack, onboarding.UserOnboardingProps{AlarmTopic: topic, BounceTopic: topic, ReportTopic: topic})
	var warnings []string
	for _, warning := range *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue()) {
		if text := fmt.Sprint(warning.Entry.Data); strings.Contains(text, "@iam-onboarding/") {
			warnings = append(warnings, text)
		}
	}
	wantSorted(t, warnings, []string{
		"AlarmTopic is an imported topic: its policy must allow the service events.amazonaws.com to publish to it [ack: @iam-onboarding/onboarding:topicPolicyAlarmTopic]",
		"BounceTopic is an imported topic: its policy must allow the service ses.amazonaws.com to publish to it [ack: @iam-onboarding/onboarding:topicPolicyBounceTopic]",
		"ReportTopic is an imported topic: the policy of its key, if it has one, must allow the execution role kms:GenerateDataKey and kms:Decrypt; " +
			"if the topic is in another account, its policy must allow the role to publish to it [ack: @iam-onboarding/onboarding:topicPolicyReportTopic]",
	})
}

func TestNoNotificationsByDefault(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@example.com"),
	})
	if users.AlarmTopic() != nil || users.BounceTopic() != nil || users.ReportTopic() != nil || users.ConfigurationSet() != nil {
		t.Error("there is a topic or a configuration set, want none")
	}
	mustPanic(t, `UserOnboarding: BounceEmail must be an e-mail address such as user@example.com, got: "bounce"
AlarmEmail must be an e-mail address such as user@example.com, got: "alarm"
ReportEmail must be an e-mail address such as user@example.com, got: "report"
ReportTopic must be a standard topic, got: "a FIFO topic"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Wrong"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), AlarmEmail: jsii.String("alarm"), BounceEmail: jsii.String("bounce"),
			ReportEmail: jsii.String("report"), ReportTopic: sns.NewTopic(stack, jsii.String("Fifo"), &sns.TopicProps{Fifo: jsii.Bool(true)}),
		})
	})
}
