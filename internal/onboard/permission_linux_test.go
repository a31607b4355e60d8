package onboard_test

import (
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// TestUnreadableList reads as nobody, since root may read every file.
func TestUnreadableList(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "users.txt", "ada@example.com")
	if os.Geteuid() == 0 {
		const nobody = 65534
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		if err := unix.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
		defer unix.Setfsuid(0)
	} else if err := os.Chmod("users.txt", 0); err != nil {
		t.Fatal(err)
	}
	got := runMain(t, "check", "users.txt")
	expect(t, got, result{"", "onboard: open users.txt: permission denied: " +
		"LIST must be a .json, .csv or .txt file that you can read, or - for standard input\n", 2})
}
