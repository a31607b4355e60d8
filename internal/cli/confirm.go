package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// openTerminal opens the terminal of the operator. It returns a usageError with the remedy if there is none, because nobody can then
// confirm this act, such as "the start".
func (a App) openTerminal(act, remedy string) (io.ReadWriteCloser, error) {
	terminal, err := a.Terminal()
	if err != nil {
		return nil, usageErrorf("nobody can confirm %s, because there is no terminal: %s", act, remedy)
	}
	return terminal, nil
}

// ask asks the operator a question, and returns the answer. It returns an error if there is no answer, or if ctx ends.
func ask(ctx context.Context, terminal io.ReadWriter, question string) (string, error) {
	fmt.Fprint(terminal, question)
	answer, err := untilDone(ctx, func() (string, error) { return bufio.NewReader(terminal).ReadString('\n') })
	if err != nil {
		fmt.Fprintln(terminal)
	}
	return strings.TrimSpace(answer), err
}

// confirm asks the operator whether to go on. Unless the answer is yes, it returns an error with the consequence.
func confirm(ctx context.Context, terminal io.ReadWriter, facts, consequence string) error {
	answer, _ := ask(ctx, terminal, facts+"Go on? [y/N] ") // no answer is no
	switch strings.ToLower(answer) {
	case "y", "yes":
		return nil
	default:
		return errors.New("not confirmed, " + consequence)
	}
}

// askForCode asks the operator for the code of the MFA device of the profile. It returns [operator.ErrNoTerminal] if there is no
// terminal.
func (a App) askForCode(ctx context.Context) (string, error) {
	terminal, err := a.Terminal()
	if err != nil {
		return "", operator.ErrNoTerminal
	}
	defer func() { _ = terminal.Close() }() // nothing is lost if it fails
	return ask(ctx, terminal, "MFA code of the AWS profile: ")
}
