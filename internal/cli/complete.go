package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// completionTime is how long the completion of executions waits for AWS. The command says nothing of a slow AWS in this time.
const completionTime = 3 * time.Second

// completeExecution returns a function that completes the argument EXECUTION with the names of recent executions. Without an answer
// of AWS, it completes nothing. It asks for no MFA code.
func (a App) completeExecution(options *executionOptions) cobra.CompletionFunc {
	a.Terminal = func() (io.ReadWriteCloser, error) { return nil, errors.ErrUnsupported }
	return func(cmd *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
		if len(args) > 0 || options.last || options.target.validate(cmd) != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), completionTime)
		defer cancel()
		if machine, err := a.find(ctx, options.target); err == nil {
			names, _ = operator.ExecutionNames(ctx, machine)
		}
		return names, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// profileHeading matches the heading of a profile in the shared configuration files (AWS SDKs and Tools Reference Guide, "Shared
// config and credentials files"). Headings of other things, such as sso-session, have another word before the name.
var profileHeading = regexp.MustCompile(`(?m)^\s*\[\s*(?:profile\s+)?([^\]\s]+)\s*\]`)

// regionSetting matches the region of a profile.
var regionSetting = regexp.MustCompile(`(?m)^\s*(?:sso_)?region\s*=\s*(\S+)`)

func completeProfile(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return inConfiguration(profileHeading), cobra.ShellCompDirectiveNoFileComp
}

// completeRegion completes the regions that the configuration of the operator names.
func completeRegion(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return inConfiguration(regionSetting), cobra.ShellCompDirectiveNoFileComp
}

// inConfiguration returns what the first group of a pattern matches in the shared configuration files of AWS.
func inConfiguration(pattern *regexp.Regexp) (found []string) {
	for _, file := range operator.ConfigurationFiles() {
		content, _ := os.ReadFile(file) // a file that cannot be read completes nothing
		for _, match := range pattern.FindAllSubmatch(content, -1) {
			found = append(found, string(match[1]))
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}
