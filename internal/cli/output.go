package cli

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
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

// print writes the report to w. If that fails, the error says how to get the report.
func (f output) print(w io.Writer, o *operator.Outcome) error {
	if err := f.write(w, o); err != nil {
		return fmt.Errorf("%w; %s", err, o.HowToGetReport())
	}
	return nil
}

func (f output) write(w io.Writer, o *operator.Outcome) error {
	switch f.format {
	case "json":
		return writeJSON(w, o)
	case "csv":
		return writeCSV(w, o)
	default:
		return writeTable(w, o)
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

// writeCSV writes user names unchanged. A name may begin like a formula of a spreadsheet, but it cannot have the characters
// that a harmful formula needs. A mark before the name would change the name.
func writeCSV(w io.Writer, o *operator.Outcome) error {
	writer := csv.NewWriter(w)
	_ = writer.Write([]string{"user_name", "status", "reason", "step", "error", "cause", "valid_until"})
	for _, user := range o.Users {
		_ = writer.Write([]string{user.UserName, user.Status, user.Reason, user.Step, user.Error, user.Cause, inUTC(user.ValidUntil)})
	}
	writer.Flush()
	return writer.Error()
}

// writeTable writes a table of the users, and a summary. The users who need something come last: first those whose name is taken,
// then those that failed. Below a user that failed, a line has the reason.
func writeTable(w io.Writer, o *operator.Outcome) error {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "USER\tSTATUS\tWHAT TO DO")
	urgencies := []int{0} // for each line of the table
	for _, user := range slices.SortedStableFunc(slices.Values(o.Users), func(a, b operator.UserOutcome) int { return urgency(a) - urgency(b) }) {
		fmt.Fprintf(columns, "%s\t%s\t%s\n", user.UserName, user.Status, user.WhatToDo())
		urgencies = append(urgencies, urgency(user))
		if user.Error != "" {
			fmt.Fprintf(columns, "\t\t%s failed: %s: %s\n", user.Step, user.Error, user.Cause)
			urgencies = append(urgencies, urgency(user))
		}
	}
	columns.Flush()
	colour := hasColour(w)
	var report strings.Builder
	for i, line := range strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n") {
		if colour {
			line = []func(string) string{plain, yellow, red}[urgencies[i]](line)
		}
		fmt.Fprintln(&report, line)
	}
	fmt.Fprintln(&report, text.Join("\n", o.Summary(), o.Deadline()))
	_, err := io.WriteString(w, report.String())
	return err
}

// urgency returns 2 for a user that failed, 1 for a user whose name is taken, and otherwise 0.
func urgency(user operator.UserOutcome) int {
	switch {
	case user.IsFailed():
		return 2
	case user.IsTaken():
		return 1
	default:
		return 0
	}
}
