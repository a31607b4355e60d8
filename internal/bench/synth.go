package bench

import (
	"context"
	_ "embed"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// emptyApp is a CDK app whose stack has no resource.
//
//go:embed empty.go.txt
var emptyApp []byte

var moduleLine = regexp.MustCompile(`(?m)^module .*$`)

// newEmptyApp makes the empty app in a new folder, with the versions of this module.
func newEmptyApp(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	goMod, err := os.ReadFile("go.mod")
	if err != nil {
		return err
	}
	goSum, err := os.ReadFile("go.sum")
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{
		"main.go":  emptyApp,
		"go.mod":   moduleLine.ReplaceAll(goMod, []byte("module example.com/empty")),
		"go.sum":   goSum,
		"cdk.json": []byte(`{"app": "go run ."}`),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}

const synthTarget = 1.15

// addSynth has the CDK CLI synthesize the app and the empty app in turns, after a turn that does not count.
func (t *Table) addSynth(ctx context.Context, empty string, pairs int) error {
	cli, err := filepath.Abs(cdkCLI)
	if err != nil {
		return err
	}
	assembly, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(assembly)
	synth := func(dir, output string) (time.Duration, error) {
		return timed(ctx, command{dir: dir, name: cli, args: []string{"synth", "--quiet", "--no-notices",
			"--context", "sender=" + sender, "--output", filepath.Join(assembly, output)}})
	}
	var ours, beside []time.Duration
	for i := range pairs + 1 {
		o, err := synth(".", "ours")
		if err != nil {
			return err
		}
		e, err := synth(empty, "empty")
		if err != nil {
			return err
		}
		if i > 0 {
			ours, beside = append(ours, o), append(beside, e)
		}
	}
	template, err := os.Stat(filepath.Join(assembly, "ours", "IamUserOnboarding.template.json"))
	if err != nil {
		return err
	}
	t.section("Synthesis, beside an empty CDK app of the same versions")
	o, e := median(ours).Seconds(), median(beside).Seconds()
	t.add(row{figure: "`cdk synth`, warm", ours: seconds(median(ours)), baseline: seconds(median(beside)),
		ratio: ratio(o, e), target: atMost(synthTarget, o/e, "1.15")})
	t.add(row{figure: "template, beside the limit of CloudFormation", ours: kibibytes(int(template.Size())), baseline: "1 MB",
		ratio: share(float64(template.Size()), maxTemplate)})
	return nil
}

func median(durations []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
