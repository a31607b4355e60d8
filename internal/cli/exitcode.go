package cli

import (
	"errors"
	"fmt"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

const exitCodes = `Exit codes:
  0  every user is onboarded, now or before
  1  a user or an execution failed, a user name is taken (see --allow-existing),
     SES suppresses an address and did not send the mail, check --aws found a
     problem, the output could not be written, or you declined the start or
     pressed Ctrl-C
  2  a flag, an argument or the list is wrong, or nobody can confirm the start
     because there is no terminal
  3  AWS refused: credentials, permissions, region, or there is no such stack,
     state machine or execution`

// usageError is the error that a flag, an argument or the list is wrong. The command itself has found it.
type usageError struct{ error }

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(usageError)), errors.As(err, new(operator.ListError)):
		return 2
	case errors.As(err, new(operator.RefusalError)):
		return 3
	default:
		return 1
	}
}
