package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// DefaultPolicy is the construct id that the CDK gives the policy of a role or a group.
const DefaultPolicy = "DefaultPolicy"

// MapRunPolicy is the construct id of the policy with which a state machine runs its Distributed Map.
const MapRunPolicy = "MapRunPolicy"

// NewRole makes the role of a state machine. It allows what Step Functions needs to write the log (Step Functions Developer
// Guide, "Using CloudWatch Logs to log execution history"). None of these actions supports resource-level permissions. The
// tasks add the permissions for their calls.
func NewRole(scope constructs.Construct, description string) iam.Role {
	role := iam.NewRole(scope, jsii.String("ExecutionRole"), &iam.RoleProps{
		Description: &description,
		AssumedBy: iam.NewServicePrincipal(jsii.String("states.amazonaws.com"), &iam.ServicePrincipalOpts{
			Conditions: StringEquals("aws:SourceAccount", awscdk.Stack_Of(scope).Account()).Document(),
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

// allowMapRun lets the state machine run its child executions (Step Functions Developer Guide, "IAM policies for using
// Distributed Map states"). These permissions name the state machine, which depends on the role's default policy, so they
// need a policy of their own. It replaces the policy that the CDK makes, because that one would also allow redriving map
// runs.
func allowMapRun(scope constructs.Construct, role iam.Role, machine sfn.StateMachine) iam.Policy {
	machine.Node().TryRemoveChild(jsii.String("DistributedMapPolicy"))
	policy := iam.NewPolicy(scope, jsii.String(MapRunPolicy), &iam.PolicyProps{Roles: &[]iam.IRole{role}})
	machine.GrantStartExecution(policy)
	machine.GrantExecution(policy, jsii.String("states:DescribeExecution"), jsii.String("states:StopExecution"))
	return policy
}
