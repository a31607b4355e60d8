package cli_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// TestAdviceFitsTheCommand checks that a command without a list does not speak of one, and that a resend does not speak of new persons.
func TestAdviceFitsTheCommand(t *testing.T) {
	report := func(more string) []look {
		return succeeded(`{"Total":1,"Users":[{"UserName":"ada@example.com",` + more + `}]}`)
	}
	resent := func(more string) []look {
		looks := report(more)
		looks[0].input = `{"IAMUserNames":["ada@example.com"],"Resend":true}`
		return looks
	}
	const (
		taken     = `"Status":"Skipped","Reason":"NotOurs"`
		timeout   = `"Status":"Failed","Step":"CreateUser","Error":"States.Timeout","Cause":"no answer"`
		otherCase = `"Status":"Failed","Step":"GetUser","Error":"NameInOtherCase","Cause":"IAM has this user name in another letter case: write the name in the list as IAM has it, then run the same list again"`
		noUser    = `"Status":"Failed","Step":"GetUser","Error":"NoSuchUser","Cause":"IAM has no user of this name in this letter case, and Resend creates nobody: correct the name, or run the list without Resend"`
	)
	list, address, resend := []string{"run", "-"}, []string{"run", "ada@example.com"}, []string{"resend", "ada@example.com"}
	other := []types.ExecutionListItem{{Name: aws.String("other"), Status: types.ExecutionStatusRunning}}
	refused := failed("InvalidInput", "item 1 must have a Group")
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want []string // on stdout or stderr
	}{
		"a list fails":      {&fakeAWS{looks: report(timeout)}, list, []string{"Failed  run the same list again\n", "onboard: 1 user failed: fix the cause, then run the same list again;"}},
		"an address fails":  {&fakeAWS{looks: report(timeout)}, address, []string{"Failed  run the same command again\n", "onboard: 1 user failed: fix the cause, then run the same command again;"}},
		"a resend fails":    {&fakeAWS{looks: report(timeout)}, resend, []string{"Failed  run the same command again\n"}},
		"a list: taken":     {&fakeAWS{looks: report(taken)}, list, []string{"choose another UserName\n", ": choose another UserName for a person who is new"}},
		"an address: taken": {&fakeAWS{looks: report(taken)}, address, []string{"choose another name with --user-name\n", ": choose another name with --user-name for a person who is new"}},
		"a resend: taken": {&fakeAWS{looks: resent(taken)}, resend, []string{"NOT mailed, this state machine did not make the user: check the name\n1 user: 1 NOT mailed: not a user of this state machine\n",
			"onboard: 1 user NOT mailed, because this state machine did not make a user of this name: check the name, or accept it with --allow-existing\n"}},
		"the report of a resend: taken": {&fakeAWS{looks: resent(taken)}, []string{"report", "run"}, []string{"NOT mailed, this state machine did not make the user"}},
		"a resend: no such user":        {&fakeAWS{looks: resent(noUser)}, resend, []string{"correct the name, or create the user with onboard run\n", "and Resend creates nobody\n"}},
		"a list: another case":          {&fakeAWS{looks: report(otherCase)}, list, []string{"write the name in the list as IAM has it, then run the same list again\n", "NameInOtherCase: IAM has this user name in another letter case\n"}},
		"an address: another case":      {&fakeAWS{looks: report(otherCase)}, address, []string{"write the name as IAM has it, then run the same command again\n"}},
		"an address: refused":           {&fakeAWS{looks: refused}, address, []string{"no user was changed; correct it, then run the same command again:\n  the command line:1: must have a Group"}},
		"an address, beside another":    {&fakeAWS{executions: other}, append(address, "--profile", "admin"), []string{"(onboard watch " + otherARN + " --profile admin), then run the same command again; or add --wait, and the command waits\n"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, "ada@example.com", test.args...)
			for _, want := range test.want {
				if !strings.Contains(got.Stdout+got.Stderr, want) {
					t.Errorf("got %s%s\nwant %s", got.Stdout, got.Stderr, want)
				}
			}
		})
	}
}

// TestRunStartsNothingForAWrongList checks that no execution starts if the state machine would refuse the list.
func TestRunStartsNothingForAWrongList(t *testing.T) {
	const group = `must have a Group out of NoAuthority, Staff, got: "Admins"`
	start := "onboard 2 users from standard input in account 123456789012, eu-west-1\n"
	tests := map[string]struct {
		aws  fakePreflight
		args []string
		want result
	}{
		"a list": {fakePreflight{}, []string{"run", "-"}, result{"", start + "onboard: 2 problems in the list, and nothing was started:\n  standard input:2: " + group +
			"\n  standard input:3: " + group + `; must have a Language out of en, ja, got: "fr"` + "\n", 2}},
		"an address": {fakePreflight{}, []string{"run", "ada@example.com", "--group", "Admins"}, result{"",
			"onboard 1 user in account 123456789012, eu-west-1\nonboard: 1 problem in the list, and nothing was started:\n  the command line:1: " + group + "\n", 2}},
		"settings that cannot be read": {fakePreflight{machineErr: denied}, []string{"run", "-"}, result{createdTable,
			start + "warning: " + notFound + " (states:DescribeStateMachine): read the definition of " + machineARN + ": " + askAdmin + "\n" +
				strings.TrimPrefix(stderrStart, announced), 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: test.aws, looks: succeeded(created)}
			got := runWith(t, fake, "email,group,language\na@example.com,Admins,\nb@example.com,Admins,fr\n", test.args...)
			expect(t, got, test.want)
			if (got.Code == 0) != (len(fake.started) == 1) {
				t.Errorf("started %d executions", len(fake.started))
			}
		})
	}
}
