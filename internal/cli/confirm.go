package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
)

// openTerminal opens the terminal of the operator. It returns a usageError if there is none, because nobody can then confirm
// the start of an execution.
func (a App) openTerminal() (io.ReadWriteCloser, error) {
	terminal, err := a.Terminal()
	if err != nil {
		return nil, usageErrorf("nobody can confirm the start, because there is no terminal: check the list, then add --yes")
	}
	return terminal, nil
}

// confirm asks the operator whether to go on, and returns an error unless the answer is yes.
func confirm(ctx context.Context, terminal io.ReadWriter, facts string) error {
	fmt.Fprint(terminal, facts+"Go on? [y/N] ")
	answer, err := untilDone(ctx, func() (string, error) { return bufio.NewReader(terminal).ReadString('\n') })
	if err != nil {
		fmt.Fprintln(terminal)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return errors.New("not confirmed, nothing was started")
	}
}
