package localaws_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

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

// TestDistributedMap runs a Distributed Map with EXPRESS children that call the services. It has more items than children that run at
// a time.
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
		t.Errorf("the 29 children have %d execution IDs, want 29, and none of them that of the parent", len(ids))
	}
	failed := results[7]
	if failed["Status"] != "FAILED" || failed["Error"] != "Iam.EntityAlreadyExistsException" || failed["Cause"] != "user7 exists" ||
		!strings.Contains(fmt.Sprint(failed["ExecutionArn"]), ":express:") {
		t.Errorf("got the result %v for the failed child, want a description of its execution", failed)
	}
	counts := mapRun(t, got.arn).ItemCounts
	if counts.Total != 30 || counts.Succeeded != 29 || counts.Failed != 1 || counts.Running != 0 || counts.Pending != 0 {
		t.Errorf("got the counts %+v", *counts)
	}
}

// TestDistributedMapVariables checks that children do not see the variables of their parent, and can assign variables of the same
// name.
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
		t.Errorf("got %+v, want the children and so the Map to fail", got)
	}
}

// TestItemBatcher checks that each child gets a batch of items, and that the ItemSelector applies to each item. It also checks that
// ItemCounts counts items, and that all items of a failed child count as failed.
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
