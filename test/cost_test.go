package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

// TestCostInDocs computes what a list of new users costs, from the calls and the states of the definition.
func TestCostInDocs(t *testing.T) {
	const users, childSeconds, memoryGB = 1000, 5.0, 64.0 / 1024 // a child bills its memory in chunks of 64 MB
	machine := machineOf(t, onboarding.UserOnboardingProps{})
	var draws, mails int
	for _, task := range machine.child().pathOfNewUser() {
		switch resource := machine.child().States[task].Resource; {
		case strings.HasSuffix(resource, ":getRandomPassword"):
			draws += users
		case strings.HasSuffix(resource, ":sendEmail"):
			mails += users
		}
	}
	table, total := "| what | how much | price | cost |\n|---|---|---|---|\n", 0.0
	for _, item := range []struct {
		what, unit string
		amount     float64
		price, per float64
	}{
		{"Step Functions: states of the parent", "transitions", float64(len(machine.pathWhenAllGoesWell())), 0.025, 1000},
		{"Step Functions: children", "requests", users, 1, 1e6},
		{"Step Functions: time of the children", "GB-seconds", users * childSeconds * memoryGB, 0.01667, 1000},
		{"Secrets Manager: passwords", "calls", float64(draws), 0.05, 10_000},
		{"SES: mails", "mails", float64(mails), 0.10, 1000},
	} {
		cost := item.amount / item.per * item.price
		total += cost
		table += fmt.Sprintf("| %s | %.4g %s | $%g for %.0f | $%.4f |\n", item.what, item.amount, item.unit, item.price, item.per, cost)
	}
	section(t, "../docs/deployment.md", "cost", table+fmt.Sprintf("| **all** | | | **$%.2f** |\n", total))
}

// pathWhenAllGoesWell is the states that a list comes by whose users are all onboarded.
func (m machine) pathWhenAllGoesWell() (path []string) {
	for name := m.StartAt; name != ""; {
		path = append(path, name)
		state := m.States[name]
		name = state.Next
		if state.Type == "Choice" {
			name = state.Default
		}
	}
	return path
}
