package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/schollz/progressbar/v3"
)

// counter counts the users that an execution is done with. Those do not count whom its end may have left
// half-made.
type counter struct {
	execution *execution
	mapRunARN *string // nil until the execution has come to the users
}

func (c *counter) count(ctx context.Context) (done, total int, err error) {
	if c.mapRunARN == nil {
		runs, err := c.execution.api.ListMapRuns(ctx, &sfn.ListMapRunsInput{ExecutionArn: &c.execution.arn})
		if err != nil || len(runs.MapRuns) == 0 {
			return 0, 0, err
		}
		c.mapRunARN = runs.MapRuns[0].MapRunArn
	}
	run, err := c.execution.api.DescribeMapRun(ctx, &sfn.DescribeMapRunInput{MapRunArn: c.mapRunARN})
	if err != nil {
		return 0, 0, err
	}
	items := run.ItemCounts
	return int(items.Succeeded + items.Failed + items.TimedOut), int(items.Total), nil
}

// done says how many users the execution is done with, such as: 2 of 9 users. It is silent where it cannot know: who may
// not see Map Runs can still list and report.
func (e *execution) done(ctx context.Context) string {
	counter := counter{execution: e}
	done, total, err := counter.count(ctx)
	if err != nil || total == 0 {
		return ""
	}
	return fmt.Sprintf("%d of %d users", done, total)
}

// progress shows how many users are done.
type progress interface {
	show(done int)
	close()
}

// newProgress returns a progress bar for a terminal, and else lines of text.
func newProgress(w io.Writer, total int) progress {
	if !isTerminal(w) {
		return &progressLines{w: w, total: total, start: time.Now()}
	}
	return &progressBar{total: total, start: time.Now(), bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), // ours waits until it knows something
		progressbar.OptionClearOnFinish(),
	)}
}

type progressBar struct {
	bar   *progressbar.ProgressBar
	total int
	start time.Time
}

func (p *progressBar) show(done int) {
	p.bar.Describe("users" + timeLeft(done, p.total, time.Since(p.start)))
	_ = p.bar.Set(done)
}

func (p *progressBar) close() { _ = p.bar.Clear() }

// progressLines writes a line at a change, but not so many that they would fill a log.
type progressLines struct {
	w           io.Writer
	done, total int
	start, last time.Time
}

const lineInterval = 10 * time.Second

func (p *progressLines) show(done int) {
	if done == p.done || done < p.total && time.Since(p.last) < lineInterval {
		return
	}
	p.done, p.last = done, time.Now()
	fmt.Fprintf(p.w, "%d of %d users done%s\n", done, p.total, timeLeft(done, p.total, time.Since(p.start)))
}

func (p *progressLines) close() {}

// timeLeft guesses the time left from the rate so far, such as: , about 2 min left. It is silent where it cannot know.
func timeLeft(done, total int, elapsed time.Duration) string {
	const enough = 5 * time.Second
	if done == 0 || done >= total || elapsed < enough {
		return ""
	}
	left := time.Duration(float64(elapsed) / float64(done) * float64(total-done))
	if left < time.Minute {
		return ", less than a minute left"
	}
	return fmt.Sprintf(", about %.0f min left", left.Minutes())
}
