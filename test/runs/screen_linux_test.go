package runs

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/terminaltest"
)

// TestScreenInReadme types the commands of the console block in README.md at a terminal, and compares the block with the
// screen. One of the users exists already. README.ja.md has the same block.
func TestScreenInReadme(t *testing.T) {
	content, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	screen := regexp.MustCompile("(?s)```console\n.*?```")
	printed := screen.Find(content)
	if printed == nil {
		t.Fatal("README.md has no console block")
	}
	account := sharedAccount(t)
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String("grace@example.com")})
	onboard := buildCommand(t)
	var got strings.Builder
	for _, line := range regexp.MustCompile(`(?m)^\$ onboard (.*)$`).FindAllSubmatch(printed, -1) {
		args := strings.Fields(string(line[1]))
		terminal := terminaltest.Open(t)
		command := onTerminal(t, account, terminal, onboard, args...)
		if args[0] == "run" {
			terminal.WaitFor(t, `\[y/N\] $`)
			if err := terminal.Type("y\n"); err != nil {
				t.Fatal(err)
			}
		}
		_ = command.Wait()
		if want, code := map[string]int{"run": 1}[args[0]], command.ProcessState.ExitCode(); code != want { // a name is taken
			t.Errorf("onboard %s: got the exit code %d, want %d", line[1], code, want)
		}
		fmt.Fprintf(&got, "$ onboard %s\n%s", line[1], asInReadme(terminaltest.OnScreen(terminal.Close())))
	}
	for _, name := range []string{"README.md", "README.ja.md"} {
		file := filepath.Join("..", "..", name)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := screen.ReplaceAllLiteral(content, []byte("```console\n"+got.String()+"```"))
		if *update {
			if err := os.WriteFile(file, want, 0o644); err != nil {
				t.Fatal(err)
			}
		} else if !bytes.Equal(want, content) {
			t.Errorf("the console block in %s is out of date; if you meant the change, run make update. The screen is\n%s", name, &got)
		}
	}
}

// asInReadme replaces the text that differs between runs with an example.
func asInReadme(screen string) string {
	screen = executionName.ReplaceAllString(screen, "onboard-20261124T081502Z-a1b2c3")
	screen = regexp.MustCompile(`execution:[^:]+:`).ReplaceAllString(screen, "execution:UserOnboarding:")
	screen = deadline.ReplaceAllString(screen, "2026-11-27 08:15 UTC")
	return numbers.ReplaceAllString(screen, "sends 50000 more")
}

// TestCtrlC interrupts the command at a terminal, and gets the report of the execution that it names.
func TestCtrlC(t *testing.T) {
	account := sharedAccount(t)
	onboard := buildCommand(t)
	list := filepath.Join(t.TempDir(), "users.txt")
	var users strings.Builder
	for i := range 12 {
		fmt.Fprintf(&users, "ctrl-c-%d@example.net\n", i)
	}
	if err := os.WriteFile(list, []byte(users.String()), 0o600); err != nil {
		t.Fatal(err)
	}

	terminal := terminaltest.Open(t)
	command := onTerminal(t, account, terminal, onboard, "run", list, "--yes")
	terminal.WaitFor(t, `\d+% \|`)
	if err := terminal.Type("\x03"); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	screen := terminaltest.OnScreen(terminal.Close())
	back := regexp.MustCompile(`\nonboard: stopped watching; the execution goes on; watch again with: onboard watch (\S+)\n$`).FindStringSubmatch(screen)
	if code := command.ProcessState.ExitCode(); code != 1 || back == nil {
		t.Fatalf("got the exit code %d and the screen\n%s", code, screen)
	}

	account.Await(t, back[1])
	report := exec.CommandContext(t.Context(), onboard, "report", back[1])
	report.Env = account.Env()
	output, err := report.Output()
	if err != nil || !strings.Contains(string(output), "\n12 users: 12 created\n") {
		t.Errorf("onboard report: got %v and\n%s", err, output)
	}
}

// TestListFromAPipeIsConfirmedAtTheTerminal pipes a list to the command. The standard streams are pipes or files, but the command
// has a terminal, except in the last part of the test.
func TestListFromAPipeIsConfirmedAtTheTerminal(t *testing.T) {
	account := sharedAccount(t)
	onboard := buildCommand(t)
	start := func(attributes *syscall.SysProcAttr, files ...*os.File) (*exec.Cmd, *bytes.Buffer) {
		command := exec.CommandContext(t.Context(), onboard, "run", "-")
		var output bytes.Buffer
		command.Env, command.SysProcAttr, command.ExtraFiles = account.Env(), attributes, files
		command.Stdin, command.Stdout, command.Stderr = strings.NewReader("piped@example.net\n"), &output, &output
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		return command, &output
	}
	const firstExtraFile = 3
	terminal := terminaltest.Open(t)
	command, output := start(&syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: firstExtraFile}, terminal.File)
	terminal.WaitFor(t, `\Aonboard 1 user from standard input in account 123456789012, us-east-1\n1 new\. Go on\? \[y/N\] \z`)
	if err := terminal.Type("n\n"); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait()
	if code := command.ProcessState.ExitCode(); code != 1 || !strings.HasSuffix(output.String(), "onboard: not confirmed, nothing was started\n") {
		t.Errorf("declined: got the exit code %d and\n%s", code, output)
	}

	command, output = start(&syscall.SysProcAttr{Setsid: true})
	_ = command.Wait()
	if code := command.ProcessState.ExitCode(); code != 2 || !strings.Contains(output.String(), "there is no terminal") {
		t.Errorf("without a terminal: got the exit code %d and\n%s", code, output)
	}
}

// buildCommand builds the operator's command, and returns its path.
func buildCommand(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "onboard")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../../cmd/onboard").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	return path
}

// onTerminal starts the command in the root of the repository. The terminal is its controlling terminal, so Ctrl-C reaches it.
func onTerminal(t *testing.T, account *account, terminal *terminaltest.Terminal, path string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), path, args...)
	command.Dir, command.Env = "../..", append(account.Env(), "NO_COLOR=1")
	command.Stdin, command.Stdout, command.Stderr = terminal.File, terminal.File, terminal.File
	command.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command
}
