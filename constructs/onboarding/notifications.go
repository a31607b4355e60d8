package onboarding

import (
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// warnOfReportTopic adds a warning if the report topic is imported. The role may publish to a topic of its own account without the
// policy of the topic, but not with the key of a topic.
func (u *UserOnboarding) warnOfReportTopic() {
	if u.reportTopic != nil {
		machine.WarnOfImportedTopic(u, "ReportTopic", u.reportTopic, "the policy of its key, if it has one, must allow the execution role "+
			"kms:GenerateDataKey and kms:Decrypt; if the topic is in another account, its policy must allow the role to publish to it")
	}
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
	machine.WarnOfTopicPolicy(u, "BounceTopic", u.bounceTopic, "ses.amazonaws.com")
}

// notifyOfFailures makes EventBridge send a message to the alarm topic for each execution that failed, timed out or was
// aborted. The message contains no data of the execution. It does nothing if there is no alarm topic.
func (u *UserOnboarding) notifyOfFailures() {
	if u.alarmTopic == nil {
		return
	}
	see := machine.SeeExecution(u)
	machine.NotifyOfFailures(u, "FailedExecutions", u.alarmTopic, u.stateMachine, "The onboarding of IAM users", see)
	if u.passwordExpiry != nil {
		machine.NotifyOfFailures(u, "FailedPasswordExpiry", u.alarmTopic, u.passwordExpiry, "The withdrawal of unused first passwords", see)
	}
	machine.WarnOfTopicPolicy(u, "AlarmTopic", u.alarmTopic, "events.amazonaws.com")
}
