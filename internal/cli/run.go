package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// runOptions are the flags of onboard run.
type runOptions struct {
	target            target
	output            output
	input             inputOptions
	yes, resend, wait bool
	allowExisting     bool
}

func (o *runOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.output.addFlag(cmd)
	o.input.addFlags(cmd)
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask before the start")
	addAllowExisting(cmd, &o.allowExisting)
	cmd.Flags().BoolVar(&o.wait, "wait", false, "if another execution is running, wait for its end")
	cmd.Flags().BoolVar(&o.resend, "resend", false,
		"also mail a new first password to users who were\nonboarded before and have not chosen a password")
}

func addAllowExisting(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "allow-existing", false, "exit with 0 although a name is taken by a user that\nthis state machine did not make")
}

func (o *runOptions) validate(cmd *cobra.Command) error {
	return errors.Join(o.target.validate(cmd), o.output.validate(), o.input.validate())
}

func runCommand(app App) *cobra.Command {
	var options runOptions
	cmd := &cobra.Command{
		Use:   "run LIST [flags]",
		Short: "Onboard the users of a list",
		Long: `Onboard the users of a list, and print a report.

` + listFormats + `

The command checks the list first, and starts nothing if the list has a
problem, or if another execution is running; with --wait it waits for the end of
that execution. It warns of addresses that SES suppresses. Then it asks before
it starts, at the terminal even if the list is standard input; without a
terminal it needs --yes. The question says how many users are new, how many are
known (this state machine made them), and how many names are taken by other
users, which are not changed. The command splits a long list into executions of
up to 1,000 users, runs one after the other, and prints one report.

You can run the same list again at any time. The next run finishes each user
that the last one left incomplete. Without --resend, it changes no other user of
the list that exists.

If you press Ctrl-C, the command ends and the execution goes on. Watch it again
with onboard watch.`,
		Example: `  onboard run users.csv
  onboard run users.json --yes --output json --profile admin --region eu-west-1
  echo ada@example.com | onboard run - --yes`,
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

// run onboards the users of the list at path, and prints the report.
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
		if err = outcome.Err(options.allowExisting); err != nil {
			err = fmt.Errorf("%w\n%s", err, outcome.HowToGetReport())
		}
	}
	if outcome.Total > 0 {
		err = errors.Join(err, options.output.print(a.Stdout, outcome))
	}
	return err
}

// prepare reads the list, finds the state machine, warns, and asks. It starts no execution.
func (a App) prepare(ctx context.Context, path string, options runOptions) (*userlist.List, *operator.Run, error) {
	list, err := a.readList(ctx, path, options.input)
	var terminal io.ReadWriteCloser
	if !options.yes {
		var missing error
		if terminal, missing = a.openTerminal(); missing != nil {
			err = errors.Join(err, missing)
		} else {
			defer func() { _ = terminal.Close() }() // nothing is lost if it fails
		}
	}
	if err != nil {
		return nil, nil, err
	}
	list.Resend = list.Resend || options.resend
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return nil, nil, err
	}
	run := operator.NewRun(machine, list)
	run.Waits = options.wait
	plan := planOf(list, machine, run.Executions())
	fmt.Fprint(a.Stderr, plan)
	warn := func(text string) { fmt.Fprintf(a.Stderr, "warning: %s\n", text) }
	if err := run.Check(ctx, warn, nowAndThen(a.Stderr)); err != nil {
		return nil, nil, err
	}
	if options.yes {
		return list, run, nil
	}
	facts := run.Names(ctx)
	if !isTerminal(a.Stderr) {
		facts = plan + facts // the operator has not seen the plan yet
	}
	return list, run, confirm(ctx, terminal, facts)
}

// planOf says which users the command will onboard, and where.
func planOf(list *userlist.List, machine *operator.Machine, executions int) string {
	plan := fmt.Sprintf("%s of %s to onboard in account %s, %s", text.Count(len(list.Users), "user"), list.Name,
		machine.Account(), machine.Region())
	if executions > 1 {
		plan += fmt.Sprintf(", in %d executions one after the other", executions)
	}
	if list.Resend {
		plan += "; users who have not chosen a password yet get a new first password"
	}
	return plan + "\n"
}
