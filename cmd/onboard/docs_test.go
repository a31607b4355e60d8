package main_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCommandInDocs holds the subcommands, the flags and the exit codes of docs/command.md to those of --help.
func TestCommandInDocs(t *testing.T) {
	content, err := os.ReadFile("../../docs/command.md")
	if err != nil {
		t.Fatal(err)
	}
	docs := string(content)
	onboard := filepath.Join(t.TempDir(), "onboard")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", onboard, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	help := func(args ...string) string {
		output, err := exec.CommandContext(t.Context(), onboard, append(args, "--help")...).Output()
		if err != nil {
			t.Fatalf("onboard %v --help: %v", args, err)
		}
		return string(output)
	}

	top := help()
	_, list, _ := strings.Cut(top, "Available Commands:")
	subcommands := without(first(list, `(?m)^  (\w+) `), "help")
	same(t, "subcommands", first(docs, "(?m)^\\| `onboard (\\w+)"), subcommands)
	same(t, "exit codes", first(docs, `(?m)^\| (\d) \|`), first(top, `(?m)^  (\d)  `))

	var got, want []string // such as: run --yes
	_, table, _ := strings.Cut(docs, "## Flags")
	withFlags := without(without(subcommands, "completion"), "version")
	for _, row := range regexp.MustCompile("(?m)^\\| (`-.*?) \\| (.*?) \\|").FindAllStringSubmatch(table, -1) {
		of := first(row[2], "`(\\w+)`")
		if row[2] == "all" {
			of = withFlags
		}
		for _, flag := range first(row[1], "`(--[a-z-]+)`") {
			for _, subcommand := range of {
				got = append(got, subcommand+" "+flag)
			}
		}
	}
	for _, subcommand := range withFlags {
		_, flags, _ := strings.Cut(help(subcommand), "\nFlags:")
		for _, flag := range without(first(flags, `(?m)^ +(?:-\w, )?(--[a-z-]+)`), "--help") {
			want = append(want, subcommand+" "+flag)
		}
	}
	same(t, "flags", got, want)
}

// first returns the first group of every match.
func first(text, pattern string) (all []string) {
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

func without(all []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(text string) bool { return text == one })
}

func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	for _, list := range []*[]string{&got, &want} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("docs/command.md has the %s %q, --help has %q", what, got, want)
	}
}
