package onboard

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// output is the format of a report: table, json or csv.
type output string

var outputs = []string{"table", "json", "csv"}

func (f *output) addFlag(cmd *cobra.Command) {
	cmd.Flags().StringVarP((*string)(f), "output", "o", outputs[0], "the `format` of the report: "+strings.Join(outputs, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(outputs, cobra.ShellCompDirectiveNoFileComp))
}

func (f output) check() error {
	if !slices.Contains(outputs, string(f)) {
		return usageErrorf("--output must be one of %s, got: %s", strings.Join(outputs, ", "), string(f))
	}
	return nil
}

func (f output) print(w io.Writer, o *outcome) {
	switch f {
	case "json":
		encoder := json.NewEncoder(w)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		_ = encoder.Encode(o)
	case "csv":
		printCSV(w, o)
	default:
		printTable(w, o)
	}
}

// printCSV writes user names as they are. One may begin as a formula does, but has none of the characters that a
// harmful one needs, and a mark before it would make it another name.
func printCSV(w io.Writer, o *outcome) {
	writer := csv.NewWriter(w)
	_ = writer.Write([]string{"user_name", "status", "reason", "step", "error", "cause"})
	for _, user := range o.Users {
		_ = writer.Write([]string{user.UserName, user.Status, user.Reason, user.Step, user.Error, user.Cause})
	}
	writer.Flush()
}

// printTable writes a table of the users and a summary. Below a user that failed stands why.
func printTable(w io.Writer, o *outcome) {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "USER\tSTATUS\tWHAT TO DO")
	isRed := []bool{false} // for each line of the table
	for _, user := range o.Users {
		fmt.Fprintf(columns, "%s\t%s\t%s\n", user.UserName, user.Status, user.whatToDo())
		isRed = append(isRed, user.isFailed())
		if user.Error != "" {
			fmt.Fprintf(columns, "\t\t%s failed: %s: %s\n", user.Step, user.Error, user.Cause)
			isRed = append(isRed, user.isFailed())
		}
	}
	columns.Flush()
	colour := hasColour(w)
	for i, line := range strings.Split(strings.TrimSuffix(table.String(), "\n"), "\n") {
		if isRed[i] && colour {
			line = red(line)
		}
		fmt.Fprintln(w, line)
	}
	fmt.Fprintln(w, o.summary())
}

// hasColour tells whether w shows colours, and the operator wants them (https://no-color.org).
func hasColour(w io.Writer) bool { return isTerminal(w) && os.Getenv("NO_COLOR") == "" }

func red(line string) string { return "\x1b[31m" + line + "\x1b[0m" }
