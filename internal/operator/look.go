package operator

import (
	"context"
	"fmt"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// Finding is what a look at AWS has found, and what to do about it.
type Finding struct {
	Level string // ok, warning or problem
	Text  string
}

const (
	fine    = "ok"
	warning = "warning" // a run may do well nevertheless
	problem = "problem"
)

// IsProblem reports whether the finding is to be fixed before the list is run.
func (f Finding) IsProblem() bool { return f.Level == problem }

// look is a look at AWS before a list is run: what it looks with, and what it has found so far.
type look struct {
	machine  *Machine
	settings contract.Settings
	ses      ses
	list     *userlist.List
	progress func(text string) // called while a look takes long, to say how far it is

	findings []Finding
}

// newLook reads the settings of the state machine. Beside an error, it returns a look without settings.
func newLook(ctx context.Context, machine *Machine, list *userlist.List, progress func(text string)) (*look, error) {
	settings, err := readSettings(ctx, machine)
	return &look{
		machine:  machine,
		settings: settings,
		ses:      ses{mail: machine.clients.Mail, sender: settings.SenderIdentity},
		list:     list,
		progress: progress,
	}, err
}

func (l *look) add(level, format string, args ...any) {
	l.findings = append(l.findings, Finding{level, fmt.Sprintf(format, args...)})
}
