package bench

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// figures is the table of all figures, in Markdown.
type figures struct{ rows []row }

type row struct{ figure, ours, baseline, ratio, target string }

const none = "–"

// section adds the heading of the rows that follow.
func (t *figures) section(title string) {
	t.rows = append(t.rows, row{figure: "**" + title + "**"})
}

// add adds a row. An empty cell is written as a dash.
func (t *figures) add(r row) {
	for _, cell := range []*string{&r.ours, &r.baseline, &r.ratio, &r.target} {
		if *cell == "" {
			*cell = none
		}
	}
	t.rows = append(t.rows, r)
}

func (t *figures) String() string {
	var text strings.Builder
	columns := tabwriter.NewWriter(&text, 0, 0, 1, ' ', 0)
	for _, r := range slices.Insert(slices.Clone(t.rows), 0,
		row{"figure", "ours", "baseline", "ratio", "target"}, row{"---", "---:", "---:", "---:", "---"}) {
		fmt.Fprintf(columns, "| %s\t| %s\t| %s\t| %s\t| %s\t|\n", r.figure, r.ours, r.baseline, r.ratio, r.target)
	}
	columns.Flush()
	return text.String()
}

// ratio writes the ratio of ours to the baseline, such as 1 / 20.0 or 1.15.
func ratio(ours, baseline float64) string {
	switch {
	case baseline == 0 || ours == 0:
		return none
	case ours < baseline:
		return fmt.Sprintf("1 / %.1f", baseline/ours)
	}
	return fmt.Sprintf("%.2f", ours/baseline)
}

// atMost writes a target, and whether it is met.
func atMost[N int | float64](target, got N, text string) string {
	if got <= target {
		return "at most " + text + ": met"
	}
	return "at most " + text + ": **missed**"
}

// count writes a number with commas between the thousands.
func count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

func each(n, users int) string { return fmt.Sprintf("%.2f", float64(n)/float64(users)) }

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.0f ms", d.Seconds()*1000)
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func kibibytes(bytes int) string { return fmt.Sprintf("%.1f KiB", float64(bytes)/(1<<10)) }

func dollars(amount float64) string { return fmt.Sprintf("$%.4f", amount) }

func share(part, whole float64) string { return fmt.Sprintf("%.1f %%", 100*part/whole) }
