package bench

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// addQuota onboards the given number of users with one call of the command, and adds rows that compare what this takes with the
// limits of AWS.
func (t *figures) addQuota(ctx context.Context, a *account, onboard string, users int) error {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	list := filepath.Join(dir, "users.json")
	names := newUsers(users)
	content, err := json.Marshal(names)
	if err != nil {
		return err
	}
	if err := os.WriteFile(list, content, 0o600); err != nil {
		return err
	}
	wall, err := timed(ctx, command{env: a.Env(), name: onboard, args: []string{"run", list, "--yes", "--state-machine", a.StateMachine}})
	if err != nil {
		return err
	}
	if err := a.wantOnboarded(ctx, names); err != nil {
		return err
	}
	largest, executions, err := a.examineAll(ctx)
	if err != nil {
		return err
	}

	t.section(count(users) + " users through `onboard run`, beside the limits of AWS")
	t.add(row{figure: "executions, one after the other", ours: strconv.Itoa(executions)})
	t.add(row{figure: "wall time", ours: seconds(wall)})
	limit := func(figure, used, limit string, part, whole float64) {
		t.add(row{figure: figure, ours: used, baseline: limit, ratio: share(part, whole)})
	}
	limit("users of an account", count(users), count(maxAccountUsers), float64(users), maxAccountUsers)
	limit("history events of an execution", count(largest.Events), count(maxEvents), float64(largest.Events), maxEvents)
	limit("largest payload", kibibytes(largest.Payload), kibibytes(maxPayload), float64(largest.Payload), maxPayload)
	limit("users at a time, iterations of an inline Map", count(largest.AtATime), count(maxIterations), float64(largest.AtATime), maxIterations)
	limit("mean duration of a child", seconds(largest.Child), seconds(expressLimit), largest.Child.Seconds(), expressLimit.Seconds())
	return nil
}

// examineAll returns the largest figures of all executions of our state machine, and the number of executions.
func (a *account) examineAll(ctx context.Context) (largest Execution, executions int, err error) {
	pages := sfn.NewListExecutionsPaginator(a.SFN, &sfn.ListExecutionsInput{StateMachineArn: &a.StateMachine})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return largest, 0, err
		}
		for _, execution := range page.Executions {
			e, err := a.examine(ctx, *execution.ExecutionArn)
			if err != nil {
				return largest, 0, err
			}
			executions++
			largest.Events = max(largest.Events, e.Events)
			largest.Payload = max(largest.Payload, e.Payload)
			largest.AtATime = max(largest.AtATime, e.AtATime)
			largest.Child = max(largest.Child, e.Child)
		}
	}
	return largest, executions, nil
}
