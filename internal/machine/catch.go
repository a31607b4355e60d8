package machine

import (
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// CatchAll returns the catcher of every error, which makes the status Failed of the user.
func CatchAll() *sfn.CatchProps { return CatchAllWithCause(ErrorCause) }

// CatchAllWithCause is [CatchAll] with another cause, which is JSONata code.
func CatchAllWithCause(cause string) *sfn.CatchProps {
	return &sfn.CatchProps{Errors: jsii.Strings("States.ALL"), Outputs: jsonata.Expression(FailedWithCause(cause))}
}

// ErrorCause is the cause of an error, or an empty string if there is none: a time-out may have no cause.
const ErrorCause = `("" & $states.errorOutput.Cause)`

// FailedWithCause returns JSONata code for the status of a user whose call failed. It cuts the error and the cause, so that the
// statuses of a list fit into the report. It replaces a character by an apostrophe if it is not printable ASCII, or if JSON needs two
// characters for it.
func FailedWithCause(cause string) string {
	return fmt.Sprintf(`(
$error := $substring($states.errorOutput.Error, 0, 48);
$cause := $substring($replace(%s, /[^ !#-\[\]-~]/, "'"), 0, $states.input.CauseLength);
{
  "UserName": $states.input.UserName,
  "Status": %s,
  "Step": $states.context.State.Name,
  "Error": $error,
  "Cause": $cause
})`, cause, jsonata.Literal(contract.Failed))
}

// Failed ends with the status that [CatchAll] has made.
func (f *Flow) Failed() sfn.Pass { return f.Output(contract.Failed, "$states.input") }

// CatchNoSuchEntity returns the catcher for a user or a login profile that IAM does not have.
func CatchNoSuchEntity() *sfn.CatchProps { return Catch("Iam.NoSuchEntityException", nil) }

// CatchUnreadable returns the catcher of every error of a preflight call.
func CatchUnreadable() *sfn.CatchProps {
	return CatchPreflightError(jsonata.Literal(contract.FixAndRunAgain))
}

// CatchPreflightError returns the catcher of every error of a preflight call. remedy is JSONata code for the end of the
// problem's sentence.
func CatchPreflightError(remedy string) *sfn.CatchProps {
	return Catch("States.ALL", Problem(`$states.context.State.Name & " failed with " & $states.errorOutput.Error & ": " `+
		`& $substring($states.errorOutput.Cause, 0, 1000) & "; " & `+remedy))
}

// EndAsFailed ends with the status Failed and an error of our own. step is the call that succeeded before we found the error.
func (f *Flow) EndAsFailed(name, step, cause string) sfn.Pass {
	return f.Output(name, fmt.Sprintf(`{
  "UserName": $states.input.UserName,
  "Status": %s,
  "Step": %s,
  "Error": %s,
  "Cause": $substring(%s, 0, $states.input.CauseLength)
}`, jsonata.Literal(contract.Failed), jsonata.Literal(step), jsonata.Literal(name), jsonata.Literal(cause)))
}
