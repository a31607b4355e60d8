package cli

import (
	"context"
	"io"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// App is the command, with its streams and its way to AWS. All fields are required.
type App struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer

	// Terminal opens the terminal of the operator, to ask a question. It returns an error if there is none.
	Terminal func() (io.ReadWriteCloser, error)

	// Browse opens a file in the browser of the operator.
	Browse func(path string) error

	// Connect makes the clients for a region and a profile. An argument is empty if the operator has not chosen one. mfaCode asks the
	// operator for the code of an MFA device.
	Connect func(ctx context.Context, region, profile string, mfaCode func() (string, error)) (*operator.Clients, error)
}

// find connects to AWS and finds the state machine.
func (a App) find(ctx context.Context, where target) (*operator.Machine, error) {
	clients, err := a.connect(ctx, where)
	if err != nil {
		return nil, err
	}
	return operator.Find(ctx, clients, where.Target)
}

// connect makes the clients for the region and the profile of a target.
func (a App) connect(ctx context.Context, where target) (*operator.Clients, error) {
	return a.Connect(ctx, where.region, where.Profile, func() (string, error) { return a.askForCode(ctx) })
}
