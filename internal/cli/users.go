package cli

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// usersOptions are the flags of onboard users.
type usersOptions struct {
	target  target
	output  output
	details operator.Details
	waiting bool
}

func (o *usersOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.output.addFlag(cmd)
	cmd.Flags().BoolVar(&o.waiting, "waiting", false, "only users who have not signed in yet: Incomplete,\nWaiting and Expired")
	cmd.Flags().BoolVar(&o.details.Groups, "groups", false, "also the groups of each user")
	cmd.Flags().BoolVar(&o.details.MFA, "mfa", false, "also whether each user has an MFA device")
}

func (o *usersOptions) validate(cmd *cobra.Command) error {
	return errors.Join(o.target.validate(cmd), o.output.validate())
}

func usersCommand(app App) *cobra.Command {
	var options usersOptions
	cmd := &cobra.Command{
		Use:   "users [flags]",
		Short: "List the users of the state machine, and who has not signed in",
		Long: `List the users that the state machine has made, with the state of each:
  Incomplete  an execution has not finished the user
  Waiting     has a first password, and has not chosen a password yet
  SignedIn    has chosen a password, or has signed in
  Expired     did not use the first password in time
  NoPassword  was complete, and has no login profile any more
It changes nothing in AWS.`,
		Example: `  onboard users --waiting
  onboard users --groups --mfa --output csv`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := options.validate(cmd); err != nil {
				return err
			}
			return app.users(cmd.Context(), options)
		},
	}
	options.addFlags(cmd)
	return cmd
}

// users prints the users of the state machine.
func (a App) users(ctx context.Context, options usersOptions) error {
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	ctx, show, stop := a.counting(ctx, "reading users: %d of %d")
	users, err := operator.Users(ctx, machine, options.details, show)
	stop()
	if err != nil {
		return err
	}
	if options.waiting {
		users = slices.DeleteFunc(users, func(user operator.User) bool { return !user.HasNotSignedIn() })
	}
	return options.writeUsers(a.Stdout, users)
}

func (o *usersOptions) writeUsers(w io.Writer, users []operator.User) error {
	switch o.output.format {
	case "json":
		return writeJSON(w, struct{ Users []operator.User }{append([]operator.User{}, users...)})
	case "csv":
		return o.writeUsersAsCSV(w, users)
	default:
		return o.writeUsersAsTable(w, users)
	}
}

func (o *usersOptions) writeUsersAsCSV(w io.Writer, users []operator.User) error {
	writer := csv.NewWriter(w)
	_ = writer.Write(o.withDetails([]string{"user_name", "state", "issued", "valid_until", "last_sign_in"}, "groups", "mfa"))
	for _, user := range users {
		row := []string{user.UserName, user.State, inUTC(user.Issued), inUTC(user.ValidUntil), inUTC(user.LastSignIn)}
		_ = writer.Write(o.withDetails(row, strings.Join(user.Groups, " "), strconv.FormatBool(user.HasMFA != nil && *user.HasMFA)))
	}
	writer.Flush()
	return writer.Error()
}

// writeUsersAsTable writes a table of the users, and a summary.
func (o *usersOptions) writeUsersAsTable(w io.Writer, users []operator.User) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells []string) { fmt.Fprintln(table, strings.Join(cells, "\t")) }
	if len(users) > 0 {
		row(o.withDetails([]string{"USER", "STATE", "PASSWORD ISSUED", "WORKS UNTIL", "LAST SIGN-IN"}, "GROUPS", "MFA"))
	}
	for _, user := range users {
		mfa := "no"
		if user.HasMFA != nil && *user.HasMFA {
			mfa = "yes"
		}
		cells := []string{user.UserName, user.State}
		for _, at := range []time.Time{user.Issued, user.ValidUntil, user.LastSignIn} {
			cells = append(cells, cmp.Or(text.Time(at), "-"))
		}
		row(o.withDetails(cells, cmp.Or(strings.Join(user.Groups, ", "), "-"), mfa))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w, operator.SummaryOfUsers(users))
	return err
}

// withDetails adds the cells of the details that the operator has asked for to a row.
func (o *usersOptions) withDetails(row []string, groups, mfa string) []string {
	if o.details.Groups {
		row = append(row, groups)
	}
	if o.details.MFA {
		row = append(row, mfa)
	}
	return row
}
