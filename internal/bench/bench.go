// Package bench measures what the project costs, how far it scales and how long it takes, beside a hand-written machine
// that does the same job, and beside an empty CDK app.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// What is measured, and how often.
const (
	usersOfCommand = maxAccountUsers
	pairsOfSynth   = 9
)

// sizes are the numbers of users in one execution.
var sizes = []int{1, 10, 100, 1000}

// reportFile is where the report goes.
var reportFile = filepath.Join("docs", "benchmarks.md")

// Run measures everything in the root of the repository, prints the table, and writes the report. What it is at goes to
// progress.
func Run(ctx context.Context, stdout, progress io.Writer) error {
	if _, err := os.Stat(cdkCLI); err != nil {
		return fmt.Errorf("the CDK CLI is not there: run make bench in the root of the repository: %w", err)
	}
	start := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(progress, "%5.0f s  %s\n", time.Since(start).Seconds(), fmt.Sprintf(format, args...))
	}
	environment, err := environment(ctx)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	table, err := measure(ctx, dir, say)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, table)
	report, err := page(environment, table)
	if err != nil {
		return err
	}
	say("done: %s has the figures", reportFile)
	return os.WriteFile(reportFile, []byte(report), 0o644)
}

// measure measures with what it builds in dir.
func measure(ctx context.Context, dir string, say func(string, ...any)) (*Table, error) {
	empty, onboard := filepath.Join(dir, "empty"), filepath.Join(dir, "onboard")
	if err := newEmptyApp(empty); err != nil {
		return nil, err
	}
	say("compiling the app and the command")
	if err := run(ctx, command{name: "go", args: []string{"build", "-o", dir, ".", "./cmd/onboard"}}); err != nil {
		return nil, err
	}
	table := &Table{}
	for _, part := range []struct {
		title string
		add   func() error
	}{
		{"executions", func() error { return addExecutions(ctx, table, say) }},
		{count(usersOfCommand) + " users through the command", func() error { return addCommand(ctx, table, onboard) }},
		{"cdk synth", func() error { return table.addSynth(ctx, filepath.Join(dir, "iam-onboarding"), empty, pairsOfSynth) }},
	} {
		say("%s", part.title)
		if err := part.add(); err != nil {
			return nil, fmt.Errorf("%s: %w", part.title, err)
		}
	}
	return table, nil
}

func addExecutions(ctx context.Context, table *Table, say func(string, ...any)) error {
	return withAccount(ctx, func(a *account) error {
		comparisons, err := a.compare(ctx, sizes, say)
		if err == nil {
			table.addCost(comparisons[len(comparisons)-1])
			table.addScale(comparisons)
		}
		return err
	})
}

func addCommand(ctx context.Context, table *Table, onboard string) error {
	return withAccount(ctx, func(a *account) error { return table.addQuota(ctx, a, onboard, usersOfCommand) })
}
