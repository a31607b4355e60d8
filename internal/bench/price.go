package bench

import (
	"fmt"
	"time"
)

// The list prices in US dollars, in us-east-1 and without the free tiers, of the pages "AWS Step Functions pricing" (for
// Express the first tier of the duration), "AWS Secrets Manager pricing" and "Amazon SES pricing". IAM is free.
const (
	perTransition    = 0.025 / 1000
	perExpress       = 1.00 / 1_000_000
	perGBSecond      = 0.00001667
	perSecretsCall   = 0.05 / 10_000
	perMail          = 0.10 / 1000
	expressMemory    = 64.0 / 1024 // GB, the least: a child has 50 MB, its definition and a payload of a few KB
	expressStep      = 100 * time.Millisecond
	expressLimit     = 5 * time.Minute
	assumedChild     = 5 * time.Second
	priceTarget      = 1.0 / 20
	transitionTarget = 15
	eventTarget      = 50
)

// stepFunctions is what Step Functions charges for an execution whose children take so long each.
func (e Execution) stepFunctions(child time.Duration) float64 {
	steps := (child + expressStep - 1) / expressStep
	duration := (steps * expressStep).Seconds() * expressMemory * perGBSecond
	return float64(e.Transitions())*perTransition + float64(e.Children)*(perExpress+duration)
}

// everything is what AWS charges.
func (e Execution) everything(child time.Duration) float64 {
	return e.stepFunctions(child) + float64(e.Draws)*perSecretsCall + float64(e.Users)*perMail
}

// addCost adds what a user takes, and what AWS charges for 1,000 of them.
func (t *Table) addCost(c Comparison) {
	ours, baseline := c.Ours, c.Baseline
	perUser := func(figure string, of func(Execution) int) {
		t.add(row{figure: figure + ", per user", ours: each(of(ours), ours.Users), baseline: each(of(baseline), baseline.Users),
			ratio: ratio(float64(of(ours))/float64(ours.Users), float64(of(baseline))/float64(baseline.Users))})
	}
	t.section(fmt.Sprintf("Cost, in executions of %s and %s users", count(ours.Users), count(baseline.Users)))
	perUser("API calls of tasks", func(e Execution) int { return e.Calls })
	perUser("password draws", func(e Execution) int { return e.Draws })
	perUser("history events of the Standard execution", func(e Execution) int { return e.Events })
	perUser("billed state transitions", Execution.Transitions)
	t.add(row{figure: "billed state transitions, the execution", ours: count(ours.Transitions()),
		baseline: count(baseline.Transitions()), target: atMost(transitionTarget, ours.Transitions(), count(transitionTarget))})
	t.add(row{figure: "… of which states and retries", ours: count(ours.States), baseline: count(baseline.States)})
	t.add(row{figure: "… of which starts of children", ours: count(ours.Children), baseline: count(baseline.Children)})

	price := func(figure string, child time.Duration, of func(Execution, time.Duration) float64, wanted bool) {
		per1000 := func(e Execution) float64 { return of(e, child) * 1000 / float64(e.Users) }
		r := row{figure: figure, ours: dollars(per1000(ours)), baseline: dollars(per1000(baseline)),
			ratio: ratio(per1000(ours), per1000(baseline))}
		if wanted {
			r.target = atMost(priceTarget, per1000(ours)/per1000(baseline), "1 / 20")
		}
		t.add(r)
	}
	price("Step Functions for 1,000 users, a child takes "+seconds(assumedChild), assumedChild, Execution.stepFunctions, true)
	price("… a child takes as long as here, "+seconds(ours.Child), ours.Child, Execution.stepFunctions, false)
	price("… a child takes the longest it may, "+seconds(expressLimit), expressLimit, Execution.stepFunctions, false)
	price("with SES and Secrets Manager, a child takes "+seconds(assumedChild), assumedChild, Execution.everything, false)
}
