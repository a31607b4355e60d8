package operator

import (
	"encoding/json"
	"fmt"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Sweep is the report of a sweep, which withdraws first passwords that nobody used. Its JSON is the JSON of that report.
type Sweep struct {
	Checked   int      // users
	Expired   []string // the names of the users whose first password was withdrawn
	Failed    []SweepFailure
	NotListed int // the number of users that expired or failed, and that are in neither list
}

// SweepFailure is a failure of a sweep.
type SweepFailure struct {
	UserName           string `json:",omitempty"` // empty for a call that is not about one user
	Step, Error, Cause string
}

const nextSweep = "fix the cause; the next sweep tries again"

// SweepsAreScheduled says when there is a sweep.
const SweepsAreScheduled = "the stack starts one on a schedule, see onboard check --aws"

// readSweep reads the report of a sweep. It returns false if the report is not one.
func (o *Outcome) readSweep(report string) bool {
	var read struct {
		Checked *int
		Sweep
	}
	if err := json.Unmarshal([]byte(report), &read); err != nil || read.Checked == nil {
		return false
	}
	sweep := read.Sweep
	sweep.Checked = *read.Checked
	for i := range sweep.Expired {
		sweep.Expired[i] = text.OneLine(sweep.Expired[i])
	}
	for i := range sweep.Failed {
		failed := &sweep.Failed[i]
		for _, field := range []*string{&failed.UserName, &failed.Step, &failed.Error, &failed.Cause} {
			*field = text.OneLine(*field)
		}
	}
	o.Sweep = &sweep
	return true
}

// Summary counts the users in a sentence such as: 120 users checked, 1 password withdrawn.
func (s *Sweep) Summary() string {
	count := func(number int, thing, what string) string {
		if number == 0 {
			return ""
		}
		return text.Count(number, thing) + " " + what
	}
	return text.Join(", ", text.Count(s.Checked, "user")+" checked", count(len(s.Expired), "password", "withdrawn"),
		count(len(s.Failed), "failure", "listed"), count(s.NotListed, "user", "not listed"))
}

func (s *Sweep) err() error {
	if len(s.Failed) == 0 {
		return nil
	}
	return fmt.Errorf("%s of the sweep: %s", text.Count(len(s.Failed), "failure"), nextSweep)
}
