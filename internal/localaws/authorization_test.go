package localaws_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
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
		list     = `"sfn:listExecutions", "Arguments": {"StateMachineArn": "{% $states.context.StateMachine.Id %}"}`
		listed   = `"sfn:listExecutions", "Arguments": {"StateMachineArn": "` + states + `other"}`
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

		{"executions", list, allow(`"states:ListExecutions"`, quoted(states+"*")), "", ""},
		{"executions of another state machine", listed, allow(`"states:ListExecutions"`, quoted(states+"machine*")),
			"states:ListExecutions on resource: " + states + "other", noPolicy},

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
