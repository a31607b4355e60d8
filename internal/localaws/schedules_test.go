package localaws_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

const (
	machineARN      = "arn:aws:states:us-east-1:123456789012:stateMachine:sweep"
	schedulerRole   = "arn:aws:iam::123456789012:role/scheduler"
	anotherSchedule = "another"
)

type object = map[string]any

// scheduleWith returns the properties of a schedule that Scheduler accepts, with changes. A change to nil removes the property.
func scheduleWith(changes object) object {
	properties := object{
		"Description":        "Withdraws",
		"ScheduleExpression": "rate(6 hours)",
		"FlexibleTimeWindow": object{"Mode": "OFF"},
		"Target":             target(nil),
	}
	return with(properties, changes)
}

func target(changes object) object {
	return with(object{"Arn": machineARN, "RoleArn": schedulerRole, "Input": `{"a": 1}`,
		"RetryPolicy": object{"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 2}}, changes)
}

func with(properties, changes object) object {
	for key, value := range changes {
		if properties[key] = value; value == nil {
			delete(properties, key)
		}
	}
	return properties
}

func scheduleTemplate(t *testing.T, properties object) string {
	t.Helper()
	template, err := json.Marshal(object{
		"Parameters": object{"Version": object{"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/version"}},
		"Resources":  object{strings.Repeat("Schedule", 8): object{"Type": "AWS::Scheduler::Schedule", "Properties": properties}},
		"Outputs": object{
			"Name": object{"Value": object{"Ref": strings.Repeat("Schedule", 8)}},
			"Arn":  object{"Value": object{"Fn::GetAtt": []string{strings.Repeat("Schedule", 8), "Arn"}}},
		}})
	must(t, err)
	return string(template)
}

// putSchedulerRole makes a role that Scheduler may assume for the schedules of a group, as the CDK makes it.
func putSchedulerRole(t *testing.T, name, service, group string) {
	t.Helper()
	_, err := iam.NewFromConfig(server.Config()).CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "` + service + `"},
			"Condition": {"StringEquals": {"aws:SourceAccount": "123456789012",
				"aws:SourceArn": "arn:aws:scheduler:us-east-1:123456789012:schedule-group/` + group + `"}}}]}`)})
	must(t, err)
}

func TestSchedule(t *testing.T) {
	reset(t)
	ctx, client := t.Context(), scheduler.NewFromConfig(server.Config())
	putSchedulerRole(t, "scheduler", "scheduler.amazonaws.com", "default")
	deploy(t, "toolkit", cfntypes.ChangeSetTypeCreate, toolkit)

	outputs := deploy(t, "stack", cfntypes.ChangeSetTypeCreate, scheduleTemplate(t, scheduleWith(nil)))
	name := outputs["Name"]
	if len(name) != 64 || !strings.HasPrefix(name, "stack-Schedule") {
		t.Errorf("got the name %s, want one of 64 characters, with the names of the stack and the resource", name)
	}
	got, err := client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: &name})
	must(t, err)
	if *got.Arn != outputs["Arn"] || *got.Arn != "arn:aws:scheduler:us-east-1:123456789012:schedule/default/"+name {
		t.Errorf("got the ARN %s, and the output %s", *got.Arn, outputs["Arn"])
	}
	if *got.Description != "Withdraws" || *got.ScheduleExpression != "rate(6 hours)" || got.State != schedulertypes.ScheduleStateEnabled ||
		*got.ScheduleExpressionTimezone != "UTC" || got.FlexibleTimeWindow.Mode != schedulertypes.FlexibleTimeWindowModeOff {
		t.Errorf("got %+v", got)
	}
	want := &schedulertypes.Target{Arn: aws.String(machineARN), RoleArn: aws.String(schedulerRole), Input: aws.String(`{"a": 1}`),
		RetryPolicy: &schedulertypes.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(3600), MaximumRetryAttempts: aws.Int32(2)}}
	if !reflect.DeepEqual(got.Target, want) {
		t.Errorf("got the target %+v", got.Target)
	}

	change := func(changes object) string {
		return deploy(t, "stack", cfntypes.ChangeSetTypeUpdate, scheduleTemplate(t, scheduleWith(changes)))["Name"]
	}
	window := object{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
	if changed := change(object{"ScheduleExpression": "rate(1 hour)", "FlexibleTimeWindow": window, "State": "DISABLED"}); changed != name {
		t.Errorf("got the name %s after the change, want %s", changed, name)
	}
	got, err = client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: &name})
	must(t, err)
	if *got.ScheduleExpression != "rate(1 hour)" || *got.FlexibleTimeWindow.MaximumWindowInMinutes != 15 || got.State != "DISABLED" {
		t.Errorf("got %+v after the change", got)
	}
	if replaced := change(object{"Name": anotherSchedule}); replaced != anotherSchedule {
		t.Errorf("got the name %s after the replacement, want %s", replaced, anotherSchedule)
	}
	got, err = client.GetSchedule(ctx, &scheduler.GetScheduleInput{Name: aws.String(anotherSchedule)})
	must(t, err)
	if got.State != "ENABLED" {
		t.Errorf("got %+v after the replacement, want it enabled", got)
	}
	wantNoSchedule(t, name)

	_, err = cloudformation.NewFromConfig(server.Config()).DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("stack")})
	must(t, err)
	wantNoSchedule(t, anotherSchedule)
}

func wantNoSchedule(t *testing.T, name string) {
	t.Helper()
	_, err := scheduler.NewFromConfig(server.Config()).GetSchedule(t.Context(), &scheduler.GetScheduleInput{Name: &name})
	if code(err) != "ResourceNotFoundException" {
		t.Errorf("got %v for the schedule %s, want ResourceNotFoundException", err, name)
	}
}

// TestScheduleThatIsRefused deploys schedules that Scheduler refuses, and some that it accepts.
func TestScheduleThatIsRefused(t *testing.T) {
	reset(t)
	ctx, stacks := t.Context(), cloudformation.NewFromConfig(server.Config())
	putSchedulerRole(t, "scheduler", "scheduler.amazonaws.com", "default")
	putSchedulerRole(t, "other-group", "scheduler.amazonaws.com", "other")
	putSchedulerRole(t, "other-service", "events.amazonaws.com", "default")
	must(t, lastOf(stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("toolkit"), TemplateBody: aws.String(toolkit)})))

	const noRole = "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
	role := func(name string) object {
		return object{"Target": target(object{"RoleArn": "arn:aws:iam::123456789012:role/" + name})}
	}
	expression := func(expression string) object { return object{"ScheduleExpression": expression} }
	window := func(window object) object { return object{"FlexibleTimeWindow": window} }
	for _, test := range []struct {
		name    string
		changes object
		want    string // part of the error; empty if the schedule is accepted
	}{
		{"cron", expression("cron(15 10 ? * MON-FRI 2026-2030)"), ""},
		{"at", expression("at(2026-11-25T13:00:00)"), ""},
		{"time zone", object{"ScheduleExpressionTimezone": "Asia/Tokyo"}, ""},
		{"input for another target", object{"Target": target(object{"Arn": "arn:aws:sqs:us-east-1:123456789012:q", "Input": "text"})}, ""},

		{"no expression", object{"ScheduleExpression": nil}, "Value at 'scheduleExpression' failed to satisfy constraint: Member must not be null"},
		{"no time window", object{"FlexibleTimeWindow": nil}, "Value at 'flexibleTimeWindow' failed to satisfy constraint: Member must not be null"},
		{"no target", object{"Target": nil}, "Value at 'target' failed"},
		{"no role", object{"Target": target(object{"RoleArn": nil})}, "Value at 'target.roleArn' failed"},
		{"unknown property", object{"Schedule": "sweep"}, "Value at 'schedule' failed to satisfy constraint: Member is not permitted"},
		{"name", object{"Name": "a b"}, "Value at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[0-9a-zA-Z-_.]+$"},
		{"long name", object{"Name": strings.Repeat("a", 65)}, "Value at 'name' failed to satisfy constraint: Member must have length less than or equal to 64"},
		{"group", object{"GroupName": "nothing"}, "Schedule group nothing does not exist."},
		{"state", object{"State": "OFF"}, "Member must satisfy enum value set: [ENABLED, DISABLED]"},
		{"description", object{"Description": strings.Repeat("a", 513)}, "less than or equal to 512"},
		{"unit of 1", expression("rate(1 hours)"), "Invalid Schedule Expression rate(1 hours)."},
		{"unit of 2", expression("rate(2 hour)"), "Invalid Schedule Expression"},
		{"unit", expression("rate(90 seconds)"), "Invalid Schedule Expression"},
		{"rate of 0", expression("rate(0 minutes)"), "Invalid Schedule Expression"},
		{"five fields", expression("cron(15 10 ? * *)"), "Invalid Schedule Expression"},
		{"two days", expression("cron(15 10 * * * *)"), "Invalid Schedule Expression"},
		{"no day", expression("at(2026-02-30T13:00:00)"), "Invalid Schedule Expression"},
		{"no time zone", object{"ScheduleExpressionTimezone": "Tokyo"}, "ScheduleExpressionTimezone Tokyo is not valid"},
		{"mode", window(object{"Mode": "ON"}), "Value at 'flexibleTimeWindow.mode' failed"},
		{"no maximum", window(object{"Mode": "FLEXIBLE"}), "MaximumWindowInMinutes must be set"},
		{"maximum without a window", window(object{"Mode": "OFF", "MaximumWindowInMinutes": 5}), "MaximumWindowInMinutes must be set"},
		{"long window", window(object{"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}), "Member must have value less than or equal to 1440"},
		{"retries", object{"Target": target(object{"RetryPolicy": object{"MaximumRetryAttempts": 186}})}, "less than or equal to 185"},
		{"input", object{"Target": target(object{"Input": "{"})}, "Invalid RequestJson provided."},
		{"target", object{"Target": target(object{"Arn": "sweep"})}, "Provided Arn is not in correct format."},
		{"role that does not exist", role("nobody"), noRole},
		{"role of another service", role("other-service"), noRole},
		{"role of another group", role("other-group"), noRole},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String(strings.ReplaceAll(test.name, " ", "-")),
				TemplateBody: aws.String(scheduleTemplate(t, scheduleWith(test.changes)))})
			switch {
			case test.want == "" && err != nil:
				t.Errorf("got %v, want the schedule to be accepted", err)
			case test.want != "" && (code(err) != "ValidationError" || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}
