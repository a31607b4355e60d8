// Bench measures what the project costs, how far it scales and how long it takes, prints the table, and writes
// docs/benchmarks.md.
//
// It runs in the root of the repository, with the Node.js packages installed.
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
	defer stop()
	if err := bench.Run(ctx, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}
