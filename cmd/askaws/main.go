// Command askaws asks AWS whether Step Functions does what this project relies on and AWS does not document. It creates
// nothing, and needs an AWS account. It runs in this repository, with the Node.js packages installed.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/iam-onboarding/iam-onboarding/internal/askaws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the command at once
	os.Exit(askaws.Main(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
