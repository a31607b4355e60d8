package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// outcome is what became of the users of a list: the report of the state machine.
type outcome struct {
	Total, Created, Resumed, Resent, Skipped, Failed int
	Users                                            []userOutcome // in the order of the list

	reportCommands []string // how the operator gets it again
}

// userOutcome is what became of a user.
type userOutcome struct {
	UserName string
	Status   string
	Reason   string `json:",omitempty"` // why a user was skipped
	Step     string `json:",omitempty"` // where a user failed, and why
	Error    string `json:",omitempty"`
	Cause    string `json:",omitempty"`

	isSuppressed bool // SES has taken the mails to this user, and has not sent them
}

func (e *execution) parseOutcome(report string) (*outcome, error) {
	o := outcome{reportCommands: []string{e.reportCommand()}}
	if err := json.Unmarshal([]byte(report), &o); err != nil || len(o.Users) == 0 || len(o.Users) != o.Total {
		return nil, fmt.Errorf("the state machine ended without a report of its users, got: %.200s", text.OneLine(report))
	}
	for i := range o.Users {
		user := &o.Users[i]
		for _, field := range []*string{&user.UserName, &user.Status, &user.Reason, &user.Step, &user.Error, &user.Cause} {
			*field = text.OneLine(*field)
		}
	}
	return &o, nil
}

// add appends the users of another execution.
func (o *outcome) add(other *outcome) {
	o.Total += other.Total
	o.Created += other.Created
	o.Resumed += other.Resumed
	o.Resent += other.Resent
	o.Skipped += other.Skipped
	o.Failed += other.Failed
	o.Users = append(o.Users, other.Users...)
	o.reportCommands = append(o.reportCommands, other.reportCommands...)
}

// noteSuppressed notes which users SES has not sent their mails.
func (o *outcome) noteSuppressed(names []string) {
	for i := range o.Users {
		o.Users[i].isSuppressed = slices.Contains(names, o.Users[i].UserName)
	}
}

// summary counts the users in a sentence such as: 4 users: 3 created, 1 skipped (there before).
func (o *outcome) summary() string {
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{
		{o.Created, "created"},
		{o.Resumed, "resumed"},
		{o.Resent, "sent a new password"},
		{o.Skipped, "skipped (there before)"},
		{o.Failed, "failed"},
	} {
		if part.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", part.count, part.what))
		}
	}
	return text.Count(o.Total, "user") + ": " + strings.Join(parts, ", ")
}

// err returns an error unless every user is onboarded or was there before.
func (o *outcome) err() error {
	failed := 0
	for _, user := range o.Users {
		if user.isFailed() {
			failed++
		}
	}
	if failed == 0 {
		return nil
	}
	return fmt.Errorf("%s failed: %s; it goes on where this run stopped", text.Count(failed, "user"), contract.FixAndRunAgain)
}

// isFailed holds for a status that is not known, too.
func (u userOutcome) isFailed() bool {
	switch u.Status {
	case contract.Created, contract.Resumed, contract.Resent, contract.Skipped:
		return false
	default:
		return true
	}
}
