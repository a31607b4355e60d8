package test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/bench"
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
	text, total := fmt.Sprintf("A list of %d new users, if a child execution, of %d users, takes %.0f seconds:\n\n", users, batch,
		bench.AssumedChild.Seconds()), 0.0
	text += "| what | how much | price | cost |\n|---|---|---|---|\n"
	for _, c := range list.Charges(bench.AssumedChild) {
		total += c.Cost()
		text += fmt.Sprintf("| %s: %s | %.4g %s | $%g for %.0f | $%.4f |\n", c.Service, c.For, c.Amount, c.Unit, c.Price, c.Units, c.Cost())
	}
	section(t, "../docs/deployment.md", "cost", text+fmt.Sprintf("| **all** | | | **$%.2f** |\n", total))
}
