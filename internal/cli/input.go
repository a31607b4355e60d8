package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

const (
	listFormats = `LIST is a file, or - for standard input. The command recognises the format:
  CSV    a header with email, and optionally user_name, group and language,
         also in other common spellings; the separator is a comma, a semicolon
         or a tab
  text   e-mail addresses on each line; # begins a comment
  JSON   users, an array of users, or {"IAMUserNames": [users], "Resend": true};
         a user is an e-mail address, or {"Email": "..."}, optionally with
         "UserName": "...", "Group": "..." and "Language": "ja"
Without a user name, the e-mail address is the user name.`

	expectedFile = "LIST must be a file that you can read, or - for standard input"

	// maxListSize is in bytes. A list of all users that an account can have is far smaller.
	maxListSize = 16 << 20
)

// formats has the formats that --format chooses.
var formats = map[string]userlist.Format{"": userlist.Unknown, "csv": userlist.CSV, "json": userlist.JSON, "text": userlist.Text}

// inputOptions are the flags that say how to read a list.
type inputOptions struct {
	format string
	userlist.Options
}

// inputFlags has the names of these flags.
var inputFlags = func() []string {
	names := []string{"format", "encoding"}
	for _, column := range userlist.Columns {
		names = append(names, column.Flag)
	}
	return names
}()

func (o *inputOptions) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&o.format, "format", "", "the format of the list: csv, json or text\n(default: recognised by the content)")
	flags.StringVar(&o.Encoding, "encoding", "", "the encoding of the list, such as shift_jis or\nwindows-1252 (default: UTF-8 or UTF-16, or\n"+
		"another one that is certain)")
	o.Columns = map[string]string{}
	for _, column := range userlist.Columns {
		usage := "the CSV `column` with the " + column.What
		if column.Key != "Email" {
			usage += "; '' for none"
		}
		flags.Func(column.Flag, usage, func(name string) error {
			o.Columns[column.Key] = name
			return nil
		})
		_ = cmd.RegisterFlagCompletionFunc(column.Flag, cobra.NoFileCompletions)
	}
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{"csv", "json", "text"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("encoding", cobra.NoFileCompletions)
}

func (o *inputOptions) validate() error {
	var problems []error
	format, ok := formats[o.format]
	if !ok {
		problems = append(problems, usageErrorf("--format must be csv, json or text, got: %q", o.format))
	}
	o.Format = format
	if o.Encoding != "" && !userlist.IsEncoding(o.Encoding) {
		problems = append(problems, usageErrorf("--encoding must be the name of an encoding, such as shift_jis, windows-1252 or "+
			"utf-16le, got: %q", o.Encoding))
	}
	if name, isGiven := o.Columns["Email"]; isGiven && strings.TrimSpace(name) == "" {
		problems = append(problems, usageErrorf("--email-column must be the name of a column, got: %q", name))
	}
	if len(o.Columns) > 0 && format != userlist.Unknown && format != userlist.CSV {
		problems = append(problems, usageErrorf("only CSV has columns: leave out --format %s, or the flags for columns", o.format))
	}
	return errors.Join(problems...)
}

// readList reads the list from the file at path, or from standard input if path is "-". It writes the notices of the list to
// standard error. It returns a usageError if the list is wrong, and [operator.ErrInterrupted] if ctx ends first.
func (a App) readList(ctx context.Context, path string, options inputOptions) (*userlist.List, error) {
	name := text.OneLine(path)
	read := func() ([]byte, error) { return readFile(path) }
	if path == "-" {
		name = "standard input"
		if isTerminal(a.Stdin) {
			fmt.Fprintln(a.Stderr, "type the list, and end it with Ctrl-D on a line of its own (Windows: Ctrl-Z and Enter)")
		}
		read = func() ([]byte, error) { return readAll(a.Stdin) }
	}
	data, err := untilDone(ctx, read)
	switch {
	case ctx.Err() != nil:
		return nil, operator.ErrInterrupted
	case err != nil:
		return nil, usageErrorf("%s: %s", text.OneLine(err.Error()), expectedFile)
	}
	if len(data) > maxListSize {
		return nil, usageErrorf("%s is larger than %d MiB: check that it is a list of users", name, maxListSize>>20)
	}
	return a.parseList(name, options.Options, data)
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	return readAll(file)
}

// readAll reads at most maxListSize and one byte: the last byte shows that the list is too large.
func readAll(source io.Reader) ([]byte, error) {
	return io.ReadAll(io.LimitReader(source, maxListSize+1))
}

func (a App) parseList(name string, options userlist.Options, data []byte) (*userlist.List, error) {
	list, err := userlist.Parse(name, options, data)
	var notices []string
	var wrong *userlist.Error
	if errors.As(err, &wrong) {
		notices = wrong.Notices
		err = usageErrorf("%s in the list:\n  %s", text.Count(len(wrong.Problems), "problem"), strings.ReplaceAll(wrong.Error(), "\n", "\n  "))
	} else {
		notices = list.Notices
	}
	for _, notice := range notices {
		fmt.Fprintf(a.Stderr, "note: %s: %s\n", name, notice)
	}
	return list, err
}

// completeList completes the argument LIST with any file, because a list may have any name.
func completeList(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return nil, cobra.ShellCompDirectiveDefault
}

// untilDone runs f and returns its results. If ctx ends first, it returns the error of ctx and leaves f behind, so that Ctrl-C
// works while f waits for a terminal or a pipe.
func untilDone[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	results := make(chan result, 1)
	go func() {
		value, err := f()
		results <- result{value, err}
	}()
	select {
	case got := <-results:
		return got.value, got.err
	case <-ctx.Done():
		return *new(T), ctx.Err()
	}
}
