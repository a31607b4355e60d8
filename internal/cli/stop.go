package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// stopOptions are the flags of onboard stop.
type stopOptions struct {
	executionOptions
	yes bool
}

func stopCommand(app App) *cobra.Command {
	var options stopOptions
	cmd := &cobra.Command{
		Use:   "stop [EXECUTION] [flags]",
		Short: "Stop an execution",
		Long: `Stop an execution that is running. The users that it has onboarded stay. It may
leave some users incomplete: to finish them, run the same list again.

EXECUTION is a name that onboard list prints, or an ARN. The command asks at the
terminal before it stops the execution; without a terminal it needs --yes.`,
		Example: `  onboard stop onboard-20261124T081502Z-a1b2c3
  onboard stop --last --yes`,
		Args:              options.checkArguments,
		ValidArgsFunction: app.completeExecution(&options.executionOptions),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd, args); err != nil {
				return err
			}
			return app.stop(cmd.Context(), options)
		},
	}
	options.addFlags(cmd)
	cmd.Flags().BoolVarP(&options.yes, "yes", "y", false, "do not ask before the stop")
	return cmd
}

// stop stops the execution of the options.
func (a App) stop(ctx context.Context, options stopOptions) error {
	clients, err := a.connect(ctx, options.target)
	if err != nil {
		return err
	}
	running, err := operator.FindRunning(ctx, clients, options.target.Target, options.name)
	if err != nil {
		return err
	}
	if !options.yes {
		terminal, err := a.openTerminal("the stop", "add --yes")
		if err != nil {
			return err
		}
		defer func() { _ = terminal.Close() }() // nothing is lost if it fails
		if err := confirm(ctx, terminal, running.String()+"\n", "nothing was stopped"); err != nil {
			return err
		}
	}
	ended, err := running.Stop(ctx)
	if err == nil {
		fmt.Fprintln(a.Stdout, ended)
	}
	return err
}
