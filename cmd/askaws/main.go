// Command askaws asks AWS whether Step Functions has the undocumented behaviour that this project relies on. It needs an AWS
// account, and creates nothing in it.
//
// Run it in this repository, after npm ci.
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
