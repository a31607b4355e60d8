package cli

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// sweptUser is a row of the report of a sweep.
type sweptUser struct{ name, status, step, error, cause string }

// writeSweep writes the report of a sweep. err is the error of the command so far.
func (f output) writeSweep(w io.Writer, o *operator.Outcome, err error) error {
	var users []sweptUser
	for _, name := range o.Sweep.Expired {
		users = append(users, sweptUser{name: name, status: contract.Expired})
	}
	for _, failed := range o.Sweep.Failed {
		users = append(users, sweptUser{failed.UserName, contract.Failed, failed.Step, failed.Error, failed.Cause})
	}
	switch f.format {
	case "json":
		document := struct {
			Executions []operator.ExecutionRecord
			*operator.Sweep
			Problem string `json:",omitempty"`
		}{Executions: o.Executions, Sweep: o.Sweep}
		if err != nil {
			document.Problem = err.Error()
		}
		return writeJSON(w, document)
	case "csv":
		writer := csv.NewWriter(w)
		_ = writer.Write([]string{"user_name", "status", "step", "error", "cause"})
		for _, user := range users {
			_ = writer.Write([]string{user.name, user.status, user.step, user.error, user.cause})
		}
		writer.Flush()
		return writer.Error()
	default:
		return writeSweepAsTable(w, users, o.Sweep)
	}
}

// writeSweepAsTable writes a table of the users, and a summary.
func writeSweepAsTable(w io.Writer, users []sweptUser, sweep *operator.Sweep) error {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	if len(users) > 0 {
		fmt.Fprintln(columns, "USER\tSTATUS\tWHAT TO DO")
	}
	for _, user := range users {
		what := "mail a new password with onboard resend"
		if user.error != "" {
			what = strings.Join([]string{user.step + " failed", user.error, user.cause}, ": ")
		}
		fmt.Fprintf(columns, "%s\t%s\t%s\n", cmp.Or(user.name, "-"), user.status, what)
	}
	columns.Flush()
	fmt.Fprintln(&table, sweep.Summary())
	_, err := table.WriteTo(w)
	return err
}
