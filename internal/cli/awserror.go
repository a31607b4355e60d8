package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// awsError is a refusal of AWS, or a failure to ask it: one line that says what to do.
type awsError struct{ error }

func awsErrorf(format string, args ...any) error { return awsError{fmt.Errorf(format, args...)} }

const signIn = "sign in, for example with aws sso login, or choose a profile with --profile"

// remedies says what to do about those error codes of AWS that a second try does not help with. Its services have
// different codes for the same refusal.
var remedies = map[string]string{
	"AccessDenied":                "ask an administrator of the account for this permission",
	"AccessDeniedException":       "ask an administrator of the account for this permission",
	"ExpiredToken":                signIn,
	"ExpiredTokenException":       signIn,
	"InvalidClientTokenId":        signIn,
	"UnrecognizedClientException": signIn,
	"SignatureDoesNotMatch":       signIn,
	"InvalidSignatureException":   signIn,
	"StateMachineDoesNotExist":    "check --state-machine and --region",
}

// isFinal tells whether asking AWS again is of no use.
func isFinal(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && remedies[refusal.ErrorCode()] != ""
}

// isDenied tells whether AWS denies the caller a permission.
func isDenied(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && (refusal.ErrorCode() == "AccessDenied" || refusal.ErrorCode() == "AccessDeniedException")
}

// refused says what AWS refused to do, why, and what to do about it.
func refused(doing string, err error) error {
	return Refused(doing, err, "check --stack, --state-machine, --region and --profile")
}

// Refused says what AWS refused to do, why, and what to do about it: otherwise, where the error has no remedy of its own.
func Refused(doing string, err error, otherwise string) error {
	var refusal smithy.APIError
	if errors.Is(err, context.Canceled) {
		return errInterrupted
	}
	if !errors.As(err, &refusal) {
		return awsErrorf("%s: %s: check the network, --region and AWS_ENDPOINT_URL", doing, text.OneLine(err.Error()))
	}
	remedy, ok := remedies[refusal.ErrorCode()]
	switch {
	case ok:
	case refusal.ErrorFault() == smithy.FaultServer, retry.NewStandard().IsErrorRetryable(err):
		remedy = "try again"
	default:
		remedy = otherwise
	}
	return awsErrorf("%s", text.Join(": ", doing, refusal.ErrorCode(), text.OneLine(refusal.ErrorMessage()), remedy))
}
