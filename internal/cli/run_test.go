package cli_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// addresses returns a list of users in text format.
func addresses(count int) string {
	var list strings.Builder
	for i := range count {
		fmt.Fprintf(&list, "user-%d@example.com\n", i)
	}
	return list.String()
}

// start returns the first lines on stderr of a run of a list from standard input.
func start(users int) string {
	return strings.Replace(stderrStart, "1 user ", fmt.Sprintf("%d users ", users), 1)
}

func TestRun(t *testing.T) {
	tests := map[string]struct {
		aws  *fakeAWS
		want result
	}{
		"every user is created": {
			aws:  &fakeAWS{looks: succeeded(created)},
			want: result{createdTable, stderrStart, 0},
		},
		"users that were onboarded before are no failure": {
			aws: &fakeAWS{looks: succeeded(`{"Total":5,"Created":0,"Resumed":0,"Resent":1,"Skipped":4,"Failed":0,"Users":[` +
				`{"UserName":"ada","Status":"Skipped","Reason":"Expired"},` +
				`{"UserName":"bob","Status":"Skipped","Reason":"Complete"},` +
				`{"UserName":"cy","Status":"Skipped","Reason":"TakenOver"},` +
				`{"UserName":"dee","Status":"Resent"},` +
				`{"UserName":"eve","Status":"Skipped","Reason":"Later"}]}`)},
			want: result{`USER  STATUS   WHAT TO DO
ada   Skipped  the first password expired: mail a new one with onboard resend
bob   Skipped  nothing: the name was onboarded before
cy    Skipped  nothing: has chosen a password, or has no login profile any more
dee   Resent   nothing
eve   Skipped  nothing: Later
5 users: 1 sent a new password, 2 onboarded before, 1 with an expired first password, 1 skipped
`, stderrStart, 0},
		},
		"one failed: the report is in the history": {
			aws: &fakeAWS{
				looks: failed("UsersNotOnboarded", "1 of 3 users"),
				history: [][]types.HistoryEvent{
					{{Type: types.HistoryEventTypeExecutionFailed}, exited("Other", "{}")},
					{exited("Summary", mixed), exited("Summary", created)},
				},
			},
			want: result{mixedTable, stderrStart + runFailed, 1},
		},
		"an unknown status is no success": {
			aws: &fakeAWS{looks: succeeded(`{"Total":1,"Failed":1,"Users":[{"UserName":"ada","Status":"Halfway"}]}`)},
			want: result{`USER  STATUS   WHAT TO DO
ada   Halfway  unknown status: see the execution in the console
1 user: 1 failed
`, stderrStart + runFailed, 1},
		},
		"no report in the history": {
			aws:  &fakeAWS{looks: failed("UsersNotOnboarded", "1 of 3 users")},
			want: result{"", stderrStart + "onboard: the history of the execution has no state Summary\n", 1},
		},
		"the history cannot be read": {
			aws: &fakeAWS{looks: failed("UsersNotOnboarded", ""), historyErr: denied},
			want: result{"", stderrStart + "onboard: read the report: AccessDeniedException: not you: " +
				"ask an administrator of the account for this permission; get the report with: onboard report " + executionARN + "\n", 3},
		},
		"another state machine": {
			aws:  &fakeAWS{looks: succeeded(`{}`)},
			want: result{"", stderrStart + "onboard: the execution ended without a report of its users, got: {}\n", 1},
		},
		"a report that lacks users": {
			aws: &fakeAWS{looks: succeeded(`{"Total":2,"Users":[{"Status":"Created"}]}`)},
			want: result{"", stderrStart + "onboard: the execution ended without a report of its users, " +
				`got: {"Total":2,"Users":[{"Status":"Created"}]}` + "\n", 1},
		},
		"InvalidInput": {
			aws: &fakeAWS{looks: failed("InvalidInput", "item 1 must have an e-mail address, got: \"a\x1b\"\nitem 2 must have a UserName")},
			want: result{"", stderrStart + `onboard: the state machine refused the list, and no user was changed; correct the list, then run it again:
  standard input:1: must have an e-mail address, got: "a "
  item 2 must have a UserName
`, 2},
		},
		"PreflightFailed": {
			aws: &fakeAWS{looks: failed("PreflightFailed", "the identity is not verified: click on the link")},
			want: result{"", stderrStart + `onboard: the preflight failed, and no user was changed; do this, then run the same list again:
  the identity is not verified: click on the link
`, 1},
		},
		"PreflightFailed, denied": {
			aws: &fakeAWS{looks: failed("PreflightFailed", "GetAccount failed with SesV2.SesV2Exception: User: x is not authorized\nSES does not send")},
			want: result{"", stderrStart + `onboard: the preflight failed, and no user was changed; do this, then run the same list again:
  GetAccount failed with SesV2.SesV2Exception: User: x is not authorized
  SES does not send
if a call was not authorized: ` + roleDenied + "\n", 1},
		},
		"a child execution is denied": {
			aws: &fakeAWS{looks: failed("States.Runtime", "User: x is not authorized to perform: states:StartExecution")},
			want: result{"", stderrStart + "onboard: the execution ended as FAILED: States.Runtime: User: x is not authorized to " +
				"perform: states:StartExecution; " + roleDenied + "\n", 1},
		},
		"another failure": {
			aws: &fakeAWS{looks: failed("States.Runtime", "no such\nfield")},
			want: result{"", stderrStart + "onboard: the execution ended as FAILED: States.Runtime: no such field; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"aborted": {
			aws: &fakeAWS{looks: []look{{}, {status: types.ExecutionStatusAborted}}},
			want: result{"", stderrStart + "onboard: the execution ended as ABORTED; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"timed out": {
			aws: &fakeAWS{looks: []look{{status: types.ExecutionStatusTimedOut, error: "States.Timeout"}}},
			want: result{"", stderrStart + "onboard: the execution ended as TIMED_OUT: States.Timeout; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"progress: a line for each change": {
			aws: &fakeAWS{looks: []look{
				{},
				{items: &types.MapRunItemCounts{Pending: 1, Total: 1}},
				{items: &types.MapRunItemCounts{Running: 1, Total: 1}},
				{items: &types.MapRunItemCounts{Succeeded: 1, Total: 1}},
				{items: &types.MapRunItemCounts{Succeeded: 1, Total: 1}},
				{items: &types.MapRunItemCounts{Succeeded: 1, Total: 1}, status: types.ExecutionStatusSucceeded, output: created},
			}},
			want: result{createdTable, stderrStart + "1 of 1 users done\n", 0},
		},
		"progress: not permitted": {
			aws:  &fakeAWS{looks: []look{{itemsErr: denied}, {itemsErr: denied, status: types.ExecutionStatusSucceeded, output: created}}},
			want: result{createdTable, stderrStart, 0},
		},
		"a new execution is not found at first": {
			aws: &fakeAWS{looks: []look{
				{err: &types.ExecutionDoesNotExist{}}, {err: &types.ExecutionDoesNotExist{}}, {},
				{status: types.ExecutionStatusSucceeded, output: created},
			}},
			want: result{createdTable, stderrStart, 0},
		},
		"the connection is lost twice, each time for less than a minute": {
			aws: &fakeAWS{looks: slices.Concat(
				slices.Repeat([]look{{err: errors.New("no route")}}, 40), []look{{}},
				slices.Repeat([]look{{err: errors.New("no route")}}, 40), succeeded(created),
			)},
			want: result{createdTable, stderrStart, 0},
		},
		"redriven in the console": {
			aws: &fakeAWS{looks: []look{
				{status: types.ExecutionStatusPendingRedrive}, {status: types.ExecutionStatusSucceeded, output: created},
			}},
			want: result{createdTable, stderrStart, 0},
		},
		"the connection is lost for good": {
			aws: &fakeAWS{looks: []look{{}, {err: errors.New("no route")}}},
			want: result{"", stderrStart + "onboard: watch the execution: no route: check the network, --region and AWS_ENDPOINT_URL; " +
				"" + stillThere, 3},
		},
		"the credentials expire": {
			aws: &fakeAWS{looks: []look{{}, {err: &smithy.GenericAPIError{Code: "ExpiredTokenException", Message: "expired"}}, {}}},
			want: result{"", stderrStart + "onboard: watch the execution: ExpiredTokenException: expired: " +
				"sign in, for example with aws sso login, or choose a profile with --profile; " + stillThere, 3},
		},
		"stack without the output": {
			aws: &fakeAWS{stackOutputs: map[string]string{"Other": "value"}},
			want: result{"", `onboard: the stack "IamUserOnboarding" has no output StateMachineArn: ` +
				"choose another with --stack, or the state machine with --state-machine\n", 3},
		},
		"stack not permitted": {
			aws: &fakeAWS{stackErr: &smithy.GenericAPIError{Code: "AccessDenied", Message: "not you"}},
			want: result{"", "onboard: find the stack IamUserOnboarding: AccessDenied: not you: " +
				"ask an administrator of the account for this permission\n", 3},
		},
		"start not permitted": {
			aws: &fakeAWS{startErr: denied},
			want: result{"", announced + "onboard: start " + machineARN + ": AccessDeniedException: not you: " +
				"ask an administrator of the account for this permission\n", 3},
		},
		"no such state machine": {
			aws: &fakeAWS{startErr: &types.StateMachineDoesNotExist{}},
			want: result{"", announced + "onboard: start " + machineARN + ": StateMachineDoesNotExist: " +
				"check --state-machine and --region\n", 3},
		},
		"start without an answer": {
			aws: &fakeAWS{startErr: errors.New("connection reset")},
			want: result{"", announced + "onboard: start " + machineARN + ": connection reset: check the network, --region and AWS_ENDPOINT_URL; " +
				"the execution may have started all the same; watch again with: onboard watch " + strings.Replace(executionARN, ":run", ":NAME", 1) + "\n", 3},
		},
		"a server error": {
			aws:  &fakeAWS{startErr: &smithy.GenericAPIError{Code: "InternalFailure", Message: "oops", Fault: smithy.FaultServer}},
			want: result{"", announced + "onboard: start " + machineARN + ": InternalFailure: oops: try again\n", 3},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, `["ada@example.com"]`, "run", "-")
			expect(t, got, test.want)
		})
	}
}

// TestPersonWhoGotNothingIsNoSuccess has the report of people whose names other users have. They come after the users that need
// nothing, and before those that failed.
func TestPersonWhoGotNothingIsNoSuccess(t *testing.T) {
	const (
		bob    = `{"UserName":"bob","Status":"Skipped","Reason":"NotOurs"}`
		others = `,{"UserName":"cy","Status":"Skipped","Reason":"Complete"},{"UserName":"ada","Status":"Skipped","Reason":"TakenOver"}`
		table  = "USER  STATUS   WHAT TO DO\ncy    Skipped  nothing: the name was onboarded before\n" +
			"ada   Skipped  nothing: has chosen a password, or has no login profile any more\n" +
			"bob   Skipped  NOT onboarded, the name is taken: for a person who is new, choose another UserName\n"
		failedRows = "dee   Failed   run the same list again\n               CreateUser failed: States.Timeout: no answer\n"
		summary    = "2 onboarded before, 1 NOT onboarded: the name is taken"
		taken      = "1 user NOT onboarded, because the name is taken: choose another UserName for a person who is new, or accept it with --allow-existing\n"
		getReport  = "get the report with: onboard report " + executionARN + "\n"
	)
	report := func(users int, more string) []look {
		return succeeded(fmt.Sprintf(`{"Total":%d,"Users":[%s]}`, users, bob+others+more))
	}
	withFailure := report(4, `,{"UserName":"dee","Status":"Failed","Step":"CreateUser","Error":"States.Timeout","Cause":"no answer"}`)
	tests := map[string]struct {
		looks []look
		args  []string
		want  result
	}{
		"taken":            {report(3, ""), []string{"run", "-"}, result{table + "3 users: " + summary + "\n", start(3) + "onboard: " + taken + getReport, 1}},
		"--allow-existing": {report(3, ""), []string{"run", "-", "--allow-existing"}, result{table + "3 users: " + summary + "\n", start(3), 0}},
		"report":           {report(3, ""), []string{"report", "run"}, result{table + "3 users: " + summary + "\n", "onboard: " + taken, 1}},
		"report --allow-existing": {report(3, ""), []string{"report", "run", "--allow-existing"},
			result{table + "3 users: " + summary + "\n", "", 0}},
		"taken, and failed": {withFailure, []string{"run", "-"}, result{table + failedRows + "4 users: " + summary + ", 1 failed\n",
			start(3) + "onboard: " + taken + strings.TrimPrefix(runFailed, "onboard: "), 1}},
		"failed, --allow-existing": {withFailure, []string{"run", "-", "--allow-existing"},
			result{table + failedRows + "4 users: " + summary + ", 1 failed\n", start(3) + runFailed, 1}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, &fakeAWS{looks: test.looks}, addresses(3), test.args...), test.want)
		})
	}
}

var denied = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "not you"}

func TestRunRefusesBesideAnotherRun(t *testing.T) {
	others := []types.ExecutionListItem{
		{Name: aws.String("over"), Status: types.ExecutionStatusFailed},
		{Name: aws.String("other"), Status: types.ExecutionStatusRunning},
	}
	over := succeeded(created)[0]
	wait := []string{"--wait"}
	const waiting = "the execution other is still running: waiting for its end\n"
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want result
	}{
		"one is running":               {&fakeAWS{executions: others}, nil, result{"", announced + "onboard: " + anotherRun, 1}},
		"none is running":              {&fakeAWS{executions: others[:1], looks: []look{over}}, nil, result{createdTable, stderrStart, 0}},
		"one has ended, and is listed": {&fakeAWS{executions: others, looks: []look{over}}, nil, result{createdTable, stderrStart, 0}},
		"list not permitted":           {&fakeAWS{executions: others, listErr: denied, looks: []look{over}}, nil, result{createdTable, stderrStart, 0}},
		"--wait": {&fakeAWS{executions: others, looks: []look{{}, {}, {}, over}, laterLooks: [][]look{{over}}}, wait,
			result{createdTable, announced + waiting + strings.TrimPrefix(stderrStart, announced), 0}},
		"--wait, none is running": {&fakeAWS{executions: others[:1], looks: []look{over}}, wait, result{createdTable, stderrStart, 0}},
		"--wait, Ctrl-C":          {&fakeAWS{executions: others, interruptOn: 3}, wait, result{"", announced + waiting + "onboard: interrupted, nothing was started\n", 1}},
		"--wait, its end cannot be read": {&fakeAWS{executions: others, looks: []look{{err: denied}}}, wait, result{"", announced + waiting +
			"onboard: watch the execution: AccessDeniedException: not you: ask an administrator of the account for this permission; " +
			"the execution goes on; watch again with: onboard watch " + strings.Replace(executionARN, ":run", ":other", 1) + "\n", 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, "ada@example.com", append([]string{"run", "-"}, test.args...)...)
			expect(t, got, test.want)
		})
	}
}

// otherARN is the ARN of an execution that somebody else has started.
const otherARN = "arn:aws:states:eu-west-1:123456789012:execution:Onboarding:other"

const anotherRun = "the execution other is still running, and no user was changed: wait for its end (onboard watch " + otherARN + "), then run the same list again; or add --wait, and the command waits\n"

// TestRunIsRefusedBesideAnotherRun has the state machine refuse the list. If the other execution has ended, the command tries again.
func TestRunIsRefusedBesideAnotherRun(t *testing.T) {
	refusal := failed(contract.AnotherRunIsActive, contract.AnotherRun("other"))[0]
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want result
	}{
		"it goes on": {&fakeAWS{looks: []look{refusal, {}}}, nil, result{"", stderrStart + "onboard: " + anotherRun, 1}},
		"it has ended": {&fakeAWS{looks: []look{refusal, succeeded(created)[0]}, laterLooks: [][]look{succeeded(created)}}, nil,
			result{createdTable, stderrStart + "started run, see " + consoleLink + "\n", 0}},
		"it goes on, --wait": {&fakeAWS{looks: []look{refusal, {}, {}, {}, succeeded(created)[0]}, laterLooks: [][]look{succeeded(created)}}, []string{"--wait"},
			result{createdTable, stderrStart + "the execution other is still running: waiting for its end\nstarted run, see " + consoleLink + "\n", 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, test.aws, "ada@example.com", append([]string{"run", "-"}, test.args...)...), test.want)
		})
	}
}
