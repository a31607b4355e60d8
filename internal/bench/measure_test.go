package bench

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestMeasure runs the benchmark with three users, and checks the counts. It does not check times.
func TestMeasure(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	ctx, dir, table := t.Context(), t.TempDir(), &figures{}
	onboard := filepath.Join(dir, "onboard")
	if err := run(ctx, command{name: "go", args: []string{"build", "-o", onboard, "./cmd/onboard"}}); err != nil {
		t.Fatal(err)
	}
	err := withAccount(ctx, func(a *account) error {
		comparisons, err := a.compare(ctx, []int{1, 3}, t.Logf)
		if err != nil {
			return err
		}
		wantComparison(t, comparisons[1])
		table.addCost(comparisons[1])
		table.addScale(comparisons)
		return table.addQuota(ctx, a, onboard, 3)
	})
	if err != nil {
		t.Fatal(err)
	}
	environment, err := environment(ctx)
	if err != nil {
		t.Fatal(err)
	}
	page, err := page(environment, table)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"- Date: ", "- Versions: Go ", ", moto ", "- Machine: ", "| 3 users: history events ",
		"| executions, one after the other ",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// wantComparison checks the counts of three users. All of them depend only on the number of users, except the draws of the
// baseline.
func wantComparison(t *testing.T, c comparison) {
	t.Helper()
	ours := c.Ours
	if ours.Calls != 5+3*6 || ours.Draws != 3 || ours.States != 14 || ours.Children != 1 || ours.Events > eventTarget || ours.AtATime != 3 {
		t.Errorf("got %+v for our state machine, want other counts for three users", ours)
	}
	baseline := c.Baseline
	if again := baseline.Draws - 3; baseline.Calls != 3*5+again || baseline.States != 1+3*8+2*again || baseline.Children != 0 {
		t.Errorf("got %+v for the baseline, want other counts for three users", baseline)
	}
}
