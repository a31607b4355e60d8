package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// runOptions are the flags of onboard run.
type runOptions struct {
	target      target
	output      output
	yes, resend bool
}

func (o *runOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.output.addFlag(cmd)
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask before the start")
	cmd.Flags().BoolVar(&o.resend, "resend", false,
		"mail a new password to those who were onboarded before and have not signed in yet")
}

func (o *runOptions) validate(cmd *cobra.Command) error {
	return errors.Join(o.target.validate(cmd), o.output.validate())
}

func runCommand(app App) *cobra.Command {
	var options runOptions
	cmd := &cobra.Command{
		Use:   "run LIST [flags]",
		Short: "Onboard the users of a list",
		Long: `Onboard the users of a list, and tell what became of each.

` + listFormats + `

The list is checked first: nothing is started unless all of it is right. Users whose
mails SES would not send are named. A terminal is asked before the start, unless
--yes is given or the list is standard input. A long list is split into executions of up to 1,000 users, one after the other, with
one report.

The same list can be run again at any time: it goes on where the last run stopped,
and leaves alone who is onboarded. Ctrl-C stops the watching, never the execution;
see onboard report.`,
		Example: `  onboard run users.csv
  onboard run users.json --yes --output json --profile admin --region eu-west-1
  echo ada@example.com | onboard run -`,
		Args:              oneArgument("LIST"),
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd); err != nil {
				return err
			}
			return app.run(cmd.Context(), args[0], options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// run onboards the users of the list at path.
func (a App) run(ctx context.Context, path string, options runOptions) error {
	list, run, err := a.prepare(ctx, path, options)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted, nothing was started")
	case err != nil:
		return err
	}
	outcome, err := run.Do(ctx, newWatcher(a.Stderr, len(list.Users)))
	if err == nil {
		err = outcome.Err()
	}
	if outcome.Total > 0 {
		err = errors.Join(err, options.output.print(a.Stdout, outcome))
	}
	return err
}

// prepare does all that comes before the first start.
func (a App) prepare(ctx context.Context, path string, options runOptions) (*userlist.List, *operator.Run, error) {
	list, err := readList(ctx, path, a.Stdin)
	if err != nil {
		return nil, nil, err
	}
	list.Resend = list.Resend || options.resend
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return nil, nil, err
	}
	run := operator.NewRun(machine, list)
	a.announce(list, machine, run.Executions())
	warn := func(text string) { fmt.Fprintf(a.Stderr, "warning: %s\n", text) }
	if err := run.Warn(ctx, warn, nowAndThen(a.Stderr)); err != nil {
		return nil, nil, err
	}
	if path != "-" && !options.yes {
		if err := a.confirm(ctx); err != nil {
			return nil, nil, err
		}
	}
	return list, run, nil
}

// announce says what is about to happen.
func (a App) announce(list *userlist.List, machine *operator.Machine, executions int) {
	fmt.Fprintf(a.Stderr, "%s of %s to onboard in account %s, %s", text.Count(len(list.Users), "user"), list.Name,
		machine.Account(), machine.Region())
	if executions > 1 {
		fmt.Fprintf(a.Stderr, ", in %d executions one after the other", executions)
	}
	if list.Resend {
		fmt.Fprint(a.Stderr, "; those who have not signed in yet get a new password")
	}
	fmt.Fprintln(a.Stderr)
}
