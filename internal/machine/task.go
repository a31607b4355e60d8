package machine

import (
	"cmp"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// Flow makes the states of a state machine, and gives its role the permissions that the states need.
type Flow struct {
	Scope constructs.Construct
	Role  iam.Role
}

// Call is the API call of a task, with the permission that it needs.
type Call struct {
	// Permission is the IAM action. The service and the API follow from it.
	Permission string
	// Resources are what the call is allowed on. If there are none, something else gives the permission.
	Resources  []*string
	Conditions Conditions
	Parameters map[string]any
	// Assign sets variables, usually from the answer.
	Assign map[string]any
	// Final lists the errors that a retry cannot fix.
	Final []string
	Retry RetryPolicy
}

// Task makes a state that calls an API, and allows the role to make that call. The output of the state is its input.
func (f *Flow) Task(name string, c Call) tasks.CallAwsService {
	if c.Resources != nil {
		f.Allow(c.Permission, c.Resources, c.Conditions)
	}
	service, action, _ := strings.Cut(c.Permission, ":")
	if name, ok := serviceNames[service]; ok {
		service = name
	}
	task := tasks.CallAwsService_Jsonata(f.Scope, &name, &tasks.CallAwsServiceJsonataProps{
		Service:      &service,
		Action:       jsii.String(strings.ToLower(action[:1]) + action[1:]),
		IamAction:    &c.Permission,
		IamResources: jsii.Strings("*"), // not used, because [New] makes the role immutable
		Parameters:   &c.Parameters,
		Assign:       assignment(c.Assign),
		Outputs:      jsonata.Expression("$states.input"),
		TaskTimeout:  sfn.Timeout_Duration(awscdk.Duration_Seconds(jsii.Number(cmp.Or(c.Retry.Timeout, taskTimeout)))),
	})
	retry(task, c)
	return task
}

// serviceNames has the names of services in the resource of a task that differ from the prefix of their IAM actions.
var serviceNames = map[string]string{
	"ses":    "sesv2", // the IAM actions of both versions of the SES API have this prefix
	"states": "sfn",
}

// Allow gives the role a permission.
func (f *Flow) Allow(action string, resources []*string, c Conditions) {
	f.Role.AddToPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Actions: &[]*string{&action}, Resources: &resources, Conditions: c.Document(),
	}))
}
