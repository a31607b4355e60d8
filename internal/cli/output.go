package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// output is the format of what a command prints.
type output struct {
	format  string
	formats []string // that the command has; the first one is the default
	only    string   // which users of a report to print: one of kinds, or empty for all
	words   words    // of the command
}

// addFlag adds the flag. Without formats, the command has table, json and csv.
func (f *output) addFlag(cmd *cobra.Command, formats ...string) {
	if formats == nil {
		formats = []string{"table", "json", "csv"}
	}
	f.formats = formats
	cmd.Flags().StringVarP(&f.format, "output", "o", formats[0], "the `format` of the output:\n"+strings.Join(formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
}

func (f output) validate() error {
	if !slices.Contains(f.formats, f.format) {
		return usageErrorf("--output must be one of %s, got: %q", strings.Join(f.formats, ", "), f.format)
	}
	return nil
}

// kinds are the values of --only.
var kinds = []string{"created", "resumed", "resent", "skipped", "taken", "failed"}

func (f *output) addOnlyFlag(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.only, "only", "", "only users of this kind: created, resumed, resent,\nskipped, taken or failed")
	_ = cmd.RegisterFlagCompletionFunc("only", cobra.FixedCompletions(kinds, cobra.ShellCompDirectiveNoFileComp))
}

func (f output) validateOnly(cmd *cobra.Command) error {
	if cmd.Flags().Changed("only") && !slices.Contains(kinds, f.only) {
		return usageErrorf("--only must be one of %s, got: %q", strings.Join(kinds, ", "), f.only)
	}
	return nil
}

// has reports whether the output has a user.
func (f output) has(user operator.UserOutcome) bool {
	switch f.only {
	case "":
		return true
	case "failed":
		return user.IsFailed()
	case "taken":
		return user.IsTaken()
	default:
		return strings.EqualFold(user.Status, f.only)
	}
}

// finish writes the report to w, and returns err, which is the error of the command so far. As JSON it always writes a document,
// with the error. Otherwise it writes nothing if there is no report. If it cannot write, the error also says how to get the
// report.
func (f output) finish(w io.Writer, o *operator.Outcome, err error) error {
	err = f.words.ofError(err)
	if o.Sweep != nil && f.only != "" {
		return usageErrorf("--only is for the report of a list, and this is a sweep: leave it out")
	}
	if f.format != "json" && o.Total == 0 && o.Sweep == nil {
		return err
	}
	if failure := f.write(w, o, err); failure != nil {
		if o.Total > 0 {
			failure = fmt.Errorf("%w; %s", failure, o.HowToGetReport())
		}
		return errors.Join(err, failure)
	}
	return err
}

func (f output) write(w io.Writer, o *operator.Outcome, err error) error {
	if o.Sweep != nil {
		return f.writeSweep(w, o, err)
	}
	users := slices.DeleteFunc(append([]operator.UserOutcome{}, o.Users...), func(user operator.UserOutcome) bool { return !f.has(user) })
	switch f.format {
	case "json":
		document := struct {
			operator.Outcome
			Problem string `json:",omitempty"`
		}{Outcome: *o}
		document.Executions, document.Users = append([]operator.ExecutionRecord{}, o.Executions...), users
		if err != nil {
			document.Problem = err.Error()
		}
		return writeJSON(w, document)
	case "csv":
		return writeCSV(w, users)
	default:
		return f.writeTable(w, o, users)
	}
}

func writeJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// inUTC returns a time for a program, or an empty string for the zero time.
func inUTC(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// writeCSV writes a list that can be run again, with the outcome of each user in further columns. It writes names and addresses
// unchanged. They may begin like a formula of a spreadsheet, but they cannot have the characters that a harmful formula needs. A mark
// before the name would change the name.
func writeCSV(w io.Writer, users []operator.UserOutcome) error {
	writer := csv.NewWriter(w)
	_ = writer.Write([]string{"user_name", "email", "group", "language", "status", "reason", "step", "error", "cause", "valid_until", "suppressed"})
	for _, user := range users {
		suppressed := ""
		if user.Suppressed {
			suppressed = "true"
		}
		_ = writer.Write([]string{user.UserName, user.Email, user.Group, user.Language,
			user.Status, user.Reason, user.Step, user.Error, user.Cause, inUTC(user.ValidUntil), suppressed})
	}
	writer.Flush()
	return writer.Error()
}

// writeTable writes a table of these users, and a summary of all. The users who need something come last: first those whose name is taken,
// then those that failed or whose mail was not sent. Below a user that failed, a line has the reason.
func (f output) writeTable(w io.Writer, o *operator.Outcome, users []operator.UserOutcome) error {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "USER\tSTATUS\tWHAT TO DO")
	urgencies := []int{0} // for each line of the table
	for _, user := range slices.SortedStableFunc(slices.Values(users), func(a, b operator.UserOutcome) int { return urgency(a) - urgency(b) }) {
		fmt.Fprintf(columns, "%s\t%s\t%s\n", user.UserName, user.Status, f.words.of(user.WhatToDo()))
		urgencies = append(urgencies, urgency(user))
		if what := user.WhatHappened(); what != "" {
			fmt.Fprintf(columns, "\t\t%s\n", f.words.of(what))
			urgencies = append(urgencies, urgency(user))
		}
	}
	columns.Flush()
	colour := hasColour(w)
	var report strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n") {
		if colour {
			line = []func(string) string{uncoloured, yellow, red}[urgencies[i]](line)
		}
		fmt.Fprintln(&report, line)
	}
	fmt.Fprintln(&report, text.Join("\n", o.Summary(), o.Deadline()))
	_, err := io.WriteString(w, report.String())
	return err
}

// urgency returns 2 for a user that failed or whose mail was not sent, 1 for a user whose name is taken, and otherwise 0.
func urgency(user operator.UserOutcome) int {
	switch {
	case user.IsFailed(), user.Suppressed:
		return 2
	case user.IsTaken():
		return 1
	default:
		return 0
	}
}
