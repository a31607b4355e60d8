package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	scheduler "github.com/aws/aws-cdk-go/awscdk/v2/awsscheduler"
	targets "github.com/aws/aws-cdk-go/awscdk/v2/awsschedulertargets"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// newPasswordExpiry makes the state machine that withdraws first passwords that nobody used in time, with a role, a log and a
// schedule of its own. It returns nil if passwords do not expire.
func (u *UserOnboarding) newPasswordExpiry(props *UserOnboardingProps) sfn.StateMachine {
	if props.validityHours() == 0 {
		return nil
	}
	scope := constructs.NewConstruct(u, jsii.String("PasswordExpiry"))
	role := machine.NewRole(scope, "Lets the state machine withdraw first passwords of IAM users, and nothing else")
	flow := &expiryFlow{
		userFlow: userFlow{machine.Flow{Scope: scope, Role: role}, props}, onboarding: u.stateMachine.StateMachineArn(),
	}
	interval := awscdk.Duration_Hours(jsii.Number(contract.SweepInterval(int(props.validityHours())).Hours()))
	stateMachine, _ := machine.New(scope, &machine.Props{
		Comment:       "Withdraws first passwords that nobody used in time",
		Definition:    flow.sweep(),
		Role:          role,
		Timeout:       sweepTimeout(interval),
		LogRetention:  props.LogRetention,
		EncryptionKey: props.EncryptionKey,
	})
	// The CDK's own role would be shared by all schedules of the stack.
	scheduleRole := iam.NewRole(scope, jsii.String("ScheduleRole"), &iam.RoleProps{
		Description: jsii.String("Lets the schedule start the state machine that withdraws first passwords"),
		AssumedBy: iam.NewServicePrincipal(jsii.String("scheduler.amazonaws.com"), &iam.ServicePrincipalOpts{
			Conditions: machine.StringEquals("aws:SourceAccount", awscdk.Stack_Of(scope).Account()).Document(),
		}),
	})
	schedule := scheduler.NewSchedule(scope, jsii.String("Schedule"), &scheduler.ScheduleProps{
		Description: jsii.String("Starts the state machine that withdraws first passwords"),
		Schedule:    scheduler.ScheduleExpression_Rate(interval),
		// EventBridge Scheduler retries a start that fails (EventBridge Scheduler User Guide, "RetryPolicy": for a day at most).
		Target: targets.NewStepFunctionsStartExecution(stateMachine, &targets.ScheduleTargetBaseProps{
			Role: scheduleRole, MaxEventAge: awscdk.Duration_Hours(jsii.Number(min(24, *interval.ToHours(nil)))),
		}),
	})
	// A schedule starts its first execution at once, and that needs every permission.
	schedule.Node().AddDependency(scope.Node().FindChild(jsii.String(machine.MapRunPolicy)))
	machine.Explain(role.Node().FindChild(jsii.String(machine.DefaultPolicy)),
		machine.Wildcard(`\*`, "Delivering logs supports no resource-level permissions"),
		machine.Wildcard(`arn:[^*]+:user/[^*]+/\*`, "The user names are read from IAM; all users are below the path of this state machine"))
	return stateMachine
}

// sweepTimeout returns the time in which a sweep of 5,000 users, the quota of an account (IAM User Guide, "IAM and AWS STS quotas"), ends
// also if it goes through them one by one. A user takes some two seconds. If the interval is shorter, two sweeps may run at the same
// time, which is safe.
func sweepTimeout(interval awscdk.Duration) awscdk.Duration {
	return awscdk.Duration_Hours(jsii.Number(max(4, *interval.ToHours(nil))))
}
