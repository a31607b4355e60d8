package cli

import (
	"errors"

	"github.com/spf13/cobra"
)

// executionOptions choose an execution, together with an argument.
type executionOptions struct {
	target target
	last   bool
	name   string // the argument: a name or an ARN; empty with --last
}

func (o *executionOptions) addFlags(cmd *cobra.Command) {
	o.target.addFlags(cmd)
	o.target.addSweepsFlag(cmd)
	cmd.Flags().BoolVar(&o.last, "last", false, "the execution that started last")
}

// checkArguments checks the number of arguments: one, or none with --last.
func (o *executionOptions) checkArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 && !o.last {
		return usageErrorf("expected one EXECUTION, or --last: see %s --help", cmd.CommandPath())
	}
	if len(args) > 1 {
		return usageErrorf("expected one EXECUTION, got %d: see %s --help", len(args), cmd.CommandPath())
	}
	return nil
}

// validate checks the flags and the arguments, and keeps the argument.
func (o *executionOptions) validate(cmd *cobra.Command, args []string) error {
	errs := []error{o.target.validate(cmd)}
	switch {
	case o.last && len(args) > 0:
		errs = append(errs, usageErrorf("--last and EXECUTION exclude each other: see %s --help", cmd.CommandPath()))
	case !o.last:
		o.name = args[0]
		errs = append(errs, o.target.validateExecution(o.name))
	}
	return errors.Join(errs...)
}
