package deployedtest

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
)

// Stored returns all text that AWS stores of an execution and of its child executions, by the place that has it. Express child
// executions have no history.
func (a *Account) Stored(t testing.TB, execution deployed.Execution) map[string]string {
	t.Helper()
	described, err := a.SFN.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution.ARN})
	if err != nil {
		t.Fatal(err)
	}
	var parent, children, log strings.Builder
	encodeTo(t, &parent, []string{aws.ToString(described.Input), aws.ToString(described.Output),
		aws.ToString(described.Error), aws.ToString(described.Cause)})
	encodeTo(t, &parent, a.history(t, execution.ARN))
	all, err := a.Children(t.Context(), execution.ARN)
	if err != nil {
		t.Fatal(err)
	}
	for _, child := range all {
		encodeTo(t, &children, []any{child.Input, child.Output})
		encodeTo(t, &log, child.Log)
	}
	return map[string]string{
		"the parent execution": parent.String(), "a child execution": children.String(), "the log group": log.String(),
	}
}

// encodeTo appends a value as JSON. It does not escape an ampersand, because a password may have one.
func encodeTo(t testing.TB, text *strings.Builder, value any) {
	t.Helper()
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
}

// leakLength is the number of consecutive characters of a password that count as a leak.
const leakLength = 8

// Leaks returns each place where a text has a part of a password, as it is or encoded for a form, with the text around it.
func Leaks(text string, passwords map[string]bool) (found []string) {
	parts := map[string]bool{}
	for password := range passwords {
		for _, form := range []string{password, url.QueryEscape(password)} {
			for i := 0; i+leakLength <= len(form); i++ {
				parts[form[i:i+leakLength]] = true
			}
		}
	}
	for i := 0; i+leakLength <= len(text); i++ {
		if part := text[i : i+leakLength]; parts[part] {
			found = append(found, text[max(0, i-200):min(len(text), i+100)])
			i += 200 // to the end of the part that is reported
		}
	}
	return found
}
