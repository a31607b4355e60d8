package cli_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// reportOf returns the report of an execution that created the users first to last of [addresses].
func reportOf(first, last int) string {
	var users []string
	for i := first; i <= last; i++ {
		users = append(users, fmt.Sprintf(`{"UserName":"user-%d@example.com","Status":"Created"}`, i))
	}
	return fmt.Sprintf(`{"Total":%d,"Created":%[1]d,"Users":[%s]}`, len(users), strings.Join(users, ","))
}

// starts returns the lines on stderr about a list of several executions, of which some were started.
func starts(users, executions, started int) string {
	intro := fmt.Sprintf("onboard %d users from standard input in account 123456789012, eu-west-1, in %d executions one after the other\n",
		users, executions)
	return intro + strings.Repeat("started run, see "+consoleLink+"\n", started)
}

func TestLongListIsSplit(t *testing.T) {
	fake := &fakeAWS{
		looks:      succeeded(reportOf(0, 999)),
		laterLooks: [][]look{succeeded(reportOf(1000, 1999)), succeeded(reportOf(2000, 2000))},
	}
	got := runWith(t, fake, addresses(2001), "run", "-")
	rows := strings.Split(got.Stdout, "\n")
	if len(rows) != 2001+3 || !strings.HasPrefix(rows[2001], "user-2000@example.com  Created") {
		t.Errorf("got %d lines, and the last user %q", len(rows), rows[len(rows)-3])
	}
	if got, want := rows[len(rows)-2], "2001 users: 2001 created"; got != want {
		t.Errorf("got the summary %q, want %q", got, want)
	}
	expect(t, result{"", withoutProgress(got.Stderr), got.Code}, result{"", starts(2001, 3, 3), 0})
	for i, want := range []int{1000, 1000, 1} {
		input := inputOf(t, fake, i)
		if first := fmt.Sprintf("user-%d@example.com", i*1000); len(input) != want || input[0] != first {
			t.Errorf("execution %d got %d users from %v on, want %d from %s on", i, len(input), input[0], want, first)
		}
	}
}

func TestProgressOfLongList(t *testing.T) {
	all := func(users int64) *types.MapRunItemCounts {
		return &types.MapRunItemCounts{Succeeded: users, Total: users}
	}
	fake := &fakeAWS{
		looks:      []look{{items: all(1000), status: types.ExecutionStatusSucceeded, output: reportOf(0, 999)}},
		laterLooks: [][]look{{{items: all(1), status: types.ExecutionStatusSucceeded, output: reportOf(1000, 1000)}}},
	}
	got := runWith(t, fake, addresses(1001), "run", "-")
	for _, want := range []string{"\n1000 of 1001 users done\n", "\n1001 of 1001 users done\n"} {
		if !strings.Contains(got.Stderr, want) {
			t.Errorf("stderr lacks %q, got: %s", want, got.Stderr)
		}
	}
}

// TestInputIsBounded runs a list of the longest users that the rules allow. Fewer than 1,000 of them fit into an input.
func TestInputIsBounded(t *testing.T) {
	const (
		users    = 1000
		maxInput = 256 << 10 // bytes; Step Functions Developer Guide, "Quotas"
	)
	csv := "email,user_name,group\n"
	for i := range users {
		email := "a" + strings.Repeat("&", 63) + "@" + strings.Repeat("d.", 90) + "example"
		csv += fmt.Sprintf("%s,%s%04d,%s\n", email, strings.Repeat("n", 60), i, strings.Repeat("g", 128))
	}
	fake := &fakeAWS{looks: succeeded(created)}
	fake.preflight.definition = strings.ReplaceAll(definition, `"Name": "Staff"`, fmt.Sprintf(`"Name": %q`, strings.Repeat("g", 128)))
	for range 10 {
		fake.laterLooks = append(fake.laterLooks, succeeded(created))
	}
	if got := runWith(t, fake, csv, "run", "-", "--resend"); got.Code != 0 {
		t.Fatalf("got the exit code %d and %s", got.Code, got.Stderr)
	}
	total := 0
	for i, started := range fake.started {
		if size := len(*started.Input); size > maxInput || i+1 < len(fake.started) && size < maxInput-2000 {
			t.Errorf("execution %d of %d got an input of %d bytes, want up to %d", i+1, len(fake.started), size, maxInput)
		}
		total += len(inputOf(t, fake, i))
	}
	if total != users {
		t.Errorf("got %d users, want %d", total, users)
	}
}

func TestLongListStops(t *testing.T) {
	const (
		reported    = "\n1000 of 1501 users are in this report: run the same list again\n"
		unstarted   = ", and 501 were not started, beginning with user-1000@example.com (standard input:1001): "
		again       = "run the same list again\n"
		later       = "when that execution has ended, " + again
		stopped     = "\n1000 of 1501 users are in this report, and the others are in the report of that execution\n"
		interrupted = "stopped watching; " + stillThere
	)
	tests := map[string]struct {
		fake              *fakeAWS
		started, reported int
		stderr            string // after the start
		code              int
	}{
		"preflight": {
			&fakeAWS{laterLooks: [][]look{failed("PreflightFailed", "SES does not send")}}, 2, 1000,
			"the preflight failed, and no user was changed; do this, then run the same list again:\n  SES does not send" + reported, 1,
		},
		"aborted": {
			&fakeAWS{laterLooks: [][]look{{{status: types.ExecutionStatusAborted}}}}, 2, 1000,
			"the execution ended as ABORTED; run the same list again; the next execution continues where this one stopped" + reported, 1,
		},
		"refused": {
			&fakeAWS{laterLooks: [][]look{failed("InvalidInput", "item 1 must have a Group out of Staff\nitem 501 must, too\nitem 502 is nowhere")}}, 2, 1000,
			"the state machine refused the list, and no user was changed; correct the list, then run it again:\n" +
				"  standard input:1001: must have a Group out of Staff\n  standard input:1501: must, too\n  item 502 is nowhere" + reported, 2,
		},
		"interrupted": {
			&fakeAWS{laterLooks: [][]look{{{}}}, interruptOn: 2}, 2, 1000, strings.TrimSuffix(interrupted, "\n") + stopped, 1,
		},
		"interrupted in the first execution": {
			&fakeAWS{interruptOn: 1}, 1, 0, strings.TrimSuffix(interrupted, "\n") + "\nno user is reported yet" + unstarted + later, 1,
		},
		"interrupted between two executions": {
			&fakeAWS{looks: failed("UsersNotOnboarded", ""), history: [][]types.HistoryEvent{{exited("Summary", reportOf(0, 999))}}, interruptOn: reading},
			1, 1000, "interrupted\n1000 of 1501 users are in this report" + unstarted + again, 1,
		},
		"the connection is lost": {
			&fakeAWS{laterLooks: [][]look{{{}, {err: errors.New("no route")}}}}, 2, 1000,
			"watch the execution: no route: check the network, --region and AWS_ENDPOINT_URL; " +
				strings.TrimSuffix(stillThere, "\n") + stopped, 3,
		},
		"no answer to the start": {
			&fakeAWS{startErr: errors.New("no answer")}, 0, 0,
			"start " + machineARN + ": no answer: check the network, --region and AWS_ENDPOINT_URL; the execution may have " +
				"started all the same; watch again with: onboard watch " + strings.Replace(executionARN, ":run", ":NAME", 1) + "\nno user is reported yet" + unstarted + later, 3,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.fake.looks == nil {
				test.fake.looks = succeeded(reportOf(0, 999))
			}
			got := runWith(t, test.fake, addresses(1501), "run", "-", "--output", "csv")
			if reported := max(strings.Count(got.Stdout, "\n")-1, 0); reported != test.reported {
				t.Errorf("got a report of %d users, want %d", reported, test.reported)
			}
			want := starts(1501, 2, test.started) + "onboard: " + test.stderr
			expect(t, result{"", withoutProgress(got.Stderr), got.Code}, result{"", want, test.code})
		})
	}
}

func TestReportOfTwoExecutionsWithAFailedUser(t *testing.T) {
	fake := &fakeAWS{
		looks:      failed("UsersNotOnboarded", ""),
		history:    [][]types.HistoryEvent{{exited("Summary", mixed)}},
		laterLooks: [][]look{succeeded(reportOf(1000, 1000))},
	}
	got := runWith(t, fake, addresses(1001), "run", "-")
	want := strings.NewReplacer("USER             ", "USER                   ", "ada@example.com", "ada@example.com      ",
		"bob   ", "user-1000@example.com  Created  nothing\nbob         ", "cy@example.com", "cy@example.com      ",
		"      SendEmail", "            SendEmail", "3 users: 1 created", "4 users: 2 created").Replace(mixedTable)
	stderr := starts(1001, 2, 2) + oneFailed + "get the report with: onboard report " + executionARN + "; onboard report " + executionARN + "\n"
	expect(t, result{got.Stdout, withoutProgress(got.Stderr), got.Code}, result{want, stderr, 1})
}

func withoutProgress(stderr string) string {
	return regexp.MustCompile(`(?m)^\d+ of \d+ users done.*\n`).ReplaceAllString(stderr, "")
}

func inputOf(t *testing.T, fake *fakeAWS, execution int) []any {
	t.Helper()
	var input struct{ IAMUserNames []any }
	if err := json.Unmarshal([]byte(*fake.started[execution].Input), &input); err != nil {
		t.Fatal(err)
	}
	return input.IAMUserNames
}
