package localaws_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

// TestAuthorization makes a call with a role for each policy, and checks whether the call is allowed.
func TestAuthorization(t *testing.T) {
	const (
		group    = "arn:aws:iam::123456789012:group/"
		user     = "arn:aws:iam::123456789012:user/"
		ses      = "arn:aws:ses:us-east-1:123456789012:"
		getGroup = `"iam:getGroup", "Arguments": {"GroupName": "staff"}`
		create   = `"iam:createUser", "Arguments": {"UserName": "new", "Path": "/p/", "Tags": [{"Key": "mark", "Value": "a"}, {"Key": "more", "Value": "b"}]}`
		tagUser  = `"iam:tagUser", "Arguments": {"UserName": "jane", "Tags": [{"Key": "more", "Value": "b"}]}`
		getUser  = `"iam:getUser", "Arguments": {"UserName": "jane"}`
		mail     = `"sesv2:sendEmail", "Arguments": {"FromEmailAddress": "IT <it@mail.example.com>", "ConfigurationSetName": "set",
			"Destination": {"ToAddresses": ["to@example.org"]}, "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}}}`
		identity = `"sesv2:getEmailIdentity", "Arguments": {"EmailIdentity": "EXAMPLE.com"}`
		states   = "arn:aws:states:us-east-1:123456789012:stateMachine:"
		running  = `"sfn:listExecutions", "Arguments": {"StateMachineArn": "{% $states.context.StateMachine.Id %}"}`
		listed   = `"sfn:listExecutions", "Arguments": {"StateMachineArn": "` + states + `other"}`
		list     = `"iam:listUsers", "Arguments": {"PathPrefix": "/p/"}`
		listAll  = `"iam:listUsers", "Arguments": {}`
		profile  = `"iam:getLoginProfile", "Arguments": {"UserName": "jane"}`
		withdraw = `"iam:deleteLoginProfile", "Arguments": {"UserName": "jane"}`
		draw     = `"secretsmanager:getRandomPassword", "Arguments": {}`

		// The reasons of denials.
		noPolicy = "because no identity-based policy allows the %s action"
		deny     = "with an explicit deny in an identity-based policy"
	)
	allow := func(actions, resources string, conditions ...string) string {
		condition := ""
		if len(conditions) > 0 {
			condition = `, "Condition": {` + strings.Join(conditions, ", ") + "}"
		}
		return `{"Effect": "Allow", "Action": ` + actions + `, "Resource": ` + resources + condition + "}"
	}
	quoted := func(texts ...string) string { return `["` + strings.Join(texts, `", "`) + `"]` }
	tags := func(tags string) string { return `"ForAllValues:StringEquals": {"aws:TagKeys": ` + tags + "}" }
	tagNew := allow(`"iam:TagUser"`, quoted(user+"p/*"))
	sendTo := func(resources ...string) string { return allow(`"ses:SendEmail"`, quoted(resources...)) }
	everyIdentity := []string{ses + "identity/example.com", ses + "identity/to@example.org", ses + "configuration-set/set"}

	reset(t)
	users := iam.NewFromConfig(server.Config())
	_, err := users.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("staff"), Path: aws.String("/teams/")})
	must(t, err)
	_, err = users.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("jane"), Path: aws.String("/p/"),
		Tags: []iamtypes.Tag{{Key: aws.String("mark"), Value: aws.String("a")}}})
	must(t, err)
	_, err = users.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("jane"), Password: aws.String("Abcd1234")})
	must(t, err)
	for _, identity := range []string{"example.com", "to@example.org"} {
		verifiedIdentity(t, identity)
	}
	must(t, lastOf(sesv2.NewFromConfig(server.Config()).CreateConfigurationSet(t.Context(),
		&sesv2.CreateConfigurationSetInput{ConfigurationSetName: aws.String("set")})))

	for i, test := range []struct {
		name, call, statements string
		// denied is the denied request, such as: iam:GetGroup on resource: group staff. It is empty if the call is allowed.
		denied, because string
	}{
		{"path", getGroup, allow(`"iam:GetGroup"`, quoted(group+"teams/staff")), "", ""},
		{"wildcard", getGroup, allow(`"iam:Get*"`, quoted(group+"*/st?ff")), "", ""},
		{"letter case of the action", getGroup, allow(`"IAM:getgroup"`, quoted(group+"teams/staff")), "", ""},
		{"no path", getGroup, allow(`"iam:GetGroup"`, quoted(group+"staff")), "iam:GetGroup on resource: group staff", noPolicy},
		{"letter case of the resource", getGroup, allow(`"iam:GetGroup"`, quoted(group+"teams/Staff")), "iam:GetGroup on resource: group staff", noPolicy},
		{"another action", getGroup, allow(`"iam:AddUserToGroup"`, `"*"`), "iam:GetGroup on resource: group staff", noPolicy},
		{"explicit deny", getGroup, allow(`"*"`, `"*"`) + `, {"Effect": "Deny", "Action": "iam:GetGroup", "Resource": "*"}`,
			"iam:GetGroup on resource: group staff", deny},
		{"deny of others", getGroup, allow(`"*"`, `"*"`) + `, {"Effect": "Deny", "NotAction": "iam:GetGroup", "Resource": "*"}, ` +
			`{"Effect": "Deny", "Action": "*", "NotResource": "` + group + `teams/staff"}`, "", ""},
		{"the group counts, not the user", `"iam:addUserToGroup", "Arguments": {"GroupName": "staff", "UserName": "jane"}`,
			allow(`"iam:AddUserToGroup"`, quoted(user+"*")), "iam:AddUserToGroup on resource: group staff", noPolicy},

		{"new user", create, allow(`"iam:CreateUser"`, quoted(user+"p/*")) + ", " + tagNew, "", ""},
		{"new user elsewhere", create, allow(`"iam:CreateUser"`, quoted(user+"q/*")) + ", " + tagNew,
			"iam:CreateUser on resource: " + user + "p/new", noPolicy},
		{"new user without the permission to tag", create, allow(`"iam:CreateUser"`, `"*"`), "iam:TagUser on resource: " + user + "p/new", noPolicy},
		{"new user with these tags", create, tagNew + ", " + allow(`"iam:CreateUser"`, `"*"`,
			`"StringEquals": {"aws:RequestTag/mark": "a", "AWS:requestTag/More": ["b", "c"]}`, tags(`["mark", "more"]`)), "", ""},
		{"new user with another tag", create, tagNew + ", " + allow(`"iam:CreateUser"`, `"*"`, tags(`"mark"`)),
			"iam:CreateUser on resource: " + user + "p/new", noPolicy},
		{"new user with another value", create, tagNew + ", " + allow(`"iam:CreateUser"`, `"*"`, `"StringEquals": {"aws:RequestTag/mark": "b"}`),
			"iam:CreateUser on resource: " + user + "p/new", noPolicy},
		{"new user without the boundary", create, tagNew + ", " + allow(`"iam:CreateUser"`, `"*"`, `"StringEquals": {"iam:PermissionsBoundary": "b"}`),
			"iam:CreateUser on resource: " + user + "p/new", noPolicy},
		{"tag", tagUser, allow(`"iam:TagUser"`, quoted(user+"p/jane"), `"StringEquals": {"aws:RequestTag/more": "b"}`, tags(`"more"`)), "", ""},
		{"tag of the user", getUser, allow(`"iam:GetUser"`, `"*"`, `"StringLike": {"aws:ResourceTag/mark": "a*"}`), "", ""},
		{"another tag of the user", getUser, allow(`"iam:GetUser"`, `"*"`, `"StringEquals": {"aws:ResourceTag/mark": "b"}`),
			"iam:GetUser on resource: user jane", noPolicy},

		{"executions", running, allow(`"states:ListExecutions"`, quoted(states+"*")), "", ""},
		{"executions of another state machine", listed, allow(`"states:ListExecutions"`, quoted(states+"machine*")),
			"states:ListExecutions on resource: " + states + "other", noPolicy},
		{"users below a path", list, allow(`"iam:ListUsers"`, quoted(user+"p/*")), "", ""},
		{"users below another path", list, allow(`"iam:ListUsers"`, quoted(user+"q/*")), "iam:ListUsers on resource: " + user + "p/", noPolicy},
		{"all users", listAll, allow(`"iam:ListUsers"`, quoted(user)), "", ""},
		{"all users, if those below a path are allowed", listAll, allow(`"iam:ListUsers"`, quoted(user+"p/*")), "iam:ListUsers on resource: " + user, noPolicy},
		{"users with a tag", list, allow(`"iam:ListUsers"`, quoted(user+"p/*"), `"StringEquals": {"aws:ResourceTag/mark": "a"}`),
			"iam:ListUsers on resource: " + user + "p/", noPolicy},
		{"login profile", profile, allow(`"iam:GetLoginProfile"`, quoted(user+"p/*")), "", ""},
		{"login profile, without the path", profile, allow(`"iam:GetLoginProfile"`, quoted(user+"jane")), "iam:GetLoginProfile on resource: user jane", noPolicy},
		{"no login profile of a user with another tag", withdraw, allow(`"iam:DeleteLoginProfile"`, quoted(user+"p/*"),
			`"StringEquals": {"aws:ResourceTag/mark": ["b", "c"]}`), "iam:DeleteLoginProfile on resource: user jane", noPolicy},
		{"no login profile", withdraw, allow(`"iam:DeleteLoginProfile"`, quoted(user+"p/*"), `"StringEquals": {"aws:ResourceTag/mark": ["b", "a"]}`), "", ""},

		{"mail", mail, sendTo(everyIdentity...), "", ""},
		{"mail from the sender", mail, allow(`"ses:SendEmail"`, `"*"`, `"StringEquals": {"ses:FromAddress": "it@mail.example.com"}`), "", ""},
		{"mail from another sender", mail, allow(`"ses:SendEmail"`, `"*"`, `"StringEquals": {"ses:FromAddress": "IT@mail.example.com"}`),
			"ses:SendEmail on resource: " + everyIdentity[0], noPolicy},
		{"mail without the sender's identity", mail, sendTo(everyIdentity[1:]...), "ses:SendEmail on resource: " + everyIdentity[0], noPolicy},
		{"mail without the recipient's", mail, sendTo(everyIdentity[0], everyIdentity[2]), "ses:SendEmail on resource: " + everyIdentity[1], noPolicy},
		{"mail without the configuration set", mail, sendTo(everyIdentity[:2]...), "ses:SendEmail on resource: " + everyIdentity[2], noPolicy},
		{"identity", identity, allow(`"ses:GetEmailIdentity"`, quoted(ses+"identity/example.com")), "", ""},
		{"identity in another letter case than its name", identity, allow(`"ses:GetEmailIdentity"`, quoted(ses+"identity/EXAMPLE.com")),
			"ses:GetEmailIdentity on resource: " + ses + "identity/example.com", noPolicy},

		{"no resource", draw, allow(`"secretsmanager:GetRandomPassword"`, `"*"`), "", ""},
		{"no resource, and a statement on some", draw, allow(`"secretsmanager:GetRandomPassword"`, quoted("arn:aws:secretsmanager:us-east-1:123456789012:*")),
			"secretsmanager:GetRandomPassword on resource: *", noPolicy},
	} {
		t.Run(test.name, func(t *testing.T) {
			role := putRole(t, fmt.Sprint("narrow", i), test.statements)
			got := outcome(t, startAs(t, role, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
				"Type": "Task", "End": true, "Resource": "arn:aws:states:::aws-sdk:`+test.call[1:]+`}}}`, `{}`))
			if test.denied == "" {
				if got.status != "SUCCEEDED" {
					t.Errorf("got %+v, want the call to be allowed", got)
				}
				_, _ = users.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: aws.String("new")}) // the next test may create it again
				return
			}
			action, _, _ := strings.Cut(test.denied, " ")
			because := strings.ReplaceAll(test.because, "%s", action)
			want := regexp.MustCompile(`^User: arn:aws:sts::123456789012:assumed-role/narrow\d+/\w+ is not authorized to perform: ` +
				regexp.QuoteMeta(test.denied+" "+because) + ` \(Service: `)
			names := map[string]string{"iam": "Iam.IamException", "ses": "SesV2.SesV2Exception", "secretsmanager": "SecretsManager.SecretsManagerException",
				"states": "Sfn.SfnException"}
			service, _, _ := strings.Cut(action, ":")
			if got.error != names[service] || !want.MatchString(got.cause) {
				t.Errorf("got %+v, want %s: %s", got, names[service], want)
			}
		})
	}
}

// TestConditions evaluates conditions with the two implementations: that of the local AWS, and that of the other tests.
func TestConditions(t *testing.T) {
	reset(t)
	users := iam.NewFromConfig(server.Config())
	_, err := users.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("jane"), Path: aws.String("/p/"),
		Tags: []iamtypes.Tag{{Key: aws.String("mark"), Value: aws.String("a")}}})
	must(t, err)
	tagging := `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {"Type": "Task", "End": true,
		"Resource": "arn:aws:states:::aws-sdk:iam:tagUser", "Arguments": {"UserName": "jane", "Tags": [
			{"Key": "more", "Value": "b"}, {"Key": "kind", "Value": "c"}]}}}}`
	request := iampolicy.Request{Action: "iam:TagUser", Resource: "arn:aws:iam::123456789012:user/p/jane", Context: map[string][]string{
		"aws:ResourceTag/mark": {"a"}, "aws:RequestTag/more": {"b"}, "aws:RequestTag/kind": {"c"}, "aws:TagKeys": {"more", "kind"}}}

	for i, test := range []struct {
		condition string
		holds     bool
	}{
		{`"StringEquals": {"aws:ResourceTag/mark": "a"}`, true},
		{`"StringEquals": {"aws:ResourceTag/mark": ["b", "a"]}`, true},
		{`"StringEquals": {"aws:ResourceTag/mark": ["b", "c"]}`, false},
		{`"StringEquals": {"aws:ResourceTag/mark": "A"}`, false},
		{`"StringEquals": {"aws:ResourceTag/mark": "*"}`, false},
		{`"StringEquals": {"aws:ResourceTag/none": "a"}`, false},
		{`"StringEquals": {"AWS:resourcetag/Mark": "a"}`, true},
		{`"StringEquals": {"aws:RequestTag/more": "b", "aws:RequestTag/kind": ["c", "d"]}`, true},
		{`"StringEquals": {"aws:RequestTag/more": "b", "aws:RequestTag/kind": "d"}`, false},
		{`"StringEquals": {"aws:TagKeys": ["more", "kind"]}`, false},
		{`"StringEquals": {"aws:RequestTag/more": "b"}, "StringLike": {"aws:ResourceTag/mark": "b*"}`, false},
		{`"StringLike": {"aws:ResourceTag/mark": "a*"}`, true},
		{`"StringLike": {"aws:ResourceTag/mark": ["b*", "?"]}`, true},
		{`"StringLike": {"aws:ResourceTag/mark": ["b*", "A"]}`, false},
		{`"StringLike": {"aws:ResourceTag/none": "*"}`, false},
		{`"Null": {"aws:ResourceTag/mark": "false"}`, true},
		{`"Null": {"aws:ResourceTag/mark": "true"}`, false},
		{`"Null": {"aws:ResourceTag/none": "true"}`, true},
		{`"Null": {"aws:ResourceTag/none": "false"}`, false},
		{`"ForAllValues:StringEquals": {"aws:TagKeys": ["more", "kind", "mark"]}`, true},
		{`"ForAllValues:StringEquals": {"aws:TagKeys": "more"}`, false},
		{`"ForAllValues:StringEquals": {"aws:ResourceTag/none": "a"}`, true},
		{`"ForAnyValue:StringEquals": {"aws:TagKeys": ["mark", "more"]}`, true},
		{`"ForAnyValue:StringEquals": {"aws:TagKeys": "mark"}`, false},
		{`"ForAnyValue:StringEquals": {"aws:ResourceTag/none": "a"}`, false},
	} {
		text := `{"Effect": "Allow", "Action": "iam:TagUser", "Resource": "*", "Condition": {` + test.condition + `}}`
		var statement iampolicy.Statement
		must(t, json.Unmarshal([]byte(text), &statement))
		if got := (iampolicy.Policy{statement}).Allows(t, request); got != test.holds {
			t.Errorf("%s: the other tests got %t, want %t", test.condition, got, test.holds)
		}
		want := map[bool]string{true: "", false: "Iam.IamException"}[test.holds]
		if got := outcome(t, startAs(t, putRole(t, fmt.Sprint("conditional", i), text), tagging, `{}`)); got.error != want {
			t.Errorf("%s: the local AWS got %+v, want %t", test.condition, got, test.holds)
		}
	}
}

// TestAuthorizationIsNeverKinder checks that a role that does not exist may do nothing, and that an unknown condition operator ends
// the execution.
func TestAuthorizationIsNeverKinder(t *testing.T) {
	const definition = `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
		"Type": "Task", "End": true, "Resource": "arn:aws:states:::aws-sdk:iam:getAccountPasswordPolicy"}}}`
	reset(t)
	if got := outcome(t, startAs(t, "arn:aws:iam::123456789012:role/nobody", definition, `{}`)); got.error != "Iam.IamException" ||
		!strings.Contains(got.cause, "assumed-role/nobody/") {
		t.Errorf("got %+v, want a refusal", got)
	}
	role := putRole(t, "narrow", `{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}}`)
	if got := outcome(t, startAs(t, role, definition, `{}`)); got.status != "FAILED" || !strings.Contains(got.cause, "does not know the operator IpAddress") {
		t.Errorf("got %+v, want the execution to fail with the unknown operator", got)
	}
}
