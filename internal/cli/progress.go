package cli

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
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

// newProgress returns a progress bar if w is a terminal that can go back to the start of a line, and otherwise lines of text.
func newProgress(w io.Writer, total int) progress {
	if !isScreen(w) {
		return &progressLines{w: w, total: total, start: time.Now()}
	}
	return &progressBar{w: w, total: total, start: time.Now()}
}

// progressBar writes one line again and again, which fits the terminal.
type progressBar struct {
	w     io.Writer
	total int
	start time.Time
	width int // of the line on the screen
}

func (p *progressBar) show(done int) {
	columns := columnsOf(p.w) - 1 // some terminals wrap a line that is full
	percent, count, left := fmt.Sprintf("%4d%% ", 100*done/max(p.total, 1)), fmt.Sprintf("(%d/%d)", done, p.total), ""
	switch minutes := minutesLeft(done, p.total, time.Since(p.start)); {
	case minutes == 0:
		left = ", <1 min left"
	case minutes > 0:
		left = fmt.Sprintf(", %d min left", minutes)
	}
	line := percent + count
	for _, more := range []string{" users", left} {
		if len(line)+len(more) <= columns {
			line += more
		}
	}
	const most, least = 40, 5
	if bar := min(most, columns-len(line)-len("|| ")); bar >= least {
		full := min(bar, bar*done/max(p.total, 1))
		line = percent + "|" + strings.Repeat("█", full) + strings.Repeat(" ", bar-full) + "| " + strings.TrimPrefix(line, percent)
	}
	p.write(line)
}

// write replaces the line on the screen.
func (p *progressBar) write(line string) {
	width := utf8.RuneCountInString(line)
	fmt.Fprint(p.w, "\r"+line+strings.Repeat(" ", max(p.width-width, 0)))
	p.width = width
}

func (p *progressBar) close() {
	p.write("")
	fmt.Fprint(p.w, "\r")
}

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

// timeLeft says how long the other users will take, such as ", about 2 min left". It returns an empty string if it is too early
// for that.
func timeLeft(done, total int, elapsed time.Duration) string {
	switch minutes := minutesLeft(done, total, elapsed); {
	case minutes < 0:
		return ""
	case minutes == 0:
		return ", less than a minute left"
	default:
		return fmt.Sprintf(", about %d min left", minutes)
	}
}

// minutesLeft estimates the time left from the rate so far: 0 is less than a minute. It returns -1 if it is too early for that, or if
// all users are done.
func minutesLeft(done, total int, elapsed time.Duration) int {
	const enough = 5 * time.Second
	if done == 0 || done >= total || elapsed < enough {
		return -1
	}
	left := time.Duration(float64(elapsed) / float64(done) * float64(total-done))
	if left < time.Minute {
		return 0
	}
	return int(math.Round(left.Minutes()))
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

// eachOnce returns a function that writes lines to w: each line once.
func eachOnce(w io.Writer) func(line string) {
	var mu sync.Mutex
	written := map[string]bool{}
	return func(line string) {
		mu.Lock()
		defer mu.Unlock()
		if !written[line] {
			written[line] = true
			fmt.Fprintln(w, line)
		}
	}
}

// counting returns a function that shows how many users of all are done, and a function to call at the end. A terminal gets a
// progress bar, a file or a pipe gets lines of this format from time to time. The returned context is for the calls of AWS: while there is a
// bar, nothing is said of a slow call, because a line would break the bar, which shows that the command waits.
func (a App) counting(ctx context.Context, format string) (_ context.Context, show func(done, total int), stop func()) {
	if !isScreen(a.Stderr) {
		line := nowAndThen(a.Stderr)
		return ctx, func(done, total int) { line(fmt.Sprintf(format, done, total)) }, func() {}
	}
	var (
		mu  sync.Mutex
		bar progress
	)
	line := eachOnce(a.Stderr)
	ctx = operator.WithSlowCalls(ctx, func(text string) {
		mu.Lock()
		defer mu.Unlock()
		if bar == nil {
			line(text)
		}
	})
	show = func(done, total int) {
		mu.Lock()
		defer mu.Unlock()
		if bar == nil {
			bar = newProgress(a.Stderr, total)
		}
		bar.show(done)
	}
	return ctx, show, func() {
		mu.Lock()
		defer mu.Unlock()
		if bar != nil {
			bar.close()
		}
	}
}
