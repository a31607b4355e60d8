// Bench measures the cost of the state machine, how it scales, and the time for synthesis. It prints the table, and writes
// docs/benchmarks.md.
//
// Run it in the root of the repository, after npm ci.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/iam-onboarding/iam-onboarding/internal/bench"
)

func main() {
	if len(os.Args) > 1 {
		fmt.Fprintf(os.Stderr, "bench: takes no arguments, got: %q\n", os.Args[1:])
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := bench.Run(ctx, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
