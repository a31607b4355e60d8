package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// The command is for people who do not have the CDK.
func TestCommandNeedsNoCDK(t *testing.T) {
	packages, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	if found := regexp.MustCompile(`(?m)^.*(awscdk|aws-cdk|jsii).*$`).FindAll(packages, -1); found != nil {
		t.Errorf("the command imports %q", found)
	}
}

// TestVersion builds the command as .goreleaser.yaml does, in a checkout that has a tag, and starts it.
func TestVersion(t *testing.T) {
	checkout := filepath.Join(t.TempDir(), "checkout")
	run := func(dir, name string, args ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), name, args...)
		command.Dir = dir
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v\n%s", command, err, output)
		}
		return strings.TrimSpace(string(output))
	}
	run("../..", "git", "clone", "--quiet", "--shared", ".", checkout)
	run(checkout, "git", "tag", "v0.9.8")
	run(checkout, "go", "build", "-buildvcs=true", "-o", "bin/", "./cmd/onboard")
	want := "v0.9.8, commit " + run(checkout, "git", "show", "--no-patch", "--format=%H, %cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ") +
		", " + runtime.Version() + ", " + runtime.GOOS + "/" + runtime.GOARCH
	if got := run(checkout, filepath.Join("bin", "onboard"), "version"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// BenchmarkStart measures how long the command takes until it has something to say, and how much of a processor: a busy
// machine changes the former alone.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "onboard")
	if output, err := exec.CommandContext(b.Context(), "go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, output)
	}
	var processor time.Duration
	for b.Loop() {
		command := exec.CommandContext(b.Context(), path, "--help")
		if err := command.Run(); err != nil {
			b.Fatal(err)
		}
		processor += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/start")
	b.ReportMetric(processor.Seconds()*1000/float64(b.N), "processor-ms/start")
}
