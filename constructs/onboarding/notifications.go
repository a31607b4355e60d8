package onboarding

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	events "github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	targets "github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// topic returns the given topic, a new topic if only an address is given, or nil if neither is given. It subscribes the
// address to the topic. The subscription is a child of this construct, so that one topic can be given to several constructs.
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

// warnOfTopicPolicy adds a warning if the topic is imported, because the stack then cannot let a service publish to it.
func (u *UserOnboarding) warnOfTopicPolicy(prop string, topic sns.ITopic, service string) {
	u.warnOfImportedTopic(prop, topic, "its policy must allow the service "+service+" to publish to it")
}

// warnOfReportTopic adds a warning if the report topic is imported. The role may publish to a topic of its own account without the
// policy of the topic, but not with the key of a topic.
func (u *UserOnboarding) warnOfReportTopic() {
	if u.reportTopic != nil {
		u.warnOfImportedTopic("ReportTopic", u.reportTopic, "the policy of its key, if it has one, must allow the execution role "+
			"kms:GenerateDataKey and kms:Decrypt; if the topic is in another account, its policy must allow the role to publish to it")
	}
}

func (u *UserOnboarding) warnOfImportedTopic(prop string, topic sns.ITopic, must string) {
	if *awscdk.Resource_IsOwnedResource(topic) {
		return
	}
	awscdk.Annotations_Of(u).AddWarningV2(jsii.String("@iam-onboarding/onboarding:topicPolicy"+prop),
		jsii.String(fmt.Sprintf("%s is an imported topic: %s", prop, must)))
}

// notifyOfBounces makes SES send a message to the bounce topic for each mail that bounced, was marked as spam or was
// rejected. It does nothing if there is no bounce topic.
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

// notifyOfFailures makes EventBridge send a message to the alarm topic for each execution that failed, timed out or was
// aborted. The message contains no data of the execution. It does nothing if there is no alarm topic.
func (u *UserOnboarding) notifyOfFailures() {
	if u.alarmTopic == nil {
		return
	}
	see := u.seeExecution()
	u.notifyOfFailuresOf("FailedExecutions", u.stateMachine, "The onboarding of IAM users", see)
	if u.passwordExpiry != nil {
		u.notifyOfFailuresOf("FailedPasswordExpiry", u.passwordExpiry, "The withdrawal of unused first passwords", see)
	}
	u.warnOfTopicPolicy("AlarmTopic", u.alarmTopic, "events.amazonaws.com")
}

func (u *UserOnboarding) notifyOfFailuresOf(id string, stateMachine sfn.StateMachine, what, see string) {
	execution := events.EventField_FromPath(jsii.String("$.detail.executionArn"))
	status := events.EventField_FromPath(jsii.String("$.detail.status"))
	message := fmt.Sprintf("%s ended as %s. See which users, and why: %s%s", what, *status, see, *execution)
	events.NewRule(u, &id, &events.RuleProps{
		EventPattern: &events.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"status":          jsii.Strings("FAILED", "TIMED_OUT", "ABORTED"),
				"stateMachineArn": &[]*string{stateMachine.StateMachineArn()},
			},
		},
		Targets: &[]events.IRuleTarget{targets.NewSnsTopic(u.alarmTopic, &targets.SnsTopicProps{
			Message: events.RuleTargetInput_FromText(&message),
		})},
	})
}
