package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// resendOptions are the flags of onboard resend.
type resendOptions struct {
	startOptions
	email, group, language string
}

func resendCommand(app App) *cobra.Command {
	var options resendOptions
	cmd := &cobra.Command{
		Use:   "resend USER... [flags]",
		Short: "Mail a new first password to users",
		Long: `Mail a new first password to users who have not chosen a password yet. The old
one stops working. The command creates nobody, and changes no other user.

USER is the name of a user. The address, the group and the language are those of
the last execution that mailed a first password to the user. The command shows
them before it asks. If a later list has another address or group for the name,
the command starts nothing, and asks for --email or --group. Step Functions
keeps an execution for 90 days. After that time, give the address with --email,
unless it is the user name, and the group with --group.`,
		Example: `  onboard resend ada@example.com
  onboard resend grace --email grace@example.net --language ja`,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.validate(cmd, args); err != nil {
				return err
			}
			options.output.words = withoutList
			return app.start(cmd.Context(), options.startOptions, source{
				read:     func(context.Context) (*userlist.List, error) { return options.list(args), nil },
				complete: operator.Complete,
			})
		},
	}
	options.addFlags(cmd)
	addGroup(cmd, &options.group)
	addLanguage(cmd, &options.language)
	cmd.Flags().StringVar(&options.email, "email", "", "the `address` that the mail goes to, for one USER")
	_ = cmd.RegisterFlagCompletionFunc("email", cobra.NoFileCompletions)
	return cmd
}

func (o *resendOptions) validate(cmd *cobra.Command, names []string) error {
	problems := []error{o.startOptions.validate(cmd)}
	if len(names) == 0 {
		problems = append(problems, usageErrorf("expected the names of users, got none: see %s --help", cmd.CommandPath()))
	}
	for i, name := range names {
		if !rules.UserName.Holds(name) {
			problems = append(problems, usageErrorf("USER must %s, got: %q", rules.UserName.Expected, name))
		}
		if slices.ContainsFunc(names[:i], func(other string) bool { return strings.EqualFold(name, other) }) {
			problems = append(problems, usageErrorf("USER must be named once, without regard to letter case, got twice: %q", name))
		}
	}
	if cmd.Flags().Changed("email") {
		if !rules.EmailAddress.Holds(o.email) {
			problems = append(problems, usageErrorf("--email must %s, got: %q", rules.EmailAddress.Expected, o.email))
		}
		if len(names) > 1 {
			problems = append(problems, usageErrorf("--email is for one user, got %d: run them one by one", len(names)))
		}
	}
	if cmd.Flags().Changed("group") && !rules.GroupName.Holds(o.group) {
		problems = append(problems, usageErrorf("--group must %s, got: %q", rules.GroupName.Expected, o.group))
	}
	problems = append(problems, validateLanguage(cmd, o.language))
	return errors.Join(problems...)
}

// list returns the list of the users. [operator.Complete] adds what the flags do not say.
func (o *resendOptions) list(names []string) *userlist.List {
	list := &userlist.List{Name: commandLine, Resend: true}
	for i, name := range names {
		list.Users = append(list.Users, userlist.User{UserName: name, Email: o.email, Group: o.group, Language: o.language, Line: i + 1})
	}
	return list
}

// shownAddresses is the number of addresses that a command shows before it resends mails.
const shownAddresses = 20

// addressesOf returns a line for each user of a list, with the address that the mail goes to, the group and the language. It leaves out users
// of a long list.
func addressesOf(list *userlist.List) string {
	var lines strings.Builder
	for i, user := range list.Users {
		if i == shownAddresses {
			fmt.Fprintf(&lines, "  and %d more\n", len(list.Users)-i)
			break
		}
		group, language := "default group", "default language"
		if user.Group != "" {
			group = "group " + user.Group
		}
		if user.Language != "" {
			language = "language " + user.Language
		}
		fmt.Fprintf(&lines, "  %s: mail to %s, %s, %s\n", user.UserName, user.Email, group, language)
	}
	return lines.String()
}
