// Package cli is the operator's command: its arguments, its input and output, the terminal, and the exit codes. Package
// operator makes the calls of AWS.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// Main runs the command and returns its exit code, 0 to 3, which its help explains. args are the arguments after the name of
// the command. If ctx ends, the command stops watching; an execution that has started goes on.
func Main(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return App{Stdin: stdin, Stdout: stdout, Stderr: stderr, Terminal: openTerminal, Browse: browse, Connect: operator.Connect}.Run(ctx, args)
}

// Run does what [Main] does, with the streams and the clients of the App.
func (a App) Run(ctx context.Context, args []string) int {
	stdout := &stdout{Writer: a.Stdout}
	a.Stdout = stdout
	root := a.rootCommand()
	root.SetArgs(args)
	err := root.ExecuteContext(operator.WithSlowCalls(ctx, eachOnce(a.Stderr)))
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
		Short: "Onboard IAM console users from a list",
		Long:  "Onboard IAM console users: create the users of a list, and send each a sign-in\nmail with a first password.\n\n" + exitCodes,
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
	root.AddCommand(runCommand(a), resendCommand(a), checkCommand(a), watchCommand(a), stopCommand(a), reportCommand(a), listCommand(a),
		usersCommand(a), previewCommand(a), versionCommand(a))
	adjustDefaultCommands(root)
	return root
}

func versionCommand(app App) *cobra.Command {
	return &cobra.Command{
		Use:               "version",
		Short:             "Print the version of this command",
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			fmt.Fprintln(app.Stdout, version())
			return nil
		},
	}
}

// version returns what the go command wrote into the binary: the version, with the commit and its date if the binary was built in a
// checkout, the version of Go, and the platform.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(devel)"
	}
	settings := map[string]string{}
	for _, setting := range info.Settings {
		settings[setting.Key] = setting.Value
	}
	parts := []string{cmp.Or(info.Main.Version, "(devel)")}
	if commit := settings["vcs.revision"]; commit != "" {
		parts = append(parts, "commit "+commit, settings["vcs.time"])
	}
	return strings.Join(append(parts, info.GoVersion, runtime.GOOS+"/"+runtime.GOARCH), ", ")
}
