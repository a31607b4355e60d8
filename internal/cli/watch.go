package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

func watchCommand(app App) *cobra.Command {
	var options reportOptions
	cmd := &cobra.Command{
		Use:   "watch [EXECUTION] [flags]",
		Short: "Wait for the end of an execution, and print its report",
		Long: `Show how far an execution is until it ends, then print its report. If the
execution has ended, this is onboard report.

EXECUTION is a name that onboard list prints, or an ARN. If you press Ctrl-C,
the execution goes on.`,
		Example: `  onboard watch --last
  onboard watch onboard-20261124T081502Z-a1b2c3`,
		Args:              options.checkArguments,
		ValidArgsFunction: app.completeExecution(&options.executionOptions),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd, args); err != nil {
				return err
			}
			return app.watch(cmd.Context(), options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// watch waits for the end of the execution of the options, and prints its report.
func (a App) watch(ctx context.Context, options reportOptions) error {
	ctx, show, stop := a.counting(ctx, "%d of %d users done")
	return a.reportBy(ctx, options, func(clients *operator.Clients) (*operator.Outcome, error) {
		defer stop()
		return operator.Watch(ctx, clients, options.target.Target, options.name, show)
	})
}
