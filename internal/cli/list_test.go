package cli_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

func TestList(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.FixedZone("EET", 2*60*60)
	listed := func(status types.ExecutionStatus) []types.ExecutionListItem {
		return []types.ExecutionListItem{{
			ExecutionArn: aws.String(executionARN), Name: aws.String("run"), Status: status,
			StartDate: aws.Time(time.Date(2026, 11, 24, 23, 30, 0, 0, time.UTC)),
		}}
	}
	const heading, row = "EXECUTION  STARTED               STATUS     USERS\n", "run        2026-11-25 01:30 EET  "
	tests := map[string]struct {
		aws  *fakeAWS
		want result
	}{
		"succeeded": {
			&fakeAWS{executions: listed("SUCCEEDED"), looks: succeeded(created)},
			result{heading + row + "SUCCEEDED  1 user: 1 created\n", "", 0},
		},
		"failed": {
			&fakeAWS{executions: listed("FAILED"), looks: failed("UsersNotOnboarded", ""),
				history: [][]types.HistoryEvent{{exited("Summary", mixed)}}},
			result{"EXECUTION  STARTED               STATUS  USERS\n" + row + "FAILED  3 users: 1 created, 1 resumed, 1 failed\n", "", 0},
		},
		"refused": {
			&fakeAWS{executions: listed("FAILED"), looks: failed("InvalidInput", "item 1")},
			result{"EXECUTION  STARTED               STATUS  USERS\n" + row + "FAILED  InvalidInput\n", "", 0},
		},
		"aborted": {
			&fakeAWS{executions: listed("ABORTED"), looks: []look{{status: "ABORTED", items: &types.MapRunItemCounts{Succeeded: 2, Aborted: 7, Total: 9}}}},
			result{"EXECUTION  STARTED               STATUS   USERS\n" + row + "ABORTED  2 of 9 users done\n", "", 0},
		},
		"timed out": {
			&fakeAWS{executions: listed("TIMED_OUT"), looks: []look{{status: "TIMED_OUT", error: "States.Timeout", items: &types.MapRunItemCounts{Succeeded: 2, Total: 9}}}},
			result{heading + row + "TIMED_OUT  States.Timeout, 2 of 9 users done\n", "", 0},
		},
		"running": {
			&fakeAWS{executions: listed("RUNNING"), looks: []look{{items: &types.MapRunItemCounts{Succeeded: 2, Total: 9}}}},
			result{"EXECUTION  STARTED               STATUS   USERS\n" + row + "RUNNING  2 of 9 users done\n", "", 0},
		},
		"running, counts not permitted": {
			&fakeAWS{executions: listed("RUNNING"), looks: []look{{itemsErr: denied}}},
			result{"EXECUTION  STARTED               STATUS   USERS\n" + row + "RUNNING  \n", "", 0},
		},
		"none": {
			&fakeAWS{}, result{"", "no executions yet: see onboard run --help\n", 0},
		},
		"not permitted": {
			&fakeAWS{listErr: denied},
			result{"", "onboard: list the executions of " + machineARN + ": AccessDeniedException: not you: " +
				"ask an administrator of the account for this permission\n", 3},
		},
		"history not permitted": {
			&fakeAWS{executions: listed("FAILED"), looks: failed("UsersNotOnboarded", ""), historyErr: denied},
			result{"EXECUTION  STARTED               STATUS  USERS\n" + row + "FAILED  ?\n",
				"onboard: read the report: AccessDeniedException: not you: ask an administrator of the account " +
					"for this permission; get the report with: onboard report " + executionARN + "\n", 3},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, test.aws, "", "list"), test.want)
		})
	}
}

// TestListSelects lists executions of two days, the last one of which runs.
func TestListSelects(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.UTC
	fake := func() *fakeAWS {
		fake := &fakeAWS{inputs: map[string]string{}, looks: []look{{output: mixed, error: "UsersNotOnboarded"}},
			history: [][]types.HistoryEvent{{exited("Summary", mixed)}}}
		for i, input := range []string{
			`{"IAMUserNames":["ada@example.com",{"UserName":"bob","Email":"Bob@example.com","Group":"Staff"}]}`,
			`{"IAMUserNames":["cy@example.com"]}`, `{"IAMUserNames":["bob","dee@example.com"]}`, `[]`,
		} {
			name := fmt.Sprintf("%s-%d", executionARN, i)
			fake.inputs[name] = input
			fake.executions = append(fake.executions, types.ExecutionListItem{ExecutionArn: &name, Status: "FAILED",
				StartDate: aws.Time(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)), StopDate: aws.Time(time.Date(2026, 11, 24, 8, 1, 0, 0, time.UTC))})
		}
		fake.executions[3].Status = "SUCCEEDED"
		return fake
	}
	const (
		heading = "EXECUTION  STARTED               STATUS  USERS\n"
		counts  = "2026-11-24 08:00 UTC  FAILED  3 users: 1 created, 1 resumed, 1 failed\n"
		none    = "no such executions: leave out --status or --user to see others\n"
	)
	tests := map[string]struct {
		args []string
		want result
	}{
		"the last two":                  {[]string{"--limit", "2"}, result{heading + "run-0      " + counts + "run-1      " + counts, "", 0}},
		"by status":                     {[]string{"--status", "succeeded"}, result{strings.Replace(heading, "STATUS", "STATUS   ", 1) + "run-3      " + strings.Replace(counts, "FAILED ", "SUCCEEDED ", 1), "", 0}},
		"by a status in capitals, none": {[]string{"--status", "TIMED_OUT"}, result{"", none, 0}},
		"by name, the last one": {[]string{"--user", "BOB", "--limit", "1"}, result{heading +
			"run-0      2026-11-24 08:00 UTC  FAILED  bob: Failed, SesV2.MessageRejectedException\n", "", 0}},
		"by name": {[]string{"--user", "Cy@example.com"}, result{heading + "run-1      2026-11-24 08:00 UTC  FAILED  cy@example.com: Resumed\n", "", 0}},
		"by address": {[]string{"--user", "bob@example.com", "--limit", "1"}, result{heading +
			"run-0      2026-11-24 08:00 UTC  FAILED  bob: Failed, SesV2.MessageRejectedException\n", "", 0}},
		"of nobody":          {[]string{"--user", "zoe"}, result{"", none, 0}},
		"of nobody, as JSON": {[]string{"--user", "zoe", "-o", "json"}, result{"{\n  \"Executions\": []\n}\n", "", 0}},
		"as JSON": {[]string{"--limit", "1", "-o", "json"}, result{`{
  "Executions": [
    {
      "Name": "run-0",
      "ARN": "` + executionARN + `-0",
      "Account": "123456789012",
      "Region": "eu-west-1",
      "Started": "2026-11-24T08:00:00Z",
      "Ended": "2026-11-24T08:01:00Z",
      "Status": "FAILED",
      "Error": "UsersNotOnboarded",
      "Summary": "3 users: 1 created, 1 resumed, 1 failed"
    }
  ]
}
`, "", 0}},
		"no format of a table": {[]string{"-o", "csv"}, result{"", "onboard: --output must be one of table, json, got: \"csv\"\n", 2}},
		"mistakes": {[]string{"--limit", "0", "--status", "over", "--user", ""}, result{"",
			"onboard: --limit must be from 1 to 1000, got: 0\n" +
				"--status must be one of running, succeeded, failed, timed_out, aborted, pending_redrive, got: \"over\"\n" +
				"--user must be the name or the address of a user, got: \"\"\n", 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, fake(), "", append([]string{"list"}, test.args...)...), test.want)
		})
	}
}

// TestListOfAUserRefused checks that the command names no executions if it cannot read all of them.
func TestListOfAUserRefused(t *testing.T) {
	fake := &fakeAWS{looks: []look{{err: denied}}, executions: []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN)}}}
	got := runWith(t, fake, "", "list", "--user", "ada")
	expect(t, got, result{"", "onboard: read the execution " + executionARN + ": AccessDeniedException: not you: " +
		"ask an administrator of the account for this permission\n", 3})
}

// manyExecutions has only executions that succeeded. AWS refuses to describe the one called refused. A call waits until the
// test lets AWS answer it.
type manyExecutions struct {
	*fakeAWS
	asked   atomic.Int32 // calls that wait
	answers chan struct{}
}

func (m *manyExecutions) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	m.asked.Add(1)
	<-m.answers
	m.asked.Add(-1)
	if *in.ExecutionArn == "refused" {
		return nil, denied
	}
	return &sfn.DescribeExecutionOutput{Status: types.ExecutionStatusSucceeded, Output: aws.String(created)}, nil
}

func TestListWithARefusedExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const executions = 20
		fake := &manyExecutions{fakeAWS: &fakeAWS{}, answers: make(chan struct{})}
		for i := range executions {
			name := fmt.Sprintf("run-%d", i)
			if i == 7 {
				name = "refused"
			}
			fake.executions = append(fake.executions, types.ExecutionListItem{ExecutionArn: &name, Name: &name, Status: "SUCCEEDED"})
		}
		var stdout, stderr strings.Builder
		app := cli.App{Stdout: &stdout, Stderr: &stderr, Connect: func(context.Context, string, string, func() (string, error)) (*operator.Clients, error) {
			return &operator.Clients{Stacks: fake, Executions: fake}, nil
		}}
		done := make(chan int, 1)
		go func() { done <- app.Run(t.Context(), []string{"list"}) }()
		var most int32
		for range executions {
			synctest.Wait() // until every call that needs no answer has been made
			most = max(most, fake.asked.Load())
			fake.answers <- struct{}{}
		}
		code := <-done
		expect(t, result{"", stderr.String(), code}, result{"", "onboard: read the execution refused: AccessDeniedException: not you: " +
			"ask an administrator of the account for this permission\n", 3})
		for i, row := range strings.Split(strings.TrimSpace(stdout.String()), "\n")[1:] {
			want := "1 user: 1 created"
			if i == 7 {
				want = "?"
			}
			if !strings.HasSuffix(row, "  SUCCEEDED  "+want) {
				t.Errorf("execution %d: got %s, want %s", i, row, want)
			}
		}
		if most != 5 {
			t.Errorf("asked for %d executions at a time, want 5", most)
		}
	})
}

func TestListInterruptedWhileItCountsUsers(t *testing.T) {
	fake := &fakeAWS{interruptOn: 1, executions: []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN)}}}
	expect(t, runWith(t, fake, "", "list"), result{"", "onboard: interrupted\n", 1})
}
