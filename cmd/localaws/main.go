// Command localaws runs the local AWS until Ctrl-C. If it is given a command, it runs the local AWS only while that command
// runs.
//
//	go run ./cmd/localaws
//	go run ./cmd/localaws -- command arguments…
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status, err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "localaws:", err)
		os.Exit(1)
	}
	os.Exit(status)
}

// run starts the local AWS. If args has a command, it runs that command and returns its exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (status int, err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	server, err := localaws.Start(ctx, localaws.Log(stderr))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if len(args) == 0 {
		return 0, wait(ctx, server, stdout)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = server.Env(), stdin, stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

func wait(ctx context.Context, server *localaws.Server, stdout io.Writer) error {
	fmt.Fprintf(stdout, "The local AWS is ready at %s. To use it:\n", server.Endpoint())
	for _, setting := range server.Settings() {
		fmt.Fprintln(stdout, "export", setting)
	}
	select {
	case <-ctx.Done():
		return nil
	case <-server.Done():
		return errors.New("the server has ended")
	}
}
