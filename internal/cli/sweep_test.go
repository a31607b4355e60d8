package cli_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const (
	sweepMachine = "arn:aws:states:eu-west-1:123456789012:stateMachine:Expiry"
	sweepARN     = "arn:aws:states:eu-west-1:123456789012:execution:Expiry:sweep"

	swept       = `{"Checked":120,"Expired":["ada@example.com","bob"],"Failed":[],"NotListed":0}`
	sweptInPart = `{"Checked":7,"Expired":["ada@example.com"],"Failed":[{"UserName":"cy","Step":"DeleteLoginProfile","Error":"Iam.IamException",` +
		`"Cause":"not\nyou"},{"Step":"ListUsers","Error":"Iam.IamException","Cause":"Rate exceeded"}],"NotListed":3}`
	sweptTable = `USER             STATUS   WHAT TO DO
ada@example.com  Expired  mail a new password with onboard resend
bob              Expired  mail a new password with onboard resend
120 users checked, 2 passwords withdrawn
`
	sweepFailed = "onboard: 2 failures of the sweep: fix the cause; the next sweep tries again\n"
)

func TestReportOfASweep(t *testing.T) {
	failed := func() *fakeAWS {
		return &fakeAWS{looks: failed("PasswordsNotWithdrawn", "x"), history: [][]types.HistoryEvent{{exited("Summary", sweptInPart)}}}
	}
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want result
	}{
		"by ARN":  {&fakeAWS{looks: succeeded(swept)}, []string{sweepARN}, result{sweptTable, "", 0}},
		"by name": {&fakeAWS{looks: succeeded(swept)}, []string{"sweep", "--sweeps"}, result{sweptTable, "", 0}},
		"the last one": {&fakeAWS{looks: succeeded(swept), executions: []types.ExecutionListItem{{ExecutionArn: aws.String(sweepARN)}}},
			[]string{"--last", "--sweeps"}, result{sweptTable, "", 0}},
		"nobody": {&fakeAWS{looks: succeeded(`{"Checked":0,"Expired":[],"Failed":[],"NotListed":0}`)}, []string{sweepARN}, result{"0 users checked\n", "", 0}},
		"failed": {failed(), []string{sweepARN}, result{`USER             STATUS   WHAT TO DO
ada@example.com  Expired  mail a new password with onboard resend
cy               Failed   DeleteLoginProfile failed: Iam.IamException: not you
-                Failed   ListUsers failed: Iam.IamException: Rate exceeded
7 users checked, 1 password withdrawn, 2 failures listed, 3 users not listed
`, sweepFailed, 1}},
		"as CSV": {failed(), []string{sweepARN, "-o", "csv"}, result{`user_name,status,step,error,cause
ada@example.com,Expired,,,
cy,Failed,DeleteLoginProfile,Iam.IamException,not you
,Failed,ListUsers,Iam.IamException,Rate exceeded
`, sweepFailed, 1}},
		"as JSON": {&fakeAWS{looks: succeeded(swept)}, []string{sweepARN, "-o", "json"}, result{`{
  "Executions": [
    {
      "Name": "sweep",
      "ARN": "` + sweepARN + `",
      "Account": "123456789012",
      "Region": "eu-west-1",
      "Status": "SUCCEEDED"
    }
  ],
  "Checked": 120,
  "Expired": [
    "ada@example.com",
    "bob"
  ],
  "Failed": [],
  "NotListed": 0
}
`, "", 0}},
		"timed out": {&fakeAWS{looks: []look{{status: types.ExecutionStatusTimedOut, error: "States.Timeout", items: &types.MapRunItemCounts{Succeeded: 5, Total: 9}}}},
			[]string{"sweep", "--sweeps"},
			result{"", "onboard: the execution ended as TIMED_OUT: States.Timeout; fix the cause; the next sweep tries again\n", 1}},
		"--only": {&fakeAWS{looks: succeeded(swept)}, []string{sweepARN, "--only", "failed"},
			result{"", "onboard: --only is for the report of a list, and this is a sweep: leave it out\n", 2}},
		"first passwords do not expire": {&fakeAWS{stackOutputs: map[string]string{"StateMachineArn": machineARN}}, []string{"sweep", "--sweeps"},
			result{"", "onboard: the stack \"IamUserOnboarding\" has no output PasswordExpiryArn: " +
				"choose another with --stack, or the state machine with --state-machine\n", 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.aws.stackOutputs == nil {
				test.aws.stackOutputs = map[string]string{"StateMachineArn": machineARN, "PasswordExpiryArn": sweepMachine}
			}
			expect(t, runWith(t, test.aws, "", append([]string{"report"}, test.args...)...), test.want)
			if test.want.Code < 2 && test.aws.described != sweepARN {
				t.Errorf("asked for %s", test.aws.described)
			}
		})
	}
}

// noSweeps has a state machine that withdraws first passwords, and no execution of it.
func noSweeps() *fakeAWS {
	return &fakeAWS{stackOutputs: map[string]string{"StateMachineArn": machineARN, "PasswordExpiryArn": sweepMachine}}
}

func TestListOfSweeps(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.UTC
	fake := &fakeAWS{looks: succeeded(swept), stackOutputs: map[string]string{"StateMachineArn": machineARN, "PasswordExpiryArn": sweepMachine},
		executions: []types.ExecutionListItem{{ExecutionArn: aws.String(sweepARN), StartDate: aws.Time(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC))}}}
	expect(t, runWith(t, fake, "", "list", "--sweeps"), result{"EXECUTION  STARTED               STATUS     USERS\n" +
		"sweep      2026-11-24 08:00 UTC  SUCCEEDED  120 users checked, 2 passwords withdrawn\n", "", 0})
	expect(t, runWith(t, noSweeps(), "", "list", "--sweeps"), result{"", "no sweeps yet: the stack starts one on a schedule, see onboard check --aws\n", 0})
	if fake.listed != sweepMachine {
		t.Errorf("listed the executions of %s", fake.listed)
	}
}
