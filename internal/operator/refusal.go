package operator

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// RefusalError is the error that AWS refused a call, or could not be reached. Its text is one line, and ends with what to do.
type RefusalError struct{ error }

func refusalf(format string, args ...any) error { return RefusalError{fmt.Errorf(format, args...)} }

// ListError is the error that the state machine refuses the list, or would refuse it.
type ListError struct{ error }

// ErrInterrupted is the error that the context ended.
var ErrInterrupted = errors.New("interrupted")

const (
	signIn   = "sign in, for example with aws sso login, or choose a profile with --profile"
	askAdmin = "ask an administrator of the account for this permission"
)

// remedies has what to do about error codes of AWS for which a second try does not help. The services of AWS use different
// codes for the same refusal.
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

// isFinal reports whether a second try cannot help.
func isFinal(err error) bool { return remedyOf(err) != "" }

// isDenied reports whether the caller lacks a permission.
func isDenied(err error) bool { return remedyOf(err) == askAdmin }

func remedyOf(err error) string {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return ""
	}
	return remedies[refusal.ErrorCode()]
}

// refused is [Refused] for a call that most likely failed because the flags choose the wrong stack, region or profile.
func refused(doing string, err error) error {
	return Refused(doing, err, "check --stack, --state-machine, --region and --profile")
}

// Refused returns a [RefusalError] that says what the caller was doing, why AWS refused it, and what to do. If this package knows
// no remedy for the error, the remedy is otherwise. Refused returns [ErrInterrupted] if err is the end of a context.
func Refused(doing string, err error, otherwise string) error {
	var refusal smithy.APIError
	if errors.Is(err, context.Canceled) {
		return ErrInterrupted
	}
	const checkNetwork = "check the network, --region and AWS_ENDPOINT_URL"
	if errors.Is(err, context.DeadlineExceeded) {
		return refusalf("%s: AWS did not answer within %.0f seconds: %s", doing, longestCall.Seconds(), checkNetwork)
	}
	if !errors.As(err, &refusal) {
		return refusalf("%s: %s: %s", doing, text.OneLine(err.Error()), checkNetwork)
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
