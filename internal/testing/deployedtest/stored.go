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

// Stored is all that AWS stores of an execution and of its children, as text, by the place where it is stored. Express
// children have no history.
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

// encodeTo writes a value as JSON in which an ampersand, which a password may have, stays one.
func encodeTo(t testing.TB, text *strings.Builder, value any) {
	t.Helper()
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
}

// leakLength is how many characters of a password, in one piece, are a leak of it.
const leakLength = 8

// Leaks returns the parts of passwords that a text has, as they are or encoded for a form.
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
			i += 200 // past the rest of it
		}
	}
	return found
}
