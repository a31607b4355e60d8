package bench

import (
	"context"
	"os"
)

// addStart measures how long the command takes to say how it is used.
func (t *Table) addStart(ctx context.Context, onboard string, starts int) error {
	binary, err := os.Stat(onboard)
	if err != nil {
		return err
	}
	times, err := inTurns(ctx, starts, command{name: onboard, args: []string{"--help"}})
	if err != nil {
		return err
	}
	t.section("The command")
	t.add(row{figure: "`onboard --help`", ours: seconds(median(times[0]))})
	t.add(row{figure: "the binary", ours: mebibytes(binary.Size())})
	return nil
}
