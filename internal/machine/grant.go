package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
)

// GrantRead lets an identity read the executions of a state machine, with their inputs and outputs, and its definition. key encrypts
// the state machine, or is nil.
func GrantRead(grantee iam.IGrantable, stateMachine sfn.StateMachine, key kms.IKey) iam.Grant {
	// The ARNs of map runs, and of their child executions, contain the name of the state machine and a label.
	mapRuns := statesARN(stateMachine, "mapRun", "/*")
	grant := GrantTo(grantee, nil, []*string{stateMachine.StateMachineArn()},
		"states:DescribeStateMachine", "states:ListExecutions").
		Combine(GrantTo(grantee, nil, []*string{statesARN(stateMachine, "execution", ":*"), statesARN(stateMachine, "execution", "/*")},
			"states:DescribeExecution", "states:DescribeStateMachineForExecution", "states:GetExecutionHistory", "states:ListMapRuns")).
		Combine(GrantTo(grantee, nil, []*string{mapRuns}, "states:DescribeMapRun", "states:ListExecutions"))
	if key != nil {
		grant = grant.Combine(GrantTo(grantee, DataOf(stateMachine), []*string{key.KeyArn()}, "kms:Decrypt"))
	}
	return grant
}

// GrantStop lets an identity stop the executions of a state machine.
func GrantStop(grantee iam.IGrantable, stateMachine sfn.StateMachine) iam.Grant {
	return GrantTo(grantee, nil, []*string{statesARN(stateMachine, "execution", ":*")}, "states:StopExecution")
}

// GrantTo lets an identity do the actions on the resources, under the conditions.
func GrantTo(grantee iam.IGrantable, c Conditions, resources []*string, actions ...string) iam.Grant {
	byOperator := map[string]*map[string]any{}
	for operator, keys := range c {
		byOperator[operator] = &keys
	}
	return iam.Grant_AddToPrincipal(&iam.GrantOnPrincipalOptions{
		Grantee: grantee, Actions: jsii.Strings(actions...), ResourceArns: &resources, Conditions: &byOperator,
	})
}

// statesARN returns an ARN pattern for Step Functions resources whose ARN contains the name of the state machine.
func statesARN(stateMachine sfn.StateMachine, resource, pattern string) *string {
	stack := awscdk.Stack_Of(stateMachine)
	name := stack.SplitArn(stateMachine.StateMachineArn(), awscdk.ArnFormat_COLON_RESOURCE_NAME).ResourceName
	return stack.FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("states"), Resource: &resource, ResourceName: jsii.String(*name + pattern),
		ArnFormat: awscdk.ArnFormat_COLON_RESOURCE_NAME,
	})
}
