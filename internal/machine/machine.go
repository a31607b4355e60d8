// Package machine is how this project writes a Step Functions state machine: an API call becomes a task with the permission,
// the retries and the time-out that it needs; a state machine has a role, a log, and permissions of its own, and nothing else.
package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Props configures a state machine with a Distributed Map.
type Props struct {
	Comment       string
	Definition    sfn.IChainable
	Role          iam.Role // of [NewRole]; the tasks of the definition have added their permissions
	Timeout       awscdk.Duration
	LogRetention  logs.RetentionDays
	EncryptionKey kms.IKey // nil for keys that AWS owns
}

// New makes a state machine and its log group below scope.
func New(scope constructs.Construct, props *Props) (sfn.StateMachine, logs.LogGroup) {
	logGroup := newLogGroup(scope, props)
	machine := sfn.NewStateMachine(scope, jsii.String("StateMachine"), &sfn.StateMachineProps{
		Comment:        &props.Comment,
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		DefinitionBody: sfn.DefinitionBody_FromChainable(props.Definition),
		Role:           props.Role.WithoutPolicyUpdates(nil),
		Timeout:        props.Timeout,
		// Neither records of failed tasks nor traces: they hold the cause of a failure, and a service may quote a password in it.
		Logs: &sfn.LogOptions{Destination: logGroup, Level: sfn.LogLevel_FATAL, IncludeExecutionData: jsii.Bool(false)},
	})
	policy := allowMapRun(scope, props.Role, machine)
	if props.EncryptionKey != nil {
		encrypt(machine, props.EncryptionKey, policy)
	}
	const noRecords = "of failed tasks would have what a service says of a call that a password was given to"
	Explain(machine, Finding{Rule: "AwsSolutions-SF1", Reason: "Records " + noRecords},
		Finding{Rule: "AwsSolutions-SF2", Reason: "Traces " + noRecords})
	Explain(policy, Finding{Rule: "AwsSolutions-IAM5", AppliesTo: `arn:[^*]+:execution:[^*]+:\*`,
		Reason: "Step Functions names the executions of the state machine, among them those of its own map"})
	return machine, logGroup
}
