package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// checkOptions are the flags of onboard check.
type checkOptions struct {
	target target
	aws    bool
}

func (o *checkOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	cmd.Flags().BoolVar(&o.aws, "aws", false, "also check that AWS is ready for the list")
}

func checkCommand(app App) *cobra.Command {
	var options checkOptions
	cmd := &cobra.Command{
		Use:   "check LIST [flags]",
		Short: "Check a list without starting anything",
		Long: `Check a list without starting anything. The rules are those of onboard run.

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
		Args:              oneArgument("LIST"),
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.target.validate(cmd); err != nil {
				return err
			}
			return app.check(cmd.Context(), args[0], options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// check checks the list at path.
func (a App) check(ctx context.Context, path string, options checkOptions) error {
	list, err := readList(ctx, path, a.Stdin)
	if err != nil {
		return err
	}
	if !options.aws {
		fmt.Fprintln(a.Stdout, operator.NoProblems(list))
		return nil
	}
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	findings, err := operator.Check(ctx, machine, list, nowAndThen(a.Stderr))
	printFindings(a.Stdout, findings)
	return err
}

func printFindings(w io.Writer, findings []operator.Finding) {
	colour := hasColour(w)
	for _, finding := range findings {
		line := fmt.Sprintf("%-8s %s", finding.Level, finding.Text)
		if finding.IsProblem() && colour {
			line = red(line)
		}
		fmt.Fprintln(w, line)
	}
}
