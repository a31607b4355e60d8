package cli_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestReport(t *testing.T) {
	const noExecution = "onboard: there is no execution " + executionARN + ": see onboard list, and check --stack, --region and --profile\n"
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want result
	}{
		"all onboarded": {
			aws:  &fakeAWS{looks: succeeded(created)},
			want: result{createdTable, "", 0},
		},
		"one failed": {
			aws:  &fakeAWS{looks: failed("UsersNotOnboarded", ""), history: [][]types.HistoryEvent{{exited("Summary", mixed)}}},
			want: result{mixedTable, oneFailed, 1},
		},
		"as CSV": {
			aws:  &fakeAWS{looks: succeeded(created)},
			args: []string{"--output", "csv"},
			want: result{"user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed\nada@example.com,,,,Created,,,,,,\n", "", 0},
		},
		"a refused list": {
			aws: &fakeAWS{looks: failed("InvalidInput", "item 2 must have a UserName")},
			want: result{"", "onboard: the state machine refused the list, and no user was changed; correct the list, then run it again:\n" +
				"  item 2 must have a UserName\n", 2},
		},
		"aborted": {
			aws: &fakeAWS{looks: []look{{status: types.ExecutionStatusAborted}}},
			want: result{"", "onboard: the execution ended as ABORTED; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"timed out": {
			aws: &fakeAWS{looks: []look{{status: types.ExecutionStatusTimedOut, error: "States.Timeout",
				items: &types.MapRunItemCounts{Succeeded: 5, Failed: 1, Aborted: 2, TimedOut: 1, Pending: 1, Total: 10}}}},
			want: result{"", "onboard: the execution ended as TIMED_OUT: States.Timeout, 7 of 10 users were done; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"aborted, counts not permitted": {
			aws: &fakeAWS{looks: []look{{status: types.ExecutionStatusAborted, itemsErr: denied}}},
			want: result{"", "onboard: the execution ended as ABORTED; " +
				"run the same list again; the next execution continues where this one stopped\n", 1},
		},
		"running": {
			aws: &fakeAWS{looks: []look{{items: &types.MapRunItemCounts{Succeeded: 3, Running: 4, Total: 7}}}},
			want: result{"", "onboard: the execution is still running, 3 of 7 users are done; watch again with: onboard watch " +
				executionARN + "\n", 1},
		},
		"just started": {
			aws:  &fakeAWS{},
			want: result{"", "onboard: the execution is still running; watch again with: onboard watch " + executionARN + "\n", 1},
		},
		"no such execution": {
			aws:  &fakeAWS{looks: []look{{err: &types.ExecutionDoesNotExist{}}}},
			want: result{"", noExecution, 3},
		},
		"not permitted": {
			aws: &fakeAWS{looks: []look{{err: denied}}},
			want: result{"", "onboard: read the execution " + executionARN + ": AccessDeniedException: not you: " +
				"ask an administrator of the account for this permission\n", 3},
		},
	}
	for name, test := range tests {
		for _, execution := range []string{executionARN, "run"} {
			t.Run(name+" by "+execution, func(t *testing.T) {
				got := runWith(t, test.aws, "", append([]string{"report", execution}, test.args...)...)
				expect(t, got, test.want)
				if test.aws.described != executionARN {
					t.Errorf("asked for %s", test.aws.described)
				}
				test.aws.lookNumber = 0
			})
		}
	}
}

// TestReportOnly checks which users --only prints. The summary counts all.
func TestReportOnly(t *testing.T) {
	const report = `{"Total":6,"Created":1,"Resumed":1,"Resent":1,"Skipped":2,"Failed":1,"Users":[{"UserName":"ada","Status":"Created"},` +
		`{"UserName":"bob","Status":"Resumed"},{"UserName":"cy","Status":"Resent"},{"UserName":"dee","Status":"Skipped","Reason":"Complete"},` +
		`{"UserName":"eve","Status":"Skipped","Reason":"NotOurs"},{"UserName":"fay","Status":"Failed"},{"UserName":"gus","Status":"Later"}]}`
	for only, want := range map[string]string{
		"created": "ada", "resumed": "bob", "resent": "cy", "skipped": "dee eve", "taken": "eve", "failed": "fay gus",
	} {
		fake := &fakeAWS{looks: succeeded(strings.Replace(report, `"Total":6`, `"Total":7`, 1))}
		var names []string
		for row := range strings.Lines(runWith(t, fake, "", "report", "run", "--only", only, "-o", "csv").Stdout) {
			name, _, _ := strings.Cut(row, ",")
			names = append(names, name)
		}
		if got := strings.Join(names[1:], " "); got != want {
			t.Errorf("--only %s: got %s, want %s", only, got, want)
		}
		table := runWith(t, fake, "", "report", "run", "--only", only).Stdout
		if lines := strings.Count(table, "\n"); lines != len(names)+1 || !strings.Contains(table, "\n7 users: 1 created, ") {
			t.Errorf("--only %s: got the table\n%s", only, table)
		}
	}
}

// TestReportIsAList checks that the CSV of the users that failed is a list with their names, addresses and groups.
func TestReportIsAList(t *testing.T) {
	fake := &fakeAWS{looks: succeeded(mixed), inputs: map[string]string{executionARN: inputOfMixed}}
	list := runWith(t, fake, "", "report", "run", "--only", "failed", "-o", "csv").Stdout
	again := &fakeAWS{looks: succeeded(created)}
	runWith(t, again, list, "run", "-")
	want := `{"IAMUserNames":[{"UserName":"bob","Email":"bob@example.com","Group":"Staff","Language":"ja"}]}`
	if len(again.started) != 1 || *again.started[0].Input != want {
		t.Errorf("the list is\n%s\nstarted %d executions, want one with the input %s", list, len(again.started), want)
	}
}

func TestReportOfTheLast(t *testing.T) {
	fake := &fakeAWS{looks: succeeded(created), executions: []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN)}, {ExecutionArn: aws.String("earlier")}}}
	expect(t, runWith(t, fake, "", "report", "--last"), result{createdTable, "", 0})
	if fake.described != executionARN {
		t.Errorf("asked for %s", fake.described)
	}
	expect(t, runWith(t, &fakeAWS{}, "", "report", "--last"), result{"", "onboard: there is no execution of " + machineARN + " yet: see onboard run --help\n", 3})
	expect(t, runWith(t, noSweeps(), "", "report", "--last", "--sweeps"), result{"", "onboard: there is no sweep of " + sweepMachine +
		" yet: the stack starts one on a schedule, see onboard check --aws\n", 3})
	expect(t, runWith(t, &fakeAWS{listErr: denied}, "", "report", "--last"), result{"", "onboard: list the executions of " + machineARN +
		": AccessDeniedException: not you: ask an administrator of the account for this permission\n", 3})
}

func TestReportTakesTheRegionFromTheARN(t *testing.T) {
	fake := &fakeAWS{looks: succeeded(created)}
	runWith(t, fake, "", "report", executionARN, "--profile", "admin")
	if fake.region != "eu-west-1" || fake.profile != "admin" || fake.stackName != "" {
		t.Errorf("asked region %q and profile %q, and for the stack %q", fake.region, fake.profile, fake.stackName)
	}
}

func TestReportOfAWrongName(t *testing.T) {
	for _, name := range []string{machineARN, "arn:aws:iam:eu-west-1:123456789012:execution:A:b", "arn:aws:states::123456789012:execution:A:b", "a:b", "arn:aws:states", "a name", ""} {
		got := runWith(t, &fakeAWS{}, "", "report", name)
		expect(t, got, result{"", "onboard: EXECUTION must be a name that onboard list prints, or an ARN, got: \"" + name + "\"\n", 2})
	}
}
