package bench

import (
	"context"
	"os"
	"time"
)

// addStart measures how long the command takes to say how it is used.
func (t *Table) addStart(ctx context.Context, onboard string, starts int) error {
	binary, err := os.Stat(onboard)
	if err != nil {
		return err
	}
	var times []time.Duration
	for range starts {
		took, err := timed(ctx, command{name: onboard, args: []string{"--help"}})
		if err != nil {
			return err
		}
		times = append(times, took)
	}
	t.section("The command")
	t.add(row{figure: "`onboard --help`", ours: seconds(median(times))})
	t.add(row{figure: "the binary", ours: mebibytes(binary.Size())})
	return nil
}
