// Package terminaltest gives tests a terminal, and reads its screen.
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

// Terminal is a pseudo-terminal. What its programs write is read all the time, as by a person who watches it.
type Terminal struct {
	// File is the terminal as a program has it.
	File *os.File

	keyboard *os.File
	done     chan struct{}

	mu      sync.Mutex
	written strings.Builder
	ended   bool
	changed chan struct{} // closed, and replaced, when one of the two above changes
}

// Open makes a terminal of 120 columns.
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
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}); err != nil {
		t.Fatal(err)
	}
	terminal := &Terminal{File: file, keyboard: keyboard, done: make(chan struct{}), changed: make(chan struct{})}
	go terminal.read()
	t.Cleanup(func() {
		terminal.Close()
		keyboard.Close()
	})
	return terminal
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
		if err != nil { // when no program has the terminal open any more
			return
		}
	}
}

// Type presses keys.
func (t *Terminal) Type(keys string) error {
	_, err := io.WriteString(t.keyboard, keys)
	return err
}

// Close ends the program's side of the terminal, and returns all that was written.
func (t *Terminal) Close() string {
	t.File.Close()
	<-t.done
	return t.Written()
}

// Written is all that was written so far.
func (t *Terminal) Written() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.ReplaceAll(t.written.String(), "\r\n", "\n")
}

// WaitFor waits until something is written that the pattern matches. It fails the test if the terminal is closed before,
// or shortly before the time-out of go test, so that the failure shows what was written.
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

// OnScreen returns what is left to see of what was written, where \r goes back to the start of a line.
func OnScreen(written string) string {
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
