package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// reportOptions are the flags of onboard report.
type reportOptions struct {
	target target
	output output

	allowExisting bool
}

func (o *reportOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.output.addFlag(cmd)
	addAllowExisting(cmd, &o.allowExisting)
}

func (o *reportOptions) validate(cmd *cobra.Command, execution string) error {
	return errors.Join(o.target.validate(cmd), o.target.validateExecution(execution), o.output.validate())
}

func reportCommand(app App) *cobra.Command {
	var options reportOptions
	cmd := &cobra.Command{
		Use:   "report EXECUTION [flags]",
		Short: "Print the report of an earlier execution",
		Long: `Print the report of an execution that has ended, whether it succeeded or failed.

EXECUTION is a name that onboard list prints, or an ARN. Step Functions keeps an
execution for 90 days.`,
		Example: `  onboard report onboard-20261124T081502Z-a1b2c3
  onboard report arn:aws:states:eu-west-1:123456789012:execution:Name:run -o csv`,
		Args:              oneArgument("EXECUTION"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd, args[0]); err != nil {
				return err
			}
			return app.report(cmd.Context(), args[0], options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// report prints the report of an execution.
func (a App) report(ctx context.Context, execution string, options reportOptions) error {
	clients, err := a.connect(ctx, options.target)
	if err != nil {
		return err
	}
	outcome, err := operator.Report(ctx, clients, options.target.Target, execution)
	if err != nil {
		return err
	}
	return errors.Join(outcome.Err(options.allowExisting), options.output.print(a.Stdout, outcome))
}
