package test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/constructs/offboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

const (
	ofRemover       = "UserOffboardingExecutionRoleDefaultPolicy: "
	ofRemoverMapRun = "UserOffboardingMapRunPolicy: "
	theRemover      = "<UserOffboardingStateMachine>"
	denyAll         = "arn:aws:iam::aws:policy/AWSDenyAll"
	marked          = " if StringEquals aws:ResourceTag/onboarding = pending, complete, expired, disabled"
)

// synthesizeOffboarding makes a UserOffboarding, and returns the template of the stack.
func synthesizeOffboarding(t testing.TB, stack awscdk.Stack, props *offboarding.UserOffboardingProps) template {
	t.Helper()
	offboarding.NewUserOffboarding(stack, jsii.String("UserOffboarding"), props)
	return templateOf(t, stack)
}

func removalMachine(t testing.TB) asl.Machine {
	t.Helper()
	return asl.Parse(t, synthesizeOffboarding(t, newStack(t), nil).ofType(t, stateMachineType)["DefinitionString"].(string))
}

// removalPropsOfEveryOption returns props with each prop set.
func removalPropsOfEveryOption(stack awscdk.Stack) *offboarding.UserOffboardingProps {
	return &offboarding.UserOffboardingProps{
		UserPath: jsii.String("/" + strings.Repeat("_+=,.@-9aZ/", 46)[:505] + "/path/"), MaxUsers: jsii.Number(500), MaxConcurrency: jsii.Number(40),
		Onboarding: sfn.StateMachine_FromStateMachineArn(stack, jsii.String("Onboarding"), jsii.String(stateMachineARN+"Onboarding")),
		AlarmTopic: sns.NewTopic(stack, jsii.String("Alarm"), nil), AlarmEmail: jsii.String("it@example.com"),
		EncryptionKey: kms.NewKey(stack, jsii.String("Key"), nil),
	}
}

// TestRemovalPermissions compares every statement.
func TestRemovalPermissions(t *testing.T) {
	want := []string{
		"UserOffboardingExecutionRole: Allow to Service:states.amazonaws.com sts:AssumeRole if StringEquals aws:SourceAccount = 123456789012",
		ofRemover + "Allow iam:ListUsers" + users,
		ofRemover + "Allow iam:GetUser on " + iamARN + "user/*",
		ofRemover + "Allow iam:AttachUserPolicy" + users + " if ArnEquals iam:PolicyARN = " + denyAll + marked,
		ofRemover + "Allow iam:TagUser" + users + onlyMark + " if StringEquals aws:RequestTag/onboarding = disabled" + marked,
		ofRemover + "Allow iam:RemoveUserFromGroup on " + iamARN + "group/*",
		ofRemover + "Allow iam:DeleteVirtualMFADevice on " + iamARN + "mfa/*",
		ofRemover + "Allow logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, " +
			"logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups on *",
		ofRemoverMapRun + "Allow states:ListExecutions on " + theRemover,
		ofRemoverMapRun + "Allow states:StartExecution on " + theRemover,
		ofRemoverMapRun + "Allow states:DescribeExecution, states:StopExecution on arn:aws:states:us-east-1:123456789012:" +
			"execution:split(" + theRemover + ")[6]:*",
	}
	for _, action := range []string{"DeleteLoginProfile", "ListAccessKeys", "UpdateAccessKey", "ListAccessKeys", "DeleteAccessKey",
		"ListSigningCertificates", "DeleteSigningCertificate", "ListSSHPublicKeys", "DeleteSSHPublicKey", "ListServiceSpecificCredentials",
		"DeleteServiceSpecificCredential", "ListMFADevices", "DeactivateMFADevice", "ListGroupsForUser", "ListUserPolicies", "DeleteUserPolicy",
		"ListAttachedUserPolicies", "DetachUserPolicy", "DeleteUser"} {
		want = append(want, ofRemover+"Allow iam:"+action+users+marked)
	}
	slices.Sort(want)
	want = slices.Compact(want)
	onboarding := sfn.StateMachine_FromStateMachineArn
	for _, test := range []struct {
		name  string
		props func(awscdk.Stack) *offboarding.UserOffboardingProps
		want  []string
	}{
		{"no option", func(awscdk.Stack) *offboarding.UserOffboardingProps { return nil }, want},
		{"UserPath", func(awscdk.Stack) *offboarding.UserOffboardingProps {
			return &offboarding.UserOffboardingProps{UserPath: jsii.String("/staff/")}
		}, replaced(want, "user/onboarded/", "user/staff/")},
		{"Onboarding", func(stack awscdk.Stack) *offboarding.UserOffboardingProps {
			return &offboarding.UserOffboardingProps{Onboarding: onboarding(stack, jsii.String("Onboarding"), jsii.String(stateMachineARN+"Onboarding"))}
		}, append([]string{ofRemover + "Allow states:ListExecutions on " + stateMachineARN + "Onboarding"}, want...)},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := newStack(t)
			got := synthesizeOffboarding(t, stack, test.props(stack)).statements(t)
			slices.Sort(test.want)
			wantLines(t, slices.Compact(got), test.want)
		})
	}
	t.Run("partition", func(t *testing.T) {
		inPartition(t, "aws-us-gov")
		want := replaced(want, "arn:aws:", "arn:aws-us-gov:")
		wantLines(t, slices.Compact(synthesizeOffboarding(t, newStack(t), nil).statements(t)), want)
	})
}

// removerPolicies returns the policies of the role, without and with an onboarding state machine.
func removerPolicy(t testing.TB, template template) iampolicy.Policy {
	t.Helper()
	return slices.Concat(template.policyOf(t, ofRemover), template.policyOf(t, ofRemoverMapRun))
}

// TestRemovalPermissionsAreThoseOfTheTasks evaluates the policies of the role for every call of the definition.
func TestRemovalPermissionsAreThoseOfTheTasks(t *testing.T) {
	template := synthesizeOffboarding(t, newStack(t), nil)
	wantPermissionsOf(t, template.ofType(t, stateMachineType), removerPolicy(t, template))
}

// TestTakenOverRemover checks what a taken-over role could not do. docs/security.md says what it could do.
func TestTakenOverRemover(t *testing.T) {
	const path = iamARN + "user/onboarded/"
	tagged := func(value string) map[string][]string {
		return map[string][]string{"aws:ResourceTag/onboarding": {value}}
	}
	with := func(context map[string][]string, key string, values ...string) map[string][]string {
		context = maps.Clone(context)
		context[key] = values
		return context
	}
	tagging := func(keys []string, value string) map[string][]string {
		return map[string][]string{"aws:TagKeys": keys, "aws:RequestTag/onboarding": {value}, "aws:ResourceTag/onboarding": {"complete"}}
	}
	onboardingTag := []string{"onboarding"}
	requests := []iampolicy.Request{
		requestTo("iam:AttachUserPolicy", path+"user", tagged("complete")),
		requestTo("iam:AttachUserPolicy", path+"user", with(tagged("complete"), "iam:PolicyARN", "arn:aws:iam::aws:policy/AdministratorAccess")),
		requestTo("iam:AttachUserPolicy", path+"user", with(tagged("complete"), "iam:PolicyARN", iamARN+"policy/AWSDenyAll")),
		requestTo("iam:AttachUserPolicy", path+"user", map[string][]string{"iam:PolicyARN": {denyAll}}),
		requestTo("iam:AttachUserPolicy", iamARN+"user/somebody", with(tagged("complete"), "iam:PolicyARN", denyAll)),
		requestTo("iam:TagUser", path+"user", tagging(onboardingTag, "complete")),
		requestTo("iam:TagUser", path+"user", tagging(onboardingTag, "pending")),
		requestTo("iam:TagUser", path+"user", tagging([]string{"onboarding", "onboarding-issued"}, "disabled")),
		requestTo("iam:TagUser", path+"user", map[string][]string{"aws:TagKeys": onboardingTag, "aws:RequestTag/onboarding": {"disabled"}}),
		requestTo("iam:TagUser", iamARN+"user/somebody", tagging(onboardingTag, "disabled")),
		requestTo("iam:ListUsers", iamARN+"user/", nil),
		requestTo("iam:DeleteGroup", iamARN+"group/Staff", nil),
		requestTo("iam:AddUserToGroup", iamARN+"group/Staff", nil),
		requestTo("iam:DeleteVirtualMFADevice", iamARN+"u2f/user/somebody/key", nil),
		requestTo("iam:PassRole", iamARN+"role/Admin", nil),
		requestTo("sts:AssumeRole", iamARN+"role/Admin", nil),
		requestTo("ses:SendEmail", sesARN+"identity/example.com", nil),
		requestTo("secretsmanager:GetRandomPassword", "*", nil),
		requestTo("states:StartExecution", "<UserOnboardingStateMachine>", nil),
	}
	template := synthesizeOffboarding(t, newStack(t), nil)
	role := removerPolicy(t, template)
	for _, action := range []string{"DeleteUser", "DeleteLoginProfile", "DeleteAccessKey", "UpdateAccessKey", "DeactivateMFADevice", "DetachUserPolicy",
		"DeleteUserPolicy", "DeleteSSHPublicKey", "DeleteSigningCertificate", "DeleteServiceSpecificCredential"} {
		if !role.Allows(t, requestTo("iam:"+action, path+"user", tagged("complete"))) {
			t.Errorf("the role may not %s, so this test shows nothing", action)
		}
		requests = append(requests,
			requestTo("iam:"+action, path+"user", nil), // made by hand
			requestTo("iam:"+action, path+"user", tagged("mine")),
			requestTo("iam:"+action, iamARN+"user/somebody", tagged("complete")),
			requestTo("iam:"+action, iamARN+"user/onboarded2/user", tagged("complete")))
	}
	for _, action := range []string{"CreateUser", "CreateLoginProfile", "UpdateLoginProfile", "CreateAccessKey", "PutUserPolicy", "UpdateUser",
		"UntagUser",
		"EnableMFADevice", "UploadSSHPublicKey", "CreateServiceSpecificCredential", "ResetServiceSpecificCredential", "PutUserPermissionsBoundary",
		"DeleteUserPermissionsBoundary"} {
		requests = append(requests, requestTo("iam:"+action, path+"user", tagged("complete")))
	}
	for _, request := range requests {
		if role.Allows(t, request) {
			t.Errorf("the role may %s on %s with %v", request.Action, request.Resource, request.Context)
		}
	}
}

func TestRemovalGrants(t *testing.T) {
	stack := newStack(t)
	administrators := iam.NewGroup(stack, jsii.String("Administrators"), nil)
	removal := offboarding.NewUserOffboarding(stack, jsii.String("UserOffboarding"), nil)
	removal.GrantStartExecution(administrators)
	removal.GrantStopExecution(administrators)
	removal.GrantRead(administrators)
	const execution, mapRun = "arn:aws:states:us-east-1:123456789012:execution:split(" + theRemover + ")[6]",
		"arn:aws:states:us-east-1:123456789012:mapRun:split(" + theRemover + ")[6]"
	const grantee = "AdministratorsDefaultPolicy: Allow "
	wantLines(t, templateOf(t, stack).statements(t, "AdministratorsDefaultPolicy"), []string{
		grantee + "states:DescribeExecution, states:DescribeStateMachineForExecution, states:GetExecutionHistory, " +
			"states:ListMapRuns on " + execution + ":*, " + execution + "/*",
		grantee + "states:DescribeMapRun, states:ListExecutions on " + mapRun + "/*",
		grantee + "states:DescribeStateMachine, states:ListExecutions on " + theRemover,
		grantee + "states:StartExecution on " + theRemover,
		grantee + "states:StopExecution on " + execution + ":*",
	})
}

func TestWrongRemovalProps(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `UserOffboarding: UserPath must be an IAM path below the root, such as /onboarded/, got: "/"
MaxUsers must be a whole number from 1 to 500, got: 501
MaxConcurrency must be a whole number from 1 to 40, got: 0
AlarmEmail must be an e-mail address such as user@example.com, got: "it"`, func() {
		synthesizeOffboarding(t, stack, &offboarding.UserOffboardingProps{
			UserPath: jsii.String("/"), MaxUsers: jsii.Number(501), MaxConcurrency: jsii.Number(0), AlarmEmail: jsii.String("it"),
		})
	})
}

// TestOffboardingIsOff checks that the stack can delete nobody unless Offboarding is true, and that the option only adds resources.
func TestOffboardingIsOff(t *testing.T) {
	of := func(on *bool) template {
		stack := stackOfApp(newApp(t), stacks.OnboardingStackProps{Offboarding: on})
		return templateOf(t, stack)
	}
	without, with := of(nil), of(jsii.Bool(true))
	if difference := cmp.Diff(without, of(jsii.Bool(false))); difference != "" {
		t.Errorf("false differs from the default: %s", difference)
	}
	for _, line := range without.statements(t) {
		for _, action := range []string{"iam:DeleteUser", "iam:AttachUserPolicy", "iam:RemoveUserFromGroup", "iam:UpdateAccessKey"} {
			if strings.Contains(line, action+" ") || strings.Contains(line, action+",") {
				t.Errorf("without the option, the stack has %s", line)
			}
		}
	}
	added := 0
	for id := range with.Resources {
		if strings.HasPrefix(id, "UserOffboarding") {
			delete(with.Resources, id)
			added++
		}
	}
	if added == 0 || with.Outputs[contract.OffboardingOutput].Value != theRemover {
		t.Errorf("the option adds %d resources and the output %q", added, with.Outputs[contract.OffboardingOutput].Value)
	}
	delete(with.Outputs, contract.OffboardingOutput)
	if difference := cmp.Diff(without, with); difference != "" {
		t.Errorf("the option changes something else: %s", difference)
	}
}

// TestLongestRemoval checks that a child execution ends in time. After the variable until nothing new begins for a user, so the longest
// time is that of the tasks that run without a look at the time.
func TestLongestRemoval(t *testing.T) {
	child := removalMachine(t).Child()
	const budget = 180
	if begin := child.States["BeginUser"].Assign["until"]; begin != fmt.Sprintf("{%% $millis() + %d %%}", budget*1000) {
		t.Fatalf("got the time %v", begin)
	}
	looks := func(name string) bool {
		choices := child.States[name].Choices
		return len(choices) > 0 && strings.HasPrefix(choices[0].Condition, "{% $millis() > $until or ")
	}
	// longest returns the longest time from a state until a look at the time, or the end.
	visiting := map[string]bool{}
	var longest func(name string) float64
	longest = func(name string) (seconds float64) {
		if visiting[name] {
			t.Fatalf("%s is in a loop that does not look at the time", name)
		}
		visiting[name] = true
		defer delete(visiting, name)
		for _, next := range child.States[name].Successors() {
			if !looks(next) {
				seconds = max(seconds, longest(next))
			}
		}
		return seconds + longestTime(child.States[name]) + float64(child.States[name].Seconds)
	}
	if seconds := longest(child.StartAt); seconds >= budget {
		t.Errorf("the first look at the time is after %.1f s, want less than %d", seconds, budget)
	}
	worst, found := 0.0, 0
	for name := range child.States {
		if looks(name) {
			found++
			worst = max(worst, longest(name))
		}
	}
	t.Logf("%d looks at the time, at most %.1f s between two", found, worst)
	if found < 9 || budget+worst >= maxChildSeconds {
		t.Errorf("a child can take %.1f s, want less than %d", budget+worst, maxChildSeconds)
	}
}

func TestRemovalTransitions(t *testing.T) {
	machine := removalMachine(t)
	golden(t, "removal.golden.txt", strings.Join(append(append(machine.Transitions(), ""), machine.Child().Transitions()...), "\n")+"\n")
}

// TestRemovalFlow checks the order of the steps: the user is denied everything before anything else changes, and only a user of ours.
func TestRemovalFlow(t *testing.T) {
	machine := removalMachine(t)
	child := machine.Child()
	first := []string{"GetUser", "Is the user ours?", "AttachUserPolicy", "TagUser disabled", "DeleteLoginProfile", "ListAccessKeys",
		"Is an access key active?",
		"Is the user to be deleted?"}
	for name, state := range child.States {
		if state.Type == "Fail" {
			t.Errorf("%s is of type Fail", name)
		}
		if state.Type == "Choice" && state.Default == "" {
			t.Errorf("%s has no default", name)
		}
		if state.Type != "Task" || sdkRead.MatchString(state.Resource) {
			continue
		}
		for _, before := range first {
			if before == name || name == "UpdateAccessKey" && before == "Is the user to be deleted?" {
				break
			}
			if child.Reaches(name, before) {
				t.Errorf("a path leads to %s without %s", name, before)
			}
		}
	}
	for _, before := range []string{"Is the list valid?", "ListExecutions", "ListUsers", "Is everything ready?"} {
		if machine.Reaches("RemoveUsers", before) {
			t.Errorf("a path leads to RemoveUsers without %s", before)
		}
	}
	if !child.Reaches("DeleteUser", "") || child.Reaches("DeleteUser", "ListAttachedUserPolicies") {
		t.Error("want a path to DeleteUser, and none without ListAttachedUserPolicies")
	}
	wantBoundedTasks(t, machine.States, func(name string) taskBounds {
		bounds := taskBounds{timeout: 30, retriesTimeout: true, retries: 9, interval: 2, jitter: "FULL"}
		if strings.HasPrefix(name, "ListUsers") {
			bounds.retries = 4
		}
		return bounds
	})
	wantBoundedTasks(t, child.States, func(string) taskBounds {
		return taskBounds{timeout: 5, retriesTimeout: true, retries: 6, interval: 2, jitter: "FULL"}
	})
}

// TestRemovalLists checks the rules for lists of users to remove.
func TestRemovalLists(t *testing.T) {
	machine, jsonata := removalMachine(t), startJSONata(t)
	const needsName = "must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "
	remove := func(items ...any) map[string]any { return map[string]any{"Action": "Delete", "IAMUserNames": items} }
	for _, test := range []struct {
		input any
		want  []string
	}{
		{remove("ada"), []string{}},
		{remove("ada@example.com", map[string]any{"UserName": "grace"}), []string{}},
		{map[string]any{"Action": "Disable", "IAMUserNames": []any{"ada"}}, []string{}},
		{remove(map[string]any{"UserName": "ada", "Email": "no address", "Group": 7, "Language": nil}), []string{}},
		{remove(times(50, address)...), []string{}},
		{remove(times(51, address)...), []string{"IAMUserNames must have at most 50 users, got: 51"}},
		{remove(), []string{"IAMUserNames must be an array of users, got: null"}},
		{nil, []string{"the input must be an object with the key IAMUserNames, got: null"}},
		{map[string]any{"IAMUserNames": []any{"ada"}}, []string{"Action must be Disable or Delete, got: nothing"}},
		{map[string]any{"IAMUserNames": []any{"ada"}, "Action": "delete"}, []string{`Action must be Disable or Delete, got: "delete"`}},
		{map[string]any{"IAMUserNames": []any{"ada"}, "Action": true, "Resend": true}, []string{"Action must be Disable or Delete, got: true",
			`the input must have no key except IAMUserNames, Action, got: "Resend"`}},
		{remove("a b", 7, map[string]any{"Email": "ada@example.com"}, map[string]any{"UserName": "ada", "Email": "x", "Admin": true}, "ada"), []string{
			`item 1 ` + needsName + `"a b"`, "item 2 must be a user name or an object with UserName, got: 7", "item 3 " + needsName + "nothing",
			`item 4 must have no key except UserName, Email, Group, Language, got: "Admin"`,
			`user names must be unique without regard to case, got 2 times: "ada"`}},
		{remove("Ada", "ada"), []string{`user names must be unique without regard to case, got 2 times: "Ada"`}},
		{remove("*"), []string{"item 1 " + needsName + `"*"`}},
	} {
		got := decode[[]string](t, jsonata.evaluate(t, machine.States["ValidateList"].Assign["problems"].(string),
			map[string]any{"states": map[string]any{"input": test.input}}))
		if difference := cmp.Diff(test.want, got); difference != "" {
			t.Errorf("%v: (-want +got)\n%s", test.input, difference)
		}
	}
}

// TestLongRemovalLists checks the effort of the longest lists that a prop allows, and that their problems and their reports fit.
func TestLongRemovalLists(t *testing.T) {
	stack := newStack(t)
	template := synthesizeOffboarding(t, stack, &offboarding.UserOffboardingProps{MaxUsers: jsii.Number(500)})
	machine, jsonata := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string)), startJSONata(t)
	object := func(i int, more map[string]any) any {
		user := map[string]any{"UserName": fmt.Sprint("user", i)}
		maps.Copy(user, more)
		return user
	}
	lists := map[string][]any{
		"names":       times(500, address),
		"objects":     times(500, func(i int) any { return object(i, map[string]any{"Email": address(i), "Group": "g"}) }),
		"mixed":       times(500, func(i int) any { return []any{address(i), object(i, nil)}[i%2] }),
		"wrong":       times(500, func(int) any { return "a b" }),
		"no email":    times(500, func(i int) any { return object(i, map[string]any{"Email": nil, "Group": 7}) }),
		"one wrong":   append(times(499, func(i int) any { return object(i, map[string]any{"Email": nil, "Group": 7}) }), "a b"),
		"same":        times(500, func(int) any { return "ada" }),
		"unknown key": times(500, func(i int) any { return object(i, map[string]any{"Admin": true}) }),
	}
	for kind, item := range wrongItems {
		lists[kind] = slices.Repeat([]any{item}, 500)
	}
	for name, list := range lists {
		problems := jsonata.evaluate(t, machine.States["ValidateList"].Assign["problems"].(string),
			map[string]any{"states": map[string]any{"input": map[string]any{"Action": "Delete", "IAMUserNames": list}}})
		if isValid := string(problems) == "[]"; isValid != slices.Contains([]string{"names", "objects", "mixed", "no email"}, name) {
			t.Errorf("%s: got the problems %.300s", name, problems)
		}
		if len(problems) >= asl.MaxPayload {
			t.Errorf("%s: the problems have %d bytes", name, len(problems))
		}
	}
	for _, users := range []int{1, 50, 213, 500} {
		wantReportFits(t, jsonata, machine, users, "漢")
	}
}

// TestDeleteConflict checks that the status of a user says what is still there.
func TestDeleteConflict(t *testing.T) {
	child, jsonata := removalMachine(t).Child(), startJSONata(t)
	catches := child.States["DeleteUser"].Catch
	catch := catches[slices.IndexFunc(catches, func(c asl.Catcher) bool { return c.Assign["attempts"] != nil })]
	const awsSays = "Cannot delete entity, must remove referenced objects first."
	for _, test := range []struct {
		found []string
		want  string
	}{
		{[]string{"SSH public keys"}, awsSays + " IAM still listed: SSH public keys"},
		{[]string{"access keys", "groups"}, awsSays + " IAM still listed: access keys, groups"},
		{[]string{}, awsSays + contract.NothingElseListed},
	} {
		got := decode[map[string]any](t, jsonata.evaluate(t, catch.Assign["failure"].(string), map[string]any{"found": test.found, "states": map[string]any{
			"input":       map[string]any{"UserName": "ada", "CauseLength": 1000},
			"context":     map[string]any{"State": map[string]any{"Name": "DeleteUser"}},
			"errorOutput": map[string]any{"Error": "Iam.DeleteConflictException", "Cause": awsSays},
		}}))
		want := map[string]any{"UserName": "ada", "Status": "Failed", "Step": "DeleteUser", "Error": "Iam.DeleteConflictException", "Cause": test.want}
		if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("(-want +got):\n%s", difference)
		}
	}
}
