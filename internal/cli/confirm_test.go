package cli_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// user returns a user that IAM has.
func user(path, name string) iamtypes.User {
	return iamtypes.User{Path: aws.String(path), UserName: aws.String(name)}
}

func TestRunNeverStartsUnasked(t *testing.T) {
	const (
		noTerminal = "nobody can confirm the start, because there is no terminal: check the list, then add --yes\n"
		declined   = announced + "onboard: not confirmed, nothing was started\n"
	)
	tests := map[string]struct {
		aws  *fakeAWS
		list string // default: ada
		args []string
		want result
	}{
		"confirmed":              {aws: &fakeAWS{}, want: result{createdTable, stderrStart, 0}},
		"declined":               {aws: &fakeAWS{answer: "n"}, want: result{"", declined, 1}},
		"another answer":         {aws: &fakeAWS{answer: "yet"}, want: result{"", declined, 1}},
		"--yes":                  {aws: &fakeAWS{answer: "n"}, args: []string{"--yes"}, want: result{createdTable, stderrStart, 0}},
		"no terminal":            {aws: &fakeAWS{noTerminal: true}, want: result{"", "onboard: " + noTerminal, 2}},
		"no terminal, but --yes": {aws: &fakeAWS{noTerminal: true}, args: []string{"--yes"}, want: result{createdTable, stderrStart, 0}},
		"no terminal, and a problem in the list": {aws: &fakeAWS{noTerminal: true}, list: "bob", want: result{"", "onboard: 1 problem in the list:\n" +
			`  standard input:1: must have an e-mail address such as user@example.com, got: "bob"` + "\n" + noTerminal, 2}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.aws.looks = succeeded(created)
			if test.list == "" {
				test.list = "ada@example.com"
			}
			expect(t, runWith(t, test.aws, test.list, append([]string{"run", "-"}, test.args...)...), test.want)
			if (test.want.Code == 0) != (test.aws.started != nil) {
				t.Errorf("started %d executions", len(test.aws.started))
			}
		})
	}
}

// TestQuestionCountsTheNames checks what the operator reads before the answer.
func TestQuestionCountsTheNames(t *testing.T) {
	known := [][]iamtypes.User{{user("/", "somebody")}, {user("/onboarded/", "user-0@example.com")}}
	tests := map[string]struct {
		aws  fakePreflight
		args []string
		want string
	}{
		"all are new":   {fakePreflight{}, nil, "3 new. "},
		"one is known":  {fakePreflight{users: known}, nil, "2 new, 1 known. "},
		"one is taken":  {fakePreflight{users: [][]iamtypes.User{{user("/", "user-2@example.com")}}}, nil, "2 new, 1 taken (not changed). "},
		"a longer path": {fakePreflight{users: [][]iamtypes.User{{user("/onboarded/b/", "user-2@example.com")}}}, nil, "2 new, 1 taken (not changed). "},
		"a name in another letter case": {fakePreflight{users: [][]iamtypes.User{{user("/onboarded/", "User-1@example.com")}}}, nil,
			"2 new, 1 taken (not changed). "},
		"--resend creates nobody":     {fakePreflight{users: known}, []string{"--resend"}, "2 not in IAM (not created), 1 known. "},
		"users not permitted":         {fakePreflight{users: known, usersErr: denied}, nil, ""},
		"the settings not permitted":  {fakePreflight{users: known, machineErr: denied}, nil, ""},
		"all are known, all is ready": {fakePreflight{users: [][]iamtypes.User{{user("/onboarded/", "user-0@example.com"), user("/onboarded/", "user-1@example.com"), user("/onboarded/", "user-2@example.com")}}}, nil, "3 known. "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: test.aws, answer: "n"}
			runWith(t, fake, addresses(3), append([]string{"run", "-"}, test.args...)...)
			if asked, want := fake.asked.String(), "\n"+test.want+"Go on? [y/N] "; !strings.HasSuffix(asked, want) { // after the plan
				t.Errorf("got %q, want at the end %q", asked, want)
			}
		})
	}
}
