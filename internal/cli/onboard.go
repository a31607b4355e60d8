// Package onboard is the operator's command: it starts executions of the state machine with a list of users, watches
// them, and tells what became of each user. It never sees a password.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"
)

const exitCodes = `Exit codes:
  0  every user is onboarded, or was there before
  1  a user failed, an execution failed, check --aws found a problem, the
     output could not be written, or the command was interrupted
  2  a wrong flag, argument or list
  3  AWS refused: credentials, permissions, region, no such stack, state machine
     or execution`

// Main runs the command with the arguments behind its name, and returns its exit code, as exitCodes has them. When ctx
// ends, the command stops watching; an execution that has been started goes on.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return App{Stdin: stdin, Stdout: stdout, Stderr: stderr, Connect: Connect}.Run(ctx, args)
}

// App is the command and what it touches. All fields are required.
type App struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Connect makes the clients for a region and a profile; either is empty where the caller did not choose.
	Connect func(ctx context.Context, region, profile string) (*Clients, error)
}

// Run is [Main] with the streams and the clients of the App.
func (a App) Run(ctx context.Context, args []string) int {
	stdout := &stdout{Writer: a.Stdout}
	a.Stdout = stdout
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if stdout.err != nil && !errors.Is(err, stdout.err) {
		err = errors.Join(err, stdout.err)
	}
	if err != nil {
		fmt.Fprintf(a.Stderr, "onboard: %v\n", err)
	}
	return exitCode(err)
}

func (a App) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "onboard",
		Short: "Give people a console user in AWS, and mail them their sign-in data",
		Long:  "Give people a console user in AWS, and mail them their sign-in data.\n\n" + exitCodes,
		Example: `  onboard check users.csv
  onboard run users.csv
  onboard list`,
		Version:               version(),
		SilenceErrors:         true,
		SilenceUsage:          true,
		DisableFlagsInUseLine: true,
		Args:                  cobra.ArbitraryArgs,

		SuggestionsMinimumDistance: 2,

		RunE: helpOrUnknown,
	}
	root.SetIn(a.Stdin)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageErrorf("%w: see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(a.runCommand(), a.checkCommand(), a.reportCommand(), a.listCommand())
	adjustDefaultCommands(root)
	return root
}

// adjustDefaultCommands makes the commands help and completion, which are of Cobra, refuse what they do not know.
func adjustDefaultCommands(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = oneCommand
		case "completion":
			cmd.Args, cmd.RunE, cmd.SuggestionsMinimumDistance = cobra.ArbitraryArgs, helpOrUnknown, root.SuggestionsMinimumDistance
			for _, shell := range cmd.Commands() {
				shell.Args = noArguments
			}
		}
	}
}

// helpOrUnknown is what a command does that has others below it, and does nothing itself.
func helpOrUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	meant := ""
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		meant = " (did you mean " + strings.Join(similar, " or ") + "?)"
	}
	return usageErrorf("unknown command %q%s: see %s --help", args[0], meant, cmd.CommandPath())
}

// oneCommand wants the name of a command, or none.
func oneCommand(help *cobra.Command, args []string) error {
	cmd, rest, _ := help.Root().Find(args) // takes all arguments, and so finds at least itself
	if len(rest) > 0 && cmd.HasAvailableSubCommands() {
		return helpOrUnknown(cmd, rest)
	}
	return noArguments(cmd, rest)
}

// oneArgument wants one argument, which is called name in the help.
func oneArgument(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usageErrorf("expected one %s, got %d: see %s --help", name, len(args), cmd.CommandPath())
		}
		return nil
	}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) != 0 {
		return usageErrorf("expected no argument, got %q: see %s --help", args[0], cmd.CommandPath())
	}
	return nil
}

// errInterrupted is the end of the command by Ctrl-C.
var errInterrupted = errors.New("interrupted")

// usageError is a mistake of the caller: a flag, an argument, or the list.
type usageError struct{ error }

func usageErrorf(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

func exitCode(err error) int {
	switch {
	case err == nil:
		return 0
	case errors.As(err, new(usageError)), errors.As(err, new(refusedList)):
		return 2
	case errors.As(err, new(awsError)):
		return 3
	default:
		return 1
	}
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func isTerminal(stream any) bool {
	if stdout, ok := stream.(*stdout); ok {
		stream = stdout.Writer
	}
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
