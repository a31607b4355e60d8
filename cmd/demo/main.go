// Demo shows a whole onboarding on the local AWS. It deploys the stack with the CDK CLI, and runs the command onboard with
// the users of examples/users.json, one of which exists already. Then it prints the mails, and what IAM has of each user.
//
// Run it in the root of the repository, after npm ci.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

const (
	list     = "examples/users.json"
	existing = "grace@example.com" // a user of the list that exists before the list is run
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	if err := step("Compiling the app and the command (the CDK library takes a minute or two the first time)",
		quiet(ctx, os.Environ(), "go", "build", "-o", "bin/", ".", "./cmd/onboard")); err != nil {
		return err
	}
	var server *localaws.Server
	if err := step("Starting the local AWS", func() (err error) {
		server, err = localaws.Start(ctx)
		return err
	}); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	return onboard(ctx, server)
}

// onboard deploys the stack to a local AWS, runs the list, and prints the outcome.
func onboard(ctx context.Context, server *localaws.Server) error {
	cdk := filepath.Join("node_modules", ".bin", "cdk")
	for _, s := range []struct {
		title string
		do    func() error
	}{
		{"Bootstrapping it with the CDK CLI", quiet(ctx, server.Env(), cdk, "bootstrap", "--context", "sender="+deployed.Sender)},
		{"Deploying the stack with the CDK CLI",
			quiet(ctx, server.Env(), cdk, "deploy", "--require-approval", "never", "--context", "sender="+deployed.Sender)},
		{"Verifying the sender " + deployed.Sender, func() error { return server.Verify(ctx, deployed.Sender) }},
		{"Creating the user " + existing + " by hand", func() error { return createUser(ctx, server) }},
		{"Checking the list: onboard check --aws " + list, loud(ctx, server.Env(), "bin/onboard", "check", "--aws", list)},
		{"Running the list: onboard run --yes --allow-existing " + list,
			loud(ctx, server.Env(), "bin/onboard", "run", "--yes", "--allow-existing", list)},
		{"Listing the runs: onboard list", loud(ctx, server.Env(), "bin/onboard", "list")},
		{"Reading the mails", func() error { return printMails(ctx, server) }},
		{"Asking IAM for the users", func() error { return printUsers(ctx, server) }},
	} {
		if err := step(s.title, s.do); err != nil {
			return err
		}
	}
	return nil
}

// step prints its title, does one step, and prints how long it took.
func step(title string, do func() error) error {
	fmt.Printf("==> %s\n", title)
	start := time.Now()
	if err := do(); err != nil {
		return err
	}
	fmt.Printf("    %.1f s\n", time.Since(start).Seconds())
	return nil
}

// quiet returns a function that runs a command, and that reports the output only if the command fails.
func quiet(ctx context.Context, env []string, name string, args ...string) func() error {
	return func() error {
		var output bytes.Buffer
		command := exec.CommandContext(ctx, name, args...)
		command.Env = env
		command.Stdout, command.Stderr = &output, &output
		if err := command.Run(); err != nil {
			return fmt.Errorf("%s: %w\n%s", command, err, &output)
		}
		return nil
	}
}

// loud returns a function that runs a command and prints its output.
func loud(ctx context.Context, env []string, name string, args ...string) func() error {
	return func() error {
		command := exec.CommandContext(ctx, name, args...)
		command.Env = env
		command.Stdout, command.Stderr = os.Stdout, os.Stderr
		return command.Run()
	}
}

func createUser(ctx context.Context, server *localaws.Server) error {
	_, err := iam.NewFromConfig(server.Config()).CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(existing)})
	return err
}
