package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

const (
	// lineInterval is the time between two lines of progress, so that they do not fill a log.
	lineInterval = 10 * time.Second
	// quietTime is how long the command waits before it says what it is doing.
	quietTime = 3 * time.Second
)

// watcher shows the progress of a run on standard error.
type watcher struct {
	stderr   io.Writer
	progress progress
}

func newWatcher(stderr io.Writer, users int) *watcher {
	return &watcher{stderr, newProgress(stderr, users)}
}

func (w *watcher) Waiting(other string) {
	fmt.Fprintf(w.stderr, "the execution %s is still running: waiting for its end\n", text.OneLine(other))
}

func (w *watcher) Started(name, page string) {
	fmt.Fprintf(w.stderr, "started %s, see %s\n", name, page)
}
func (w *watcher) Done(users int) { w.progress.show(users) }
func (w *watcher) Stopped()       { w.progress.close() }

// progress shows how many users are done.
type progress interface {
	show(done int)
	close()
}

// newProgress returns a progress bar if w is a terminal, and otherwise lines of text.
func newProgress(w io.Writer, total int) progress {
	if !isTerminal(w) {
		return &progressLines{w: w, total: total, start: time.Now()}
	}
	return &progressBar{total: total, start: time.Now(), bar: progressbar.NewOptions(total,
		progressbar.OptionSetWriter(w),
		progressbar.OptionShowDescriptionAtLineEnd(),
		progressbar.OptionShowCount(),
		progressbar.OptionSetPredictTime(false), // timeLeft does it, and waits until it can
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

// progressLines writes a line when the number of users that are done has changed, at most one in lineInterval.
type progressLines struct {
	w           io.Writer
	done, total int
	start, last time.Time
}

func (p *progressLines) show(done int) {
	if done == p.done || done < p.total && time.Since(p.last) < lineInterval {
		return
	}
	p.done, p.last = done, time.Now()
	fmt.Fprintf(p.w, "%d of %d users done%s\n", done, p.total, timeLeft(done, p.total, time.Since(p.start)))
}

func (p *progressLines) close() {}

// timeLeft estimates the time left from the rate so far, such as ", about 2 min left". It returns an empty string if it is too
// early for that.
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

// nowAndThen returns a function that writes lines to w: none in the first quietTime, then at most one in lineInterval.
func nowAndThen(w io.Writer) func(line string) {
	next := time.Now().Add(quietTime)
	return func(line string) {
		if now := time.Now(); now.After(next) {
			next = now.Add(lineInterval)
			fmt.Fprintln(w, line)
		}
	}
}
