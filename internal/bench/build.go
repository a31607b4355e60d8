package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// addBuilds measures what a developer waits for.
func (t *Table) addBuilds(ctx context.Context, empty string) error {
	t.section("The developer's loop, beside an empty CDK app of the same versions")
	cold, err := coldBuild(ctx, ".")
	if err != nil {
		return err
	}
	coldEmpty, err := coldBuild(ctx, empty)
	if err != nil {
		return err
	}
	t.addTimes("`go build`, with an empty build cache", cold, coldEmpty)
	for _, b := range []struct {
		figure string
		link   bool
	}{{"`go build`, where it is linked only", true}, {"`go build`, where nothing has changed", false}} {
		warm, err := warmBuild(ctx, ".", b.link)
		if err != nil {
			return err
		}
		warmEmpty, err := warmBuild(ctx, empty, b.link)
		if err != nil {
			return err
		}
		t.addTimes(b.figure, warm, warmEmpty)
	}
	return t.addTests(ctx)
}

func (t *Table) addTimes(figure string, ours, beside time.Duration) {
	t.add(row{figure: figure, ours: seconds(ours), baseline: seconds(beside), ratio: ratio(ours.Seconds(), beside.Seconds())})
}

func coldBuild(ctx context.Context, dir string) (took time.Duration, err error) {
	cache, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cache)) }()
	return timed(ctx, command{dir: dir, env: environ("GOCACHE=" + cache), name: "go",
		args: []string{"build", "-o", filepath.Join(cache, "app"), "."}})
}

const warmBuilds = 5

// warmBuild is the median of builds with everything compiled, and linked anew or not.
func warmBuild(ctx context.Context, dir string, link bool) (time.Duration, error) {
	out, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(out)
	var times []time.Duration
	for i := range warmBuilds + 1 {
		args := []string{"build", "-o", filepath.Join(out, "app")}
		if link {
			args = append(args, "-ldflags=-X main.bench="+strconv.FormatInt(time.Now().UnixNano(), 10))
		}
		took, err := timed(ctx, command{dir: dir, name: "go", args: append(args, ".")})
		if err != nil {
			return 0, err
		}
		if i > 0 { // the first one may have to compile
			times = append(times, took)
		}
	}
	return median(times), nil
}

var testedPackage = regexp.MustCompile(`(?m)^ok\s+(\S+)\s+([0-9.]+)s`)

// addTests runs the tests, with everything compiled, and tells which package takes the longest.
func (t *Table) addTests(ctx context.Context) error {
	if err := run(ctx, command{name: "go", args: []string{"test", "-run=^$", "./..."}}); err != nil {
		return err
	}
	tests := exec.CommandContext(ctx, "go", "test", "-count=1", "./...")
	start := time.Now()
	output, err := tests.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", tests, err, output)
	}
	t.add(row{figure: "`go test ./...`, compiled before", ours: seconds(time.Since(start))})
	slowest, longest := "", time.Duration(0)
	for _, match := range testedPackage.FindAllStringSubmatch(string(output), -1) {
		if took, err := time.ParseDuration(match[2] + "s"); err == nil && took > longest {
			slowest, longest = match[1], took
		}
	}
	if _, folder, found := strings.Cut(slowest, "/iam-onboarding/iam-onboarding/"); found {
		t.add(row{figure: "… of which the longest, `./" + folder + "`", ours: seconds(longest)})
	}
	return nil
}
