// Bench measures what the project costs, how far it scales and how long it takes, prints the table, and writes
// docs/benchmarks.md.
//
// It runs in the root of the repository, with the Node.js packages installed.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/iam-onboarding/iam-onboarding/internal/bench"
)

func main() {
	plan := bench.Plan{Sizes: []int{1, 10, 100, 1000}}
	flag.IntVar(&plan.Users, "users", 5000, "users to onboard with the command")
	flag.IntVar(&plan.Pairs, "pairs", 9, "pairs of syntheses")
	flag.IntVar(&plan.Starts, "starts", 51, "starts of the command")
	flag.StringVar(&plan.Report, "report", "docs/benchmarks.md", "the `file` to write")
	largest := flag.Int("largest", 1000, "users in the largest execution")
	flag.Parse()
	for len(plan.Sizes) > 1 && plan.Sizes[len(plan.Sizes)-1] > *largest {
		plan.Sizes = plan.Sizes[:len(plan.Sizes)-1]
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := plan.Run(ctx, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
