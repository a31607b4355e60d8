package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// The ids of policies, which are found by them.
const (
	defaultPolicy = "DefaultPolicy" // given by the CDK
	mapRunPolicy  = "MapRunPolicy"
)

// newExecutionRole makes the role of the state machine. The tasks add the permissions that their calls need; those
// here are what Step Functions itself needs to write the log (Step Functions Developer Guide, "Using CloudWatch Logs to
// log execution history"), none of which takes a resource.
func newExecutionRole(scope constructs.Construct) iam.Role {
	role := iam.NewRole(scope, jsii.String("ExecutionRole"), &iam.RoleProps{
		Description: jsii.String("Lets the state machine onboard IAM users, and nothing else"),
		AssumedBy: iam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &iam.ServicePrincipalOpts{
			Conditions: stringEquals("aws:SourceAccount", awscdk.Stack_Of(scope).Account()).document(),
		}),
	})
	role.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Actions: jsii.Strings("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery",
			"logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
			"logs:DescribeLogGroups"),
		Resources: jsii.Strings("*"),
	}))
	return role
}

// allowMapRun lets the state machine run its children (Step Functions Developer Guide, "IAM policies for using
// Distributed Map states"). It is a policy of its own, because it names the state machine, which needs the other one. It
// takes the place of the CDK's, which would also allow to redrive map runs.
func allowMapRun(scope constructs.Construct, role iam.Role, machine sfn.StateMachine) iam.Policy {
	machine.Node().TryRemoveChild(jsii.String("DistributedMapPolicy"))
	policy := iam.NewPolicy(scope, jsii.String(mapRunPolicy), &iam.PolicyProps{Roles: &[]iam.IRole{role}})
	machine.GrantStartExecution(policy)
	machine.GrantExecution(policy, jsii.String("states:DescribeExecution"), jsii.String("states:StopExecution"))
	return policy
}

// userARN is the ARN of the IAM users that a pattern, such as "*", matches below a path.
func userARN(scope constructs.Construct, path, pattern string) *string {
	return iamARN(scope, "user"+path+pattern)
}

func iamARN(scope constructs.Construct, resource string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""),
		Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}

func anyResource() []*string { return *jsii.Strings("*") }
