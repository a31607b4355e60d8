package main

import (
	"os/exec"
	"path/filepath"
	"regexp"
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
