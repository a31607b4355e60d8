package cli_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/terminaltest"
)

func TestTerminalShowsProgress(t *testing.T) {
	fake := &fakeAWS{looks: []look{
		{items: &types.MapRunItemCounts{Running: 3}},
		{items: &types.MapRunItemCounts{Running: 2, Succeeded: 1}},
		{items: &types.MapRunItemCounts{Succeeded: 3}, status: types.ExecutionStatusSucceeded, output: mixed},
	}}
	got := runOnTerminal(t, fake, addresses(3))
	for _, want := range []string{"   0% |", "(0/3) users", "  33% |", "(1/3) users"} {
		if !strings.Contains(got, want) {
			t.Errorf("the terminal lacks %q, got: %q", want, got)
		}
	}
	if strings.Contains(got, "users done") {
		t.Errorf("the terminal has lines of progress, got: %q", got)
	}
}

// TestProgressFitsTheTerminal checks the widest lines of a long list, from 20 columns on.
func TestProgressFitsTheTerminal(t *testing.T) {
	for columns, want := range map[uint16][]string{
		20: {"  33% (333/1000)"},
		40: {"   0% |                | (0/1000) users", "  33% (333/1000) users, 2 min left", "  99% (999/1000) users, <1 min left"},
		80: {"  33% |█████████████                           | (333/1000) users, 2 min left"},
	} {
		var looks []look
		for second := range 200 { // 5 users a second
			looks = append(looks, look{items: &types.MapRunItemCounts{Succeeded: min(999, int64(second)*999/180)}})
		}
		looks = append(looks, look{items: &types.MapRunItemCounts{Succeeded: 1000}, status: types.ExecutionStatusAborted})
		terminal := terminaltest.Open(t)
		terminal.SetColumns(t, columns)
		written := runOn(t, terminal, &fakeAWS{looks: looks}, addresses(1000))
		_, written, _ = strings.Cut(written, "details/"+executionARN+"\n")
		bars, _, _ := strings.Cut(written, "onboard: ")
		var lines []string
		for line := range strings.SplitSeq(bars, "\r") {
			if len([]rune(line)) >= int(columns) {
				t.Errorf("%d columns: %q is too wide", columns, line)
			}
			lines = append(lines, strings.TrimRight(line, " "))
		}
		for _, line := range want {
			if !slices.Contains(lines, line) {
				t.Errorf("%d columns: there is no line %q in %q", columns, line, lines)
			}
		}
	}
}

func TestDumbTerminalIsPlain(t *testing.T) {
	t.Setenv("TERM", "dumb")
	fake := &fakeAWS{looks: []look{
		{items: &types.MapRunItemCounts{Succeeded: 1}},
		{items: &types.MapRunItemCounts{Succeeded: 3}, status: types.ExecutionStatusSucceeded, output: mixed},
	}}
	got := runOnTerminal(t, fake, addresses(3))
	if diff := cmp.Diff(start(3)+"1 of 3 users done\n3 of 3 users done\n"+mixedTable+runFailed, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTerminalIsCleanAfterProgress(t *testing.T) {
	tests := map[string]int64{"all users done": 10, "the last count is late": 9}
	for name, last := range tests {
		t.Run(name, func(t *testing.T) {
			// The bar gets wider at the end: from 9 users after 9 s to 10 users after 10 s.
			fake := &fakeAWS{looks: append(slices.Repeat([]look{{items: &types.MapRunItemCounts{Succeeded: 9}}}, 10), look{
				items:  &types.MapRunItemCounts{Succeeded: last},
				status: types.ExecutionStatusSucceeded,
				output: created,
			})}
			got := terminaltest.OnScreen(runOnTerminal(t, fake, addresses(10)))
			if diff := cmp.Diff(start(10)+createdTable, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTerminalShowsThatTheCommandWaits(t *testing.T) {
	fake := &fakeAWS{
		executions: []types.ExecutionListItem{{Name: aws.String("other"), Status: types.ExecutionStatusRunning}},
		looks:      []look{{}, {}, succeeded(created)[0]},
		laterLooks: [][]look{succeeded(created)},
	}
	got := terminaltest.OnScreen(runOnTerminal(t, fake, addresses(1), "--wait"))
	want := announced + "the execution other is still running: waiting for its end\n" + strings.TrimPrefix(stderrStart, announced) + createdTable
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTerminalShowsFailedUsersInRed(t *testing.T) {
	inRed := regexp.MustCompile(`(?m)^(bob|  ).*`).ReplaceAllString(mixedTable, "\x1b[31m$0\x1b[0m")
	tests := map[string]struct{ noColor, want string }{
		"colour":   {"", inRed},
		"NO_COLOR": {"1", mixedTable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			got := terminaltest.OnScreen(runOnTerminal(t, &fakeAWS{looks: succeeded(mixed)}, addresses(3)))
			if diff := cmp.Diff(""+start(3)+test.want+runFailed, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTerminalShowsTakenNamesInYellow(t *testing.T) {
	const line = "ada   Skipped  NOT onboarded, the name is taken: for a person who is new, choose another UserName"
	for noColor, want := range map[string]string{"": "\n\x1b[33m" + line + "\x1b[0m\n", "1": "\n" + line + "\n"} {
		t.Setenv("NO_COLOR", noColor)
		report := succeeded(`{"Total":1,"Users":[{"UserName":"ada","Status":"Skipped","Reason":"NotOurs"}]}`)
		if got := runOnTerminal(t, &fakeAWS{looks: report}, addresses(1)); !strings.Contains(got, want) {
			t.Errorf("NO_COLOR=%s: the terminal lacks %q, got: %q", noColor, want, got)
		}
	}
}

func TestTerminalShowsProblemsInRed(t *testing.T) {
	const line = "problem  the sender's SES identity example.com is not verified"
	for noColor, want := range map[string]string{"": "\x1b[31m" + line, "1": "\n" + line} {
		t.Setenv("NO_COLOR", noColor)
		terminal := terminaltest.Open(t)
		fake := &fakeAWS{preflight: fakePreflight{unverified: true}}
		app := cli.App{Stdin: strings.NewReader(addresses(1)), Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
		app.Run(t.Context(), []string{"check", "-", "--aws"})
		if got := terminal.Close(); !strings.Contains(got, want) {
			t.Errorf("NO_COLOR=%s: the terminal lacks %q, got: %q", noColor, want, got)
		}
	}
}

func TestTerminalIsAsked(t *testing.T) {
	const (
		intro    = "onboard 1 user from users.txt in account 123456789012, eu-west-1\n"
		question = "1 new. Go on? [y/N] "
		started  = "started run, see " + consoleLink + "\n" + createdTable
		declined = "onboard: not confirmed, nothing was started\n"
	)
	tests := map[string]struct {
		args  []string
		typed string
		want  string // on the screen
		code  int
	}{
		"yes":                 {nil, "y\n", intro + question + "y\n" + started, 0},
		"yes in full":         {nil, " YES\n", intro + question + " YES\n" + started, 0},
		"no":                  {nil, "n\n", intro + question + "n\n" + declined, 1},
		"nothing":             {nil, "\n", intro + "1 new. Go on? [y/N]\n" + declined, 1},
		"something else":      {nil, "yet\n", intro + question + "yet\n" + declined, 1},
		"the end of input":    {nil, "\x04", intro + "1 new. Go on? [y/N]\n" + declined, 1},
		"not asked":           {[]string{"--yes"}, "", intro + started, 0},
		"not asked, in short": {[]string{"-y"}, "", intro + started, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			t.Setenv("NO_COLOR", "1")
			write(t, "users.txt", "ada@example.com")
			terminal := terminaltest.Open(t)
			fake := &fakeAWS{looks: succeeded(created)}
			app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
			code := make(chan int)
			go func() { code <- app.Run(t.Context(), append([]string{"run", "users.txt"}, test.args...)) }()
			if test.typed != "" {
				terminal.WaitFor(t, `\[y/N\] $`)
				if err := terminal.Type(test.typed); err != nil {
					t.Fatal(err)
				}
			}
			if got := <-code; got != test.code {
				t.Errorf("got the exit code %d, want %d", got, test.code)
			}
			if diff := cmp.Diff(test.want, terminaltest.OnScreen(terminal.Close())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if (test.code == 0) != (fake.started != nil) {
				t.Errorf("started %d executions", len(fake.started))
			}
		})
	}
}

func TestTerminalShowsTheAddressOfAResend(t *testing.T) {
	terminal := terminaltest.Open(t)
	fake := earlier(reported("grace", "grace@example.net", "", "Created"))
	fake.preflight.users = [][]iamtypes.User{{user("/onboarded/", "grace")}}
	app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"resend", "grace"}) }()
	terminal.WaitFor(t, `\Amail a new first password to 1 user in .*\n  grace: mail to grace@example.net, default group, default language\n1 known\. Go on\? \[y/N\] $`)
	if err := terminal.Type("n\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != 1 || fake.started != nil {
		t.Errorf("got the exit code %d, and started %d executions", got, len(fake.started))
	}
}

func TestTerminalIsAskedForTheMFACode(t *testing.T) {
	asked := fakeSTS(t)
	terminal := terminaltest.Open(t)
	app := cli.App{Stdin: strings.NewReader("ada@example.com"), Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: operator.Connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"run", "-", "--profile", "admin"}) }()
	terminal.WaitFor(t, `\AMFA code of the AWS profile: $`)
	if err := terminal.Type("123456\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != 3 || len(*asked) != 2 {
		t.Errorf("got the exit code %d, and asked AWS for %q", got, *asked)
	}
	terminal.WaitFor(t, `\AMFA code of the AWS profile: 123456\nonboard: find the stack IamUserOnboarding: AccessDenied: `)
}

// TestTerminalIsAskedAfterTheWarnings checks that the warning of a suppressed address comes before the question.
func TestTerminalIsAskedAfterTheWarnings(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "users.txt", "ada@example.com")
	terminal := terminaltest.Open(t)
	fake := &fakeAWS{}
	fake.preflight.suppressed = []sestypes.SuppressedDestinationSummary{onList("ada@example.com", bounce)}
	app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"run", "users.txt"}) }()
	terminal.WaitFor(t, `\nwarning: users.txt:1: SES does not deliver to ada@example.com, .*\n1 new\. Go on\? \[y/N\] $`)
	if err := terminal.Type("n\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != 1 || fake.started != nil {
		t.Errorf("got the exit code %d, and started %d executions", got, len(fake.started))
	}
}

// TestTerminalIsAskedAboutAListFromAPipe checks that the question is on the terminal, with what it is about, if the standard
// streams are pipes.
func TestTerminalIsAskedAboutAListFromAPipe(t *testing.T) {
	terminal := terminaltest.Open(t)
	fake := &fakeAWS{looks: succeeded(created)}
	fake.preflight.users = [][]iamtypes.User{{user("/", "user-1@example.com")}}
	var stdout, stderr strings.Builder
	app := cli.App{Stdin: strings.NewReader(addresses(2)), Stdout: &stdout, Stderr: &stderr, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"run", "-"}) }()
	terminal.WaitFor(t, `\Aonboard 2 users from standard input in account 123456789012, eu-west-1\n1 new, 1 taken \(not changed\)\. Go on\? \[y/N\] \z`)
	if err := terminal.Type("y\n"); err != nil {
		t.Fatal(err)
	}
	ended := <-code
	expect(t, result{stdout.String(), stderr.String(), ended}, result{createdTable, start(2), 0})
}

func TestTerminalIsAskedIfTheListWasTyped(t *testing.T) {
	terminal := terminaltest.Open(t)
	if err := terminal.Type("ada@example.com\n\x04"); err != nil {
		t.Fatal(err)
	}
	fake := &fakeAWS{looks: succeeded(created)}
	app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"run", "-"}) }()
	terminal.WaitFor(t, `type the list, and end it with Ctrl-D .*\n(.*\n)+.*\[y/N\] $`)
	if err := terminal.Type("y\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != 0 {
		t.Errorf("got the exit code %d and %s", got, terminal.Written())
	}
}

func TestTerminalIsAskedUntilInterrupted(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "users.txt", "ada@example.com")
	terminal := terminaltest.Open(t)
	fake := &fakeAWS{}
	ctx, interrupt := context.WithCancel(t.Context())
	app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(ctx, []string{"run", "users.txt"}) }()
	terminal.WaitFor(t, `\[y/N\] $`)
	interrupt()
	if got := <-code; got != 1 {
		t.Errorf("got the exit code %d, want 1", got)
	}
	terminal.WaitFor(t, `\nonboard: interrupted, nothing was started\n$`)
	if fake.started != nil {
		t.Error("started an execution")
	}
	if err := terminal.Type("\n"); err != nil { // ends the read that the command left behind
		t.Error(err)
	}
}

// at returns a function that opens the terminal.
func at(terminal *terminaltest.Terminal) func() (io.ReadWriteCloser, error) {
	return func() (io.ReadWriteCloser, error) {
		return os.OpenFile(terminal.File.Name(), os.O_RDWR|syscall.O_NOCTTY, 0)
	}
}

func TestTerminalShowsHowManyUsersAreRead(t *testing.T) {
	terminal := terminaltest.Open(t)
	synctest.Test(t, func(t *testing.T) {
		app, _ := manyUsers(20, cli.App{Stdout: terminal.File, Stderr: terminal.File})
		app.Run(t.Context(), []string{"users", "--waiting"})
	})
	got := terminal.Close()
	if !strings.Contains(got, "(10/20) users") {
		t.Errorf("the terminal lacks the progress, got: %q", got)
	}
	if diff := cmp.Diff("0 users\n", terminaltest.OnScreen(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// slowIAM is an HTTP client that answers as IAM with two users who do not exist any more, the second one after 6 seconds.
type slowIAM struct{ listed time.Duration } // how long ListUsers takes

func (s slowIAM) Do(request *http.Request) (*http.Response, error) {
	sent, _ := io.ReadAll(request.Body)
	body, status := "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code></Error></ErrorResponse>", http.StatusNotFound
	switch {
	case strings.Contains(string(sent), "Action=ListUsers"):
		time.Sleep(s.listed)
		const user = "<member><Path>/onboarded/</Path><UserName>%s</UserName></member>"
		body, status = "<ListUsersResponse><ListUsersResult><Users>"+fmt.Sprintf(user+user, "first", "second")+"</Users></ListUsersResult></ListUsersResponse>", http.StatusOK
	case strings.Contains(string(sent), "second"):
		time.Sleep(6 * time.Second)
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: request}, nil
}

// TestTerminalHearsOfASlowAWSBeforeTheBar checks that a line about a slow call never breaks a progress bar.
func TestTerminalHearsOfASlowAWSBeforeTheBar(t *testing.T) {
	const slow = "AWS is slow: no answer yet to ListUsers of IAM in eu-west-1; giving up after 60 seconds\n"
	for listed, want := range map[time.Duration]string{0: "0 users\n", 6 * time.Second: slow + "0 users\n"} {
		setAWSEnvironment(t, map[string]string{"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})
		terminal := terminaltest.Open(t)
		synctest.Test(t, func(t *testing.T) {
			app := cli.App{Stdout: terminal.File, Stderr: terminal.File, Connect: func(ctx context.Context, region, profile string, code func() (string, error)) (*operator.Clients, error) {
				cfg, err := operator.LoadConfig(ctx, region, profile, code)
				cfg.HTTPClient = slowIAM{listed}
				clients := operator.NewClients(cfg)
				clients.Stacks, clients.Machines = &fakeAWS{}, &fakePreflight{}
				return clients, err
			}}
			app.Run(t.Context(), []string{"users"})
		})
		got := terminal.Close()
		if !strings.Contains(got, "(1/2) users") {
			t.Errorf("the terminal lacks the progress, got: %q", got)
		}
		if diff := cmp.Diff(want, terminaltest.OnScreen(got)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestTerminalShowsTheProgressOfAnExecutionThatIsWatched(t *testing.T) {
	t.Setenv("NO_COLOR", "1")
	fake := &fakeAWS{looks: append([]look{halfway(), halfway()}, succeeded(mixed)...), inputs: map[string]string{executionARN: inputOfMixed}}
	terminal := terminaltest.Open(t)
	synctest.Test(t, func(t *testing.T) {
		app := cli.App{Stdout: terminal.File, Stderr: terminal.File, Connect: fake.connect}
		app.Run(t.Context(), []string{"watch", executionARN})
	})
	got := terminal.Close()
	if !strings.Contains(got, "(1/3) users") {
		t.Errorf("the terminal lacks the progress, got: %q", got)
	}
	if diff := cmp.Diff(mixedTable+oneFailed, terminaltest.OnScreen(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTerminalIsAskedBeforeAStop(t *testing.T) {
	terminal := terminaltest.Open(t)
	fake := &fakeAWS{looks: []look{halfway(), {status: types.ExecutionStatusAborted}}}
	app := cli.App{Stdin: terminal.File, Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
	code := make(chan int)
	go func() { code <- app.Run(t.Context(), []string{"stop", executionARN}) }()
	terminal.WaitFor(t, `^run in account .*: 1 of 3 users are done\nGo on\? \[y/N\] $`)
	if fake.stopped != "" {
		t.Error("stopped the execution before the answer")
	}
	if err := terminal.Type("y\n"); err != nil {
		t.Fatal(err)
	}
	if got := <-code; got != 0 || fake.stopped != executionARN {
		t.Errorf("got the exit code %d, and stopped %q", got, fake.stopped)
	}
	terminal.WaitFor(t, `\nstopped run; to finish the others, run the same list again\n$`)
}

// runOnTerminal runs a list with the fake, and returns all output on the terminal.
func runOnTerminal(t *testing.T, fake *fakeAWS, list string, flags ...string) string {
	t.Helper()
	return runOn(t, terminaltest.Open(t), fake, list, flags...)
}

func runOn(t *testing.T, terminal *terminaltest.Terminal, fake *fakeAWS, list string, flags ...string) string {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		app := cli.App{Stdin: strings.NewReader(list), Stdout: terminal.File, Stderr: terminal.File, Terminal: at(terminal), Connect: fake.connect}
		app.Run(t.Context(), append([]string{"run", "-", "--yes"}, flags...))
	})
	return terminal.Close()
}
