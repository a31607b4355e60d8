package localaws_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/localaws"
)

var (
	server *localaws.Server
	log    = &lockedBuffer{}
)

// pace makes a time-out of a second last 50 ms.
var pace = localaws.Pace{Factor: 0.05}

func TestMain(m *testing.M) {
	if os.Getenv("LOCALAWS_TEST_START") != "" {
		startAndWait()
		return
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	var err error
	server, err = localaws.Start(context.Background(), localaws.Log(io.MultiWriter(log, os.Stderr)))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer server.Stop()
	if err := server.SetPace(context.Background(), pace); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// What the role of a state machine may do. Each policy allows the call, or does not.
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
		draw     = `"secretsmanager:getRandomPassword", "Arguments": {}`

		// Why a call is denied.
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
		// What is denied, as in: iam:GetGroup on resource: group staff. Nothing if the call is allowed.
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

		{"mail", mail, sendTo(everyIdentity...), "", ""},
		{"mail from the sender", mail, allow(`"ses:SendEmail"`, `"*"`, `"StringEquals": {"ses:FromAddress": "it@mail.example.com"}`), "", ""},
		{"mail from another sender", mail, allow(`"ses:SendEmail"`, `"*"`, `"StringEquals": {"ses:FromAddress": "IT@mail.example.com"}`),
			"ses:SendEmail on resource: " + everyIdentity[0], noPolicy},
		{"mail without the sender's identity", mail, sendTo(everyIdentity[1:]...), "ses:SendEmail on resource: " + everyIdentity[0], noPolicy},
		{"mail without the recipient's", mail, sendTo(everyIdentity[0], everyIdentity[2]), "ses:SendEmail on resource: " + everyIdentity[1], noPolicy},
		{"mail without the configuration set", mail, sendTo(everyIdentity[:2]...), "ses:SendEmail on resource: " + everyIdentity[2], noPolicy},
		{"identity", identity, allow(`"ses:GetEmailIdentity"`, quoted(ses+"identity/example.com")), "", ""},
		{"identity as it is not named", identity, allow(`"ses:GetEmailIdentity"`, quoted(ses+"identity/EXAMPLE.com")),
			"ses:GetEmailIdentity on resource: " + ses + "identity/example.com", noPolicy},

		{"no resource", draw, allow(`"secretsmanager:GetRandomPassword"`, `"*"`), "", ""},
		{"no resource, but some", draw, allow(`"secretsmanager:GetRandomPassword"`, quoted("arn:aws:secretsmanager:us-east-1:123456789012:*")),
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
				_, _ = users.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: aws.String("new")}) // the next one makes it, too
				return
			}
			action, _, _ := strings.Cut(test.denied, " ")
			because := strings.ReplaceAll(test.because, "%s", action)
			want := regexp.MustCompile(`^User: arn:aws:sts::123456789012:assumed-role/narrow\d+/\w+ is not authorized to perform: ` +
				regexp.QuoteMeta(test.denied+" "+because) + ` \(Service: `)
			names := map[string]string{"iam": "Iam.IamException", "ses": "SesV2.SesV2Exception", "secretsmanager": "SecretsManager.SecretsManagerException"}
			service, _, _ := strings.Cut(action, ":")
			if got.error != names[service] || !want.MatchString(got.cause) {
				t.Errorf("got %+v, want %s: %s", got, names[service], want)
			}
		})
	}
}

// A role that is not there may do nothing, and one with an operator that the local AWS does not know ends the execution.
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
		t.Errorf("got %+v, want it to fail", got)
	}
}

// The error names, which a state machine catches by.
func TestErrorNames(t *testing.T) {
	wire := func(status int, contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	query := func(status int, code string) http.HandlerFunc {
		return wire(status, "text/xml", "<ErrorResponse><Error><Code>"+code+"</Code><Message>m</Message></Error></ErrorResponse>")
	}
	json := func(status int, code string) http.HandlerFunc {
		return wire(status, "application/json", `{"__type":"`+code+`","message":"m"}`)
	}
	cut := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

	for _, test := range []struct {
		resource string
		answer   http.HandlerFunc
		want     string
	}{
		{"iam:getGroup", query(409, "EntityAlreadyExists"), "Iam.EntityAlreadyExistsException"},
		{"iam:getGroup", query(404, "NoSuchEntity"), "Iam.NoSuchEntityException"},
		{"iam:getGroup", query(500, "ServiceFailure"), "Iam.ServiceFailureException"},
		{"iam:getGroup", query(400, "Throttling"), "Iam.IamException"},
		{"iam:getGroup", query(403, "AccessDenied"), "Iam.IamException"},
		{"iam:getGroup", cut, "Iam.SdkClientException"},
		{"sesv2:getAccount", json(400, "MessageRejected"), "SesV2.MessageRejectedException"},
		{"sesv2:getAccount", json(429, "TooManyRequestsException"), "SesV2.TooManyRequestsException"},
		{"sesv2:getAccount", json(403, "AccessDeniedException"), "SesV2.SesV2Exception"},
		{"secretsmanager:getRandomPassword", json(500, "InternalServiceError"), "SecretsManager.InternalServiceErrorException"},
		{"secretsmanager:getRandomPassword", json(400, "ThrottlingException"), "SecretsManager.SecretsManagerException"},
	} {
		t.Run(test.resource+" "+test.want, func(t *testing.T) {
			reset(t)
			proxy := httptest.NewServer(test.answer)
			defer proxy.Close()
			must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))

			got := execute(t, fmt.Sprintf(`{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
				"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:%s", "End": true}}}`, test.resource), `{}`)
			if got.status != "FAILED" || got.error != test.want {
				t.Errorf("got %+v, want the error %s", got, test.want)
			}
		})
	}
}

// Which errors a Retry and a Catch match.
func TestErrorMatching(t *testing.T) {
	reset(t)
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-time.After(300 * time.Millisecond):
		}
	}))
	defer slow.Close()
	must(t, server.SetTaskEndpoint(t.Context(), slow.URL))

	for _, test := range []struct{ pattern, want string }{
		{"States.TaskFailed", "FAILED States.Timeout"},
		{"States.Timeout", "SUCCEEDED "},
		{"States.ALL", "SUCCEEDED "},
	} {
		got := execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
			"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "TimeoutSeconds": 1,
				"Catch": [{"ErrorEquals": ["`+test.pattern+`"], "Next": "Done"}], "End": true},
			"Done": {"Type": "Succeed"}}}`, `{}`)
		if got := got.status + " " + got.error; got != test.want {
			t.Errorf("%s: got %q, want %q", test.pattern, got, test.want)
		}
	}
}

// A time-out that a busy machine keeps, whatever the pace.
func TestLeastTimeout(t *testing.T) {
	reset(t)
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(300 * time.Millisecond)
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>AccessDenied</Code><Message>m</Message></Error></ErrorResponse>")
	}))
	defer slow.Close()
	must(t, server.SetTaskEndpoint(t.Context(), slow.URL))
	must(t, server.SetPace(t.Context(), localaws.Pace{Factor: pace.Factor, LeastTimeout: time.Minute}))
	defer func() { must(t, server.SetPace(context.Background(), pace)) }()

	got := execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {
		"Call": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "TimeoutSeconds": 5, "End": true}}}`, `{}`)
	if got.error != "Iam.IamException" {
		t.Errorf("got %s %s, want the error of the service", got.status, got.error)
	}
}

// The first Retry that matches counts, and one of no attempts excludes its errors from the next.
func TestRetry(t *testing.T) {
	for code, want := range map[string]int{"NoSuchEntity": 1, "Throttling": 3} {
		t.Run(code, func(t *testing.T) {
			reset(t)
			var calls atomic.Int32
			proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				w.WriteHeader(http.StatusBadRequest)
				_, _ = io.WriteString(w, "<ErrorResponse><Error><Code>"+code+"</Code><Message>m</Message></Error></ErrorResponse>")
			}))
			defer proxy.Close()
			must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))
			started := time.Now()
			execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
				"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:getUser", "End": true, "Retry": [
					{"ErrorEquals": ["Iam.NoSuchEntityException"], "MaxAttempts": 0},
					{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 4, "MaxAttempts": 2, "MaxDelaySeconds": 5,
						"BackoffRate": 2, "JitterStrategy": "FULL"}]}}}`, `{}`)
			if got := int(calls.Load()); got != want {
				t.Errorf("got %d calls, want %d", got, want)
			}
			if took := time.Since(started); took > 4*time.Second {
				t.Errorf("the pace of the server is not kept: it took %v", took)
			}
		})
	}
}

func TestJSONata(t *testing.T) {
	reset(t)
	for _, test := range []struct{ expression, want string }{
		{`$states.input.text`, `"a \"quoted\" \\ text\nof $two lines"`},
		{`$states.context.State.Name`, `"Pass"`},
		{`$text & "!"`, `"a \"quoted\" \\ text\nof $two lines!"`},
		{`$contains("Ab1", /^[A-Z]/)`, `true`},
		{`$replace("a/b", /\//, "-")`, `"a-b"`},
		{`$match("ab12", /[0-9]+/).match`, `"12"`},
		{`$map([1, 2], function($v, $i) { $v * 10 + $i })`, `[10,21]`},
		{`$filter([1, 2, 3], function($v) { $v > 1 })`, `[2,3]`},
		{`[$filter([1, 2], function($v) { $v > 1 })]`, `[2]`},
		{`$lookup({"a": 1}, "a")`, `1`},
		{`$merge([{"a": 1}, {"b": 2}])`, `{"a":1,"b":2}`},
		{`$each({"a": 1, "b": 2}, function($v, $k) { $k & $v })`, `["a1","b2"]`},
		{`$append([1], [2])`, `[1,2]`},
		{`[{"k": "x", "v": 1}, {"k": "y", "v": 2}, {"k": "x", "v": 3}]{k: [v]}`, `{"x":[1,3],"y":[2]}`},
		{`($double := function($n) { $n * 2 }; $double(4))`, `8`},
		{`10 / 4`, `2.5`},
		{`{"a": $sum, "b": 1}`, `{"b":1}`},
		{`[1, $nothing]`, `[1]`},
		{`$states.input.nothing = null`, `false`},
		{`null`, `null`},
		{`$partition([1, 2, 3], 2)`, `[[1,2],[3]]`},
		{`$range(0, 10, 5)`, `[0,5,10]`},
		{`$hash("a", "SHA-256")`, `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`},
		{`$random(7) = $random(7) and $random() < 1`, `true`},
		{`$length($uuid())`, `36`},
		{`$parse("{\"a\": [1]}")`, `{"a":[1]}`},
	} {
		got := execute(t, passing(t, test.expression), `{"text": "a \"quoted\" \\ text\nof $two lines"}`)
		if got.status != "SUCCEEDED" || got.output != test.want {
			t.Errorf("%s: got %+v, want %s", test.expression, got, test.want)
		}
	}
	for _, test := range []struct{ expression, cause string }{
		{`$states.input.nothing`, `returned nothing (undefined)`},
		{`function($x) { $x }`, `returned nothing (undefined)`},
		{`/a/`, `returned nothing (undefined)`},
		{`$eval("1")`, `T1006: Attempted to invoke a non-function`},
	} {
		got := execute(t, passing(t, test.expression), `{}`)
		if got.status != "FAILED" || got.error != "States.QueryEvaluationError" || !strings.Contains(got.cause, test.cause) {
			t.Errorf("%s: got %+v, want a States.QueryEvaluationError with %s", test.expression, got, test.cause)
		}
	}
}

// passing is a state machine whose output is the expression; $text is the text of the input.
func passing(t *testing.T, expression string) string {
	t.Helper()
	definition, err := json.Marshal(map[string]any{"StartAt": "Assign", "QueryLanguage": "JSONata", "States": map[string]any{
		"Assign": map[string]any{"Type": "Pass", "Assign": map[string]any{"text": "{% [$states.input.text][0] ? $states.input.text : '' %}"}, "Next": "Pass"},
		"Pass":   map[string]any{"Type": "Pass", "Output": "{% " + expression + " %}", "End": true},
	}})
	must(t, err)
	return string(definition)
}

// What a state assigns is seen from the next state on.
func TestVariables(t *testing.T) {
	reset(t)
	got := execute(t, `{"StartAt": "One", "QueryLanguage": "JSONata", "States": {
		"One": {"Type": "Pass", "Assign": {"n": 1, "text": "a \"b\""}, "Next": "Two"},
		"Two": {"Type": "Pass", "Assign": {"n": "{% $n + 1 %}", "old": "{% $n %}"}, "Output": "{% $n %}", "Next": "Which"},
		"Which": {"Type": "Choice", "Choices": [{"Condition": "{% $n = 2 %}", "Assign": {"n": 3}, "Output": "{% [$states.input, $n, $old] %}",
			"Next": "End"}], "Default": "Wrong"},
		"End": {"Type": "Succeed", "Output": "{% [$states.input, $n] %}"},
		"Wrong": {"Type": "Fail", "Error": "{% 'Wrong' & $n %}", "Cause": "{% $text %}"}}}`, `{}`)
	if got.output != `[1,2,1,3]` {
		t.Errorf("got %+v", got)
	}
	events := history(t, &sfn.GetExecutionHistoryInput{ExecutionArn: &got.arn})
	if assigned := events[2].StateExitedEventDetails.AssignedVariables["text"]; assigned != `"a \"b\""` {
		t.Errorf("the history has the variable %s, which is no JSON", assigned)
	}
}

func TestDates(t *testing.T) {
	reset(t)
	createUser(t, "jane")
	got := execute(t, `{"StartAt": "GetUser", "QueryLanguage": "JSONata", "States": {"GetUser": {"Type": "Task",
		"Resource": "arn:aws:states:::aws-sdk:iam:getUser", "Arguments": {"UserName": "jane"},
		"Output": "{% $states.result.User.CreateDate %}", "End": true}}}`, `{}`)
	if !regexp.MustCompile(`^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"$`).MatchString(got.output) {
		t.Errorf("got %+v, want an ISO 8601 date", got)
	}
}

const onboarding = `{"StartAt": "Users", "QueryLanguage": "JSONata", "States": {
	"Users": {"Type": "Map", "Label": "Users", "MaxConcurrency": 5, "ToleratedFailurePercentage": 100,
		"Items": "{% $states.input.Names %}",
		"ItemSelector": {"Name": "{% $states.context.Map.Item.Value %}", "Index": "{% $states.context.Map.Item.Index %}",
			"Sender": "{% $states.input.Sender %}"},
		"ResultWriter": {"WriterConfig": {"OutputType": "JSON", "Transformation": "COMPACT"}},
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "CreateUser", "States": {
			"CreateUser": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:createUser", "TimeoutSeconds": 60,
				"Arguments": {"UserName": "{% $states.input.Name %}", "Path": "/new/", "Tags": [{"Key": "index", "Value": "{% $string($states.input.Index) %}"}]},
				"Retry": [{"ErrorEquals": ["Iam.EntityAlreadyExistsException"], "MaxAttempts": 0}, {"ErrorEquals": ["States.TaskFailed"]}],
				"Catch": [{"ErrorEquals": ["Iam.EntityAlreadyExistsException"], "Next": "Exists", "Assign": {"why": "{% $states.errorOutput.Error %}"},
					"Output": "{% $states.input %}"}],
				"Assign": {"name": "{% $states.result.User.UserName %}"}, "Output": "{% $states.input %}", "Next": "GetRandomPassword"},
			"Exists": {"Type": "Fail", "Error": "{% $why %}", "Cause": "{% $states.input.Name & ' exists' %}"},
			"GetRandomPassword": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:secretsmanager:getRandomPassword",
				"Arguments": {"PasswordLength": 20, "ExcludeCharacters": "\",./:;<>?\\` + "`" + `~"},
				"Assign": {"password": "{% $states.result.RandomPassword %}"}, "Output": "{% $states.input %}", "Next": "CreateLoginProfile"},
			"CreateLoginProfile": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:iam:createLoginProfile",
				"Arguments": {"UserName": "{% $name %}", "Password": "{% $password %}", "PasswordResetRequired": true},
				"Output": "{% $states.input %}", "Next": "SendEmail"},
			"SendEmail": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail",
				"Arguments": {"FromEmailAddress": "{% $states.input.Sender %}", "ReplyToAddresses": ["help@example.com"], "EmailTags": [{"Name": "UserName", "Value": "{% $name %}"}],
					"Destination": {"ToAddresses": ["{% $name & '@example.org' %}"]}, "Content": {"Simple": {
						"Subject": {"Data": "Welcome"}, "Body": {"Text": {"Data": "{% $password %}"}, "Html": {"Data": "<p>Hello</p>"}}}}},
				"Output": "{% {'name': $name, 'id': $states.context.Execution.Id} %}", "End": true}}},
		"Next": "Done"},
	"Done": {"Type": "Succeed"}}}`

// A Distributed Map of EXPRESS children, which call the services, with more items than children at a time.
func TestDistributedMap(t *testing.T) {
	reset(t)
	verifiedIdentity(t, "sender@example.com")
	createUser(t, "user7")
	names := make([]string, 30)
	for i := range names {
		names[i] = fmt.Sprintf("user%d", i)
	}
	input, err := json.Marshal(map[string]any{"Names": names, "Sender": "sender@example.com"})
	must(t, err)

	got := execute(t, onboarding, string(input))
	if got.status != "SUCCEEDED" {
		t.Fatalf("got %+v", got)
	}
	var results []map[string]any
	must(t, json.Unmarshal([]byte(got.output), &results))
	mails, err := server.Mails(t.Context())
	must(t, err)
	sent := map[string]localaws.Mail{}
	for _, mail := range mails {
		sent[mail.To[0]] = mail
	}
	ids := map[any]bool{}
	for i, name := range names {
		if i == 7 {
			continue
		}
		if results[i]["name"] != name {
			t.Errorf("got the result %v for %s", results[i], name)
		}
		ids[results[i]["id"]] = true
		user, err := server.User(t.Context(), name)
		must(t, err)
		mail := sent[name+"@example.org"]
		want := localaws.User{Name: name, Path: "/new/", Tags: map[string]string{"index": fmt.Sprint(i)}, Groups: []string{},
			LoginProfile: &localaws.LoginProfile{Password: mail.Text, ResetRequired: true}}
		if !reflect.DeepEqual(user, want) {
			t.Errorf("got the user %+v, want %+v", user, want)
		}
		mail.To, mail.Text = nil, ""
		if want := (localaws.Mail{From: "sender@example.com", ReplyTo: []string{"help@example.com"}, Subject: "Welcome",
			HTML: "<p>Hello</p>", Tags: map[string]string{"UserName": name}}); !reflect.DeepEqual(mail, want) {
			t.Errorf("got the mail %+v, want %+v", mail, want)
		}
	}
	if len(ids) != 29 || ids[got.arn] {
		t.Errorf("the 29 children have %d execution ids, or that of their parent", len(ids))
	}
	failed := results[7]
	if failed["Status"] != "FAILED" || failed["Error"] != "Iam.EntityAlreadyExistsException" || failed["Cause"] != "user7 exists" ||
		!strings.Contains(fmt.Sprint(failed["ExecutionArn"]), ":express:") {
		t.Errorf("the failed child is described by %v", failed)
	}
	counts := mapRun(t, got.arn).ItemCounts
	if counts.Total != 30 || counts.Succeeded != 29 || counts.Failed != 1 || counts.Running != 0 || counts.Pending != 0 {
		t.Errorf("got the counts %+v", *counts)
	}
}

// Children do not see the variables of their parent, and may have some of the same name.
func TestDistributedMapVariables(t *testing.T) {
	reset(t)
	child := func(states string) string {
		return `{"StartAt": "Set", "QueryLanguage": "JSONata", "States": {
			"Set": {"Type": "Pass", "Assign": {"n": 1, "outer": 1}, "Next": "Map"},
			"Map": {"Type": "Map", "Items": [1, 2], "ItemSelector": {"n": "{% $n + $states.context.Map.Item.Value %}"},
				"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, ` + states + `}, "End": true}}}`
	}
	got := execute(t, child(`"StartAt": "A", "States": {
		"A": {"Type": "Pass", "Assign": {"n": "{% $states.input.n * 10 %}"}, "Next": "B"},
		"B": {"Type": "Pass", "Output": "{% [$n, $states.context.Execution.Input.n] %}", "End": true}}`), `{}`)
	if got.output != `[[20,2],[30,3]]` {
		t.Errorf("got %+v", got)
	}
	got = execute(t, child(`"StartAt": "A", "States": {"A": {"Type": "Pass", "Output": "{% $outer %}", "End": true}}`), `{}`)
	if got.error != "States.ExceedToleratedFailureThreshold" {
		t.Errorf("got %+v, want the children to fail, and with them the Map", got)
	}
}

// A child takes as many items as the ItemBatcher says, each of them selected. Counts of items count items, and a failed
// child fails them all.
func TestItemBatcher(t *testing.T) {
	reset(t)
	got := execute(t, `{"StartAt": "Batches", "QueryLanguage": "JSONata", "States": {"Batches": {"Type": "Map",
		"Items": "{% $states.input %}", "ItemSelector": {"at": "{% $states.context.Map.Item.Index %}", "of": "{% $states.context.Map.Item.Value %}"},
		"ItemBatcher": {"MaxItemsPerBatch": 2}, "MaxConcurrency": 1, "ToleratedFailurePercentage": 100,
		"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Each", "States": {
			"Each": {"Type": "Map", "Items": "{% $states.input.Items %}", "End": true, "ItemProcessor": {"StartAt": "Good", "States": {
				"Good": {"Type": "Choice", "Default": "Bad", "Choices": [{"Condition": "{% $states.input.of != 'c' %}", "Next": "Add"}]},
				"Bad": {"Type": "Fail", "Error": "Bad"},
				"Add": {"Type": "Pass", "Output": "{% $states.input.of & $states.input.at %}", "End": true}}}}}},
		"End": true}}}`, `["a", "b", "c", "d", "e"]`)
	var outputs []any
	must(t, json.Unmarshal([]byte(got.output), &outputs))
	if len(outputs) != 3 || !reflect.DeepEqual(outputs[0], []any{"a0", "b1"}) || !reflect.DeepEqual(outputs[2], []any{"e4"}) ||
		outputs[1].(map[string]any)["Error"] != "Bad" {
		t.Errorf("got %+v", got)
	}
	run := mapRun(t, got.arn)
	if items := run.ItemCounts; items.Total != 5 || items.Succeeded != 3 || items.Failed != 2 || items.Pending != 0 || items.Running != 0 {
		t.Errorf("got the counts of items %+v", *items)
	}
	if children := run.ExecutionCounts; children.Total != 3 || children.Succeeded != 2 || children.Failed != 1 {
		t.Errorf("got the counts of children %+v", *children)
	}
}

// The counts of a Map Run are live, and StopExecution stops it with all that it runs.
func TestStopExecution(t *testing.T) {
	reset(t)
	verifiedIdentity(t, "sender@example.com")
	hold := make(chan struct{})
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-hold
		w.WriteHeader(http.StatusBadRequest)
	}))
	defer proxy.Close()
	must(t, server.SetTaskEndpoint(t.Context(), proxy.URL))

	client := sfn.NewFromConfig(server.Config())
	arn := start(t, onboarding, `{"Names": ["a", "b", "c", "d", "e", "f", "g"], "Sender": "sender@example.com"}`)
	eventually(t, "five children run", func() bool {
		run := mapRun(t, arn)
		return run != nil && run.ItemCounts.Running == 5 && run.ItemCounts.Pending == 2 && run.ItemCounts.Total == 7
	})
	_, err := client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: &arn, Error: aws.String("E"), Cause: aws.String("C")})
	must(t, err)
	close(hold)
	got := outcome(t, arn)
	if got.status != "ABORTED" || got.error != "E" || got.cause != "C" {
		t.Errorf("got %+v", got)
	}
	run := mapRun(t, arn)
	if run.Status != sfntypes.MapRunStatusAborted || run.ItemCounts.Aborted != 7 || run.ItemCounts.Running != 0 {
		t.Errorf("got the Map Run %s with %+v", run.Status, *run.ItemCounts)
	}
	if _, err := server.User(t.Context(), "a"); !errors.Is(err, localaws.ErrNotFound) {
		t.Errorf("got %v, want no user", err)
	}
}

func TestGetExecutionHistory(t *testing.T) {
	reset(t)
	got := execute(t, `{"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": {"Type": "Pass", "End": true}}}`, `{"a": 1}`)
	ids := func(in sfn.GetExecutionHistoryInput) (ids []int64) {
		in.ExecutionArn = &got.arn
		for _, event := range history(t, &in) {
			ids = append(ids, event.Id)
		}
		return ids
	}
	if got := ids(sfn.GetExecutionHistoryInput{MaxResults: 3}); !reflect.DeepEqual(got, []int64{1, 2, 3, 4}) {
		t.Errorf("in pages of three: got the events %v", got)
	}
	if got := ids(sfn.GetExecutionHistoryInput{ReverseOrder: true}); !reflect.DeepEqual(got, []int64{4, 3, 2, 1}) {
		t.Errorf("in reverse order: got the events %v", got)
	}
	events := history(t, &sfn.GetExecutionHistoryInput{ExecutionArn: &got.arn, IncludeExecutionData: aws.Bool(false)})
	if input := events[0].ExecutionStartedEventDetails.Input; input != nil {
		t.Errorf("without data: got the input %s", *input)
	}
}

// Executions have names of their own, and a state machine has many, alone or listed by their status.
func TestExecutions(t *testing.T) {
	reset(t)
	client := sfn.NewFromConfig(server.Config())
	definition := `{"StartAt": "P", "QueryLanguage": "JSONata", "States": {"P": {"Type": "Pass", "Output": "{% $states.input %}", "End": true}}}`
	first := execute(t, definition, `"text"`)
	if first.output != `"text"` {
		t.Errorf("got the output %s, which is no JSON", first.output)
	}
	described, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &first.arn})
	must(t, err)
	second, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: described.StateMachineArn})
	must(t, err)
	if outcome(t, *second.ExecutionArn).status != "SUCCEEDED" || *second.ExecutionArn == first.arn || *described.Name == "None" {
		t.Errorf("got the executions %s and %s", first.arn, *second.ExecutionArn)
	}
	list, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{
		StateMachineArn: described.StateMachineArn, StatusFilter: sfntypes.ExecutionStatusSucceeded})
	must(t, err)
	if len(list.Executions) != 2 || *list.Executions[0].ExecutionArn != *second.ExecutionArn {
		t.Errorf("got %d executions, want the last first of two", len(list.Executions))
	}
}

func TestUserNames(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	createUser(t, "jane")
	for name, want := range map[string]string{
		"Jane":                  "EntityAlreadyExists",
		strings.Repeat("a", 65): "ValidationError",
		"a b":                   "ValidationError",
		strings.Repeat("a", 64): "",
		"a.b+c=d,e@f-g_h":       "",
	} {
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		if got := code(err); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	_, err := client.TagUser(t.Context(), &iam.TagUserInput{UserName: aws.String("jane"),
		Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	must(t, err)
	user, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("jane")})
	must(t, err)
	if len(user.User.Tags) != 1 || *user.User.Tags[0].Value != "v" {
		t.Errorf("got the tags %v", user.User.Tags)
	}
}

// Five thousand users are made where they are, which takes a fraction of the time that as many requests take.
func TestUserQuota(t *testing.T) {
	python, err := localaws.Python(t.Context())
	must(t, err)
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", `
from extensions import iam
from moto.iam.exceptions import LimitExceededException
from moto.iam.models import iam_backends

iam.install()
backend = iam_backends["123456789012"]["aws"]
for number in range(5000):
    backend.create_user("us-east-1", f"user{number}", "/")
try:
    backend.create_user("us-east-1", "one-more", "/")
except LimitExceededException as error:
    print(error.code)
`)
	cmd.Dir, cmd.Stderr = "server", os.Stderr
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != "LimitExceeded" {
		t.Errorf("got %q and %v, want LimitExceeded", out, err)
	}
}

// TestGetGroup reads the users of a group a page at a time, as the task of a state machine may.
func TestGroupNames(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	for _, test := range []struct{ path, name, want string }{
		{"/", "Staff", ""}, {"/", "STAFF", "EntityAlreadyExists"}, {"/teams/", "Staff", "EntityAlreadyExists"}, {"/teams/", "Guests", ""},
	} {
		_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{Path: &test.path, GroupName: &test.name})
		if got := code(err); got != test.want {
			t.Errorf("%s%s: got %q, want %q", test.path, test.name, got, test.want)
		}
	}
}

func TestGetGroup(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("Group")})
	must(t, err)
	for _, name := range []string{"a", "b", "c"} {
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		must(t, err)
		_, err = client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: aws.String("Group"), UserName: &name})
		must(t, err)
	}
	var got [][]string
	pages := iam.NewGetGroupPaginator(client, &iam.GetGroupInput{GroupName: aws.String("Group"), MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		var names []string
		for _, user := range page.Users {
			names = append(names, *user.UserName)
		}
		got = append(got, names)
	}
	if want := [][]string{{"a", "b"}, {"c"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got the pages %v, want %v", got, want)
	}
}

func TestLoginProfile(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	createUser(t, "jane")
	create := func(password string) string {
		_, err := client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
			UserName: aws.String("jane"), Password: &password, PasswordResetRequired: true})
		return code(err)
	}
	resetRequired := func() bool {
		out, err := client.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: aws.String("jane")})
		must(t, err)
		return out.LoginProfile.PasswordResetRequired
	}

	_, err := client.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: aws.String("jane")})
	if code(err) != "NoSuchEntity" {
		t.Errorf("got %v, want NoSuchEntity", err)
	}
	_, err = client.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("jane"), Password: aws.String("Abcd1234")})
	if code(err) != "NoSuchEntity" {
		t.Errorf("got %v, want NoSuchEntity", err)
	}
	for _, password := range []string{"Ab1!", "abcdefgh1", strings.Repeat("Ab1", 43), "abcdEFGH;:<>"} {
		if got := create(password); got != "PasswordPolicyViolation" {
			t.Errorf("%s: got %q, want PasswordPolicyViolation", password, got)
		}
	}
	_, err = client.UpdateAccountPasswordPolicy(t.Context(), &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(10), RequireSymbols: true})
	must(t, err)
	for _, password := range []string{"Abcd1234!", "Abcdefgh12"} {
		if got := create(password); got != "PasswordPolicyViolation" {
			t.Errorf("%s: got %q, want PasswordPolicyViolation", password, got)
		}
	}
	if got := create("abcdefghi!"); got != "" {
		t.Errorf("got %q for a password that satisfies the policy", got)
	}
	if got := create("abcdefghi!"); got != "EntityAlreadyExists" {
		t.Errorf("got %q, want EntityAlreadyExists", got)
	}
	if !resetRequired() {
		t.Error("the first login profile requires no reset")
	}

	if err := server.SignIn(t.Context(), "jane", "another", "my own one!"); err == nil {
		t.Error("signed in with a wrong password")
	}
	if err := server.SignIn(t.Context(), "jane", "abcdefghi!", "short!"); err == nil {
		t.Error("chose a password that the policy refuses")
	}
	must(t, server.SignIn(t.Context(), "jane", "abcdefghi!", "my own one!"))
	if resetRequired() {
		t.Error("a reset is required of a user who has signed in")
	}

	_, err = client.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{
		UserName: aws.String("jane"), Password: aws.String("abcdefghij!"), PasswordResetRequired: aws.Bool(true)})
	must(t, err)
	user, err := server.User(t.Context(), "jane")
	must(t, err)
	if want := (localaws.LoginProfile{Password: "abcdefghij!", ResetRequired: true}); *user.LoginProfile != want {
		t.Errorf("got %+v, want %+v", *user.LoginProfile, want)
	}
}

func TestSES(t *testing.T) {
	reset(t)
	client := sesv2.NewFromConfig(server.Config())
	send := func(from string) string {
		_, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{FromEmailAddress: &from,
			Destination: &sestypes.Destination{ToAddresses: []string{"to@example.org"}},
			Content: &sestypes.EmailContent{Simple: &sestypes.Message{Subject: &sestypes.Content{Data: aws.String("s")},
				Body: &sestypes.Body{Text: &sestypes.Content{Data: aws.String("t")}}}}})
		return code(err)
	}
	for _, identity := range []string{"a@example.com", "example.net"} {
		_, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
		must(t, err)
	}
	for _, from := range []string{"a@example.com", "A <b@mail.example.net>", "c@example.com"} {
		if got := send(from); got != "MessageRejected" {
			t.Errorf("unverified %s: got %q, want MessageRejected", from, got)
		}
	}
	must(t, server.Verify(t.Context(), "a@example.com"))
	must(t, server.Verify(t.Context(), "example.net"))
	for _, identity := range []string{"a@example.com", "EXAMPLE.net"} {
		_, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
		if code(err) != "AlreadyExistsException" {
			t.Errorf("%s, made again: got %v, want AlreadyExistsException", identity, err)
		}
	}
	for _, from := range []string{"a@example.com", "A <b@mail.example.net>"} {
		if got := send(from); got != "" {
			t.Errorf("verified %s: got %q", from, got)
		}
	}
	if err := server.Verify(t.Context(), "nobody@example.com"); !errors.Is(err, localaws.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	identity, err := client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("a@example.com")})
	must(t, err)
	if !identity.VerifiedForSendingStatus {
		t.Error("a@example.com is not verified")
	}
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("nobody@example.com")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v, want NotFoundException", err)
	}

	// Addresses are compared with regard to letter case, domains without.
	for _, from := range []string{"A@example.com", "a@Example.com"} {
		if got := send(from); got != "MessageRejected" {
			t.Errorf("%s: got %q, want MessageRejected", from, got)
		}
		_, err := client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: &from})
		if code(err) != "NotFoundException" {
			t.Errorf("%s: got %v, want NotFoundException", from, err)
		}
		if err := server.Verify(t.Context(), from); !errors.Is(err, localaws.ErrNotFound) {
			t.Errorf("verify %s: got %v, want ErrNotFound", from, err)
		}
	}
	for _, from := range []string{"B@EXAMPLE.NET", "b@Mail.Example.net"} {
		if got := send(from); got != "" {
			t.Errorf("%s: got %q, want the domain to cover it", from, got)
		}
	}
	inUpperCase := aws.String("EXAMPLE.ORG")
	_, err = client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: inUpperCase})
	must(t, err)
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("Example.org")})
	must(t, err)
	_, err = client.DeleteEmailIdentity(t.Context(), &sesv2.DeleteEmailIdentityInput{EmailIdentity: inUpperCase})
	must(t, err)
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("example.org")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v after the deletion, want NotFoundException", err)
	}

	must(t, server.SetSending(t.Context(), false))
	if got := send("a@example.com"); got != "SendingPausedException" {
		t.Errorf("got %q, want SendingPausedException", got)
	}
	account, err := client.GetAccount(t.Context(), &sesv2.GetAccountInput{})
	must(t, err)
	if account.SendingEnabled || !account.ProductionAccessEnabled || account.SendQuota.Max24HourSend == 0 {
		t.Errorf("got the account %+v", account)
	}
	must(t, server.SetSending(t.Context(), true))
	if got := send("a@example.com"); got != "" {
		t.Errorf("got %q", got)
	}
}

// suppressed is what a test of the suppression list has: a client that waits for its turn, and a sender.
type suppressed struct {
	*testing.T
	*sesv2.Client
}

func newSuppressed(t *testing.T) suppressed {
	reset(t)
	client := sesv2.NewFromConfig(server.Config(), func(o *sesv2.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 50, 200*time.Millisecond })
	})
	must(t, errors.Join(
		lastOf(client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("example.net")})),
		server.Verify(t.Context(), "example.net"),
	))
	return suppressed{t, client}
}

func lastOf(_ any, err error) error { return err }

func (s suppressed) put(address string, reason sestypes.SuppressionListReason) error {
	return lastOf(s.PutSuppressedDestination(s.Context(), &sesv2.PutSuppressedDestinationInput{EmailAddress: &address, Reason: reason}))
}

// wantSent sends a mail, and wants it to be accepted, and to reach those addresses.
func (s suppressed) wantSent(to []string, configurationSet *string, want ...string) {
	s.Helper()
	before, err := server.Mails(s.Context())
	must(s.T, err)
	_, err = s.SendEmail(s.Context(), &sesv2.SendEmailInput{FromEmailAddress: aws.String("a@example.net"),
		Destination: &sestypes.Destination{ToAddresses: to}, ConfigurationSetName: configurationSet,
		Content: &sestypes.EmailContent{Simple: &sestypes.Message{Subject: &sestypes.Content{Data: aws.String("s")},
			Body: &sestypes.Body{Text: &sestypes.Content{Data: aws.String("t")}}}}})
	must(s.T, err)
	mails, err := server.Mails(s.Context())
	must(s.T, err)
	var got []string
	for _, mail := range mails[len(before):] {
		got = append(got, mail.To...)
	}
	if !slices.Equal(got, want) {
		s.Errorf("a mail to %v reached %v, want %v", to, got, want)
	}
}

// A mail to an address on the list is accepted, counted, and not sent, in whatever letter case.
func TestSuppressedMail(t *testing.T) {
	s := newSuppressed(t)
	ada, bob := []string{"ADA@example.com"}, "Bob <bob@example.com>"
	must(t, s.put("Ada@Example.COM", sestypes.SuppressionListReasonBounce))
	s.wantSent(ada, nil)
	s.wantSent([]string{"Ada <ada@example.com>", bob}, nil, bob)
	account, err := s.GetAccount(t.Context(), &sesv2.GetAccountInput{})
	must(t, err)
	if got := account.SuppressionAttributes.SuppressedReasons; len(got) != 2 || account.SendQuota.SentLast24Hours != 2 {
		t.Errorf("got the reasons %v, and %v mails sent", got, account.SendQuota.SentLast24Hours)
	}

	suppress := func(reasons ...sestypes.SuppressionListReason) {
		t.Helper()
		must(t, lastOf(s.PutAccountSuppressionAttributes(t.Context(), &sesv2.PutAccountSuppressionAttributesInput{SuppressedReasons: reasons})))
	}
	newSet := func(name string, options *sestypes.SuppressionOptions) *string {
		t.Helper()
		must(t, lastOf(s.CreateConfigurationSet(t.Context(), &sesv2.CreateConfigurationSetInput{ConfigurationSetName: &name, SuppressionOptions: options})))
		return &name
	}
	plain, off := newSet("plain", nil), newSet("off", &sestypes.SuppressionOptions{SuppressedReasons: []sestypes.SuppressionListReason{}})
	bounces := newSet("bounces", &sestypes.SuppressionOptions{SuppressedReasons: []sestypes.SuppressionListReason{sestypes.SuppressionListReasonBounce}})
	s.wantSent(ada, plain)
	s.wantSent(ada, off, ada...)
	suppress(sestypes.SuppressionListReasonComplaint)
	s.wantSent(ada, nil, ada...)
	s.wantSent(ada, bounces)
	suppress()
	s.wantSent(ada, plain, ada...)
	s.wantSent(ada, bounces)

	// The default configuration set of an identity counts as well.
	must(t, lastOf(s.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("a@example.net"), ConfigurationSetName: bounces})))
	s.wantSent(ada, nil)
	set, err := s.GetConfigurationSet(t.Context(), &sesv2.GetConfigurationSetInput{ConfigurationSetName: off})
	must(t, err)
	if got := set.SuppressionOptions.SuppressedReasons; got == nil || len(got) > 0 || !set.SendingOptions.SendingEnabled {
		t.Errorf("got the configuration set %+v", set)
	}
	if _, err := s.GetConfigurationSet(t.Context(), &sesv2.GetConfigurationSetInput{ConfigurationSetName: aws.String("none")}); code(err) != "NotFoundException" {
		t.Errorf("got %v, want NotFoundException", err)
	}
	_, err = s.SendEmail(t.Context(), &sesv2.SendEmailInput{FromEmailAddress: aws.String("a@example.net"), ConfigurationSetName: aws.String("none"),
		Destination: &sestypes.Destination{ToAddresses: ada}, Content: &sestypes.EmailContent{}})
	if code(err) != "NotFoundException" {
		t.Errorf("a mail with no such configuration set: got %v, want NotFoundException", err)
	}
}

// The calls that manage the list.
func TestSuppressionList(t *testing.T) {
	s := newSuppressed(t)
	get := func(address string) (string, error) {
		got, err := s.GetSuppressedDestination(t.Context(), &sesv2.GetSuppressedDestinationInput{EmailAddress: &address})
		if err != nil {
			return "", err
		}
		return *got.SuppressedDestination.EmailAddress + " " + string(got.SuppressedDestination.Reason), nil
	}
	remove := func(address string) error {
		return lastOf(s.DeleteSuppressedDestination(t.Context(), &sesv2.DeleteSuppressedDestinationInput{EmailAddress: &address}))
	}
	list := func(in sesv2.ListSuppressedDestinationsInput) (addresses []string, token *string) {
		t.Helper()
		page, err := s.ListSuppressedDestinations(t.Context(), &in)
		must(t, err)
		for _, summary := range page.SuppressedDestinationSummaries {
			if summary.LastUpdateTime == nil {
				t.Errorf("%+v has no time", summary)
			}
			addresses = append(addresses, *summary.EmailAddress)
		}
		return addresses, page.NextToken
	}
	for _, refused := range []error{s.put("nobody", sestypes.SuppressionListReasonBounce), s.put("a@example.com", "WHIM")} {
		if code(refused) != "BadRequestException" {
			t.Errorf("got %v, want BadRequestException", refused)
		}
	}
	must(t, s.put("A+b%c@Example.com", sestypes.SuppressionListReasonBounce))
	must(t, s.put("A+b%c@example.com", sestypes.SuppressionListReasonComplaint)) // the same one
	must(t, s.put("a/b@example.com", sestypes.SuppressionListReasonBounce))
	if got, err := get("A+b%c@EXAMPLE.com"); got != "A+b%c@example.com COMPLAINT" {
		t.Errorf("got %q, %v", got, err)
	}
	for address, want := range map[string]string{"a+b%c@example.com": "NotFoundException", "a/b@example.com": "BadRequestException"} {
		if _, err := get(address); code(err) != want {
			t.Errorf("get %s: got %v, want %s", address, err, want)
		}
		if err := remove(address); code(err) != want {
			t.Errorf("remove %s: got %v, want %s", address, err, want)
		}
	}
	if got, token := list(sesv2.ListSuppressedDestinationsInput{Reasons: []sestypes.SuppressionListReason{"BOUNCE"}}); !slices.Equal(got, []string{"a/b@example.com"}) || token != nil {
		t.Errorf("got %v for bounces, and the token %v", got, token)
	}
	must(t, remove("A+b%c@example.COM"))

	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("%04d@example.com", i)
	}
	must(t, server.Suppress(t.Context(), many...))
	first, token := list(sesv2.ListSuppressedDestinationsInput{})
	rest, end := list(sesv2.ListSuppressedDestinationsInput{NextToken: token, PageSize: aws.Int32(1)})
	if len(first) != 1000 || !slices.Equal(rest, []string{"a/b@example.com"}) || end != nil {
		t.Errorf("got %d addresses, then %v and the token %v", len(first), rest, end)
	}
	for want, in := range map[string]sesv2.ListSuppressedDestinationsInput{
		"InvalidNextTokenException": {NextToken: aws.String("nonsense")}, "BadRequestException": {PageSize: aws.Int32(1001)},
	} {
		if _, err := s.ListSuppressedDestinations(t.Context(), &in); code(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}

	hasty := sesv2.NewFromConfig(server.Config(), func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	refused := 0
	for range 50 {
		_, err := hasty.ListSuppressedDestinations(t.Context(), &sesv2.ListSuppressedDestinationsInput{PageSize: aws.Int32(1)})
		if code(err) == "TooManyRequestsException" {
			refused++
		}
	}
	if refused == 0 {
		t.Error("50 calls in a row were taken, want one a second")
	}
}

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

// A stack as the CDK CLI deploys it: by change sets with the template in S3; made, changed, and deleted.
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
		t.Errorf("the server has complained:\n%s", text)
	}
}

var deployments atomic.Int32

// deploy deploys the template as the CDK CLI does, and gives the outputs of the stack.
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
		t.Errorf("got %v for a change set that is not there, want ChangeSetNotFound", err)
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

// put puts an object into S3, or makes a bucket.
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

// The server and its Node.js end when the process that started it is killed.
func TestEndsWithItsParent(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	parent := exec.Command(self)
	parent.Env = append(os.Environ(), "LOCALAWS_TEST_START=1")
	stdout, err := parent.StdoutPipe()
	must(t, err)
	must(t, parent.Start())
	var endpoint string
	_, err = fmt.Fscanln(stdout, &endpoint)
	must(t, err)
	python := children(t, fmt.Sprint(parent.Process.Pid))
	if len(python) != 1 {
		t.Fatalf("got the children %v, want one", python)
	}
	node := children(t, python[0])
	if len(node) != 1 {
		t.Fatalf("got the grandchildren %v, want one", node)
	}

	must(t, parent.Process.Kill())
	_ = parent.Wait()
	eventually(t, "the server and its Node.js end", func() bool { return !alive(python[0]) && !alive(node[0]) })
}

func startAndWait() {
	started, err := localaws.Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(started.Endpoint())
	<-started.Done()
}

func TestStop(t *testing.T) {
	started, err := localaws.Start(t.Context())
	must(t, err)
	resp, err := http.Get(started.Endpoint() + "/_localaws/mails")
	must(t, err)
	resp.Body.Close()
	must(t, started.Stop())
	if _, err := http.Get(started.Endpoint()); err == nil {
		t.Error("the server answers after its end")
	}
	must(t, started.Stop())
}

// A start that fails says why.
func TestStartFails(t *testing.T) {
	t.Setenv("PYTHONPATH", brokenModule(t))
	_, err := localaws.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the module is broken") {
		t.Errorf("got %v, want what the server wrote", err)
	}
}

// brokenModule is a folder with a werkzeug that cannot be imported.
func brokenModule(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/werkzeug.py", []byte(`raise SystemExit("the module is broken")`), 0o600))
	return dir
}

func children(t *testing.T, parent string) []string {
	t.Helper()
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	must(t, err)
	var pids []string
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[1] == parent {
			pids = append(pids, fields[0])
		}
	}
	return pids
}

func alive(pid string) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}

type result struct {
	arn, status, output, error, cause string
}

// execute makes a state machine, executes it, and waits for its end.
func execute(t *testing.T, definition, input string) result {
	t.Helper()
	return outcome(t, start(t, definition, input))
}

var machines = 0

func start(t *testing.T, definition, input string) string {
	t.Helper()
	return startAs(t, "arn:aws:iam::123456789012:role/r", definition, input)
}

func startAs(t *testing.T, role, definition, input string) string {
	t.Helper()
	machine, err := createMachine(t, role, definition)
	must(t, err)
	return startMachine(t, machine, input)
}

func createMachine(t *testing.T, role, definition string) (machine string, err error) {
	t.Helper()
	machines++
	created, err := sfn.NewFromConfig(server.Config()).CreateStateMachine(t.Context(), &sfn.CreateStateMachineInput{
		Name: aws.String(fmt.Sprint("machine", machines)), Definition: &definition, RoleArn: &role})
	if err != nil {
		return "", err
	}
	return *created.StateMachineArn, nil
}

func startMachine(t *testing.T, machine, input string) string {
	t.Helper()
	execution, err := sfn.NewFromConfig(server.Config()).StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	must(t, err)
	return *execution.ExecutionArn
}

func outcome(t *testing.T, arn string) result {
	t.Helper()
	var out *sfn.DescribeExecutionOutput
	eventually(t, "the execution ends", func() bool {
		var err error
		out, err = sfn.NewFromConfig(server.Config()).DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		must(t, err)
		return out.Status != sfntypes.ExecutionStatusRunning
	})
	return result{arn, string(out.Status), aws.ToString(out.Output), aws.ToString(out.Error), aws.ToString(out.Cause)}
}

func history(t *testing.T, in *sfn.GetExecutionHistoryInput) (events []sfntypes.HistoryEvent) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(sfn.NewFromConfig(server.Config()), in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		events = append(events, page.Events...)
	}
	return events
}

// mapRun is the Map Run of the execution, nil as long as there is none.
func mapRun(t *testing.T, execution string) *sfn.DescribeMapRunOutput {
	t.Helper()
	client := sfn.NewFromConfig(server.Config())
	list, err := client.ListMapRuns(t.Context(), &sfn.ListMapRunsInput{ExecutionArn: &execution})
	must(t, err)
	if len(list.MapRuns) == 0 {
		return nil
	}
	run, err := client.DescribeMapRun(t.Context(), &sfn.DescribeMapRunInput{MapRunArn: list.MapRuns[0].MapRunArn})
	must(t, err)
	return run
}

func createUser(t *testing.T, name string) {
	t.Helper()
	_, err := iam.NewFromConfig(server.Config()).CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
	must(t, err)
}

func verifiedIdentity(t *testing.T, identity string) {
	t.Helper()
	_, err := sesv2.NewFromConfig(server.Config()).CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
	must(t, err)
	must(t, server.Verify(t.Context(), identity))
}

func reset(t *testing.T) {
	t.Helper()
	must(t, server.Reset(t.Context()))
	must(t, server.SetTaskEndpoint(t.Context(), ""))
	putRole(t, "r", `{"Effect": "Allow", "Action": "*", "Resource": "*"}`)
}

// putRole makes a role that state machines can have, with one policy of these statements.
func putRole(t *testing.T, name, statements string) (arn string) {
	t.Helper()
	client := iam.NewFromConfig(server.Config())
	role, err := client.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}}`)})
	must(t, err)
	_, err = client.PutRolePolicy(t.Context(), &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String("p"),
		PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": [` + statements + `]}`)})
	must(t, err)
	return *role.Role.Arn
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type lockedBuffer struct {
	mu   sync.Mutex
	text []byte
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = append(b.text, p...)
	return len(p), nil
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.text)
}
