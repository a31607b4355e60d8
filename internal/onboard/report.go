package onboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// report is what an execution says of its users.
type report struct {
	Total, Created, Resumed, Resent, Skipped, Failed int
	Users                                            []userReport // in the order of the list
}

// userReport is what became of a user.
type userReport struct {
	UserName           string
	Status             string
	Reason             string // why a user was skipped
	Step, Error, Cause string // where and why a user failed
}

func parseReport(output string) (*report, error) {
	var r report
	if err := json.Unmarshal([]byte(output), &r); err != nil || len(r.Users) == 0 || len(r.Users) != r.Total {
		return nil, fmt.Errorf("the state machine ended without a report of its users, got: %.200s", output)
	}
	return &r, nil
}

// print writes a table of the users and a summary. With colour, users that failed are red.
func (r *report) print(w io.Writer, colour bool) {
	var table bytes.Buffer
	columns := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(columns, "USER\tSTATUS\tWHAT TO DO")
	for _, user := range r.Users {
		fmt.Fprintf(columns, "%s\t%s\t%s\n", oneLine(user.UserName), oneLine(user.Status), oneLine(user.whatToDo()))
	}
	columns.Flush()

	heading, rows, _ := strings.Cut(table.String(), "\n")
	fmt.Fprintln(w, heading)
	for i, row := range strings.Split(strings.TrimSuffix(rows, "\n"), "\n") {
		if colour && r.Users[i].Status == "Failed" {
			row = "\x1b[31m" + row + "\x1b[0m"
		}
		fmt.Fprintln(w, row)
	}
	fmt.Fprintln(w, r.summary())
}

func (u userReport) whatToDo() string {
	switch u.Status {
	case "Created":
		return "nothing: the sign-in data is mailed"
	case "Resumed":
		return "nothing: left unfinished by an earlier run, now finished and the sign-in data mailed"
	case "Resent":
		return "nothing: a new password is mailed"
	case "Skipped":
		return u.whySkipped()
	case "Failed":
		return fmt.Sprintf("failed at %s: %s: %s", u.Step, u.Error, u.Cause)
	default:
		return "unknown status, see the execution in the console"
	}
}

func (u userReport) whySkipped() string {
	switch u.Reason {
	case "NotOurs":
		return "was there before and is not touched: if this is another person, choose another UserName"
	case "Complete":
		return `nothing: was onboarded before; if the mail is lost, run the list with "Resend": true`
	case "TakenOver":
		return "nothing: has signed in before and chosen a password"
	default:
		return "nothing: " + u.Reason
	}
}

// summary counts the users in a sentence such as: 4 users: 3 created, 1 skipped (there before).
func (r *report) summary() string {
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{
		{r.Created, "created"},
		{r.Resumed, "resumed"},
		{r.Resent, "sent a new password"},
		{r.Skipped, "skipped (there before)"},
		{r.Failed, "failed"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	return users(r.Total) + ": " + strings.Join(parts, ", ")
}

// err returns an error unless every user is onboarded or was there before.
func (r *report) err() error {
	failed := 0
	for _, user := range r.Users {
		switch user.Status {
		case "Created", "Resumed", "Resent", "Skipped":
		default:
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%s failed: run the same list again when the cause is gone, it goes on where this run stopped",
		users(failed))
}

func users(count int) string {
	if count == 1 {
		return "1 user"
	}
	return fmt.Sprintf("%d users", count)
}
