package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// listOptions are the flags of onboard list.
type listOptions struct {
	target    target
	output    output
	selection operator.Selection
}

func (o *listOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.target.addSweepsFlag(cmd)
	o.output.addFlag(cmd, "table", "json")
	flags := cmd.Flags()
	flags.IntVar(&o.selection.Most, "limit", 20, "how many executions to list at most")
	flags.StringVar(&o.selection.Status, "status", "", "only executions with this status, such as failed")
	flags.StringVar(&o.selection.User, "user", "", "only executions whose list has the user with this\nname or address")
	_ = cmd.RegisterFlagCompletionFunc("limit", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("user", cobra.NoFileCompletions)
	_ = cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(statuses(), cobra.ShellCompDirectiveNoFileComp))
}

func (o *listOptions) validate(cmd *cobra.Command) error {
	errs := []error{o.target.validate(cmd), o.output.validate()}
	if o.selection.Most < 1 || o.selection.Most > operator.MaxRecent {
		errs = append(errs, usageErrorf("--limit must be from 1 to %d, got: %d", operator.MaxRecent, o.selection.Most))
	}
	if cmd.Flags().Changed("status") && !slices.Contains(statuses(), strings.ToLower(o.selection.Status)) {
		errs = append(errs, usageErrorf("--status must be one of %s, got: %q", strings.Join(statuses(), ", "), o.selection.Status))
	}
	if cmd.Flags().Changed("user") && o.selection.User == "" {
		errs = append(errs, usageErrorf(`--user must be the name or the address of a user, got: ""`))
	}
	if o.target.Sweeps && o.selection.User != "" {
		errs = append(errs, usageErrorf("--user and --sweeps exclude each other, because a sweep has no list: see %s --help", cmd.CommandPath()))
	}
	o.selection.Status = strings.ToUpper(o.selection.Status)
	return errors.Join(errs...)
}

// statuses are the values of --status.
func statuses() (names []string) {
	for _, status := range operator.Statuses() {
		names = append(names, strings.ToLower(status))
	}
	return names
}

func listCommand(app App) *cobra.Command {
	var options listOptions
	cmd := &cobra.Command{
		Use:   "list [flags]",
		Short: "List recent executions, and how many users they onboarded",
		Long: fmt.Sprintf(`List the most recent executions of the state machine, and how many users each
onboarded. With --user, the command looks through the last %d executions, and
shows what became of this user in each.`, operator.MaxRecent),
		Example: `  onboard list --status failed
  onboard list --user ada@example.com`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := options.validate(cmd); err != nil {
				return err
			}
			return app.list(cmd.Context(), options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// list prints the recent executions. If AWS refuses to show the users of an execution, its row has a ?, and list also returns
// the error.
func (a App) list(ctx context.Context, options listOptions) error {
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	executions, err := operator.Recent(ctx, machine, options.selection, nowAndThen(a.Stderr))
	if executions == nil {
		return err
	}
	if options.output.format == "json" {
		return errors.Join(err, writeJSON(a.Stdout, struct{ Executions []operator.RecentExecution }{executions}))
	}
	if len(executions) > 0 {
		printExecutions(a.Stdout, executions)
	} else {
		fmt.Fprintln(a.Stderr, options.none())
	}
	return err
}

// none says that there is no execution.
func (o *listOptions) none() string {
	if o.selection.Status+o.selection.User != "" {
		return "no such executions: leave out --status or --user to see others"
	}
	if o.target.Sweeps {
		return "no sweeps yet: " + operator.SweepsAreScheduled
	}
	return "no executions yet: see onboard run --help"
}

func printExecutions(w io.Writer, executions []operator.RecentExecution) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EXECUTION\tSTARTED\tSTATUS\tUSERS")
	for _, execution := range executions {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", execution.Name, text.Time(execution.Started), execution.Status, execution.Summary)
	}
	table.Flush()
}
