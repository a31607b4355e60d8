// Package bench measures what the project costs, how far it scales and how long it takes. It compares the state machine with a
// hand-written one that does the same job, and the synthesis with that of an empty CDK app.
package bench

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

const (
	usersOfCommand = maxAccountUsers // the users of the list that the command runs
	pairsOfSynth   = 9               // how often the synthesis of each app is measured
)

// sizes are the numbers of users in the executions that are compared.
var sizes = []int{1, 10, 100, 1000}

// reportFile is the file of the report, from the root of the repository.
var reportFile = filepath.Join("docs", "benchmarks.md")

// Run measures everything, prints the table, and writes the report. It must run in the root of the repository. It writes a line
// to progress when it starts a step.
func Run(ctx context.Context, stdout, progress io.Writer) error {
	if _, err := os.Stat(cdkCLI); err != nil {
		return fmt.Errorf("the CDK CLI is not installed here: run make bench in the root of the repository: %w", err)
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
	say("done: the figures are in %s", reportFile)
	return os.WriteFile(reportFile, []byte(report), 0o644)
}

// measure measures everything, and returns the table. It builds the app and the command in dir.
func measure(ctx context.Context, dir string, say func(string, ...any)) (*figures, error) {
	empty, onboard := filepath.Join(dir, "empty"), filepath.Join(dir, "onboard")
	if err := newEmptyApp(empty); err != nil {
		return nil, err
	}
	say("compiling the app and the command")
	if err := run(ctx, command{name: "go", args: []string{"build", "-o", dir, ".", "./cmd/onboard"}}); err != nil {
		return nil, err
	}
	table := &figures{}
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

func addExecutions(ctx context.Context, table *figures, say func(string, ...any)) error {
	return withAccount(ctx, func(a *account) error {
		comparisons, err := a.compare(ctx, sizes, say)
		if err == nil {
			table.addCost(comparisons[len(comparisons)-1])
			table.addScale(comparisons)
		}
		return err
	})
}

func addCommand(ctx context.Context, table *figures, onboard string) error {
	return withAccount(ctx, func(a *account) error { return table.addQuota(ctx, a, onboard, usersOfCommand) })
}
