package onboard_test

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/sys/unix"

	"github.com/iam-onboarding/iam-onboarding/internal/onboard"
)

func TestTerminalShowsProgress(t *testing.T) {
	fake := &fakeAWS{looks: []look{
		{items: &types.MapRunItemCounts{Running: 3}},
		{items: &types.MapRunItemCounts{Running: 2, Succeeded: 1}},
		{items: &types.MapRunItemCounts{Succeeded: 3}, status: types.ExecutionStatusSucceeded, output: mixed},
	}}
	got := runOnTerminal(t, fake, `[1, 2, 3]`)
	for _, want := range []string{"users   0% |", "(0/3) [0s]", "users  33% |", "(1/3) [1s]"} {
		if !strings.Contains(got, want) {
			t.Errorf("the terminal lacks %q, got: %q", want, got)
		}
	}
	if strings.Contains(got, "users done") {
		t.Errorf("the terminal has lines of progress, got: %q", got)
	}
}

func TestTerminalIsCleanAfterProgress(t *testing.T) {
	tests := map[string]int64{"all users done": 10, "the last count is late": 9}
	for name, last := range tests {
		t.Run(name, func(t *testing.T) {
			// 9 users after 9 s, 10 users after 10 s: the bar gets wider at its end.
			fake := &fakeAWS{looks: append(slices.Repeat([]look{{items: &types.MapRunItemCounts{Succeeded: 9}}}, 10), look{
				items:  &types.MapRunItemCounts{Succeeded: last},
				status: types.ExecutionStatusSucceeded,
				output: created,
			})}
			got := onScreen(runOnTerminal(t, fake, `[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]`))
			if diff := cmp.Diff(stdoutStart+stderrStart+createdTable, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTerminalShowsFailedUsersInRed(t *testing.T) {
	const bob = "bob              Failed   failed at SendEmail: SesV2.MessageRejectedException: Email address is not verified."
	tests := map[string]struct{ noColor, want string }{
		"colour":   {"", strings.Replace(mixedTable, bob, "\x1b[31m"+bob+"\x1b[0m", 1)},
		"NO_COLOR": {"1", mixedTable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", test.noColor)
			got := onScreen(runOnTerminal(t, &fakeAWS{looks: succeeded(mixed)}, `[1, 2, 3]`))
			if diff := cmp.Diff(stdoutStart+stderrStart+test.want+oneFailed, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// runOnTerminal runs a list with the fake, and returns all that it writes to its terminal.
func runOnTerminal(t *testing.T, fake *fakeAWS, list string) string {
	t.Helper()
	screen, terminal := openTerminal(t)
	synctest.Test(t, func(t *testing.T) {
		app := onboard.App{Stdin: strings.NewReader(list), Stdout: terminal, Stderr: terminal, Connect: fake.connect}
		app.Run(t.Context(), []string{"run", "-"})
	})
	terminal.Close()
	written, _ := io.ReadAll(screen) // its end is an error, since the terminal is closed
	return strings.ReplaceAll(string(written), "\r\n", "\n")
}

// onScreen returns what is left to see of what was written, where \r goes back to the start of a line.
func onScreen(written string) string {
	var screen strings.Builder
	for line := range strings.Lines(written) {
		text, newline := strings.CutSuffix(line, "\n")
		var seen []rune
		for _, part := range strings.Split(text, "\r") {
			over := []rune(part)
			seen = append(over, seen[min(len(over), len(seen)):]...)
		}
		screen.WriteString(strings.TrimRight(string(seen), " "))
		if newline {
			screen.WriteString("\n")
		}
	}
	return screen.String()
}

// openTerminal makes a terminal, and a reader of what is written to it.
func openTerminal(t *testing.T) (screen, terminal *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skip("no terminals here:", err)
	}
	t.Cleanup(func() { screen.Close() })
	fd := int(screen.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return screen, terminal
}
