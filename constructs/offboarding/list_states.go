package offboarding

import (
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// settings returns what an execution depends on, for the command onboard.
func (f *flow) settings() contract.RemovalSettings {
	return contract.RemovalSettings{UserPath: *f.props.UserPath, MaxUsers: int(*f.props.MaxUsers)}
}

// begin sets the variables of the preflight.
func (f *flow) begin() sfn.Pass {
	return f.Assign("Begin", map[string]any{
		"names": jsonata.Expression(`[$map($states.input.IAMUserNames, function($item) { $type($item) = "object" ? $item.UserName : $item })]`),
		"pages": 0,
	})
}

// listOnboarding makes the task that looks for an execution that onboards users.
func (f *flow) listOnboarding() tasks.CallAwsService {
	arn := f.props.Onboarding.StateMachineArn()
	return f.ListExecutions("ListExecutions onboarding", *arn, []*string{arn}, machine.AnyExecution, machine.PreflightRetry)
}

// listUsers makes a task that reads a page of the users below the path, and adds a problem for each name of the list that IAM has in
// another letter case. GetUser compares names with regard to letter case.
func (f *flow) listUsers(name string, isNext bool) tasks.CallAwsService {
	return f.ListUsers(name, f.props.UserPath, isNext, map[string]any{
		"pages": jsonata.Expression("$pages + 1"),
		"problems": jsonata.Expression(fmt.Sprintf(`(
$lower := $map($names, $lowercase);
$twins := $filter($states.result.Users.UserName, function($name) { $not($name in $names) and $lowercase($name) in $lower });
[$problems, $map($twins, function($name) { %s & $name & %s })]
)`, jsonata.Literal(contract.IAMHasTheUser), jsonata.Literal(contract.InOtherCaseThanTheList))),
	})
}

// tooManyPages adds the problem that not every user was read.
func (f *flow) tooManyPages() sfn.Pass {
	return f.Assign("TooManyPages", machine.Problem(jsonata.Literal(fmt.Sprintf("IAM had more users after %d pages", machine.MaxPages))))
}

// removeUsers runs child executions. A child removes up to MaxConcurrency users at a time.
func (f *flow) removeUsers(batch sfn.IChainable) sfn.DistributedMap {
	return f.RunChildren("RemoveUsers", machine.Children{
		Items:     "$states.input.IAMUserNames",
		BatchSize: f.props.MaxConcurrency,
		BatchInput: map[string]any{
			"Delete":      jsonata.Expression("$states.input.Action = " + jsonata.Literal(contract.Delete)),
			"CauseLength": jsonata.Expression(machine.CauseLength(220)),
		},
		Processor: batch,
	})
}

// removeUser removes all users of a child execution at the same time.
func (f *flow) removeUser(steps sfn.IChainable) sfn.Map {
	return f.EachItem("RemoveUser", map[string]any{
		"UserName":    jsonata.Expression(machine.FieldOrItem("UserName")),
		"Delete":      jsonata.Expression("$states.input.BatchInput.Delete"),
		"CauseLength": jsonata.Expression("$states.input.BatchInput.CauseLength"),
	}, steps)
}

func (f *flow) everyoneRemoved() sfn.Succeed {
	return sfn.Succeed_Jsonata(f.Scope, jsii.String("EveryoneRemoved"), nil)
}
