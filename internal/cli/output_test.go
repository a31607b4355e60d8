package cli_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
)

func TestOutputAsJSON(t *testing.T) {
	fake := &fakeAWS{looks: []look{{status: types.ExecutionStatusSucceeded, output: mixed, started: time.Date(2026, 11, 25, 7, 12, 13, 0, time.UTC)}}}
	fake.inputs = map[string]string{executionARN: inputOfMixed}
	got := runWith(t, fake, addresses(3), "run", "-", "--output", "json")
	// Text from AWS has no line breaks in the output.
	want := `{
  "Executions": [
    {
      "Name": "run",
      "ARN": "` + executionARN + `",
      "Account": "123456789012",
      "Region": "eu-west-1",
      "Started": "2026-11-25T07:12:13Z",
      "Status": "SUCCEEDED"
    }
  ],
  "Total": 3,
  "Created": 1,
  "Resumed": 1,
  "Resent": 0,
  "Skipped": 0,
  "Failed": 1,
  "Users": [
    {
      "UserName": "ada@example.com",
      "Email": "ada@example.com",
      "Status": "Created"
    },
    {
      "UserName": "bob",
      "Email": "bob@example.com",
      "Group": "Staff",
      "Language": "ja",
      "Status": "Failed",
      "Step": "SendEmail",
      "Error": "SesV2.MessageRejectedException",
      "Cause": "Email address is not verified."
    },
    {
      "UserName": "cy@example.com",
      "Email": "cy@example.com",
      "Status": "Resumed"
    }
  ],
  "Problem": "` + strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(runFailed, "onboard: "), "\n"), "\n", `\n`) + `"
}
`
	expect(t, got, result{want, start(3) + runFailed, 1})
}

// inputOfMixed is the input of the execution whose report is mixed.
const inputOfMixed = `{"IAMUserNames":["ada@example.com",{"UserName":"bob","Email":"bob@example.com","Group":"Staff","Language":"ja"},"cy@example.com"]}`

// TestOutputIsAlwaysJSON checks that there is one JSON document, also without a report.
func TestOutputIsAlwaysJSON(t *testing.T) {
	const record = `"Name":"run","ARN":"` + executionARN + `","Account":"123456789012","Region":"eu-west-1"`
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want string // the executions
		code int
	}{
		"a refused list": {&fakeAWS{looks: failed("InvalidInput", "item 2 must have a UserName")}, []string{"report", "run"},
			`{` + record + `,"Status":"FAILED","Error":"InvalidInput","Cause":"item 2 must have a UserName"}`, 2},
		"aborted":           {&fakeAWS{looks: []look{{status: types.ExecutionStatusAborted}}}, []string{"report", "run"}, `{` + record + `,"Status":"ABORTED"}`, 1},
		"running":           {&fakeAWS{}, []string{"report", "run"}, `{` + record + `,"Status":"RUNNING"}`, 1},
		"no such execution": {&fakeAWS{looks: []look{{err: &types.ExecutionDoesNotExist{}}}}, []string{"report", "run"}, "", 3},
		"run: a refused list": {&fakeAWS{looks: failed("InvalidInput", "item 2 must have a UserName")}, []string{"run", "-"},
			`{` + record + `,"Status":"FAILED","Error":"InvalidInput","Cause":"item 2 must have a UserName"}`, 2},
		"run: interrupted":         {&fakeAWS{interruptOn: 2}, []string{"run", "-"}, `{` + record + `,"Status":"RUNNING"}`, 1},
		"run: the start is denied": {&fakeAWS{startErr: denied}, []string{"run", "-"}, "", 3},
		"run: no such stack":       {&fakeAWS{stackErr: denied}, []string{"run", "-"}, "", 3},
		"run: no list":             {&fakeAWS{}, []string{"run", "nothing.json"}, "", 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, "ada@example.com", append(test.args, "-o", "json")...)
			var document, want bytes.Buffer
			if err := json.Compact(&document, []byte(got.Stdout)); err != nil {
				t.Fatalf("%v, got: %s", err, got.Stdout)
			}
			_, problem, _ := strings.Cut(got.Stderr, "onboard: ")
			encoder := json.NewEncoder(&want)
			encoder.SetEscapeHTML(false)
			_ = encoder.Encode(strings.TrimSuffix(problem, "\n"))
			expect(t, result{document.String() + "\n", "", got.Code}, result{`{"Executions":[` + test.want +
				`],"Total":0,"Created":0,"Resumed":0,"Resent":0,"Skipped":0,"Failed":0,"Users":[],"Problem":` + strings.TrimSpace(want.String()) + "}\n", "", test.code})
		})
	}
}

func TestOutputAsCSV(t *testing.T) {
	const skipped = `{"Total":2,"Skipped":1,"Failed":1,"Users":[{"UserName":"=1+1","Status":"Skipped","Reason":"Complete"},` +
		`{"UserName":"bob","Status":"Failed","Step":"GetUser","Error":"Iam.IamException","Cause":"a \"b\",\nc\u001b[2J\u202e"}]}`
	fake := &fakeAWS{looks: succeeded(skipped), inputs: map[string]string{executionARN: inputOfMixed}}
	got := runWith(t, fake, addresses(2), "run", "-", "-o", "csv")
	want := `user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed
=1+1,,,,Skipped,Complete,,,,,
bob,bob@example.com,Staff,ja,Failed,,GetUser,Iam.IamException,"a ""b"", c [2J",,
`
	expect(t, got, result{want, start(2) + runFailed, 1})
}

// TestOutputSaysUntilWhen checks that a run says until when the passwords work that it mailed, counted from the start of the first
// execution. A report of an earlier execution says it by the settings of that execution.
func TestOutputSaysUntilWhen(t *testing.T) {
	const report = `{"Total":2,"Created":1,"Skipped":1,"Users":[{"UserName":"ada","Status":"Created"},` +
		`{"UserName":"bob","Status":"Skipped","Reason":"Complete"}]}`
	started := time.Date(2026, 11, 25, 7, 12, 13, 0, time.UTC)
	ended := func(started time.Time) []look {
		return []look{{status: types.ExecutionStatusSucceeded, output: report, started: started}}
	}
	fake := func() *fakeAWS {
		return &fakeAWS{preflight: fakePreflight{definition: expiring}, looks: ended(started), laterLooks: [][]look{ended(started.Add(time.Hour))}}
	}
	table := "USER  STATUS   WHAT TO DO\nada   Created  nothing\n" +
		"bob   Skipped  nothing: the name was onboarded before\n" +
		"2 users: 1 created, 1 onboarded before"
	until := "\nnew first passwords work at least until " +
		time.Date(2026, 11, 28, 7, 12, 0, 0, time.UTC).Local().Format("2006-01-02 15:04 MST") + "\n"
	expect(t, runWith(t, fake(), addresses(2), "run", "-"), result{table + until, start(2), 0})
	earlier := fake()
	expect(t, runWith(t, earlier, "", "report", executionARN), result{table + "\n", "", 0})
	earlier.definitionThen = expiring
	expect(t, runWith(t, earlier, "", "report", executionARN), result{table + until, "", 0})
	earlier.definitionThenErr = denied
	expect(t, runWith(t, earlier, "", "report", executionARN), result{table + "\n", "", 0})
	longAgo := &fakeAWS{looks: ended(started.AddDate(-40, 0, 0)), definitionThen: expiring}
	if got := runWith(t, longAgo, "", "report", executionARN).Stdout; !strings.Contains(got, "\nnew first passwords worked at least until 1986-11-28") {
		t.Errorf("got %s, want that the passwords worked until 1986", got)
	}

	got := runWith(t, fake(), addresses(1001), "run", "-", "-o", "csv")
	want := `user_name,email,group,language,status,reason,step,error,cause,valid_until,suppressed
ada,,,,Created,,,,,2026-11-28T07:12:00Z,
bob,,,,Skipped,Complete,,,,,
ada,,,,Created,,,,,2026-11-28T08:12:00Z,
bob,,,,Skipped,Complete,,,,,
`
	if got.Stdout != want {
		t.Errorf("got %s, want %s", got.Stdout, want)
	}
	if got := runWith(t, fake(), addresses(1001), "run", "-").Stdout; !strings.HasSuffix(got, until) {
		t.Errorf("got %s, want the earlier time at its end: %s", got, until)
	}
	got = runWith(t, fake(), addresses(2), "run", "-", "-o", "json")
	if strings.Count(got.Stdout, `"ValidUntil": "2026-11-28T07:12:00Z"`) != 1 || strings.Count(got.Stdout, "ValidUntil") != 1 {
		t.Errorf("got %s, want ValidUntil of ada alone", got.Stdout)
	}
	unknown := fake()
	unknown.preflight.machineErr = denied
	if got := runWith(t, unknown, addresses(2), "run", "-"); got.Stdout != table+"\n" || got.Code != 0 {
		t.Errorf("without the permission to read the settings: got %+v, want no time", got)
	}
}

// roleDenied is what to do if a new deployment may be the reason for a denial.
const roleDenied = "wait a minute, then run the same list again: IAM may not know a new deployment everywhere yet; " +
	"if it is denied again, ask an administrator what denies it to the role of the state machine"

func TestWhatToDoAboutFailures(t *testing.T) {
	const (
		base      = "Iam.IamException"
		again     = "run the same list again"
		minute    = "wait a minute, then " + again
		minutes   = "wait a few minutes, then " + again
		newTag    = minute + ": IAM may not know the tag of the user everywhere yet; do not give the role of the state machine more permissions"
		notYet    = minute + ": IAM may not know the user or the login profile everywhere yet"
		throttled = minutes + "; if AWS throttles it again, deploy the stack with a lower maxConcurrency"
		quota     = "wait until the 24-hour quota of SES allows more mails, then " + again
		// The start of the cause of a denial: the report of a long list cuts the rest.
		role = "User: arn:aws:sts::123456789012:assumed-role/IamUserOnboarding"
	)
	tests := map[string]struct{ step, error, cause, want string }{
		"known":     {"SendEmail", "SesV2.SendingPausedException", "Paused.", "have sending enabled again in the SES console, then " + again},
		"mistyped":  {"GetUser", "NoSuchUser", "IAM has no user of this name.", "correct the name, or create the user with onboard run"},
		"run again": {"unknown", "ChildExecutionFailed", "no status", again},
		"other":     {"CreateUser", base, "The name is reserved.", "fix the cause, then " + again},

		"denied":               {"CreateUser", base, role + "-Role/a is not authorized to perform: iam:CreateUser", roleDenied},
		"denied, cut":          {"AddUserToGroup", base, role, roleDenied},
		"denied by SES, cut":   {"SendEmail", "SesV2.SesV2Exception", "User `arn:aws:sts::123456789012:assumed-role/IamUserOnb", roleDenied},
		"denied by a tag":      {"UpdateLoginProfile", base, role + "-Role/a is not authorized to perform: iam:UpdateLoginProfile", newTag},
		"denied by a tag, cut": {"UpdateLoginProfile", base, role, newTag},
		"denied to tag":        {"TagUser pending", base, role + "-Role/a is not authorized to perform: iam:TagUser", roleDenied},

		"new name":         {"UpdateLoginProfile", "Iam.EntityTemporarilyUnmodifiableException", "Login Profile for User ada cannot be modified.", minutes},
		"changed by two":   {"TagUser complete", "Iam.ConcurrentModificationException", "Submitted simultaneously.", minutes},
		"IAM fails":        {"CreateUser", "Iam.ServiceFailureException", "Unknown error.", minutes},
		"secrets fail":     {"GetRandomPassword", "SecretsManager.InternalServiceErrorException", "Server side.", minutes},
		"server error":     {"CreateUser", base, "Unable to unmarshall (Service: Iam, Status Code: 503, Request ID: a)", minutes},
		"not found yet":    {"AddUserToGroup", "Iam.NoSuchEntityException", "The user with name ada cannot be found.", notYet},
		"no such boundary": {"CreateUser", "Iam.NoSuchEntityException", "Scope ARN: arn:aws:iam::123456789012:policy/B does not exist or is not attachable.", "check that the permissions boundary that the cause names exists, then " + again},
		"throttled":        {"CreateUser", base, "Rate exceeded (Service: Iam, Status Code: 400, Request ID: a)", throttled},
		"throttled draw":   {"GetRandomPassword", "SecretsManager.SecretsManagerException", "Rate exceeded", throttled},
		"throttled by SES": {"SendEmail", "SesV2.TooManyRequestsException", "Maximum sending rate exceeded.", throttled},
		"quota of a day":   {"SendEmail", "SesV2.LimitExceededException", "Daily message quota exceeded.", quota},
		"quota, throttled": {"SendEmail password", "SesV2.TooManyRequestsException", "Daily message quota exceeded.", quota},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			report, _ := json.Marshal(map[string]any{"Total": 1, "Failed": 1, "Users": []any{map[string]string{
				"UserName": "ada", "Status": "Failed", "Step": test.step, "Error": test.error, "Cause": test.cause}}})
			got := runWith(t, &fakeAWS{looks: succeeded(string(report))}, "ada@example.com", "run", "-")
			want := "USER  STATUS  WHAT TO DO\nada   Failed  " + test.want + "\n              " +
				test.step + " failed: " + test.error + ": " + test.cause + "\n1 user: 1 failed\n"
			expect(t, got, result{want, stderrStart + runFailed, 1})
		})
	}
}

// fullDisk accepts room bytes and no more.
type fullDisk struct{ left int }

func (d *fullDisk) Write(data []byte) (int, error) {
	if len(data) > d.left {
		return 0, errors.New("no space left on device")
	}
	d.left -= len(data)
	return len(data), nil
}

func TestOutputThatCannotBeWritten(t *testing.T) {
	const (
		output = "onboard: write the output: no space left on device\n"
		report = "write the output: no space left on device; get the report with: onboard report " + executionARN
	)
	listed := []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN), Status: types.ExecutionStatusSucceeded}}
	tests := map[string]struct {
		aws  *fakeAWS
		list string
		args []string
		room int
		want string // the end of stderr
		code int
	}{
		"run":               {args: []string{"run", "-"}, want: "onboard: " + report + "\n", code: 1},
		"run, in the midst": {args: []string{"run", "-"}, room: len(createdTable) - 5, want: "onboard: " + report + "\n", code: 1},
		"run, as JSON":      {args: []string{"run", "-", "-o", "json"}, want: "onboard: " + report + "\n", code: 1},
		"run, as CSV":       {args: []string{"run", "-", "-o", "csv"}, want: "onboard: " + report + "\n", code: 1},
		"run, with a profile": {args: []string{"run", "-", "--profile", "admin"},
			want: "onboard: " + report + " --profile admin\n", code: 1},
		"run, a user failed": {aws: &fakeAWS{looks: succeeded(mixed)}, args: []string{"run", "-"}, want: runFailed + report + "\n", code: 1},
		"run, two executions": {aws: &fakeAWS{looks: succeeded(created), laterLooks: [][]look{succeeded(created)}}, list: addresses(1001),
			args: []string{"run", "-"}, want: "onboard: " + report + "; onboard report " + executionARN + "\n", code: 1},
		"run, AWS refuses the second execution": {
			aws:  &fakeAWS{looks: succeeded(created), laterLooks: [][]look{{{err: denied}}}},
			list: addresses(1001), args: []string{"run", "-"}, want: "the others are in the report of that execution\n" + report + "\n", code: 3,
		},
		"report": {args: []string{"report", executionARN}, want: "onboard: " + report + "\n", code: 1},
		"list":   {aws: &fakeAWS{looks: succeeded(created), executions: listed}, args: []string{"list"}, want: output, code: 1},
		"check":  {args: []string{"check", "-"}, want: output, code: 1},
		"check, a problem": {aws: &fakeAWS{preflight: fakePreflight{unverified: true}}, args: []string{"check", "-", "--aws"},
			want: "onboard: 1 problem to fix before you run the list\nwrite the output: no space left on device\n", code: 1},
		"help":             {args: []string{"--help"}, want: output, code: 1},
		"completion":       {args: []string{"completion", "bash"}, want: output, code: 1},
		"nothing to write": {args: []string{"run"}, want: "onboard: expected one LIST, or e-mail addresses, got: nothing: see onboard run --help\n", code: 2},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.aws == nil {
				test.aws = &fakeAWS{looks: succeeded(created)}
			}
			if test.list == "" {
				test.list = "ada@example.com"
			}
			synctest.Test(t, func(t *testing.T) {
				var stderr strings.Builder
				app := cli.App{Stdin: strings.NewReader(test.list), Stdout: &fullDisk{test.room}, Stderr: &stderr, Terminal: test.aws.openTerminal, Connect: test.aws.connect}
				if code := app.Run(t.Context(), test.args); code != test.code {
					t.Errorf("got the exit code %d, want %d", code, test.code)
				}
				if !strings.HasSuffix(stderr.String(), test.want) {
					t.Errorf("stderr: got %s, want at the end %s", stderr.String(), test.want)
				}
			})
		})
	}
}
