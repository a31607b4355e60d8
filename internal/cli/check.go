package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// checkOptions are the flags of onboard check.
type checkOptions struct {
	target target
	input  inputOptions
	people people
	aws    bool
}

func (o *checkOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.input.addFlags(cmd)
	o.people.addFlags(cmd)
	cmd.Flags().BoolVar(&o.aws, "aws", false, "also check that AWS is ready for the list")
}

func (o *checkOptions) validate(cmd *cobra.Command) error {
	return errors.Join(o.target.validate(cmd), o.input.validate())
}

func checkCommand(app App) *cobra.Command {
	var options checkOptions
	cmd := &cobra.Command{
		Use:   "check (LIST | ADDRESS...) [flags]",
		Short: "Check a list without starting anything",
		Long: `Check a list without starting anything. The rules are those of onboard run.
Without --aws, the command shows the first 20 users.

` + listFormats + `

With --aws, the command also checks that AWS is ready for the list:
  - SES sends, to any address, and its quota is large enough
  - SES suppresses no address of the list
  - the sender is verified
  - the groups exist
  - the password policy can be read
It changes nothing in AWS.`,
		Example: `  onboard check users.csv
  onboard check users.csv --aws`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(options.validate(cmd), options.people.validate(cmd, args)); err != nil {
				return err
			}
			words := wordsFor(args[0])
			return words.ofError(app.check(cmd.Context(), args, options, words))
		},
	}
	options.addFlags(cmd)
	return cmd
}

// check checks the list that the arguments name or make. It prints the findings in these words.
func (a App) check(ctx context.Context, args []string, options checkOptions, words words) error {
	list, err := options.people.read(ctx, a, args, options.input)
	if err != nil {
		return err
	}
	if !options.aws {
		fmt.Fprintf(a.Stdout, "%s\n%s%s\n", operator.NoProblems(list), addressesOf(list), operator.NotChecked(list))
		return nil
	}
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	findings, err := operator.Check(ctx, machine, list, nowAndThen(a.Stderr))
	printFindings(a.Stdout, findings, words)
	return err
}

func printFindings(w io.Writer, findings []operator.Finding, words words) {
	colour := hasColour(w)
	for _, finding := range findings {
		line := fmt.Sprintf("%-8s %s", finding.Level, words.of(finding.Text))
		if finding.IsProblem() && colour {
			line = red(line)
		}
		fmt.Fprintln(w, line)
	}
}
