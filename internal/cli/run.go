package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

type runOptions struct {
	where       target
	output      output
	yes, resend bool
}

func (a App) runCommand() *cobra.Command {
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
			if err := errors.Join(options.where.resolve(cmd), options.output.check()); err != nil {
				return err
			}
			return a.run(cmd.Context(), args[0], options)
		},
	}
	options.where.addFlags(cmd)
	options.output.addFlag(cmd)
	cmd.Flags().BoolVarP(&options.yes, "yes", "y", false, "do not ask before the start")
	cmd.Flags().BoolVar(&options.resend, "resend", false,
		"mail a new password to those who were onboarded before and have not signed in yet")
	return cmd
}

func completeList(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"json", "csv", "txt"}, cobra.ShellCompDirectiveFilterFileExt
}

// run onboards the users of the list at path.
func (a App) run(ctx context.Context, path string, options runOptions) error {
	runner, err := a.prepare(ctx, path, options)
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.New("interrupted, nothing was started")
	case err != nil:
		return err
	}
	err = runner.run(ctx)
	if err == nil {
		err = runner.outcome.err()
	}
	if runner.outcome.Total > 0 {
		err = errors.Join(err, options.output.print(a.Stdout, &runner.outcome))
	}
	return err
}

// prepare does all that comes before the first start.
func (a App) prepare(ctx context.Context, path string, options runOptions) (*runner, error) {
	list, err := readList(ctx, path, a.Stdin)
	if err != nil {
		return nil, err
	}
	list.Resend = list.Resend || options.resend
	clients, machine, err := a.find(ctx, options.where)
	if err != nil {
		return nil, err
	}
	batches := split(list)
	a.announce(list, machine, len(batches))
	a.warnOfRunning(ctx, clients.Executions, machine)
	suppressed, err := a.warnOfSuppressed(ctx, clients, machine, options.where, list)
	if err != nil {
		return nil, err
	}
	if path != "-" && !options.yes {
		if err := a.confirm(ctx); err != nil {
			return nil, err
		}
	}
	return &runner{
		stderr: a.Stderr, api: clients.Executions, machine: machine, profile: options.where.profile,
		list: list, suppressed: suppressed, batches: batches, progress: newProgress(a.Stderr, len(list.Users)),
	}, nil
}

// announce says what is about to happen.
func (a App) announce(list *userlist.List, machine string, executions int) {
	where, _ := arn.Parse(machine)
	fmt.Fprintf(a.Stderr, "%s of %s to onboard in account %s, %s", text.Count(len(list.Users), "user"), list.Name,
		where.AccountID, where.Region)
	if executions > 1 {
		fmt.Fprintf(a.Stderr, ", in %d executions one after the other", executions)
	}
	if list.Resend {
		fmt.Fprint(a.Stderr, "; those who have not signed in yet get a new password")
	}
	fmt.Fprintln(a.Stderr)
}

// warnOfRunning warns of an execution that another run has started. Who may not list executions gets no warning.
func (a App) warnOfRunning(ctx context.Context, executions ExecutionAPI, machine string) {
	running, err := executions.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &machine, StatusFilter: types.ExecutionStatusRunning, MaxResults: 1,
	})
	if err != nil || len(running.Executions) == 0 {
		return
	}
	fmt.Fprintf(a.Stderr, "warning: %s is still running: if it has users of this list, wait for its end, "+
		"since two runs at a time can mail a password that is not the one set\n", text.OneLine(aws.ToString(running.Executions[0].Name)))
}

// warnOfSuppressed warns of the users whose mails SES does not send, and returns their names. What cannot be looked at stops
// nothing: SES takes the mails.
func (a App) warnOfSuppressed(ctx context.Context, clients *Clients, machine string, where target, list *userlist.List) ([]string, error) {
	preflight, err := newPreflight(ctx, clients, machine, where, list, a.Stderr)
	if err != nil {
		preflight.add(warning, "did not find out which addresses SES suppresses (states:DescribeStateMachine): %v", err)
	} else {
		_ = preflight.lookAtSuppressed(ctx) // fails only when ctx ends
	}
	if ctx.Err() != nil {
		return nil, errInterrupted
	}
	for _, finding := range preflight.findings {
		if finding.level != fine {
			fmt.Fprintf(a.Stderr, "warning: %s\n", finding.text)
		}
	}
	return preflight.suppressed, nil
}
