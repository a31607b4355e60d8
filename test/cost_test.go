package test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/bench"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

// TestCostInDocs compares docs/deployment.md with the cost of a list of new users. It computes the cost from the calls and the
// states of the definition.
func TestCostInDocs(t *testing.T) {
	const users = 1000
	machine := machineOf(t, onboarding.UserOnboardingProps{})
	batch := machine.States[machine.MapState()].ItemBatcher.MaxItemsPerBatch
	list := bench.Execution{Users: users, States: len(machine.PathWhenAllGoesWell()), Children: users / batch}
	for _, task := range machine.Child().PathOfNewUser() {
		if strings.HasSuffix(machine.Child().States[task].Resource, ":getRandomPassword") {
			list.Draws += users
		}
	}
	text := fmt.Sprintf("A list of %d new users, if a child execution, of %d users, takes %.0f seconds:\n\n", users, batch,
		bench.AssumedChild.Seconds())
	section(t, "../docs/deployment.md", "cost", text+costTable(list.Charges(bench.AssumedChild)))
}

func costTable(charges []bench.Charge) string {
	text, total := "| what | how much | price | cost |\n|---|---|---|---|\n", 0.0
	for _, c := range charges {
		total += c.Cost()
		text += fmt.Sprintf("| %s: %s | %.4g %s | $%g for %.0f | $%.4f |\n", c.Service, c.For, c.Amount, c.Unit, c.Price, c.Units, c.Cost())
	}
	return text + fmt.Sprintf("| **all** | | | **$%.3f** |\n", total)
}

// TestCostOfSweepInDocs compares docs/expiry.md with the cost of a sweep. It counts the states of the definition for as many pages of
// users.
func TestCostOfSweepInDocs(t *testing.T) {
	const users, child = 1000, 2 * time.Second
	template := synthesize(t, newStack(t), onboarding.UserOnboardingProps{})
	machine := asl.Parse(t, template.ofExpiry(t, stateMachineType)["DefinitionString"].(string))
	size := int(machine.States["ListUsers"].Arguments["MaxItems"].(float64))
	states, page := 0, 1
	for name := machine.StartAt; name != ""; states++ {
		if states > users {
			t.Fatal("the walk through the sweep does not end")
		}
		state := machine.States[name]
		name = state.Next
		if state.Type == "Choice" {
			name = state.Default
			if isFirst := page == 1; isFirst && state.Choices[0].Next == "ListUsers" {
				name = state.Choices[0].Next
			} else if state.Choices[0].Next == contract.SummaryState && state.Default == "ListExecutions" {
				if page++; page > users/size {
					name = state.Choices[0].Next
				}
			}
		}
	}
	batch := machine.States[machine.MapState()].ItemBatcher.MaxItemsPerBatch
	sweep := bench.Execution{States: states, Children: users / batch}
	hours := template.ofExpiry(t, "AWS::Scheduler::Schedule")["ScheduleExpression"]
	var charges []bench.Charge
	for _, charge := range sweep.Charges(child) {
		if charge.Service == "Step Functions" {
			charges = append(charges, charge)
		}
	}
	text := fmt.Sprintf("A sweep of %d users, if a child execution, of %d users, takes %.0f seconds. The default is %s:\n\n", users, batch,
		child.Seconds(), hours)
	section(t, "../docs/expiry.md", "cost", text+costTable(charges))
}
