package localaws_test

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const toolkit = `{"Resources": {"Version": {"Type": "AWS::SSM::Parameter", "Properties": {"Name": "/version", "Type": "String", "Value": "33"}}}}`

const template = `{"Description": "A stack", "Parameters": {"Version": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/version"}},
	"Mappings": {"Hosts": {"aws": {"Name": "signin.aws"}}},
	"Resources": {
		"Group": {"Type": "AWS::IAM::Group", "Properties": {"GroupName": "staff", %s
			"ManagedPolicyArns": ["arn:aws:iam::aws:policy/IAMUserChangePassword"],
			"Policies": [{"PolicyName": "inline", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}}]}},
		"Policy": {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "more", "Groups": [{"Ref": "Group"}],
			"PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetUser", "Resource": "*"}]}}},
		"Identity": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "%s"}},
		"ConfigurationSet": {"Type": "AWS::SES::ConfigurationSet", "Properties": {"Name": "mails", "SuppressionOptions": {"SuppressedReasons": [%s]}}},
		"Topic": {"Type": "AWS::SNS::Topic"},
		"TopicPolicy": {"Type": "AWS::SNS::TopicPolicy", "Properties": {"Topics": [{"Ref": "Topic"}], "PolicyDocument": {}}},
		"Subscription": {"Type": "AWS::SNS::Subscription", "Properties": {"Protocol": "email", "Endpoint": "a@b.c", "TopicArn": {"Ref": "Topic"}}},
		"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {}},
		"Metadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2"}},
		"Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30}},
		"Role": {"Type": "AWS::IAM::Role", "Properties": {"Description": "%s", "AssumeRolePolicyDocument": {"Version": "2012-10-17",
			"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}]}}},
		"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {
			"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]},
			"LoggingConfiguration": {"Level": "ALL", "IncludeExecutionData": false, "Destinations": [
				{"CloudWatchLogsLogGroup": {"LogGroupArn": {"Fn::GetAtt": ["Log", "Arn"]}}}]},
			"TracingConfiguration": {"Enabled": true},
			"DefinitionString": {"Fn::Join": ["", ["{\"StartAt\": \"P\", \"QueryLanguage\": \"JSONata\", \"States\": {\"P\": {\"Type\": \"Pass\", \"Output\": \"%s",
				{"Ref": "Group"}, "\", \"End\": true}}}"]]}}}},
	"Outputs": {
		"Machine": {"Value": {"Ref": "Machine"}}, "MachineArn": {"Value": {"Fn::GetAtt": ["Machine", "Arn"]}},
		"Group": {"Value": {"Ref": "Group"}}, "GroupArn": {"Value": {"Fn::GetAtt": ["Group", "Arn"]}},
		"Identity": {"Value": {"Ref": "Identity"}}, "Host": {"Value": {"Fn::FindInMap": ["Hosts", {"Ref": "AWS::Partition"}, "Name"]}}}}`

// TestStack makes, changes and deletes a stack as the CDK CLI does: with change sets, and with the template in S3.
func TestStack(t *testing.T) {
	reset(t)
	ctx := t.Context()
	stacks := cloudformation.NewFromConfig(server.Config())
	groups := iam.NewFromConfig(server.Config())
	identities := sesv2.NewFromConfig(server.Config())
	written := len(log.String())

	deploy(t, "toolkit", cfntypes.ChangeSetTypeCreate, toolkit)
	outputs := deploy(t, "stack", cfntypes.ChangeSetTypeCreate, fmt.Sprintf(template, "", "a@example.com", `"BOUNCE"`, "one", "first "))
	want := map[string]string{"Group": "staff", "GroupArn": "arn:aws:iam::123456789012:group/staff", "Identity": "a@example.com",
		"Host": "signin.aws", "Machine": outputs["MachineArn"], "MachineArn": outputs["Machine"]}
	if !reflect.DeepEqual(outputs, want) {
		t.Errorf("got the outputs %v, want %v", outputs, want)
	}
	machine, err := sfn.NewFromConfig(server.Config()).DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(outputs["Machine"])})
	must(t, err)
	if l := machine.LoggingConfiguration; l.Level != sfntypes.LogLevelAll || l.IncludeExecutionData || len(l.Destinations) != 1 || !machine.TracingConfiguration.Enabled {
		t.Errorf("got the logging %+v and the tracing %+v", l, machine.TracingConfiguration)
	}
	if got := outcome(t, startMachine(t, outputs["Machine"], `{}`)); got.output != `"first staff"` {
		t.Errorf("got %+v", got)
	}
	attached, err := groups.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: aws.String("staff")})
	must(t, err)
	inline, err := groups.ListGroupPolicies(ctx, &iam.ListGroupPoliciesInput{GroupName: aws.String("staff")})
	must(t, err)
	if len(attached.AttachedPolicies) != 1 || len(inline.PolicyNames) != 2 {
		t.Errorf("got the policies %v and %v", attached.AttachedPolicies, inline.PolicyNames)
	}
	identity, err := identities.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("a@example.com")})
	must(t, err)
	if identity.VerifiedForSendingStatus {
		t.Error("an identity that CloudFormation made is verified")
	}
	suppressed := func() string {
		set, err := identities.GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: aws.String("mails")})
		if err != nil {
			return code(err)
		}
		return fmt.Sprint(set.SuppressionOptions.SuppressedReasons)
	}
	if got := suppressed(); got != "[BOUNCE]" {
		t.Errorf("got the suppressed reasons %s", got)
	}

	outputs = deploy(t, "stack", cfntypes.ChangeSetTypeUpdate, fmt.Sprintf(template, `"Path": "/p/",`, "b@example.com", "", "two", "second "))
	if outputs["GroupArn"] != "arn:aws:iam::123456789012:group/p/staff" || outputs["Identity"] != "b@example.com" {
		t.Errorf("got the outputs %v after the change", outputs)
	}
	if got := outcome(t, startMachine(t, outputs["Machine"], `{}`)); got.output != `"second staff"` {
		t.Errorf("got %+v after the change", got)
	}
	_, err = identities.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("a@example.com")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v for the old identity, want NotFoundException", err)
	}
	if got := suppressed(); got != "[]" {
		t.Errorf("got the suppressed reasons %s after the change", got)
	}

	_, err = stacks.DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("stack")})
	must(t, err)
	_, err = groups.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("staff")})
	if code(err) != "NoSuchEntity" {
		t.Errorf("got %v for the group after the deletion, want NoSuchEntity", err)
	}
	_, err = identities.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("b@example.com")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v for the identity after the deletion, want NotFoundException", err)
	}
	if got := suppressed(); got != "NotFoundException" {
		t.Errorf("got %s for the configuration set after the deletion, want NotFoundException", got)
	}
	if text := log.String()[written:]; text != "" {
		t.Errorf("the server wrote this message, want none:\n%s", text)
	}
}

var deployments atomic.Int32

// deploy deploys the template as the CDK CLI does, and returns the outputs of the stack.
func deploy(t *testing.T, name string, kind cfntypes.ChangeSetType, template string) map[string]string {
	t.Helper()
	ctx := t.Context()
	assets := fmt.Sprintf("/assets-%s-%d", name, deployments.Add(1))
	put(t, assets, "")
	put(t, assets+"/template.json", template)
	client := cloudformation.NewFromConfig(server.Config())
	stack, changeSet := &name, aws.String("change")
	_, err := client.DeleteChangeSet(ctx, &cloudformation.DeleteChangeSetInput{StackName: stack, ChangeSetName: changeSet})
	must(t, err)
	_, err = client.DescribeChangeSet(ctx, &cloudformation.DescribeChangeSetInput{StackName: stack, ChangeSetName: changeSet})
	if code(err) != "ChangeSetNotFound" {
		t.Errorf("got %v for a change set that does not exist, want ChangeSetNotFound", err)
	}
	in := &cloudformation.CreateChangeSetInput{StackName: stack, ChangeSetName: changeSet,
		ChangeSetType: kind, TemplateURL: aws.String(server.Endpoint() + assets + "/template.json")}
	if kind == cfntypes.ChangeSetTypeUpdate {
		in.Parameters = []cfntypes.Parameter{{ParameterKey: aws.String("Version"), UsePreviousValue: aws.Bool(true)}}
	}
	_, err = client.CreateChangeSet(ctx, in)
	must(t, err)
	_, err = client.ExecuteChangeSet(ctx, &cloudformation.ExecuteChangeSetInput{StackName: stack, ChangeSetName: changeSet})
	must(t, err)
	out, err := client.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: stack})
	must(t, err)
	outputs := map[string]string{}
	for _, output := range out.Stacks[0].Outputs {
		outputs[*output.OutputKey] = *output.OutputValue
	}
	return outputs
}

// put puts an object into S3. A path without an object makes a bucket.
func put(t *testing.T, path, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.Endpoint()+path, strings.NewReader(body))
	must(t, err)
	resp, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("PUT %s: got %s", path, resp.Status)
	}
}

// TestLookUpOfNothing checks that every call refuses a template that looks up a missing key of a mapping, and that nothing is made.
func TestLookUpOfNothing(t *testing.T) {
	reset(t)
	ctx, stacks := t.Context(), cloudformation.NewFromConfig(server.Config())
	const topic = `{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}`
	wrong := aws.String(`{"Mappings": {"Hosts": {"aws-cn": {"Name": "cn"}}}, "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {
		"DisplayName": {"Fn::FindInMap": ["Hosts", {"Ref": "AWS::Partition"}, "Name"]}}}}}`)
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("right"), TemplateBody: aws.String(topic)}); err != nil {
		t.Fatal(err)
	}
	for name, send := range map[string]func() error{
		"CreateStack": func() error {
			_, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{StackName: aws.String("wrong"), TemplateBody: wrong})
			return err
		},
		"UpdateStack": func() error {
			_, err := stacks.UpdateStack(ctx, &cloudformation.UpdateStackInput{StackName: aws.String("right"), TemplateBody: wrong})
			return err
		},
		"CreateChangeSet": func() error {
			_, err := stacks.CreateChangeSet(ctx, &cloudformation.CreateChangeSetInput{StackName: aws.String("wrong"),
				ChangeSetName: aws.String("wrong"), ChangeSetType: cfntypes.ChangeSetTypeCreate, TemplateBody: wrong})
			return err
		},
	} {
		const want = "ValidationError: Template error: Unable to get mapping for Hosts::aws::Name"
		if err := send(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	found, err := stacks.DescribeStacks(ctx, nil)
	must(t, err)
	if len(found.Stacks) != 1 || found.Stacks[0].StackStatus != cfntypes.StackStatusCreateComplete {
		t.Errorf("got the stacks %+v, want only the first one, unchanged", found.Stacks)
	}
}
