package operator

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// Outcome is the report of the state machine on the users of a list. Its JSON is the JSON of that report, with the executions, and
// with Email and ValidUntil of each user.
type Outcome struct {
	// Executions also has the executions that made no report.
	Executions []ExecutionRecord
	// Sweep is the report of a sweep. All fields below are then zero.
	Sweep *Sweep `json:"-"`

	Total, Created, Resumed, Resent, Skipped, Failed int
	// Users are in the order of the list.
	Users []UserOutcome

	reportCommands []string // one for each execution: the command that prints its report
}

// UserOutcome is the outcome of one user.
type UserOutcome struct {
	UserName string
	Email    string `json:",omitempty"` // of the list
	Group    string `json:",omitempty"` // of the list; empty for the default group
	Language string `json:",omitempty"` // of the list; empty for the default language
	// Status is a status of package contract, or a status that a later version of the state machine has added.
	Status string
	// Reason says why a user is Skipped.
	Reason string `json:",omitempty"`
	// Step is the state at which the user has Failed. Error and Cause say why.
	Step  string `json:",omitempty"`
	Error string `json:",omitempty"`
	Cause string `json:",omitempty"`
	// ValidUntil is the time until which the first password works at least, if [Run] set one that expires. The report of the
	// state machine does not have it.
	ValidUntil time.Time `json:",omitzero"`

	// Suppressed says that SES did not send the mail with the first password, because the address is on its suppression list. SES
	// accepts such a mail, so only [Run] knows this, which reads the suppression list before the start.
	Suppressed bool `json:",omitempty"`

	isResend bool // the list had Resend
}

// read reads the report of an execution that had this input.
func (o *Outcome) read(execution *execution, input, report string) error {
	var read Outcome
	if err := json.Unmarshal([]byte(report), &read); err != nil || len(read.Users) == 0 || len(read.Users) != read.Total {
		return fmt.Errorf("the execution ended without a report of its users, got: %.200s", text.OneLine(report))
	}
	read.Executions, read.reportCommands = o.Executions, []string{execution.reportCommand()}
	*o = read
	listed, list := map[string]userlist.User{}, listOf(input)
	for _, user := range list.Users {
		listed[user.UserName] = user
	}
	for i := range o.Users {
		user := &o.Users[i]
		of := listed[user.UserName]
		user.Email, user.Group, user.Language, user.isResend = of.Email, of.Group, of.Language, list.Resend
		for _, field := range []*string{&user.UserName, &user.Email, &user.Group, &user.Language,
			&user.Status, &user.Reason, &user.Step, &user.Error, &user.Cause} {
			*field = text.OneLine(*field)
		}
	}
	return nil
}

// add appends the users of another execution.
func (o *Outcome) add(other *Outcome) {
	o.Executions = append(o.Executions, other.Executions...)
	o.Total += other.Total
	o.Created += other.Created
	o.Resumed += other.Resumed
	o.Resent += other.Resent
	o.Skipped += other.Skipped
	o.Failed += other.Failed
	o.Users = append(o.Users, other.Users...)
	o.reportCommands = append(o.reportCommands, other.reportCommands...)
}

// noteSuppressed marks the users of these names that got a first password: SES does not send their mails.
func (o *Outcome) noteSuppressed(names []string) {
	for i := range o.Users {
		o.Users[i].Suppressed = o.Users[i].hasNewPassword() && slices.Contains(names, o.Users[i].UserName)
	}
}

// noteValidity sets ValidUntil of each user that got a first password. The first passwords were issued after the execution started, so they
// work at least until the validity has passed since the start.
func (o *Outcome) noteValidity(started time.Time, hours int) {
	if hours == 0 || started.IsZero() {
		return
	}
	until := started.UTC().Add(time.Duration(hours) * time.Hour).Truncate(time.Minute)
	for i := range o.Users {
		if o.Users[i].hasNewPassword() {
			o.Users[i].ValidUntil = until
		}
	}
}

// Deadline says until when all new first passwords work, or returns an empty string if none expires. Executions start one after
// the other, so the first user that has a new one has the earliest time.
func (o *Outcome) Deadline() string {
	for _, user := range o.Users {
		if !user.ValidUntil.IsZero() {
			work := "work"
			if user.ValidUntil.Before(time.Now()) {
				work = "worked"
			}
			return "new first passwords " + work + " at least until " + text.Time(user.ValidUntil)
		}
	}
	return ""
}

// Summary counts the users in a sentence such as: 4 users: 2 created, 1 onboarded before, 1 NOT onboarded: the name is taken.
func (o *Outcome) Summary() string {
	counts := map[string]int{}
	for _, user := range o.Users {
		counts[user.kind()]++
	}
	var parts []string
	for _, kind := range []string{created, resumed, resent, unsent, before, expired, skipped, taken, notOurs, failed} {
		if counts[kind] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[kind], kind))
		}
	}
	return text.Count(o.Total, "user") + ": " + strings.Join(parts, ", ")
}

// The kinds of outcomes that a summary counts, in its words.
const (
	created = "created"
	resumed = "resumed"
	resent  = "sent a new password"
	unsent  = "NOT mailed: SES suppresses the address"
	before  = "onboarded before"
	expired = "with an expired first password"
	skipped = "skipped"
	taken   = "NOT onboarded: the name is taken"
	notOurs = "NOT mailed: not a user of this state machine" // taken, in a resend
	failed  = "failed"
)

// kind returns what a summary counts the user as.
func (u UserOutcome) kind() string {
	switch {
	case u.Suppressed:
		return unsent
	case u.isResend && u.Status == contract.Skipped && u.Reason == contract.NotOurs:
		return notOurs
	}
	switch u.Status {
	case contract.Created:
		return created
	case contract.Resumed:
		return resumed
	case contract.Resent:
		return resent
	case contract.Skipped:
		kinds := map[string]string{contract.Complete: before, contract.TakenOver: before, contract.Expired: expired, contract.NotOurs: taken}
		return cmp.Or(kinds[u.Reason], skipped)
	default:
		return failed
	}
}

// Err returns an error unless every user is onboarded now or was before. It has a line for each of these: users that failed, users whose
// name is taken, which count only if allowExisting is false, and users whose mail SES did not send. The last ones count because they
// have no password: without an error, a script would never know of them.
func (o *Outcome) Err(allowExisting bool) error {
	if o.Sweep != nil {
		return o.Sweep.err()
	}
	counts := map[string]int{}
	for _, user := range o.Users {
		counts[user.kind()]++
	}
	var errs []error
	add := func(kind, what string) {
		if counts[kind] > 0 {
			errs = append(errs, fmt.Errorf("%s %s", text.Count(counts[kind], "user"), what))
		}
	}
	if !allowExisting {
		add(taken, "NOT onboarded, because the name is taken: choose another UserName for a person who is new, or accept it with --allow-existing")
		add(notOurs, "NOT mailed, because this state machine did not make a user of this name: check the name, or accept it with --allow-existing")
	}
	add(unsent, "NOT mailed, because SES suppresses the address: remove it from SES's suppression list, then use onboard resend")
	add(failed, "failed: "+contract.FixAndRunAgain+contract.Continues)
	return errors.Join(errs...)
}

// HowToGetReport returns the commands that print the report again. Step Functions keeps an execution for 90 days (Step
// Functions Developer Guide, "Quotas").
func (o *Outcome) HowToGetReport() string { return getReportWith(o.reportCommands...) }

func getReportWith(commands ...string) string {
	return "get the report with: " + strings.Join(commands, "; ")
}

// hasNewPassword reports whether the execution set a first password, and mailed it.
func (u UserOutcome) hasNewPassword() bool {
	return slices.Contains([]string{contract.Created, contract.Resumed, contract.Resent}, u.Status)
}

// IsFailed reports whether the user is not onboarded. A status that this package does not know counts as a failure.
func (u UserOutcome) IsFailed() bool { return u.kind() == failed }

// IsTaken reports whether nobody was onboarded or mailed, because another user has the name.
func (u UserOutcome) IsTaken() bool {
	return u.Status == contract.Skipped && u.Reason == contract.NotOurs
}
