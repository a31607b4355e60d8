package cli_test

import (
	"context"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
)

// TestUnreadableList runs as the user nobody, because root may read every file.
func TestUnreadableList(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "users.txt", "ada@example.com")
	if os.Geteuid() == 0 {
		const nobody = 65534
		if err := syscall.Seteuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := syscall.Seteuid(0); err != nil {
				t.Error(err)
			}
		}()
	} else if err := os.Chmod("users.txt", 0); err != nil {
		t.Fatal(err)
	}
	got := runMain(t, "check", "users.txt")
	expect(t, got, result{"", "onboard: open users.txt: permission denied: " +
		"LIST must be a file that you can read, or - for standard input\n", 2})
}

// TestInterruptedWhileOpeningTheList opens a named pipe, which waits until another process writes to it.
func TestInterruptedWhileOpeningTheList(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := unix.Mkfifo("users.txt", 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer interrupt()
	var stderr strings.Builder
	code := cli.Main(ctx, []string{"check", "users.txt"}, strings.NewReader(""), io.Discard, &stderr)
	expect(t, result{"", stderr.String(), code}, result{"", "onboard: interrupted\n", 1})
}
