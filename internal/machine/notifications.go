package machine

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	events "github.com/aws/aws-cdk-go/awscdk/v2/awsevents"
	targets "github.com/aws/aws-cdk-go/awscdk/v2/awseventstargets"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Topic returns the given topic, a new topic if only an address is given, or nil if neither is given. It subscribes the
// address to the topic. The subscription is a child of scope, so that one topic can be given to several constructs.
func Topic(scope constructs.Construct, id string, given sns.ITopic, email *string) sns.ITopic {
	if email == nil {
		return given
	}
	topic := given
	if topic == nil {
		topic = sns.NewTopic(scope, &id, &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
	}
	sns.NewSubscription(scope, jsii.String(id+"Subscription"), &sns.SubscriptionProps{
		Topic: topic, Protocol: sns.SubscriptionProtocol_EMAIL, Endpoint: email,
	})
	return topic
}

// WarnOfTopicPolicy adds a warning if the topic is imported, because the stack then cannot let a service publish to it.
func WarnOfTopicPolicy(scope constructs.Construct, prop string, topic sns.ITopic, service string) {
	WarnOfImportedTopic(scope, prop, topic, "its policy must allow the service "+service+" to publish to it")
}

// WarnOfImportedTopic adds a warning if the topic is imported. must says what has to be allowed.
func WarnOfImportedTopic(scope constructs.Construct, prop string, topic sns.ITopic, must string) {
	if *awscdk.Resource_IsOwnedResource(topic) {
		return
	}
	awscdk.Annotations_Of(scope).AddWarningV2(jsii.String("@iam-onboarding/onboarding:topicPolicy"+prop),
		jsii.String(fmt.Sprintf("%s is an imported topic: %s", prop, must)))
}

// NotifyOfFailures makes EventBridge send a message to a topic for each execution that failed, timed out or was aborted. The message
// contains no data of the execution. what is the subject of its first sentence. see is the text of [SeeExecution].
func NotifyOfFailures(scope constructs.Construct, id string, topic sns.ITopic, stateMachine sfn.StateMachine, what, see string) {
	execution := events.EventField_FromPath(jsii.String("$.detail.executionArn"))
	status := events.EventField_FromPath(jsii.String("$.detail.status"))
	message := fmt.Sprintf("%s ended as %s. See which users, and why: %s%s", what, *status, see, *execution)
	events.NewRule(scope, &id, &events.RuleProps{
		EventPattern: &events.EventPattern{
			Source:     jsii.Strings("aws.states"),
			DetailType: jsii.Strings("Step Functions Execution Status Change"),
			Detail: &map[string]any{
				"status":          jsii.Strings("FAILED", "TIMED_OUT", "ABORTED"),
				"stateMachineArn": &[]*string{stateMachine.StateMachineArn()},
			},
		},
		Targets: &[]events.IRuleTarget{targets.NewSnsTopic(topic, &targets.SnsTopicProps{
			Message: events.RuleTargetInput_FromText(&message),
		})},
	})
}
