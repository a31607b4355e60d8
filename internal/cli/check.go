package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

func (a App) checkCommand() *cobra.Command {
	var where target
	var askAWS bool
	cmd := &cobra.Command{
		Use:   "check LIST [flags]",
		Short: "Check a list, and start nothing",
		Long: `Check a list by the rules that onboard run checks it by, and start nothing.

` + listFormats + `

With --aws, look also whether AWS is ready for the list: whether SES sends, how
much, and to whom, whether it suppresses an address of the list, whether the sender
is verified, the groups exist, and the password policy can be read. Nothing is
changed.`,
		Example: `  onboard check users.csv
  onboard check users.csv --aws`,
		Args:              oneArgument("LIST"),
		ValidArgsFunction: completeList,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := where.resolve(cmd); err != nil {
				return err
			}
			return a.check(cmd.Context(), args[0], where, askAWS)
		},
	}
	cmd.Flags().BoolVar(&askAWS, "aws", false, "look also whether AWS is ready for the list")
	where.addFlags(cmd)
	return cmd
}

func (a App) check(ctx context.Context, path string, where target, askAWS bool) error {
	list, err := readList(ctx, path, a.Stdin)
	if err != nil {
		return err
	}
	if !askAWS {
		fmt.Fprintf(a.Stdout, "%s: %s, nothing wrong\n", list.Name, text.Count(len(list.Users), "user"))
		return nil
	}
	clients, machine, err := a.find(ctx, where)
	if err != nil {
		return err
	}
	preflight, err := newPreflight(ctx, clients, machine, where, list, a.Stderr)
	if err != nil {
		return err
	}
	findings, err := preflight.look(ctx)
	printFindings(a.Stdout, findings)
	return err
}
