package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

const (
	listFormats = `LIST is a file, or - for standard input:
  .json  an array of users, or {"IAMUserNames": [users], "Resend": true};
         a user is an e-mail address, which is also the user name, or
         {"UserName": "...", "Email": "..."}; "Group": "..." is optional
  .csv   a header with email, and optionally user_name and group; the
         separator is a comma, a semicolon or a tab
  .txt   an e-mail address on each line; # begins a comment
Standard input is JSON if it begins with [ or {, CSV if its first line has a
field email, and otherwise text.`

	expectedFile = "LIST must be a .json, .csv or .txt file that you can read, or - for standard input"

	// maxListSize is in bytes. A list of all users that an account can have is far smaller.
	maxListSize = 16 << 20
)

// readList reads the list from the file at path, or from stdin if path is "-". It returns a usageError if the list is wrong,
// and [operator.ErrInterrupted] if ctx ends first.
func readList(ctx context.Context, path string, stdin io.Reader) (*userlist.List, error) {
	name := text.OneLine(path)
	read := func() ([]byte, error) { return readFile(path) }
	if path == "-" {
		name = "standard input"
		read = func() ([]byte, error) { return readAll(stdin) }
	}
	data, err := untilDone(ctx, read)
	switch {
	case ctx.Err() != nil:
		return nil, operator.ErrInterrupted
	case err != nil:
		return nil, usageErrorf("%s: %s", text.OneLine(err.Error()), expectedFile)
	}
	format := userlist.FormatOf(path)
	if format == userlist.Unknown && path != "-" {
		return nil, usageErrorf("%s, got: %q", expectedFile, name)
	}
	if len(data) > maxListSize {
		return nil, usageErrorf("%s is larger than %d MiB: check that it is a list of users", name, maxListSize>>20)
	}
	return parseList(name, format, data)
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

func parseList(name string, format userlist.Format, data []byte) (*userlist.List, error) {
	list, err := userlist.Parse(name, format, data)
	if wrong, ok := errors.AsType[*userlist.Error](err); ok {
		return nil, usageErrorf("%s in the list:\n  %s", text.Count(len(wrong.Problems), "problem"),
			strings.ReplaceAll(wrong.Error(), "\n", "\n  "))
	}
	return list, err
}

// completeList completes the argument LIST with files whose extension is that of a list.
func completeList(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return []string{"json", "csv", "txt"}, cobra.ShellCompDirectiveFilterFileExt
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
