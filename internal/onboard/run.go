package onboard

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func (a App) runCommand() *cobra.Command {
	var where target
	cmd := &cobra.Command{
		Use:   "run LIST [flags]",
		Short: "Onboard the users of a list",
		Long: `Onboard the users of a list, and tell what became of each.

LIST is a .json file, or - for standard input: an array of users, or
{"IAMUserNames": [array of users], "Resend": true or false}. A user is an e-mail
address, which is the user name too, or {"UserName": "...", "Email": "..."}, with
"Group": "..." if wanted. "Resend" mails a new password to users of an earlier run
who have not signed in yet.

The same list can be run again at any time: it goes on where the last run stopped,
and leaves alone who is onboarded. Ctrl-C stops the watching, never the execution.`,
		Example: `  onboard run users.json
  onboard run users.json --profile admin --region eu-west-1
  echo '["ada@example.com"]' | onboard run -`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usageErrorf("expected one LIST, got %d: see %s --help", len(args), cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := where.resolve(cmd); err != nil {
				return err
			}
			return a.run(cmd.Context(), args[0], where)
		},
	}
	where.addFlags(cmd)
	return cmd
}

// run onboards the users of the list at path.
func (a App) run(ctx context.Context, path string, where target) error {
	list, err := readList(ctx, path, a.Stdin)
	if err != nil {
		return beforeStart(ctx, err)
	}
	clients, err := a.Connect(ctx, where.region, where.profile)
	if err != nil {
		return beforeStart(ctx, err)
	}
	machine, err := where.findStateMachine(ctx, clients.Stacks)
	if err != nil {
		return beforeStart(ctx, err)
	}

	execution, err := startExecution(ctx, clients.Executions, machine, list.input)
	if err != nil {
		return err
	}
	fmt.Fprintln(a.Stdout, execution.arn)
	fmt.Fprintln(a.Stderr, "in the console:", execution.consoleLink())

	ended, err := execution.watch(ctx, newProgress(a.Stderr, list.users))
	if err != nil {
		return err
	}
	report, err := execution.report(ctx, ended)
	if err != nil {
		return err
	}
	report.print(a.Stdout, isTerminal(a.Stdout) && os.Getenv("NO_COLOR") == "")
	return report.err()
}

func beforeStart(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted, nothing was started")
	}
	return err
}
