package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// reportOptions are the flags of onboard report.
type reportOptions struct {
	executionOptions
	output        output
	allowExisting bool
}

func (o *reportOptions) addFlags(cmd *cobra.Command) {
	o.executionOptions.addFlags(cmd)
	o.output.addFlag(cmd)
	o.output.addOnlyFlag(cmd)
	addAllowExisting(cmd, &o.allowExisting)
}

// validate checks the flags and the arguments.
func (o *reportOptions) validate(cmd *cobra.Command, args []string) error {
	return errors.Join(o.executionOptions.validate(cmd, args), o.output.validate(), o.output.validateOnly(cmd))
}

func reportCommand(app App) *cobra.Command {
	var options reportOptions
	cmd := &cobra.Command{
		Use:   "report [EXECUTION] [flags]",
		Short: "Print the report of an earlier execution",
		Long: `Print the report of an execution that has ended, whether it succeeded or failed.

EXECUTION is a name that onboard list prints, or an ARN. Step Functions keeps an
execution for 90 days.

The CSV is also a list: onboard run can run it again.

A sweep is an execution of the state machine that withdraws first passwords that
nobody used. Its report has the users whose password was withdrawn.`,
		Example: `  onboard report onboard-20261124T081502Z-a1b2c3
  onboard report --last --only failed -o csv > failed.csv`,
		Args:              options.checkArguments,
		ValidArgsFunction: app.completeExecution(&options.executionOptions),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd, args); err != nil {
				return err
			}
			return app.report(cmd.Context(), options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// report prints the report of the execution of the options.
func (a App) report(ctx context.Context, options reportOptions) error {
	return a.reportBy(ctx, options, func(clients *operator.Clients) (*operator.Outcome, error) {
		return operator.Report(ctx, clients, options.target.Target, options.name)
	})
}

// reportBy prints the report that read returns.
func (a App) reportBy(ctx context.Context, options reportOptions, read func(*operator.Clients) (*operator.Outcome, error)) error {
	clients, err := a.connect(ctx, options.target)
	if err != nil {
		return options.output.finish(a.Stdout, &operator.Outcome{}, err)
	}
	outcome, err := read(clients)
	if err == nil {
		err = outcome.Err(options.allowExisting)
	}
	return options.output.finish(a.Stdout, outcome, err)
}
