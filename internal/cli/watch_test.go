package cli_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// halfway is an execution of three users. One of them is done.
func halfway() look {
	return look{items: &types.MapRunItemCounts{Succeeded: 1, Running: 2, Total: 3}}
}

func TestWatch(t *testing.T) {
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want result
	}{
		"until it succeeds": {&fakeAWS{looks: append([]look{halfway()}, succeeded(created)...)}, nil, result{createdTable, "", 0}},
		"until a user failed": {&fakeAWS{looks: append([]look{halfway()}, failed("UsersNotOnboarded", "")...),
			history: [][]types.HistoryEvent{{exited("Summary", mixed)}}}, nil, result{mixedTable, oneFailed, 1}},
		"it has ended": {&fakeAWS{looks: succeeded(created)}, nil, result{createdTable, "", 0}},
		"a sweep":      {&fakeAWS{looks: append([]look{{}}, succeeded(swept)...)}, nil, result{sweptTable, "", 0}},
		"interrupted":  {&fakeAWS{looks: []look{halfway()}, interruptOn: 3}, nil, result{"", "onboard: stopped watching; " + stillThere, 1}},
		"as CSV": {&fakeAWS{looks: append([]look{halfway()}, succeeded(created)...)}, []string{"-o", "csv"},
			result{"user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed\nada@example.com,,,,Created,,,,,,\n", "", 0}},
		"no such execution": {&fakeAWS{looks: []look{{err: &types.ExecutionDoesNotExist{}}}}, nil,
			result{"", "onboard: there is no execution " + executionARN + ": see onboard list, and check --stack, --region and --profile\n", 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, test.aws, "", append([]string{"watch", "run"}, test.args...)...), test.want)
		})
	}
}

// TestWatchShowsProgress watches an execution for 15 seconds.
func TestWatchShowsProgress(t *testing.T) {
	fake := &fakeAWS{inputs: map[string]string{executionARN: inputOfMixed}}
	for range 15 {
		fake.looks = append(fake.looks, halfway())
	}
	fake.looks = append(fake.looks, succeeded(mixed)...)
	got := runWith(t, fake, "", "watch", executionARN)
	expect(t, got, result{mixedTable, "1 of 3 users done\n" + oneFailed, 1})
}

func TestStop(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.UTC
	const facts = "run in account 123456789012, eu-west-1, started 2026-11-24 08:00 UTC"
	running := func(started time.Time) look {
		look := halfway()
		look.started = started
		return look
	}(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))
	aborted := look{status: types.ExecutionStatusAborted, items: &types.MapRunItemCounts{Succeeded: 2, Aborted: 1, Total: 3}}
	report := "get the report with: onboard report " + executionARN + "\n"
	tests := map[string]struct {
		aws       *fakeAWS
		args      []string
		asked     string
		isStopped bool
		want      result
	}{
		"yes": {&fakeAWS{looks: []look{running, running, aborted}}, nil, facts + ": 1 of 3 users are done\nGo on? [y/N] ", true,
			result{"stopped run, 2 of 3 users were done; to finish the others, run the same list again\n", "", 0}},
		"no": {&fakeAWS{looks: []look{running}, answer: "n"}, nil, facts + ": 1 of 3 users are done\nGo on? [y/N] ", false,
			result{"", "onboard: not confirmed, nothing was stopped\n", 1}},
		"not asked": {&fakeAWS{looks: []look{running, aborted}}, []string{"--yes"}, "", true,
			result{"stopped run, 2 of 3 users were done; to finish the others, run the same list again\n", "", 0}},
		"a sweep": {&fakeAWS{looks: []look{running, aborted}, stackOutputs: map[string]string{"PasswordExpiryArn": machineARN}},
			[]string{"--yes", "--sweeps"}, "", true, result{"stopped run\n", "", 0}},
		"without a terminal": {&fakeAWS{looks: []look{running}, noTerminal: true}, nil, "", false,
			result{"", "onboard: nobody can confirm the stop, because there is no terminal: add --yes\n", 2}},
		"it has ended": {&fakeAWS{looks: succeeded(created)}, nil, "", false,
			result{"", "onboard: the execution run has ended already, as SUCCEEDED; " + report, 1}},
		"it ends first": {&fakeAWS{looks: append([]look{running}, succeeded(created)...)}, []string{"--yes"}, "", true,
			result{"", "onboard: the execution ended as SUCCEEDED before it was stopped; " + report, 1}},
		"denied": {&fakeAWS{looks: []look{running}, stopErr: denied}, []string{"--yes"}, "", true,
			result{"", "onboard: stop the execution " + executionARN + ": AccessDeniedException: not you: " +
				"ask an administrator of the account for this permission\n", 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			expect(t, runWith(t, test.aws, "", append([]string{"stop", "run"}, test.args...)...), test.want)
			if got := test.aws.asked.String(); got != test.asked {
				t.Errorf("asked %q, want %q", got, test.asked)
			}
			if got := test.aws.stopped == executionARN; got != test.isStopped || !got && test.aws.stopped != "" {
				t.Errorf("stopped %q", test.aws.stopped)
			}
		})
	}
}

func TestStopTheLast(t *testing.T) {
	fake := &fakeAWS{looks: []look{halfway(), {status: types.ExecutionStatusAborted}}, executions: []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN)}}}
	expect(t, runWith(t, fake, "", "stop", "--last", "-y"), result{"stopped run; to finish the others, run the same list again\n", "", 0})
	if fake.stopped != executionARN {
		t.Errorf("stopped %q", fake.stopped)
	}
}
