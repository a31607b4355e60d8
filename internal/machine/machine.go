// Package machine builds a Step Functions state machine. It turns each API call into a task with its permission, its retries
// and its time-out. It also makes the role of the state machine, which has only the permissions that are needed, and its log.
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
	Role          iam.Role // from [NewRole]; the tasks of the definition have already added their permissions
	Timeout       awscdk.Duration
	LogRetention  logs.RetentionDays
	EncryptionKey kms.IKey // nil for an AWS owned key
	// ListsOwn gives the permission for a [Flow.ListExecutions] of [OwnARN].
	ListsOwn bool
}

// New makes a state machine and its log group as children of scope.
func New(scope constructs.Construct, props *Props) (sfn.StateMachine, logs.LogGroup) {
	logGroup := newLogGroup(scope, props)
	machine := sfn.NewStateMachine(scope, jsii.String("StateMachine"), &sfn.StateMachineProps{
		Comment:        &props.Comment,
		QueryLanguage:  sfn.QueryLanguage_JSONATA,
		DefinitionBody: sfn.DefinitionBody_FromChainable(props.Definition),
		Role:           props.Role.WithoutPolicyUpdates(nil),
		Timeout:        props.Timeout,
		// No records of failed tasks and no traces: both contain the cause of a failure, in which a service may quote a password.
		Logs: &sfn.LogOptions{Destination: logGroup, Level: sfn.LogLevel_FATAL, IncludeExecutionData: jsii.Bool(false)},
	})
	policy := allowMapRun(scope, props.Role, machine)
	if props.ListsOwn {
		machine.Grant(policy, jsii.String("states:ListExecutions"))
	}
	if props.EncryptionKey != nil {
		encrypt(machine, props.EncryptionKey, policy)
	}
	const noRecords = "of failed tasks would contain the error message of a service, which may quote the password of a user"
	Explain(machine, Finding{Rule: "AwsSolutions-SF1", Reason: "Records " + noRecords},
		Finding{Rule: "AwsSolutions-SF2", Reason: "Traces " + noRecords})
	Explain(policy, Finding{Rule: "AwsSolutions-IAM5", AppliesTo: `arn:[^*]+:execution:[^*]+:\*`,
		Reason: "Step Functions chooses the names of the executions that the state machine starts in its Distributed Map"})
	return machine, logGroup
}
