package cli

import (
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"
)

// stdout is standard output. It remembers the last error of a write.
type stdout struct {
	io.Writer
	err error
}

func (s *stdout) Write(data []byte) (int, error) {
	n, err := s.Writer.Write(data)
	if err != nil {
		err = fmt.Errorf("write the output: %w", err)
		s.err = err
	}
	return n, err
}

// openTerminal opens the terminal of this process. The process has it even if its standard streams are files or pipes.
func openTerminal() (io.ReadWriteCloser, error) {
	if runtime.GOOS != "windows" {
		return os.OpenFile("/dev/tty", os.O_RDWR, 0)
	}
	input, err := os.OpenFile("CONIN$", os.O_RDWR, 0) // Windows Console documentation, "Console Handles"
	if err != nil {
		return nil, err
	}
	output, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	return struct {
		io.ReadCloser
		io.Writer
	}{input, output}, err
}

func isTerminal(stream any) bool {
	_, ok := terminalOf(stream)
	return ok
}

// terminalOf returns the terminal that a stream is. It returns false if the stream is none.
func terminalOf(stream any) (*os.File, bool) {
	if stdout, ok := stream.(*stdout); ok {
		stream = stdout.Writer
	}
	file, ok := stream.(*os.File)
	return file, ok && term.IsTerminal(int(file.Fd()))
}

// isScreen reports whether w is a terminal that can do more than print lines: TERM is not dumb (terminfo, "dumb").
func isScreen(w io.Writer) bool { return isTerminal(w) && os.Getenv("TERM") != "dumb" }

// columnsOf returns the width of a terminal, or 80 if it is not known.
func columnsOf(w io.Writer) int {
	if file, ok := terminalOf(w); ok {
		if columns, _, err := term.GetSize(int(file.Fd())); err == nil && columns > 0 {
			return columns
		}
	}
	return 80
}

// hasColour reports whether w is a terminal with colours, and NO_COLOR is not set (https://no-color.org).
func hasColour(w io.Writer) bool { return isScreen(w) && os.Getenv("NO_COLOR") == "" }

func uncoloured(line string) string { return line }

func yellow(line string) string { return "\x1b[33m" + line + "\x1b[0m" }

func red(line string) string { return "\x1b[31m" + line + "\x1b[0m" }
