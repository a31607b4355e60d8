package bench

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
)

// emptyApp is a CDK app whose stack has no resource.
//
//go:embed empty.go.txt
var emptyApp []byte

var moduleLine = regexp.MustCompile(`(?m)^module .*$`)

// newEmptyApp makes the empty app in a new folder. Its dependencies have the versions of this module.
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

// addSynth measures the synthesis of this app and of the empty app, and adds the rows. Parameter app is the path of the executable
// of this app, and empty is the folder of the empty app.
func (t *figures) addSynth(ctx context.Context, app, empty string, pairs int) error {
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
			"--context", "sender=" + deployed.Sender, "--output", filepath.Join(assembly, output)}}
	}
	synths, err := inTurns(ctx, pairs, synth(".", "ours"), synth(empty, "empty"))
	if err != nil {
		return err
	}
	template, err := os.Stat(filepath.Join(assembly, "ours", contract.StackName+".template.json"))
	if err != nil {
		return err
	}
	alone := func(setting string) command {
		return command{name: app, env: environ("CDK_OUTDIR="+filepath.Join(assembly, "alone"),
			`CDK_CONTEXT_JSON={"sender": "`+deployed.Sender+`"}`, setting)}
	}
	apps, err := inTurns(ctx, pairs, alone("CDK_VALIDATION=true"), alone("CDK_VALIDATION=false"),
		alone("JSII_RUNTIME_PACKAGE_CACHE=disabled"))
	if err != nil {
		return err
	}
	t.section("Synthesis, beside an empty CDK app of the same versions")
	t.addTurns("`cdk synth`, warm", synths[0], synths[1], synthTarget)
	t.addTurns("the app alone, beside itself without the CDK's validation of templates", apps[0], apps[1], 0)
	t.addTurns("the app alone, beside itself without the package cache of jsii", apps[0], apps[2], 0)
	t.add(row{figure: "template, beside the limit of CloudFormation", ours: kibibytes(int(template.Size())), baseline: "1 MB",
		ratio: share(float64(template.Size()), maxTemplate)})
	return nil
}

// addTurns adds a row with the median of each command's times, and the median of the ratios of all turns. Other load on the
// machine changes the ratio within a turn less than the times. A target of 0 means that there is none.
func (t *figures) addTurns(figure string, ours, beside []time.Duration, target float64) {
	var ratios []float64
	for turn := range ours {
		ratios = append(ratios, ours[turn].Seconds()/beside[turn].Seconds())
	}
	r := row{figure: figure, ours: seconds(median(ours)), baseline: seconds(median(beside)), ratio: ratio(median(ratios), 1)}
	if target > 0 {
		r.target = atMost(target, median(ratios), fmt.Sprint(target))
	}
	t.add(r)
}
