package onboarding

import (
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// settings returns what an execution depends on, for the command onboard and for [machine.Flow.ValidateList].
func (f *flow) settings() contract.Settings {
	settings := contract.Settings{SenderIdentity: f.identityName(), UserPath: *f.props.UserPath, MailsPerUser: 1,
		Languages: f.props.languages(), ValidityHours: int(f.props.validityHours())}
	for _, group := range f.groups {
		settings.Groups = append(settings.Groups, contract.Group{Name: *groupName(group), Arn: *group.GroupArn()})
	}
	if f.configurationSet != nil {
		settings.ConfigurationSet = *f.configurationSet.ConfigurationSetName()
	}
	if *f.props.SeparatePassword {
		settings.MailsPerUser = 2
	}
	return settings
}

// onboardUsers runs child executions. A child onboards up to MaxConcurrency users at a time.
//
// The items are passed to a child unchanged, and what all its users have in common is passed once. This keeps the input
// small: a child that fails is returned with its input, and the inputs of 200 children have to fit into one payload.
func (f *flow) onboardUsers(batch sfn.IChainable) sfn.DistributedMap {
	return f.RunChildren("OnboardUsers", machine.Children{
		Items:     "$states.input.IAMUserNames",
		BatchSize: f.props.MaxConcurrency,
		BatchInput: map[string]any{
			"Resend":         jsonata.Expression("$states.input.Resend = true"),
			"PasswordLength": jsonata.Expression("$passwordLength"),
			"CauseLength":    jsonata.Expression(machine.CauseLength(200)),
		},
		Processor: batch,
	})
}

// onboardUser onboards all users of a child execution at the same time.
func (f *flow) onboardUser(steps sfn.IChainable) sfn.Map {
	return f.EachItem(contract.OnboardUserState, map[string]any{
		"UserName":       jsonata.Expression(machine.FieldOrItem("UserName")),
		"Email":          jsonata.Expression(machine.FieldOrItem("Email")),
		"GroupName":      jsonata.Expression(fmt.Sprintf(`[%s.Group, %s][0]`, machine.Item, jsonata.Literal(*groupName(f.groups[0])))),
		"Language":       jsonata.Expression(fmt.Sprintf(`[%s.Language, %s][0]`, machine.Item, jsonata.Literal(*f.props.Language))),
		"Resend":         jsonata.Expression("$states.input.BatchInput.Resend"),
		"PasswordLength": jsonata.Expression("$states.input.BatchInput.PasswordLength"),
		"CauseLength":    jsonata.Expression("$states.input.BatchInput.CauseLength"),
		"SignInUrl":      jsonata.Plain(*f.signInURL),
		"Issued":         jsonata.Expression(issued),
	}, steps)
}

// issued is the time at which the first password of a user is issued, in the form of the tag onboarding-issued.
const issued = `$substring($now(), 0, 19) & "Z"`

// publish sends the counts of the report to the report topic. They name no user.
//
// To publish to a topic that is encrypted, the role also needs the key (SNS Developer Guide, "Key management"). The key of an imported
// topic is not known.
func (f *flow) publish() tasks.CallAwsService {
	topic := []*string{f.reportTopic.TopicArn()}
	if key := f.reportTopic.MasterKey(); key != nil {
		f.Allow("kms:Decrypt", []*string{key.KeyArn()}, nil)
		f.Allow("kms:GenerateDataKey", []*string{key.KeyArn()}, nil)
	}
	return f.Task("Publish", machine.Call{
		Permission: "sns:Publish",
		Resources:  topic,
		Parameters: map[string]any{
			"TopicArn": topic[0],
			// At most 99 characters, and no line break (SNS API Reference, Publish).
			"Subject": jsonata.Expression(`"IAM users: " & ($states.input.Created + $states.input.Resumed + $states.input.Resent) & ` +
				`" onboarded, " & $states.input.Skipped & " skipped, " & $states.input.Failed & " failed"`),
			"Message": jsonata.Expression(reportMessage()),
		},
		Final: []string{
			"Sns.EndpointDisabledException", "Sns.PlatformApplicationDisabledException", // of a telephone, not of a topic
			"Sns.InvalidParameterException", "Sns.InvalidParameterValueException", // the request stays the same
			"Sns.InvalidSecurityException", "Sns.ValidationException",
			"Sns.NotFoundException", // the topic does not exist
		},
	})
}

// reportMessage returns JSONata code for the message to the report topic.
func reportMessage() string {
	texts := []string{
		jsonata.Literal("The execution "), "$states.context.Execution.Name", jsonata.Literal(" of the state machine "),
		"$states.context.StateMachine.Name", jsonata.Literal(" has gone through its list.\n\n"),
	}
	for _, count := range []string{"Total", contract.Created, contract.Resumed, contract.Resent, contract.Skipped, contract.Failed} {
		texts = append(texts, jsonata.Literal(count+": "), "$states.input."+count, jsonata.Literal("\n"))
	}
	texts = append(texts, jsonata.Literal("\nSee which users, and why: "+contract.ReportCommand), "$states.context.Execution.Id")
	return jsonata.Concatenation(texts...)
}

func (f *flow) everyoneOnboarded() sfn.Succeed {
	return sfn.Succeed_Jsonata(f.Scope, jsii.String("EveryoneOnboarded"), nil)
}
