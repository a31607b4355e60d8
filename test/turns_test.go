package test

import (
	"testing"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// TestOlderExecution evaluates which of the running executions an execution takes for an older one. The execution is "own", and
// started at 04:05:06.5.
func TestOlderExecution(t *testing.T) {
	machine := machineOf(t, onboarding.UserOnboardingProps{})
	jsonata := startJSONata(t)
	started := func(name, at string) any {
		return map[string]any{"Name": name, "ExecutionArn": "arn:" + name, "StartDate": "2026-11-26T04:05:" + at + "Z"}
	}
	own := started("own", "06.5")
	for name, test := range map[string]struct {
		listed []any // the latest first
		token  any
		want   string
	}{
		"no other":                        {[]any{own}, nil, ""},
		"a younger one":                   {[]any{started("a", "06.501"), own}, nil, ""},
		"an older one":                    {[]any{own, started("z", "06.499")}, nil, "z"},
		"an older one of a whole second":  {[]any{own, started("z", "06")}, nil, "z"},
		"a younger one of a whole second": {[]any{started("a", "07"), own}, nil, ""},
		"several":                         {[]any{started("c", "08"), own, started("b", "05"), started("a", "04.000000001")}, nil, "a"},
		"one of the same time before it":  {[]any{own, started("a", "06.5")}, nil, "a"},
		"one of the same time behind it":  {[]any{started("z", "06.5"), own}, nil, ""},
		"nothing, not even itself":        {[]any{}, nil, ""},
		"only a younger one, not itself":  {[]any{started("a", "07")}, nil, "a"},
		"more, and a younger one":         {[]any{started("a", "07"), own}, "token", "a"},
		"more, and no other on this page": {[]any{own}, "token", ""},
		"no more, said with a null":       {[]any{started("a", "07"), own}, jsonRaw("null"), ""},
	} {
		result := map[string]any{"Executions": test.listed}
		if test.token != nil {
			result["NextToken"] = test.token
		}
		got := jsonata.text(t, machine.States["ListExecutions"].Assign["activeExecution"].(string), map[string]any{"states": map[string]any{
			"result": result, "context": map[string]any{"Execution": map[string]any{"Id": "arn:own"}},
		}})
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

// TestAnotherRunIsActive compares the cause of the state machine with the sentence of the command.
func TestAnotherRunIsActive(t *testing.T) {
	machine := machineOf(t, onboarding.UserOnboardingProps{})
	const name = "onboard-20261124T081502Z-a1b2c3"
	got := startJSONata(t).text(t, machine.States["AnotherRunIsActive"].Cause, map[string]any{"activeExecution": name})
	want := "the execution " + name + " is still running, and no user was changed: wait for its end (onboard watch " + name +
		"), then run the same list again"
	if got != want || got != contract.AnotherRun(name) {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := contract.NameOfAnotherRun(got); got != name {
		t.Errorf("got the name %s, want %s", got, name)
	}
	if got := contract.NameOfAnotherRun("fix the cause"); got != "" {
		t.Errorf("got the name %s, want none", got)
	}
}
