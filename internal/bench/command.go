package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"
)

// cdkCLI is the path of the CDK CLI from the root of the repository.
var cdkCLI = filepath.Join("node_modules", ".bin", "cdk")

// command is a command. Its output is shown only if it fails.
type command struct {
	dir  string
	env  []string // nil: the environment of this process
	name string
	args []string
}

// errorSize is the number of bytes, from the end of the output of a failed command, that the error quotes.
const errorSize = 4000

func run(ctx context.Context, c command) error {
	_, err := timed(ctx, c)
	return err
}

// timed runs the command and returns how long it took.
func timed(ctx context.Context, c command) (time.Duration, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, c.name, c.args...)
	cmd.Dir, cmd.Env = c.dir, c.env
	cmd.Stdout, cmd.Stderr = &output, &output
	start := time.Now()
	if err := cmd.Run(); err != nil {
		end := output.Bytes()[max(0, output.Len()-errorSize):]
		return 0, fmt.Errorf("%s: %w\n%s", cmd, err, end)
	}
	return time.Since(start), nil
}

func environ(more ...string) []string { return append(os.Environ(), more...) }

// inTurns runs the commands in turns, and returns the times of each command. A first turn is not counted: it fills caches.
func inTurns(ctx context.Context, turns int, commands ...command) ([][]time.Duration, error) {
	times := make([][]time.Duration, len(commands))
	for turn := range turns + 1 {
		for i, c := range commands {
			took, err := timed(ctx, c)
			if err != nil {
				return nil, err
			}
			if turn > 0 {
				times[i] = append(times[i], took)
			}
		}
	}
	return times, nil
}

func median[N time.Duration | float64](numbers []N) N {
	sorted := slices.Sorted(slices.Values(numbers))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}
