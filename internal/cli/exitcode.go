package cli

import (
	"errors"
	"fmt"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

const exitCodes = `Exit codes:
  0  every user is onboarded, or was there before
  1  a user failed, an execution failed, check --aws found a problem, the
     output could not be written, or the command was interrupted
  2  a wrong flag, argument or list
  3  AWS refused: credentials, permissions, region, no such stack, state machine
     or execution`

// usageError is a mistake of the operator: a flag, an argument, or a list that the command itself refuses.
type usageError struct{ error }

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(usageError)), errors.As(err, new(operator.ListError)):
		return 2
	case errors.As(err, new(operator.Refusal)):
		return 3
	default:
		return 1
	}
}
