package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

// executionOptions choose an execution, together with an argument.
type executionOptions struct {
	target target
	last   bool
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
		return oneArgument("EXECUTION")(cmd, args)
	}
	return nil
}

// validate checks the flags and the arguments.
func (o *executionOptions) validate(cmd *cobra.Command, args []string) error {
	errs := []error{o.target.validate(cmd)}
	switch {
	case o.last && len(args) > 0:
		errs = append(errs, usageErrorf("--last and EXECUTION exclude each other: see %s --help", cmd.CommandPath()))
	case !o.last:
		errs = append(errs, o.target.validateExecution(args[0]))
	}
	return errors.Join(errs...)
}

// argument returns the execution that the arguments name, or an empty string for the last one.
func argument(args []string) string { return strings.Join(args, "") }
