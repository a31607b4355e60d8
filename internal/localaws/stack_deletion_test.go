package localaws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const policyDocument = `"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}`

// deletable returns a template with the extra resources, and with roles that have policies of all kinds. There are so many roles
// that a random order of deletion is right only once in a thousand times.
func deletable(extra string) string {
	const role = `"Role%[1]d": {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "role%[1]d",
			"Policies": [{"PolicyName": "own", ` + policyDocument + `}],
			"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
				{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}]}}},
		"Policy%[1]d": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "other", "Roles": [{"Ref": "Role%[1]d"}], ` + policyDocument + `}},`
	var roles strings.Builder
	for i := range 10 {
		fmt.Fprintf(&roles, role, i)
	}
	return `{"Parameters": {"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/version"}}, "Resources": {` +
		roles.String() + extra + `"Topic": {"Type": "AWS::SNS::Topic"}},
		"Outputs": {"Topic": {"Value": {"Ref": "Topic"}, "Export": {"Name": {"Fn::Sub": "${AWS::StackName}-topic"}}}}}`
}

const groupWithPolicy = `"Group": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": {"Fn::Sub": "${AWS::StackName}-staff"}}},
	"GroupPolicy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "change", "Groups": [{"Ref": "Group"}], ` + policyDocument + `}},`

// TestStackIsDeletedAtOnce deletes a stack and makes it again, while another stack has a policy of a group.
func TestStackIsDeletedAtOnce(t *testing.T) {
	reset(t)
	deploy(t, "toolkit", cfntypes.ChangeSetTypeCreate, toolkit)
	deploy(t, "other", cfntypes.ChangeSetTypeCreate, `{"Parameters": {}, "Resources": {`+groupWithPolicy+`"Topic": {"Type": "AWS::SNS::Topic"}}}`)
	for range 2 {
		deploy(t, "stack", cfntypes.ChangeSetTypeCreate, deletable(groupWithPolicy))
		deleteStack(t, "stack")
		wantStack(t, "", "")
		_, err := cloudformation.NewFromConfig(server.Config()).DescribeChangeSet(t.Context(),
			&cloudformation.DescribeChangeSetInput{StackName: aws.String("stack"), ChangeSetName: aws.String("change")})
		if code(err) != "ChangeSetNotFound" {
			t.Errorf("got %v for the change set of the deleted stack, want ChangeSetNotFound", err)
		}
		if roles := rolesOfStacks(t); len(roles) != 0 {
			t.Errorf("the roles %v are left", roles)
		}
	}
}

// TestStackThatCannotBeDeleted deletes a stack whose group has a user, and whose role has a policy that is not in the stack. The
// stack becomes DELETE_FAILED. Then the test removes the user, and deletes the stack again, retaining the role.
func TestStackThatCannotBeDeleted(t *testing.T) {
	reset(t)
	ctx := t.Context()
	client, stacks := iam.NewFromConfig(server.Config()), cloudformation.NewFromConfig(server.Config())
	deploy(t, "toolkit", cfntypes.ChangeSetTypeCreate, toolkit)
	outputs := deploy(t, "stack", cfntypes.ChangeSetTypeCreate, deletable(groupWithPolicy))
	createUser(t, "user")
	_, err := client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("stack-staff"), UserName: aws.String("user")})
	must(t, err)
	_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("role3"), PolicyName: aws.String("foreign"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}`)})
	must(t, err)
	_, err = stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("stack"), RetainResources: []string{"Group"}})
	if code(err) != "ValidationError" {
		t.Errorf("got %v for RetainResources, want ValidationError unless the stack is DELETE_FAILED", err)
	}

	for range 2 {
		deleteStack(t, "stack")
		wantStack(t, "DELETE_FAILED", "The following resource(s) failed to delete: [Group, Role3]. ")
		events, err := stacks.DescribeStackEvents(ctx, &cloudformation.DescribeStackEventsInput{StackName: aws.String("stack")})
		must(t, err)
		for _, event := range events.StackEvents[1:3] {
			want := map[string]string{
				"Group": `Resource handler returned message: "Cannot delete entity, must remove users from group first."`,
				"Role3": `Resource handler returned message: "Cannot delete entity, must delete policies first."`,
			}[aws.ToString(event.LogicalResourceId)]
			if got := aws.ToString(event.ResourceStatusReason); event.ResourceStatus != "DELETE_FAILED" || got != want {
				t.Errorf("got the event %s of %s: %s, want DELETE_FAILED: %s", event.ResourceStatus, aws.ToString(event.LogicalResourceId), got, want)
			}
		}
		if described := describe(t, "stack"); aws.ToString(described.Outputs[0].OutputValue) != outputs["Topic"] {
			t.Errorf("got the outputs %v", described.Outputs)
		}
		if roles := rolesOfStacks(t); !slices.Equal(roles, []string{"role3"}) {
			t.Errorf("got the roles %v, want only role3", roles)
		}
	}
	_, err = stacks.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: aws.String("stack"), ChangeSetName: aws.String("again"),
		ChangeSetType: cfntypes.ChangeSetTypeUpdate, TemplateBody: aws.String(deletable(""))})
	if code(err) != "ValidationError" || !strings.Contains(err.Error(), "is in DELETE_FAILED state and can not be updated.") {
		t.Errorf("got %v for an update, want a ValidationError", err)
	}

	_, err = client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: aws.String("stack-staff"), UserName: aws.String("user")})
	must(t, err)
	_, err = stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("stack"), RetainResources: []string{"Role3"}})
	must(t, err)
	wantStack(t, "", "")
	if _, err := client.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("stack-staff")}); code(err) != "NoSuchEntity" {
		t.Errorf("got %v for the group, want NoSuchEntity", err)
	}
	_, err = client.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("role3")})
	must(t, err)
}

// TestUpdateThatLeavesOutResources updates a stack. The new template has neither the group, which has a user, nor its policy.
func TestUpdateThatLeavesOutResources(t *testing.T) {
	reset(t)
	ctx := t.Context()
	client := iam.NewFromConfig(server.Config())
	deploy(t, "toolkit", cfntypes.ChangeSetTypeCreate, toolkit)
	deploy(t, "stack", cfntypes.ChangeSetTypeCreate, deletable(groupWithPolicy))
	createUser(t, "user")
	_, err := client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("stack-staff"), UserName: aws.String("user")})
	must(t, err)

	deploy(t, "stack", cfntypes.ChangeSetTypeUpdate, deletable(`"New": {"Type": "AWS::SNS::Topic"},`))
	wantStack(t, "UPDATE_COMPLETE", "")
	group, err := client.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("stack-staff")})
	must(t, err)
	policies, err := client.ListGroupPolicies(ctx, &iam.ListGroupPoliciesInput{GroupName: aws.String("stack-staff")})
	must(t, err)
	if len(group.Users) != 1 || len(policies.PolicyNames) != 0 {
		t.Errorf("the group has %d users and the policies %v, want only the user", len(group.Users), policies.PolicyNames)
	}
	deleteStack(t, "stack")
	wantStack(t, "", "")
}

// TestDeleteGroup checks that a group that has a user or a policy cannot be deleted.
func TestDeleteGroup(t *testing.T) {
	reset(t)
	ctx := t.Context()
	client := iam.NewFromConfig(server.Config())
	_, err := client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("stack-staff")})
	must(t, err)
	createUser(t, "user")
	_, err = client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: aws.String("stack-staff"), UserName: aws.String("user")})
	must(t, err)
	remove := func() string {
		_, err := client.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: aws.String("stack-staff")})
		return code(err)
	}
	if got := remove(); got != "DeleteConflict" {
		t.Errorf("got %q for a group with a user, want DeleteConflict", got)
	}
	_, err = client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: aws.String("stack-staff"), UserName: aws.String("user")})
	must(t, err)
	_, err = client.PutGroupPolicy(ctx, &iam.PutGroupPolicyInput{GroupName: aws.String("stack-staff"), PolicyName: aws.String("p"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}`)})
	must(t, err)
	if got := remove(); got != "DeleteConflict" {
		t.Errorf("got %q for a group with a policy, want DeleteConflict", got)
	}
	_, err = client.DeleteGroupPolicy(ctx, &iam.DeleteGroupPolicyInput{GroupName: aws.String("stack-staff"), PolicyName: aws.String("p")})
	must(t, err)
	if got := remove(); got != "" {
		t.Errorf("got %q for an empty group", got)
	}
}

func deleteStack(t *testing.T, name string) {
	t.Helper()
	_, err := cloudformation.NewFromConfig(server.Config()).DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: &name})
	must(t, err)
}

// wantStack checks the status of the stack of these tests, and its reason. An empty status means that the stack does not exist.
func wantStack(t *testing.T, status, reason string) {
	t.Helper()
	stack := describe(t, "stack")
	if got := string(stack.StackStatus); got != status || aws.ToString(stack.StackStatusReason) != reason {
		t.Fatalf("the stack is %q: %q, want %q: %q", got, aws.ToString(stack.StackStatusReason), status, reason)
	}
}

// describe returns a stack. Its status is empty if it does not exist.
func describe(t *testing.T, name string) cfntypes.Stack {
	t.Helper()
	described, err := cloudformation.NewFromConfig(server.Config()).DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	if code(err) == "ValidationError" {
		return cfntypes.Stack{}
	}
	must(t, err)
	return described.Stacks[0]
}

// rolesOfStacks returns the names of all roles, except the one that [reset] makes.
func rolesOfStacks(t *testing.T) (names []string) {
	t.Helper()
	roles, err := iam.NewFromConfig(server.Config()).ListRoles(t.Context(), nil)
	must(t, err)
	for _, role := range roles.Roles {
		if *role.RoleName != "r" {
			names = append(names, *role.RoleName)
		}
	}
	return names
}
