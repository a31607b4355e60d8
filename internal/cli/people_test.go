package cli_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

func TestAddressesBecomeTheInput(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"a language":                  {[]string{"ada@example.com", "--language", "ja-JP"}, `{"IAMUserNames":[{"UserName":"ada@example.com","Email":"ada@example.com","Language":"ja"}]}`},
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
		"a name for a list":     {[]string{"users.csv", "--user-name", "a"}, "--user-name, --group and --language are for addresses on the command line: write them into the list"},
		"a language for a list": {[]string{"-", "--language", "ja"}, "--user-name, --group and --language are for addresses on the command line: write them into the list"},
		"no language":           {[]string{"a@example.com", "--language", ""}, `--language must be a language of the mails, such as en or ja, got: ""`},
		"a group for a list":    {[]string{"-", "--group", "Staff"}, "--user-name, --group and --language are for addresses on the command line: write them into the list"},
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
		"  ada@example.com: mail to ada@example.com, default group, default language\n  grace@example.com: mail to grace@example.com, default group, default language\nnot checked without --aws: whether AWS is ready for the list\n", "", 0})
}

// earlier has these executions, the latest first, and then the one that the command starts.
func earlier(executions ...look) *fakeAWS {
	fake := &fakeAWS{laterLooks: [][]look{}, looks: executions}
	for range executions {
		fake.executions = append(fake.executions, types.ExecutionListItem{ExecutionArn: aws.String(executionARN), Status: types.ExecutionStatusSucceeded})
	}
	fake.looks = append(fake.looks, succeeded(created)[0])
	return fake
}

// reported is an execution that ended with this status of the only user of its list.
func reported(name, email, more, status string) look {
	return look{
		input:  fmt.Sprintf(`{"IAMUserNames":[{"UserName":%q,"Email":%q%s}]}`, name, email, more),
		status: types.ExecutionStatusSucceeded,
		output: fmt.Sprintf(`{"Total":1,"Users":[{"UserName":%q,"Status":%q}]}`, name, status),
	}
}

func TestResend(t *testing.T) {
	const (
		staff = `,"Group":"Staff","Language":"ja"`
		plan  = " in account 123456789012, eu-west-1; a user who has chosen a password gets none\n"
		one   = "mail a new first password to 1 user" + plan
		grace = `{"IAMUserNames":[{"UserName":"grace","Email":"grace@example.net","Group":"Staff","Language":"ja"}],"Resend":true}`
		shown = one + "  grace: mail to grace@example.net, group Staff, language ja\n"
	)
	var (
		made    = reported("grace", "grace@example.net", staff, "Created")
		oldest  = reported("grace", "old@example.net", "", "Created")
		twoOld  = look{input: `{"IAMUserNames":[{"UserName":"grace","Email":"old@example.net"},"ada@example.com"]}`, status: types.ExecutionStatusSucceeded, output: `{"Total":2,"Users":[{"UserName":"grace","Status":"Created"},{"UserName":"ada@example.com","Status":"Created"}]}`}
		other   = reported("grace", "other@example.net", staff, "Skipped")
		refused = look{input: `{"IAMUserNames":[{"UserName":"grace","Email":"grace@example.net","Group":"Admins"}]}`, status: types.ExecutionStatusFailed, error: "InvalidInput"}
		failing = reported("grace", "other@example.net", "", "Failed")
		running = look{input: other.input}
		aborted = look{input: made.input, status: types.ExecutionStatusAborted}
	)
	unclear := func(count, lines string) string {
		return "onboard: it is not clear where to send " + count + ", and nothing was started" + lines
	}
	const (
		went      = "the last mail went to grace@example.net with the group Staff: "
		address   = "a list names other@example.net: give the right address with --email"
		oneByOne  = "; name these users one by one, and the others together"
		checkName = ": check the name, or give the address with --email\n"
	)
	tests := map[string]struct {
		aws       *fakeAWS
		args      []string
		wantInput string // empty: nothing is started
		want      string // the start of stderr
		code      int
	}{
		"as in the latest execution": {earlier(made, oldest), []string{"grace"}, grace, shown, 0},
		"from two executions": {earlier(look{input: "no list"}, made, twoOld), []string{"grace", "ada@example.com"},
			strings.Replace(grace, "}],", `},"ada@example.com"],`, 1), "mail a new first password to 2 users" + plan +
				"  grace: mail to grace@example.net, group Staff, language ja\n  ada@example.com: mail to ada@example.com, default group, default language\n", 0},
		"the latest execution had no group": {earlier(reported("ada@example.com", "ada@example.com", "", "Resumed"), reported("ada@example.com", "a@example.com", staff, "Created")),
			[]string{"ada@example.com"}, `{"IAMUserNames":["ada@example.com"],"Resend":true}`, one + "  ada@example.com: mail to ada@example.com, default group, default language\n", 0},
		"another address":  {earlier(made), []string{"grace", "--email", "new@example.net"}, strings.Replace(grace, "grace@", "new@", 1), one + "  grace: mail to new@example.net, group Staff, language ja\n", 0},
		"another language": {earlier(made), []string{"grace", "--language", "en"}, strings.Replace(grace, `"ja"`, `"en"`, 1), one + "  grace: mail to grace@example.net, group Staff, language en\n", 0},
		"no language":      {earlier(made), []string{"grace", "--language", ""}, "", "onboard: --language must be a language of the mails, such as en or ja, got: \"\"\n", 2},
		"in no execution, but an address": {earlier(made), []string{"eve@example.com"},
			`{"IAMUserNames":["eve@example.com"],"Resend":true}`, one + "  eve@example.com: mail to eve@example.com, default group, default language\n", 0},

		"skipped later, as it was":          {earlier(reported("grace", "Grace@example.net", staff, "Skipped"), made), []string{"grace"}, grace, shown, 0},
		"aborted later, as it was":          {earlier(aborted, made), []string{"grace"}, grace, shown, 0},
		"another person before":             {earlier(made, other), []string{"grace"}, grace, shown, 0},
		"another person later":              {earlier(other, made), []string{"grace"}, "", unclear("1 mail", ":\n  \"grace\": "+went+address+"\n"), 2},
		"another person later, who failed":  {earlier(failing, made), []string{"grace"}, "", unclear("1 mail", ":\n  \"grace\": "+went+address+"; a list names the default group: give the right group with --group\n"), 2},
		"another person in one that runs":   {earlier(running, made), []string{"grace"}, "", unclear("1 mail", ":\n  \"grace\": "+went+address+"\n"), 2},
		"another group in a refused list":   {earlier(refused, made), []string{"grace"}, "", unclear("1 mail", ":\n  \"grace\": "+went+"a list names the group Admins: give the right group with --group\n"), 2},
		"another person later, and --email": {earlier(other, made), []string{"grace", "--email", "grace@example.net"}, grace, shown, 0},
		"another group, and --group":        {earlier(refused, made), []string{"grace", "--group", "Staff"}, grace, shown, 0},
		"only skipped":                      {earlier(other), []string{"grace"}, "", unclear("1 mail", ":\n  \"grace\": no mail to this user in the last 1 execution: "+address+"; a list names the group Staff: give the right group with --group\n"), 2},
		"only skipped, and another address": {earlier(reported("eve@example.com", "other@example.net", "", "Skipped")), []string{"eve@example.com"}, "", unclear("1 mail", ":\n  \"eve@example.com\": no mail to this user in the last 1 execution: "+address+"\n"), 2},
		"every user that is not clear": {earlier(other, made, oldest), []string{"ada@example.com", "eve", "grace", "nobody"}, "", unclear("3 mails", oneByOne+
			":\n  \"eve\": no mail to this user in the last 3 executions"+checkName+"  \"grace\": "+went+address+"\n  \"nobody\": no mail to this user in the last 3 executions"+checkName), 2},
		"a report not permitted": {&fakeAWS{looks: []look{{input: made.input, status: types.ExecutionStatusFailed, error: "UsersNotOnboarded"}}, historyErr: denied, executions: []types.ExecutionListItem{{ExecutionArn: aws.String(executionARN)}}},
			[]string{"grace"}, "", "onboard: read the report: AccessDeniedException: not you: ask an administrator", 3},
		"executions not permitted": {&fakeAWS{listErr: denied}, []string{"grace"}, "", "onboard: look for the addresses in the executions of " + machineARN +
			": AccessDeniedException: not you: ask an administrator of the account for this permission\n", 3},
		"nobody": {earlier(), nil, "", "onboard: expected the names of users, got none: see onboard resend --help\n", 2},
		"several mistakes": {earlier(), []string{"a b", "ada", "Ada", "--email", "ada", "--group", ""}, "", `onboard: USER must be 1 to 64 letters, digits and _+=,.@-, got: "a b"
USER must be named once, without regard to letter case, got twice: "Ada"
--email must be an e-mail address such as user@example.com, got: "ada"
--email is for one user, got 3: run them one by one
--group must be 1 to 128 letters, digits and _+=,.@-, got: ""
`, 2},
		"declined": {&fakeAWS{answer: "n"}, []string{"eve@example.com"}, "", one + "  eve@example.com: mail to eve@example.com, default group, default language\nonboard: not confirmed, nothing was started\n", 1},
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
	for _, want := range []string{"gets none\n  user-0@example.com: mail to user-0@example.com, default group, default language\n", "\n  user-19@example.com: mail to user-19@example.com, default group, default language\n  and 3 more\n"} {
		if !strings.Contains(got.Stderr, want) || !strings.Contains(fake.asked.String(), want) {
			t.Errorf("want %q, got on stderr and at the terminal\n%s\n%s", want, got.Stderr, fake.asked.String())
		}
	}
}

// slowExecutions answers each DescribeExecution after a second.
type slowExecutions struct{ *fakeAWS }

func (s slowExecutions) DescribeExecution(ctx context.Context, in *sfn.DescribeExecutionInput, options ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	time.Sleep(time.Second)
	return s.fakeAWS.DescribeExecution(ctx, in, options...)
}

// TestResendSaysHowManyExecutionsItHasRead checks that the command is not silent while it looks for an address.
func TestResendSaysHowManyExecutionsItHasRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fake := earlier(make([]look, 20)...)
		var stderr strings.Builder
		app := cli.App{Stdout: io.Discard, Stderr: &stderr, Terminal: fake.openTerminal,
			Connect: func(context.Context, string, string, func() (string, error)) (*operator.Clients, error) {
				return &operator.Clients{Stacks: fake, Executions: slowExecutions{fake}}, nil
			}}
		app.Run(t.Context(), []string{"resend", "grace"})
		if want := "reading executions: 4 of 20\nreading executions: 15 of 20\nonboard: it is not clear"; !strings.HasPrefix(stderr.String(), want) {
			t.Errorf("got %s, want %s", &stderr, want)
		}
	})
}
