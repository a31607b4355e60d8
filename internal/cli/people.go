package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// commandLine is the name of a list that the arguments make.
const commandLine = "the command line"

// people are the flags about users that the arguments name by their addresses.
type people struct{ userName, group, language string }

func (p *people) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&p.userName, "user-name", "", "the user `name`, if ADDRESS is not the name")
	addGroup(cmd, &p.group)
	addLanguage(cmd, &p.language)
	_ = cmd.RegisterFlagCompletionFunc("user-name", cobra.NoFileCompletions)
}

func addGroup(cmd *cobra.Command, group *string) {
	cmd.Flags().StringVar(group, "group", "", "the `name` of the group (default: that of the stack)")
	_ = cmd.RegisterFlagCompletionFunc("group", cobra.NoFileCompletions)
}

func addLanguage(cmd *cobra.Command, language *string) {
	cmd.Flags().StringVar(language, "language", "", "the `language` of the mail, such as ja (default:\nthat of the stack)")
	_ = cmd.RegisterFlagCompletionFunc("language", cobra.NoFileCompletions)
}

// validateLanguage checks that --language has a value, if it is given. Only the stack knows the languages.
func validateLanguage(cmd *cobra.Command, language string) error {
	if cmd.Flags().Changed("language") && language == "" {
		return usageErrorf("--language must be a language of the mails, such as en or ja, got: \"\"")
	}
	return nil
}

// validate checks the arguments, which are one list or addresses, and the flags.
func (p *people) validate(cmd *cobra.Command, args []string) error {
	addresses, files := 0, 0
	var problems []error
	for _, arg := range args {
		switch {
		case !isAddress(arg):
			files++
		case exists(arg):
			problems = append(problems, usageErrorf("%q is a file, and looks like an e-mail address: write ./%[1]s for the file, or name it in a list", arg))
		default:
			addresses++
		}
	}
	if problems == nil && (files > 1 || files == 1 && addresses > 0 || len(args) == 0) {
		problems = append(problems, usageErrorf("expected one LIST, or e-mail addresses, got: %s: see %s --help",
			text.OneLine(cmp.Or(strings.Join(args, ", "), "nothing")), cmd.CommandPath()))
	}
	return errors.Join(append(problems, p.validateFlags(cmd, addresses))...)
}

// validateFlags checks the flags for this number of addresses.
func (p *people) validateFlags(cmd *cobra.Command, addresses int) error {
	var problems []error
	isGiven := cmd.Flags().Changed
	switch {
	case addresses == 0 && (isGiven("user-name") || isGiven("group") || isGiven("language")):
		problems = append(problems, usageErrorf("--user-name, --group and --language are for addresses on the command line: write them into the list"))
	case addresses > 1 && isGiven("user-name"):
		problems = append(problems, usageErrorf("--user-name is for one address, got %d: run them one by one, or write a list", addresses))
	case isGiven("user-name") && !rules.UserName.Holds(p.userName):
		problems = append(problems, usageErrorf("--user-name must %s, got: %q", rules.UserName.Expected, p.userName))
	}
	for _, name := range inputFlags {
		if addresses > 0 && isGiven(name) {
			problems = append(problems, usageErrorf("--%s is for a LIST: leave it out", name))
		}
	}
	if isGiven("group") && !rules.GroupName.Holds(p.group) {
		problems = append(problems, usageErrorf("--group must %s, got: %q", rules.GroupName.Expected, p.group))
	}
	return errors.Join(append(problems, validateLanguage(cmd, p.language))...)
}

// listExtensions are the ends of the names of lists. None is the end of a domain.
var listExtensions = []string{".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xls", ".xlsx", ".ods"}

// isAddress reports whether an argument is the address of a user, and not the path of a list.
func isAddress(arg string) bool {
	isFile := strings.ContainsAny(arg, `/\`) || slices.Contains(listExtensions, strings.ToLower(filepath.Ext(arg)))
	return strings.Contains(arg, "@") && !isFile
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// read returns the list that the arguments name or make. See [people.validate].
func (p *people) read(ctx context.Context, app App, args []string, input inputOptions) (*userlist.List, error) {
	if !isAddress(args[0]) {
		return app.readList(ctx, args[0], input)
	}
	remedy := "give the user name with --user-name"
	if len(args) > 1 {
		remedy = "give this address alone, with --user-name"
	}
	users := make([]string, len(args))
	for i, address := range args {
		user, _ := json.Marshal(struct { // it has only strings, so this cannot fail
			Email    string
			UserName string `json:",omitempty"`
			Group    string `json:",omitempty"`
			Language string `json:",omitempty"`
		}{address, p.userName, p.group, p.language})
		users[i] = string(user)
	}
	return app.parseList(commandLine, userlist.Options{Format: userlist.JSON, NameRemedy: remedy}, []byte("["+strings.Join(users, ",\n")+"]"))
}
