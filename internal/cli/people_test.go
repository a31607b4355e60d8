package cli_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestAddressesBecomeTheInput(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"one":                         {[]string{"ada@example.com"}, `{"IAMUserNames":["ada@example.com"]}`},
		"two":                         {[]string{"ada@example.com", "grace@example.com"}, `{"IAMUserNames":["ada@example.com","grace@example.com"]}`},
		"a user name":                 {[]string{"ada@example.com", "--user-name", "ada"}, `{"IAMUserNames":[{"UserName":"ada","Email":"ada@example.com"}]}`},
		"needs a user name":           {[]string{"o'brien@example.com", "--user-name", "obrien"}, `{"IAMUserNames":[{"UserName":"obrien","Email":"o'brien@example.com"}]}`},
		"as a mail program copies it": {[]string{"Doe, Jane <jane@example.com>", "--group", "Staff"}, `{"IAMUserNames":[{"UserName":"jane@example.com","Email":"jane@example.com","Group":"Staff"}]}`},
		"two, and a group":            {[]string{"a@example.com", "b@example.com", "--group", "Staff"}, `{"IAMUserNames":[{"UserName":"a@example.com","Email":"a@example.com","Group":"Staff"},{"UserName":"b@example.com","Email":"b@example.com","Group":"Staff"}]}`},
		"resend":                      {[]string{"ada@example.com", "--resend"}, `{"IAMUserNames":["ada@example.com"],"Resend":true}`},
		"a file with an @":            {[]string{"./team@home.txt"}, `{"IAMUserNames":["eve@example.com"]}`},
		"a file with an extension":    {[]string{"TEAM@2026.CSV"}, `{"IAMUserNames":["eve@example.com"]}`},
		"everything together":         {[]string{"ada@example.com", "--user-name", "ada", "--group", "Staff"}, `{"IAMUserNames":[{"UserName":"ada","Email":"ada@example.com","Group":"Staff"}]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			write(t, "team@home.txt", "eve@example.com")
			write(t, "TEAM@2026.CSV", "email\neve@example.com")
			fake := &fakeAWS{looks: succeeded(created)}
			got := runWith(t, fake, "", append([]string{"run"}, test.args...)...)
			if got.Code != 0 || len(fake.started) != 1 || *fake.started[0].Input != test.want {
				t.Fatalf("got %+v, and started %d executions, want the input %s", got, len(fake.started), test.want)
			}
		})
	}
}

func TestAddressErrors(t *testing.T) {
	const problem = "1 problem in the list:\n  the command line:"
	tests := map[string]struct {
		args []string
		want string
	}{
		"a list and an address":      {[]string{"users.csv", "ada@example.com"}, "expected one LIST, or e-mail addresses, got: users.csv, ada@example.com: see onboard "},
		"a file that looks like it":  {[]string{"team@example.org"}, `"team@example.org" is a file, and looks like an e-mail address: write ./team@example.org for the file, or name it in a list`},
		"no file that looks like it": {[]string{"team@2026.csv"}, "open team@2026.csv: no such file or directory: LIST must be a file"},
		"needs a user name":          {[]string{"o'brien@example.com"}, problem + `1: item 1 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "o'brien@example.com", because the user name is the address by default: give the user name with --user-name`},
		"one needs a user name":      {[]string{"ada@example.com", "o'brien@example.com"}, problem + `2: item 2 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "o'brien@example.com", because the user name is the address by default: give this address alone, with --user-name`},
		"no address":                 {[]string{"ada@example.com", "bob@"}, problem + `2: item 2 must have an e-mail address such as user@example.com, got: "bob@"`},
		"the same address twice":     {[]string{"ada@example.com", "Ada@example.com"}, problem + "2: user names must be unique without regard to case, got 2 times"},
		"a name for two":             {[]string{"a@example.com", "b@example.com", "--user-name", "a"}, "--user-name is for one address, got 2: run them one by one, or write a list"},
		"a wrong name, and a wrong group": {[]string{"a@example.com", "--user-name", "a b", "--group", ""}, "--user-name must be 1 to 64 letters, digits and _+=,.@-, got: \"a b\"\n" +
			"--group must be 1 to 128 letters, digits and _+=,.@-, got: \"\""},
		"flags for a list": {[]string{"a@example.com", "--format", "csv", "--encoding", "cp932", "--email-column", "mail", "--user-column", "", "--group-column", "x", "--lang-column", "x"},
			"--format is for a LIST: leave it out\n--encoding is for a LIST: leave it out\n--email-column is for a LIST: leave it out\n--user-column is for a LIST: leave it out\n" +
				"--group-column is for a LIST: leave it out\n--lang-column is for a LIST: leave it out\n"},
		"a name for a list":  {[]string{"users.csv", "--user-name", "a"}, "--user-name and --group are for addresses on the command line: write them into the list"},
		"a group for a list": {[]string{"-", "--group", "Staff"}, "--user-name and --group are for addresses on the command line: write them into the list"},
	}
	for name, test := range tests {
		for _, command := range []string{"run", "check"} {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Chdir(t.TempDir())
				write(t, "team@example.org", "eve@example.com")
				fake := &fakeAWS{looks: succeeded(created)}
				got := runWith(t, fake, "", append([]string{command}, test.args...)...)
				if got.Code != 2 || fake.started != nil || !strings.HasPrefix(got.Stderr, "onboard: "+test.want) {
					t.Errorf("got %+v, and started %d executions, want %s", got, len(fake.started), test.want)
				}
			})
		}
	}
}

func TestCheckOfAddresses(t *testing.T) {
	got := runWith(t, &fakeAWS{}, "", "check", "ada@example.com", "grace@example.com")
	expect(t, got, result{"the command line: 2 users, no problems\n" +
		"  ada@example.com: mail to ada@example.com\n  grace@example.com: mail to grace@example.com\nnot checked without --aws: whether AWS is ready for the list\n", "", 0})
}

// earlier has executions with these inputs, the latest first, and then the one that the command starts.
func earlier(inputs ...string) *fakeAWS {
	fake := &fakeAWS{laterLooks: [][]look{}}
	for _, input := range inputs {
		fake.executions = append(fake.executions, types.ExecutionListItem{ExecutionArn: aws.String(executionARN), Status: types.ExecutionStatusSucceeded})
		fake.looks = append(fake.looks, look{input: input, status: types.ExecutionStatusSucceeded, output: created})
	}
	return fake
}

func TestResend(t *testing.T) {
	const (
		latest = `{"IAMUserNames":[{"UserName":"grace","Email":"grace@example.net","Group":"Staff"}]}`
		oldest = `{"IAMUserNames":[{"UserName":"grace","Email":"old@example.net"},"ada@example.com"]}`
		plan   = " of the command line to mail a new first password, unless they have chosen a password, in account 123456789012, eu-west-1\n"
		one    = "1 user" + plan
	)
	tests := map[string]struct {
		aws       *fakeAWS
		args      []string
		wantInput string // empty: nothing is started
		want      string // the start of stderr
		code      int
	}{
		"the address and the group of the latest execution": {earlier(latest, oldest), []string{"grace"},
			`{"IAMUserNames":[{"UserName":"grace","Email":"grace@example.net","Group":"Staff"}],"Resend":true}`, one + "  grace: mail to grace@example.net\n", 0},
		"from two executions": {earlier("no list", latest, oldest), []string{"grace", "ada@example.com"},
			`{"IAMUserNames":[{"UserName":"grace","Email":"grace@example.net","Group":"Staff"},"ada@example.com"],"Resend":true}`,
			"2 users" + plan + "  grace: mail to grace@example.net\n  ada@example.com: mail to ada@example.com\n", 0},
		"the latest execution had no group": {earlier(`{"IAMUserNames":["ada@example.com"]}`, `{"IAMUserNames":[{"UserName":"ada@example.com","Email":"a@example.com","Group":"Staff"}]}`),
			[]string{"ada@example.com"}, `{"IAMUserNames":["ada@example.com"],"Resend":true}`, one + "  ada@example.com: mail to ada@example.com\n", 0},
		"another address": {earlier(latest), []string{"grace", "--email", "new@example.net"},
			`{"IAMUserNames":[{"UserName":"grace","Email":"new@example.net","Group":"Staff"}],"Resend":true}`, one + "  grace: mail to new@example.net\n", 0},
		"in no execution, but an address": {earlier(latest), []string{"eve@example.com"},
			`{"IAMUserNames":["eve@example.com"],"Resend":true}`, one + "  eve@example.com: mail to eve@example.com\n", 0},
		"in no execution": {earlier(latest), []string{"eve", "grace", "mallory"}, "",
			"onboard: none of the last 1 execution has the address of eve, mallory: check the name, or give the address with --email\n", 2},
		"executions not permitted": {&fakeAWS{listErr: denied}, []string{"grace"}, "", "onboard: look for the addresses in the executions of " + machineARN +
			": AccessDeniedException: not you: ask an administrator of the account for this permission\n", 3},
		"nobody": {earlier(), nil, "", "onboard: expected the names of users, got none: see onboard resend --help\n", 2},
		"several mistakes": {earlier(), []string{"a b", "ada", "Ada", "--email", "ada", "--group", ""}, "", `onboard: USER must be 1 to 64 letters, digits and _+=,.@-, got: "a b"
USER must be named once, without regard to letter case, got twice: "Ada"
--email must be an e-mail address such as user@example.com, got: "ada"
--email is for one user, got 3: run them one by one
--group must be 1 to 128 letters, digits and _+=,.@-, got: ""
`, 2},
		"declined": {&fakeAWS{answer: "n"}, []string{"eve@example.com"}, "", one + "  eve@example.com: mail to eve@example.com\nonboard: not confirmed, nothing was started\n", 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, "", append([]string{"resend"}, test.args...)...)
			if got.Code != test.code || !strings.HasPrefix(got.Stderr, test.want) {
				t.Errorf("got the exit code %d and %s, want %d and %s", got.Code, got.Stderr, test.code, test.want)
			}
			switch {
			case (test.wantInput == "") != (test.aws.started == nil):
				t.Errorf("started %d executions", len(test.aws.started))
			case test.aws.started != nil && *test.aws.started[0].Input != test.wantInput:
				t.Errorf("got the input %s, want %s", *test.aws.started[0].Input, test.wantInput)
			}
		})
	}
}

// TestResendShowsWhereTheMailsGo checks that the operator sees the addresses of a list, too, before the question.
func TestResendShowsWhereTheMailsGo(t *testing.T) {
	fake := &fakeAWS{answer: "n"}
	got := runWith(t, fake, addresses(23), "run", "-", "--resend")
	for _, want := range []string{"eu-west-1\n  user-0@example.com: mail to user-0@example.com\n", "\n  user-19@example.com: mail to user-19@example.com\n  and 3 more\n"} {
		if !strings.Contains(got.Stderr, want) || !strings.Contains(fake.asked.String(), want) {
			t.Errorf("want %q, got on stderr and at the terminal\n%s\n%s", want, got.Stderr, fake.asked.String())
		}
	}
}
