package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
	"github.com/iam-onboarding/iam-onboarding/internal/workload"
)

// The bounds of an evaluation in these tests. AWS stops an evaluation at a depth of 100, and after a second, which is 200,000
// steps on the local AWS.
const (
	mostDepth         = 50
	mostSteps         = 60_000  // for lists of 1,000 correct users, and their reports
	mostStepsIfFailed = 120_000 // for any list of 1,000 users, and any report
)

// TestEffortOfLongLists evaluates the expressions whose effort grows with the list, with the longest lists and reports of
// every kind.
func TestEffortOfLongLists(t *testing.T) {
	worst := wantLittleEffortOfLongLists(t, machineOf(t, onboarding.UserOnboardingProps{GroupName: jsii.String(workload.Group)}))
	for state, effort := range worst {
		fmt.Printf("%s: at most a depth of %d and %d steps\n", state, effort.Depth, effort.Steps)
	}
}

// wantLittleEffortOfLongLists checks the effort of these expressions, and returns the largest effort of each state.
func wantLittleEffortOfLongLists(t testing.TB, machine asl.Machine) (worst map[string]jsonatatest.Effort) {
	t.Helper()
	validate := machine.States["ValidateList"].Assign["problems"].(string)
	worst = map[string]jsonatatest.Effort{}
	evaluator := startJSONata(t)
	effort := func(state, name, expression string, most int, bindings map[string]any) []byte {
		evaluator.Observe = func(_ string, effort jsonatatest.Effort) {
			if effort.Depth > mostDepth || effort.Steps > most {
				t.Errorf("%s, %s: took a depth of %d and %d steps, want at most %d and %d", state, name, effort.Depth, effort.Steps, mostDepth, most)
			}
			worst[state] = jsonatatest.Effort{Depth: max(worst[state].Depth, effort.Depth), Steps: max(worst[state].Steps, effort.Steps)}
		}
		return evaluator.evaluate(t, expression, bindings)
	}

	for _, list := range workload.Lists() {
		most := mostStepsIfFailed
		if len(list.Problems) == 0 {
			most = mostSteps
		}
		problems := effort("ValidateList", list.Kind, validate, most, inputOfList(t, machine, workload.Group, list.Input()))
		if diff := cmp.Diff(list.Problems, decode[[]string](t, jsonRaw(problems)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: the problems differ (-want +got):\n%s", list.Kind, diff)
		}
	}
	for _, report := range workload.Reports() {
		most := mostStepsIfFailed
		if report.Summary.Failed+report.Summary.Skipped == 0 {
			most = mostSteps
		}
		summary := effort("Summary", report.Kind, machine.States["Summary"].Output.(string), most, map[string]any{"states": map[string]any{
			"input": report.Results, "context": report.Context(),
		}})
		if diff := cmp.Diff(report.Summary, decode[workload.Summary](t, jsonRaw(summary))); diff != "" {
			t.Errorf("%s: the report differs (-want +got):\n%s", report.Kind, diff)
		}
		effort("UsersNotOnboarded", report.Kind, machine.States["UsersNotOnboarded"].Cause, most, map[string]any{"states": map[string]any{"input": jsonRaw(summary)}})
	}
	return worst
}

// jsonRaw is a value that is JSON already.
type jsonRaw []byte

func (j jsonRaw) MarshalJSON() ([]byte, error) { return j, nil }

// otherValues are the values for expressions that are not arguments, by the end of the path as in argumentValues. Those for
// lists and reports are small: TestEffortOfLongLists has the long ones.
var otherValues = map[string]any{
	"states.input": map[string]any{"IAMUserNames": []any{}}, "input.IAMUserNames": times(1000, address), "input.Items": times(40, address),
	"input.Resend": true, "BatchInput.Resend": true, "BatchInput.CauseLength": 1000, "settings.Languages": mail.Languages(), "CauseLength": 1000,
	"Item.Value": map[string]any{"UserName": longestName, "Email": longestAddress, "Group": longestGroup}, "State.Name": "SendEmail password",
	"Item.Value.UserName": longestName, "Item.Value.Email": longestAddress, "Item.Value.Group": longestGroup, "Item.Value.Language": "ja",
	"input.Failed": 1, "input.Total": 1000,
	"input.Users": times(1000, func(i int) any {
		return map[string]any{"UserName": address(i), "Status": "Failed", "Step": "GetUser", "Error": "Iam.IamException", "Cause": "c"}
	}),
	"problems": times(200, func(int) any { return strings.Repeat("p", 300) }), "draws": 2, "outcome": map[string]any{"Status": "Resumed"},
	"existingName": longestName, "onboarding": "pending", "takenOver": true,
	"errorOutput.Error": strings.Repeat("E", 256), "errorOutput.Cause": strings.Repeat("&quot;", 5461), "states.result": times(20, func(i int) any { return times(5, func(j int) any { return failedUser(5*i + j) }) }),
	"result.SendingEnabled": true, "result.VerifiedForSendingStatus": true, "PasswordPolicy.MinimumPasswordLength": 128,
	"result.Executions": times(100, func(i int) any {
		return map[string]any{"ExecutionArn": fmt.Sprint("arn:", i), "Name": strings.Repeat("n", 80), "StartDate": "2026-11-26T04:05:06.789Z"}
	}),
	"result.NextToken": "token", "activeExecution": strings.Repeat("n", 80),
	"User.UserName": longestName, "User.Path": "/onboarded/", "LoginProfile.PasswordResetRequired": true, "result.RandomPassword": longestPassword,
	"Tags.Value": "pending", "result.Executions.Name": strings.Repeat("n", 80),
}

// expiryValues are more values, for the state machine that withdraws first passwords: those of the last page of 5,000 users. Each of
// them has failed or expired.
var expiryValues = map[string]any{
	"result.IsTruncated": true, "result.Marker": strings.Repeat("m", 320), "result.Users": times(100, func(i int) any {
		return map[string]any{"UserName": address(i), "Path": longestUserPath}
	}),
	"marker": strings.Repeat("m", 320), "users": times(100, address), "checked": 4900, "notListed": 4000,
	"expired": times(599, address), "failed": times(199, failedUser), "input.Expired": times(100, address), "input.Failed": times(100, failedUser),
	"issuedBefore": issued, "input.IssuedBefore": issued, "BatchInput.IssuedBefore": issued, "LoginProfile.CreateDate": issued,
	"isOurs": true, "hasSignedIn": false, "isUnused": true, "profileMade": issued, "User.PasswordLastUsed": issued,
	"marked": true, "deletions": 3, "failure": failedUser(0), "pages": 49, "waits": 12,
}

// removalValues are more values, for the state machine that removes users: those of a full page.
var removalValues = map[string]any{
	"result.IsTruncated": true, "result.Marker": strings.Repeat("m", 320), "result.Users.UserName": times(100, address),
	"result.AccessKeyMetadata":      times(100, func(int) any { return map[string]any{"AccessKeyId": strings.Repeat("A", 128), "Status": "Active"} }),
	"AccessKeyMetadata.AccessKeyId": ids, "Certificates.CertificateId": ids, "SshPublicKeys.SshPublicKeyId": ids,
	"ServiceSpecificCredentials.ServiceSpecificCredentialId": ids, "MfaDevices.SerialNumber": ids, "Groups.GroupName": ids, "result.PolicyNames": ids,
	"AttachedPolicies.PolicyArn": ids, "result.AttachedPolicies": times(100, func(int) any { return map[string]any{"PolicyName": "p"} }), "items": ids, "names": times(1000, address), "pages": 49, "lists": 60, "attempts": 2, "until": 0,
	"found": times(8, func(int) any { return "service-specific credentials" }), "isTruncated": true, "failure": failedUser(0), "failure.Step": "DeleteUser", "isOurs": true,
	"input.Delete": true, "BatchInput.Delete": true, "input.Action": "Delete", "input.IAMUserNames": times(1000, address),
}

var ids = times(100, func(int) any { return strings.Repeat("A", 128) })

// failedUser is a user of the report of a sweep.
func failedUser(i int) any {
	return map[string]any{"UserName": address(i), "Status": "Failed", "Step": "DeleteLoginProfile", "Error": strings.Repeat("E", 48),
		"Cause": strings.Repeat("c", 100)}
}

var longestUserPath = "/" + strings.Repeat("p", 510) + "/"

// TestEveryExpression evaluates every expression of a definition with long values.
func TestEveryExpression(t *testing.T) {
	for options, definition := range modelDefinitions(t) {
		found, worst := wantLittleEffort(t, options, definition)
		fmt.Printf("%s: %d expressions, at most a depth of %d and %d steps\n", options, found, worst.Depth, worst.Steps)
	}
}

// wantLittleEffort checks the effort of each expression. It returns the number of expressions, and the largest effort.
func wantLittleEffort(t testing.TB, options, definition string) (count int, worst jsonatatest.Effort) {
	t.Helper()
	values := maps.Clone(otherValues)
	maps.Copy(values, argumentValues["longest"])
	if strings.HasPrefix(options, "password expiry") {
		maps.Copy(values, expiryValues)
	}
	if strings.HasPrefix(options, "offboarding") {
		maps.Copy(values, removalValues)
	}
	jsonata := startJSONata(t)
	jsonata.Observe = func(expression string, effort jsonatatest.Effort) {
		if effort.Depth > mostDepth || effort.Steps > mostSteps {
			t.Errorf("%.200s: took a depth of %d and %d steps, want at most %d and %d", expression, effort.Depth, effort.Steps, mostDepth, mostSteps)
		}
		worst = jsonatatest.Effort{Depth: max(worst.Depth, effort.Depth), Steps: max(worst.Steps, effort.Steps)}
	}
	found := expressionsOf(t, definition)
	paths := references(t, found)
	for _, expression := range found {
		slices.Sort(paths[expression])
		bindings, err := bind(paths[expression], values)
		if err != nil {
			t.Errorf("%s: %.200s: %v", options, expression, err)
			continue
		}
		if _, err := jsonata.Evaluate(expression, bindings); err != nil {
			t.Errorf("%s: %.200s: %v", options, expression, err)
		}
	}
	return len(found), worst
}

func expressionsOf(t testing.TB, definition string) []string {
	t.Helper()
	var decoded any
	if err := json.Unmarshal([]byte(definition), &decoded); err != nil {
		t.Fatal(err)
	}
	return expressions(decoded)
}

// TestShapesOfExpressions checks that no expression has a group-by, and no function has a constructor of two or more members.
// By one way to count, each of these makes every evaluation after it deeper.
func TestShapesOfExpressions(t *testing.T) {
	for options, definition := range modelDefinitions(t) {
		wantFlatExpressions(t, options, definition)
	}
}

func wantFlatExpressions(t testing.TB, options, definition string) {
	t.Helper()
	found := expressionsOf(t, definition)
	for i, problems := range ofTrees(t, "shapes.js", found) {
		for _, problem := range problems {
			t.Errorf("%s: %.200s has %s", options, found[i], problem)
		}
	}
}

// TestDefinitionHasNoComments checks that no expression has a comment of JSONata. AWS does not document whether it accepts
// them.
func TestDefinitionHasNoComments(t *testing.T) {
	wantNoComments(t, definitionText(t))
}

func wantNoComments(t testing.TB, definition string) {
	t.Helper()
	if found := regexp.MustCompile(`/\*.{0,60}`).FindString(definition); found != "" {
		t.Errorf("the definition has the comment %s", found)
	}
}
