package bench

import (
	"fmt"
	"time"
)

const (
	priceTarget = 1.0 / 20
	eventTarget = 50
)

// AssumedChild is the duration of a child execution that the prices assume. It is six calls of 0.3 s, and three waits of a second,
// for throttling or until IAM knows a new user.
const AssumedChild = 5 * time.Second

const (
	expressMemory = 64.0 / 1024            // GB, the least that AWS bills: a child execution uses 50 MB, its definition and payloads of a few KB
	expressStep   = 100 * time.Millisecond // AWS rounds the duration up to this
	expressLimit  = 5 * time.Minute        // the longest duration of a child execution
)

// stepFunctions is the service of a [Charge].
const stepFunctions = "Step Functions"

// Charge is one item that AWS bills.
type Charge struct {
	Service, For, Unit string
	Amount             float64
	// Price is the price of Units units, in US dollars.
	Price, Units float64
}

// Cost returns the cost of the charge in US dollars.
func (c Charge) Cost() float64 { return c.Amount / c.Units * c.Price }

// Charges returns what AWS bills for the execution, if each child execution takes the given time. It uses the list prices in
// us-east-1 without the free tiers. The sources are the pages "AWS Step Functions pricing" (for Express workflows, the first tier
// of the duration), "AWS Secrets Manager pricing" and "Amazon SES pricing". IAM is free.
func (e Execution) Charges(child time.Duration) []Charge {
	billed := (child + expressStep - 1) / expressStep * expressStep
	return []Charge{
		{stepFunctions, "states of the parent", "transitions", float64(e.States), 0.025, 1000},
		{stepFunctions, "starts of child executions", "transitions", float64(e.Children), 0.025, 1000},
		{stepFunctions, "child executions", "requests", float64(e.Children), 1, 1_000_000},
		{stepFunctions, "time of child executions", "GB-seconds", float64(e.Children) * billed.Seconds() * expressMemory, 0.01667, 1000},
		{"Secrets Manager", "passwords", "calls", float64(e.Draws), 0.05, 10_000},
		{"SES", "mails", "mails", float64(e.Users), 0.10, 1000},
	}
}

// cost returns the sum of the charges of a service in US dollars, or of all services if the name is empty.
func (e Execution) cost(service string, child time.Duration) (sum float64) {
	for _, charge := range e.Charges(child) {
		if service == "" || charge.Service == service {
			sum += charge.Cost()
		}
	}
	return sum
}

// addCost adds the rows about calls, events and transitions per user, and about the price of 1,000 users.
func (t *figures) addCost(c comparison) {
	ours, baseline := c.Ours, c.Baseline
	perUser := func(figure string, of func(Execution) int) {
		t.add(row{figure: figure + ", per user", ours: each(of(ours), ours.Users), baseline: each(of(baseline), baseline.Users),
			ratio: ratio(float64(of(ours))/float64(ours.Users), float64(of(baseline))/float64(baseline.Users))})
	}
	t.section(fmt.Sprintf("Cost, in executions of %s and %s users", count(ours.Users), count(baseline.Users)))
	perUser("API calls of tasks", func(e Execution) int { return e.Calls })
	perUser("password draws", func(e Execution) int { return e.Draws })
	perUser("history events of the Standard execution", func(e Execution) int { return e.Events })
	perUser("billed state transitions", Execution.transitions)
	t.add(row{figure: "billed state transitions, the execution", ours: count(ours.transitions()),
		baseline: count(baseline.transitions())})
	t.add(row{figure: "… of which states and retries", ours: count(ours.States), baseline: count(baseline.States)})
	t.add(row{figure: "… of which starts of children", ours: count(ours.Children), baseline: count(baseline.Children)})

	price := func(figure, service string, child time.Duration) (row, float64) {
		o := ours.cost(service, child) * 1000 / float64(ours.Users)
		b := baseline.cost(service, child) * 1000 / float64(baseline.Users)
		return row{figure: figure + " " + seconds(child), ours: dollars(o), baseline: dollars(b), ratio: ratio(o, b)}, o / b
	}
	assumed, part := price("Step Functions for 1,000 users, a child takes", stepFunctions, AssumedChild)
	assumed.target = atMost(priceTarget, part, "1 / 20")
	asHere, _ := price("… a child takes as long as here,", stepFunctions, ours.Child)
	longest, _ := price("… a child takes the longest it may,", stepFunctions, expressLimit)
	everything, _ := price("with SES and Secrets Manager, a child takes", "", AssumedChild)
	for _, r := range []row{assumed, asHere, longest, everything} {
		t.add(r)
	}
}
