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

// addSynth measures the synthesis of the app, whose executable is app, beside that of the empty app.
func (t *Table) addSynth(ctx context.Context, app, empty string, pairs int) error {
	assembly, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(assembly)
	cli, err := filepath.Abs(cdkCLI)
	if err != nil {
		return err
	}
	synth := func(dir, output string) command {
		return command{dir: dir, name: cli, args: []string{"synth", "--quiet", "--no-notices",
			"--context", "sender=" + sender, "--output", filepath.Join(assembly, output)}}
	}
	ours, beside, err := inTurns(ctx, pairs, synth(".", "ours"), synth(empty, "empty"))
	if err != nil {
		return err
	}
	template, err := os.Stat(filepath.Join(assembly, "ours", "IamUserOnboarding.template.json"))
	if err != nil {
		return err
	}
	alone := func(cache string) command {
		return command{name: app, env: environ("CDK_OUTDIR="+filepath.Join(assembly, "alone"), `CDK_CONTEXT_JSON={"sender": "`+sender+`"}`,
			"JSII_RUNTIME_PACKAGE_CACHE="+cache)}
	}
	cached, uncached, err := inTurns(ctx, pairs, alone("enabled"), alone("disabled"))
	if err != nil {
		return err
	}
	t.section("Synthesis, beside an empty CDK app of the same versions")
	t.add(row{figure: "`cdk synth`, warm", ours: seconds(ours), baseline: seconds(beside),
		ratio: ratio(ours.Seconds(), beside.Seconds()), target: atMost(synthTarget, ours.Seconds()/beside.Seconds(), "1.15")})
	t.add(row{figure: "the app alone, beside itself without the package cache of jsii", ours: seconds(cached),
		baseline: seconds(uncached), ratio: ratio(cached.Seconds(), uncached.Seconds())})
	t.add(row{figure: "template, beside the limit of CloudFormation", ours: kibibytes(int(template.Size())), baseline: "1 MB",
		ratio: share(float64(template.Size()), maxTemplate)})
	return nil
}

// inTurns returns the medians of the times of two commands which run in turns, after a turn that does not count.
func inTurns(ctx context.Context, turns int, a, b command) (medianA, medianB time.Duration, err error) {
	var all [2][]time.Duration
	for turn := range turns + 1 {
		for i, c := range []command{a, b} {
			took, err := timed(ctx, c)
			if err != nil {
				return 0, 0, err
			}
			if turn > 0 {
				all[i] = append(all[i], took)
			}
		}
	}
	return median(all[0]), median(all[1]), nil
}

func median(durations []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(durations))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
