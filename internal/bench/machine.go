package bench

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// environment returns the lines of the report about the date, the commit, the versions and the machine.
func environment(ctx context.Context) ([]string, error) {
	versions := []string{"Go " + strings.TrimPrefix(runtime.Version(), "go")}
	for _, tool := range []struct {
		name, title string
		args        []string
	}{
		{"node", "Node.js", []string{"--version"}},
		{cdkCLI, "CDK CLI", []string{"--version"}},
		{"go", "CDK library", []string{"list", "-m", "-f", "{{.Version}}", "github.com/aws/aws-cdk-go/awscdk/v2"}},
		{"go", "jsii runtime", []string{"list", "-m", "-f", "{{.Version}}", "github.com/aws/jsii-runtime-go"}},
	} {
		output, err := exec.CommandContext(ctx, tool.name, tool.args...).Output()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", tool.name, err)
		}
		version, _, _ := strings.Cut(strings.TrimSpace(string(output)), " ")
		versions = append(versions, tool.title+" "+strings.TrimPrefix(version, "v"))
	}
	python, err := localaws.Python(ctx)
	if err != nil {
		return nil, err
	}
	output, err := exec.CommandContext(ctx, python, "-c", "import platform, moto; print(platform.python_version(), moto.__version__)").Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", python, err)
	}
	found := strings.Fields(string(output))
	versions = append(versions, "Python "+found[0], "moto "+found[1])
	commit, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output()
	if err != nil {
		return nil, fmt.Errorf("git describe: %w", err)
	}
	return []string{
		"Date: " + time.Now().UTC().Format(time.DateOnly) + ", commit " + strings.TrimSpace(string(commit)),
		"Versions: " + strings.Join(versions, ", "),
		"Machine: " + machine(),
	}, nil
}

// machine describes the machine. Without /proc it gives only the number of processors and the platform.
func machine() string {
	size := fmt.Sprintf("%d processors, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if model := procField("/proc/cpuinfo", "model name"); model != "" {
		size += ", " + model
	}
	var kibibytes int64
	if _, err := fmt.Sscan(procField("/proc/meminfo", "MemTotal"), &kibibytes); err == nil {
		size += fmt.Sprintf(", %.0f GiB of memory", float64(kibibytes)/(1<<20))
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		size += ", load average before the run " + strings.Fields(string(load))[0]
	}
	return size
}

func procField(file, name string) string {
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
