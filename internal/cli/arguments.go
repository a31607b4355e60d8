package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) != 0 {
		return usageErrorf("expected no argument, got %q: see %s --help", args[0], cmd.CommandPath())
	}
	return nil
}

// adjustDefaultCommands makes Cobra's own commands, help and completion, refuse arguments that they do not know.
func adjustDefaultCommands(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "help":
			cmd.Args = oneCommand
		case "completion":
			cmd.Args, cmd.RunE, cmd.SuggestionsMinimumDistance = cobra.ArbitraryArgs, helpOrUnknown, root.SuggestionsMinimumDistance
			for _, shell := range cmd.Commands() {
				shell.Args = noArguments
			}
		}
	}
}

// helpOrUnknown runs a command that only has subcommands. It prints the help, or returns an error about an unknown subcommand.
func helpOrUnknown(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	meant := ""
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		meant = " (did you mean " + strings.Join(similar, " or ") + "?)"
	}
	return usageErrorf("unknown command %q%s: see %s --help", args[0], meant, cmd.CommandPath())
}

// oneCommand checks the arguments of help: the name of a command, or nothing.
func oneCommand(help *cobra.Command, args []string) error {
	cmd, rest, _ := help.Root().Find(args) // no error: the root takes any arguments, so Find returns at least the root
	if len(rest) > 0 && cmd.HasAvailableSubCommands() {
		return helpOrUnknown(cmd, rest)
	}
	return noArguments(cmd, rest)
}
