package bench

import (
	"context"
	"fmt"
)

// The limits of AWS (Step Functions Developer Guide, "Step Functions service quotas"; IAM User Guide, "IAM and AWS STS
// quotas"; CloudFormation User Guide, "Understand CloudFormation quotas").
const (
	maxEvents       = 25_000
	maxPayload      = 256 << 10
	maxIterations   = 40 // of an inline Map, at a time
	maxAccountUsers = 5_000
	maxTemplate     = 1_000_000
)

// comparison holds the executions of a list by both state machines. The baseline gets fewer users if its history is too short for
// the list.
type comparison struct{ Ours, Baseline Execution }

// compare runs a list of each size with both state machines, one execution for each list. The sizes must be in ascending order.
func (a *account) compare(ctx context.Context, sizes []int, say func(string, ...any)) (all []comparison, err error) {
	for i, users := range sizes {
		var c comparison
		say("  ours with %s users", count(users))
		if c.Ours, err = a.measure(ctx, a.StateMachine, users); err != nil {
			return nil, fmt.Errorf("ours with %d users: %w", users, err)
		}
		if i > 0 {
			users = min(users, all[i-1].Baseline.mostUsers())
		}
		say("  the baseline with %s users", count(users))
		if c.Baseline, err = a.measure(ctx, a.baseline, users); err != nil {
			return nil, fmt.Errorf("the baseline with %d users: %w", users, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// mostUsers returns the number of users that fill the longest history of an execution, computed from the events of this one.
func (e Execution) mostUsers() int {
	return int(maxEvents * float64(e.Users) / float64(e.Events))
}

// addScale adds the rows about events, payloads and times for each size of a list.
func (t *figures) addScale(comparisons []comparison) {
	t.section("Scale, in one execution")
	for _, c := range comparisons {
		t.addSize(c)
	}
	last := comparisons[len(comparisons)-1]
	most := last.Baseline.mostUsers()
	t.add(row{figure: "most users in one execution", ours: count(last.Ours.Users),
		baseline: count(most) + ": its history is full", ratio: ratio(float64(last.Ours.Users), float64(most))})
}

func (t *figures) addSize(c comparison) {
	size := count(c.Ours.Users) + " users: "
	if c.Ours.Users == 1 {
		size = "1 user: "
	}
	fewer := ""
	if c.Baseline.Users < c.Ours.Users {
		fewer = fmt.Sprintf(" (%s users)", count(c.Baseline.Users))
	}
	add := func(figure, ours, baseline string, o, b float64, target string) {
		t.add(row{size + figure, ours, baseline + fewer, ratio(o, b), target})
	}
	o, b := c.Ours, c.Baseline
	add("history events", count(o.Events), count(b.Events), float64(o.Events), float64(b.Events),
		atMost(eventTarget, o.Events, count(eventTarget)))
	add("largest payload", kibibytes(o.Payload), kibibytes(b.Payload), float64(o.Payload), float64(b.Payload), none)
	add("wall time", seconds(o.Wall), seconds(b.Wall), o.Wall.Seconds(), b.Wall.Seconds(), none)
}
