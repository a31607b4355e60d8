package operator

import (
	"context"
	"fmt"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// Finding is one result of a check, with what to do about it.
type Finding struct {
	Level string // ok, warning or problem
	Text  string
}

const (
	fine    = "ok"
	warning = "warning" // a run may still succeed
	problem = "problem"
)

// IsProblem reports whether the operator must fix the finding before a run.
func (f Finding) IsProblem() bool { return f.Level == problem }

// look is a check of AWS before a list is run, with its findings so far.
type look struct {
	machine  *Machine
	settings contract.Settings
	ses      ses
	list     *userlist.List
	progress func(text string) // called with the progress of a check that takes long

	findings []Finding
}

// newLook reads the settings of the state machine. With an error, it also returns a look without settings.
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
