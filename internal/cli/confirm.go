package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
)

// confirm asks the operator whether to go on, and returns an error unless the answer is yes. It does not ask unless standard
// input and standard error are both terminals.
func (a App) confirm(ctx context.Context) error {
	if !isTerminal(a.Stdin) || !isTerminal(a.Stderr) {
		return nil
	}
	fmt.Fprint(a.Stderr, "Go on? [y/N] ")
	answer, err := untilDone(ctx, func() (string, error) { return bufio.NewReader(a.Stdin).ReadString('\n') })
	if err != nil {
		fmt.Fprintln(a.Stderr)
	}
	switch strings.ToLower(strings.TrimSpace(answer)) {
	case "y", "yes":
		return nil
	default:
		return errors.New("not confirmed, nothing was started")
	}
}
