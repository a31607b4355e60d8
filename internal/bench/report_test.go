package bench

import (
	"os"
	"strings"
	"testing"
	"time"
)

// TestPrice checks two prices that were computed by hand: of 1,000 transitions, and of 1,000 child executions that take half a
// second with 64 MB of memory.
func TestPrice(t *testing.T) {
	standard := Execution{States: 1000}
	if got := dollars(standard.cost("", time.Second)); got != "$0.0250" {
		t.Errorf("1,000 transitions cost %s, want $0.0250", got)
	}
	express := Execution{States: 11, Children: 1000, Users: 1000, Draws: 1000}
	const want = 1011*0.000025 + 1000*0.000001 + 1000*0.5/16*0.00001667
	if got := express.cost(stepFunctions, 401*time.Millisecond); dollars(got) != dollars(want) {
		t.Errorf("1,000 children cost %v, want %v", got, want)
	}
}

func TestMostUsers(t *testing.T) {
	if got := (Execution{Users: 10, Events: 335}).mostUsers(); got != 746 {
		t.Errorf("got %d users, want 746", got)
	}
}

func TestTable(t *testing.T) {
	var table figures
	table.section("Part")
	table.add(row{figure: "events", ours: count(1234567), ratio: ratio(5, 100), target: atMost(15, 16, "15")})
	const want = `| figure   | ours      | baseline | ratio    | target                 |
| ---      | ---:      | ---:     | ---:     | ---                    |
| **Part** |           |          |          |                        |
| events   | 1,234,567 | –        | 1 / 20.0 | at most 15: **missed** |
`
	if got := table.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestPage checks that docs/benchmarks.md has the words of report.md.tmpl. Change both together: the next benchmark writes the page
// from the template.
func TestPage(t *testing.T) {
	const environment, table = "- environment\n", "| figure "
	content, err := os.ReadFile("../../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := page([]string{"environment"}, &figures{})
	if err != nil {
		t.Fatal(err)
	}
	before, rest, _ := strings.Cut(want, environment)
	between, _, _ := strings.Cut(rest, table)
	_, after, _ := strings.Cut(rest, "\n\nHow to read")
	for _, part := range []string{before, between + table, "\n\nHow to read" + after} {
		if !strings.Contains(string(content), part) {
			t.Errorf("docs/benchmarks.md lacks this part of report.md.tmpl:\n%s", part)
		}
	}
}
