package onboarding

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	events "github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	targets "github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
)

// topic returns the given topic, or one that is made where only an address is given, or nil where neither is. The
// address is subscribed to it, by a construct below this one, so that a topic may be given to several.
func (u *UserOnboarding) topic(id string, given sns.ITopic, email *string) sns.ITopic {
	if email == nil {
		return given
	}
	topic := given
	if topic == nil {
		topic = sns.NewTopic(u, &id, &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
	}
	sns.NewSubscription(u, jsii.String(id+"Subscription"), &sns.SubscriptionProps{
		Topic: topic, Protocol: sns.SubscriptionProtocol_EMAIL, Endpoint: email,
	})
	return topic
}

// warnOfTopicPolicy warns where the stack cannot let a service publish to a topic, because that is imported.
func (u *UserOnboarding) warnOfTopicPolicy(prop string, topic sns.ITopic, service string) {
	if *awscdk.Resource_IsOwnedResource(topic) {
		return
	}
	awscdk.Annotations_Of(u).AddWarningV2(jsii.String("@iam-onboarding/onboarding:topicPolicy"+prop), jsii.String(fmt.Sprintf(
		"%s is an imported topic: its policy must allow the service %s to publish to it", prop, service)))
}

// notifyOfBounces has SES report to the bounce topic, if there is one, each mail that its user will not get.
func (u *UserOnboarding) notifyOfBounces() {
	if u.bounceTopic == nil {
		return
	}
	ses.NewConfigurationSetEventDestination(u, jsii.String("Bounces"), &ses.ConfigurationSetEventDestinationProps{
		ConfigurationSet: u.configurationSet,
		Destination:      ses.EventDestination_SnsTopic(u.bounceTopic),
		Events: &[]ses.EmailSendingEvent{
			ses.EmailSendingEvent_BOUNCE, ses.EmailSendingEvent_COMPLAINT, ses.EmailSendingEvent_REJECT,
		},
	})
	u.warnOfTopicPolicy("BounceTopic", u.bounceTopic, "ses.amazonaws.com")
}

// notifyOfFailures has EventBridge report to the alarm topic, if there is one, each execution that ended badly, in words that
// hold nothing of its data.
func (u *UserOnboarding) notifyOfFailures() {
	if u.alarmTopic == nil {
		return
	}
	execution := events.EventField_FromPath(jsii.String("$.detail.executionArn"))
	status := events.EventField_FromPath(jsii.String("$.detail.status"))
	message := fmt.Sprintf("The onboarding of IAM users ended as %s. See which users, and why: %s%s", *status, u.seeExecution(),
		*execution)
	events.NewRule(u, jsii.String("FailedExecutions"), &events.RuleProps{
		EventPattern: &events.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"status":          jsii.Strings("FAILED", "TIMED_OUT", "ABORTED"),
				"stateMachineArn": &[]*string{u.stateMachine.StateMachineArn()},
			},
		},
		Targets: &[]events.IRuleTarget{targets.NewSnsTopic(u.alarmTopic, &targets.SnsTopicProps{
			Message: events.RuleTargetInput_FromText(&message),
		})},
	})
	u.warnOfTopicPolicy("AlarmTopic", u.alarmTopic, "events.amazonaws.com")
}
