// Package terminaltest provides a terminal for tests, and reads its screen.
package terminaltest

import (
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Terminal is a pseudo-terminal. It reads the output of its programs all the time, like a terminal with a user.
type Terminal struct {
	// File is the side of the terminal for programs.
	File *os.File

	keyboard *os.File
	done     chan struct{}

	mu      sync.Mutex
	written strings.Builder
	ended   bool
	changed chan struct{} // closed and replaced when one of the two fields above changes
}

// Open makes a terminal of 120 columns. The terminal ends with the test.
func Open(t *testing.T) *Terminal {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	terminal := &Terminal{File: file, keyboard: keyboard, done: make(chan struct{}), changed: make(chan struct{})}
	terminal.SetColumns(t, 120)
	go terminal.read()
	t.Cleanup(func() {
		terminal.Close()
		_ = keyboard.Close()
	})
	return terminal
}

// SetColumns changes the width of the terminal.
func (t *Terminal) SetColumns(test *testing.T, columns uint16) {
	test.Helper()
	if err := unix.IoctlSetWinsize(int(t.keyboard.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}); err != nil {
		test.Fatal(err)
	}
}

func (t *Terminal) read() {
	defer close(t.done)
	buffer := make([]byte, 4096)
	for {
		n, err := t.keyboard.Read(buffer)
		t.mu.Lock()
		t.written.Write(buffer[:n])
		t.ended = err != nil
		close(t.changed)
		t.changed = make(chan struct{})
		t.mu.Unlock()
		if err != nil { // no program has the terminal open any more
			return
		}
	}
}

// Type presses keys.
func (t *Terminal) Type(keys string) error {
	_, err := io.WriteString(t.keyboard, keys)
	return err
}

// Close closes the side of the terminal for programs, and returns all output.
func (t *Terminal) Close() string {
	_ = t.File.Close()
	<-t.done
	return t.Written()
}

// Written returns all output so far.
func (t *Terminal) Written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ReplaceAll(t.written.String(), "\r\n", "\n")
}

// WaitFor waits until the output matches the pattern. It fails the test if the terminal is closed first. It also fails the
// test shortly before the time-out of go test, so that the failure shows the output.
func (t *Terminal) WaitFor(test *testing.T, pattern string) {
	test.Helper()
	expression := regexp.MustCompile(pattern)
	var timeout <-chan time.Time
	if deadline, ok := test.Deadline(); ok {
		timeout = time.After(time.Until(deadline.Add(-5 * time.Second)))
	}
	for {
		t.mu.Lock()
		ended, changed := t.ended, t.changed
		t.mu.Unlock()
		switch written := t.Written(); {
		case expression.MatchString(written):
			return
		case ended:
			test.Fatalf("the terminal was closed before it showed %s, got: %q", pattern, written)
		}
		select {
		case <-changed:
		case <-timeout:
			test.Fatalf("waited for %s, got: %q", pattern, t.Written())
		}
	}
}

// OnScreen returns the text on the screen after this output. A \r goes back to the start of the line.
func OnScreen(written string) string {
	var screen strings.Builder
	for line := range strings.Lines(written) {
		text, newline := strings.CutSuffix(line, "\n")
		var seen []rune
		for part := range strings.SplitSeq(text, "\r") {
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
