package cli

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// recent is how many executions the command lists.
const recent = 20

// listOptions are the flags of onboard list.
type listOptions struct{ target target }

func listCommand(app App) *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:   "list [flags]",
		Short: "List recent executions, and how many users they onboarded",
		Long:  fmt.Sprintf("List the %d most recent executions of the state machine, and how many users each\nonboarded.", recent),
		Example: `  onboard list
  onboard list --stack Mine --region eu-west-1`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := options.target.validate(cmd); err != nil {
				return err
			}
			return app.list(cmd.Context(), options)
		},
	}
	options.target.addFlags(cmd)
	return cmd
}

// list prints the recent executions. If AWS refuses to show the users of an execution, its row has a ?, and list also returns
// the error.
func (a App) list(ctx context.Context, options listOptions) error {
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	executions, err := operator.Recent(ctx, machine, recent)
	switch {
	case len(executions) > 0:
		printExecutions(a.Stdout, executions)
	case err == nil:
		fmt.Fprintln(a.Stderr, "no executions yet: see onboard run --help")
	}
	return err
}

func printExecutions(w io.Writer, executions []operator.RecentExecution) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EXECUTION\tSTARTED\tSTATUS\tUSERS")
	for _, execution := range executions {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", execution.Name, execution.Started.Local().Format(time.DateTime),
			execution.Status, execution.Users)
	}
	table.Flush()
}
