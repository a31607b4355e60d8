package operator

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Refusal is the error that AWS refused something, or could not be asked. It is one line that ends with what to do.
type Refusal struct{ error }

func refusalf(format string, args ...any) error { return Refusal{fmt.Errorf(format, args...)} }

// ListError is the error that the list is wrong in a way that only the state machine, or its settings, can show.
type ListError struct{ error }

// ErrInterrupted is the error that the caller has ended the context.
var ErrInterrupted = errors.New("interrupted")

const (
	signIn   = "sign in, for example with aws sso login, or choose a profile with --profile"
	askAdmin = "ask an administrator of the account for this permission"
)

// remedies are what to do about the error codes of AWS that a second try does not help with. The services of AWS have
// different codes for the same refusal.
var remedies = map[string]string{
	"AccessDenied":                askAdmin,
	"AccessDeniedException":       askAdmin,
	"ExpiredToken":                signIn,
	"ExpiredTokenException":       signIn,
	"InvalidClientTokenId":        signIn,
	"UnrecognizedClientException": signIn,
	"SignatureDoesNotMatch":       signIn,
	"InvalidSignatureException":   signIn,
	"StateMachineDoesNotExist":    "check --state-machine and --region",
}

// isFinal reports whether it is of no use to ask AWS again.
func isFinal(err error) bool { return remedyOf(err) != "" }

// isDenied reports whether AWS denies the caller a permission.
func isDenied(err error) bool { return remedyOf(err) == askAdmin }

func remedyOf(err error) string {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return ""
	}
	return remedies[refusal.ErrorCode()]
}

// refused is [Refused] for a call whose most likely cause is that the caller has chosen something else.
func refused(doing string, err error) error {
	return Refused(doing, err, "check --stack, --state-machine, --region and --profile")
}

// Refused returns a [Refusal] that says what was being done, why AWS refused it, and what to do: otherwise, if the error has
// no remedy of its own. It returns [ErrInterrupted] if err is the end of a context.
func Refused(doing string, err error, otherwise string) error {
	var refusal smithy.APIError
	if errors.Is(err, context.Canceled) {
		return ErrInterrupted
	}
	if !errors.As(err, &refusal) {
		return refusalf("%s: %s: check the network, --region and AWS_ENDPOINT_URL", doing, text.OneLine(err.Error()))
	}
	remedy := remedyOf(err)
	switch {
	case remedy != "":
	case refusal.ErrorFault() == smithy.FaultServer, retry.NewStandard().IsErrorRetryable(err):
		remedy = "try again"
	default:
		remedy = otherwise
	}
	return refusalf("%s", text.Join(": ", doing, refusal.ErrorCode(), text.OneLine(refusal.ErrorMessage()), remedy))
}
