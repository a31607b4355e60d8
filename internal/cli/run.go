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
		"only mail a new first password to users who have\nnot chosen a password; creates nobody")
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

The command
  - checks the list, and starts nothing if it has a problem
  - starts nothing while another execution is running; with --wait, it waits
  - warns of addresses that SES suppresses
  - asks, at the terminal even if the list is standard input; without a terminal
    it needs --yes. The question counts the names that are
      new    nobody has the name
      known  this state machine made the user
      taken  another user has the name, and is not changed
  - starts executions of up to 1,000 users, one after the other, and prints one
    report

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
			options.output.words = wordsFor(args[0])
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
	complete func(ctx context.Context, machine *operator.Machine, list *userlist.List, progress func(text string)) error
}

const nothingStarted = "nothing was started"

// start onboards the users of a list, and prints the report.
func (a App) start(ctx context.Context, options startOptions, from source) error {
	list, run, err := a.prepare(ctx, options, from)
	switch {
	case err != nil && ctx.Err() != nil:
		return options.output.finish(a.Stdout, &operator.Outcome{}, errors.New("interrupted, "+nothingStarted))
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
		if terminal, missing = a.openTerminal("the start", "check the list, then add --yes"); missing != nil {
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
		err = from.complete(ctx, machine, list, nowAndThen(a.Stderr))
	}
	if err != nil {
		return nil, nil, err
	}
	run := operator.NewRun(machine, list)
	run.Waits = options.wait
	plan := planOf(list, machine, run.Executions())
	fmt.Fprint(a.Stderr, plan)
	warn := func(text string) { fmt.Fprintf(a.Stderr, "warning: %s\n", options.output.words.of(text)) }
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
	return list, run, confirm(ctx, terminal, facts, nothingStarted)
}

// planOf says what the command will do for which users, and where.
func planOf(list *userlist.List, machine *operator.Machine, executions int) string {
	batches := ""
	if executions > 1 {
		batches = fmt.Sprintf(", in %d executions one after the other", executions)
	}
	where := fmt.Sprintf("in account %s, %s%s", machine.Account(), machine.Region(), batches)
	users := text.Count(len(list.Users), "user")
	if list.Resend {
		return fmt.Sprintf("mail a new first password to %s %s; a user who has chosen a password gets none\n%s", from(users, list), where, addressesOf(list))
	}
	return fmt.Sprintf("onboard %s %s\n", from(users, list), where)
}

// from adds the name of the list to its users, unless the operator has named them on the command line.
func from(users string, list *userlist.List) string {
	if list.Name == commandLine {
		return users
	}
	return users + " from " + list.Name
}
