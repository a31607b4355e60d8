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

// startOptions are the flags of the commands that start executions.
type startOptions struct {
	target        target
	output        output
	yes, wait     bool
	allowExisting bool
}

func (o *startOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.output.addFlag(cmd)
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "do not ask before the start")
	addAllowExisting(cmd, &o.allowExisting)
	cmd.Flags().BoolVar(&o.wait, "wait", false, "if another execution is running, wait for its end")
}

func addAllowExisting(cmd *cobra.Command, value *bool) {
	cmd.Flags().BoolVar(value, "allow-existing", false, "exit with 0 although a name is taken by a user\nthat this state machine did not make")
}

func (o *startOptions) validate(cmd *cobra.Command) error {
	return errors.Join(o.target.validate(cmd), o.output.validate())
}

// runOptions are the flags of onboard run.
type runOptions struct {
	startOptions
	input  inputOptions
	people people
	resend bool
}

func (o *runOptions) addFlags(cmd *cobra.Command) {
	o.startOptions.addFlags(cmd)
	o.input.addFlags(cmd)
	o.people.addFlags(cmd)
	cmd.Flags().BoolVar(&o.resend, "resend", false,
		"also mail a new first password to users who were\nonboarded before and have not chosen a password")
}

func runCommand(app App) *cobra.Command {
	var options runOptions
	cmd := &cobra.Command{
		Use:   "run (LIST | ADDRESS...) [flags]",
		Short: "Onboard the users of a list, or of these addresses",
		Long: `Onboard the users of a list, or the users with these e-mail addresses, and print
a report.

` + listFormats + `

ADDRESS is the e-mail address of a user. It is also the user name, unless
--user-name says another one.

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
  onboard run ada@example.com grace@example.com
  onboard run ada@example.com --user-name ada --group Staff
  onboard run users.json --yes --output json --profile admin --region eu-west-1
  echo ada@example.com | onboard run - --yes`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(options.validate(cmd), options.input.validate(), options.people.validate(cmd, args)); err != nil {
				return err
			}
			return app.start(cmd.Context(), options.startOptions, source{read: func(ctx context.Context) (*userlist.List, error) {
				list, err := options.people.read(ctx, app, args, options.input)
				if err == nil {
					list.Resend = list.Resend || options.resend
				}
				return list, err
			}})
		},
	}
	options.addFlags(cmd)
	return cmd
}

// source is the list of a command that starts executions.
type source struct {
	read func(context.Context) (*userlist.List, error)
	// complete adds to the list what AWS knows; nil if the list is complete.
	complete func(context.Context, *operator.Machine, *userlist.List) error
}

// start onboards the users of a list, and prints the report.
func (a App) start(ctx context.Context, options startOptions, from source) error {
	list, run, err := a.prepare(ctx, options, from)
	switch {
	case err != nil && ctx.Err() != nil:
		return options.output.finish(a.Stdout, &operator.Outcome{}, errors.New("interrupted, nothing was started"))
	case err != nil:
		return options.output.finish(a.Stdout, &operator.Outcome{}, err)
	}
	ctx = operator.WithSlowCalls(ctx, nil) // a line would break the progress bar, which shows that the command waits
	outcome, err := run.Do(ctx, newWatcher(a.Stderr, len(list.Users)))
	if err == nil {
		if err = outcome.Err(options.allowExisting); err != nil {
			err = fmt.Errorf("%w\n%s", err, outcome.HowToGetReport())
		}
	}
	return options.output.finish(a.Stdout, outcome, err)
}

// prepare reads the list, finds the state machine, warns, and asks. It starts no execution.
func (a App) prepare(ctx context.Context, options startOptions, from source) (*userlist.List, *operator.Run, error) {
	list, err := from.read(ctx)
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
	machine, err := a.find(ctx, options.target)
	if err == nil && from.complete != nil {
		err = from.complete(ctx, machine, list)
	}
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

// planOf says what the command will do for which users, and where.
func planOf(list *userlist.List, machine *operator.Machine, executions int) string {
	what, addresses := "to onboard", ""
	if list.Resend {
		what, addresses = "to mail a new first password, unless they have chosen a password,", addressesOf(list)
	}
	batches := ""
	if executions > 1 {
		batches = fmt.Sprintf(", in %d executions one after the other", executions)
	}
	return fmt.Sprintf("%s of %s %s in account %s, %s%s\n%s", text.Count(len(list.Users), "user"), list.Name, what,
		machine.Account(), machine.Region(), batches, addresses)
}
