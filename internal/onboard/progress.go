package onboard

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/schollz/progressbar/v3"
)

// counter counts the users that an execution is done with.
type counter struct {
	execution *execution
	mapRunARN *string // nil until the execution has come to the users
}

func (c *counter) count(ctx context.Context) (done int, err error) {
	if c.mapRunARN == nil {
		runs, err := c.execution.api.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &c.execution.arn})
		if err != nil || len(runs.MapRuns) == 0 {
			return 0, err
		}
		c.mapRunARN = runs.MapRuns[0].MapRunArn
	}
	run, err := c.execution.api.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: c.mapRunARN})
	if err != nil {
		return 0, err
	}
	items := run.ItemCounts
	return int(items.Succeeded + items.Failed + items.TimedOut + items.Aborted), nil
}

// progress shows how many users are done.
type progress interface {
	show(done int)
	close()
}

// newProgress returns a progress bar for a terminal, and else lines of text.
func newProgress(w io.Writer, total int) progress {
	if !isTerminal(w) {
		return &progressLines{w: w, total: total}
	}
	return &progressBar{progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription("users"),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionClearOnFinish(),
	)}
}

type progressBar struct{ bar *progressbar.ProgressBar }

func (p *progressBar) show(done int) { _ = p.bar.Set(done) }
func (p *progressBar) close()        { _ = p.bar.Clear() }

type progressLines struct {
	w           io.Writer
	done, total int
}

func (p *progressLines) show(done int) {
	if done != p.done {
		p.done = done
		fmt.Fprintf(p.w, "%d of %d users done\n", done, p.total)
	}
}

func (p *progressLines) close() {}
