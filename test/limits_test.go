package test

import (
	"bytes"
	"container/heap"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

// maxChildSeconds is the longest time of an Express execution (Step Functions Developer Guide, "Quotas").
const maxChildSeconds = 300

func machineOf(t testing.TB, props onboarding.UserOnboardingProps) asl.Machine {
	t.Helper()
	stateMachine := synthesize(t, newStack(t), props).ofType(t, stateMachineType)
	return asl.Parse(t, stateMachine["DefinitionString"].(string))
}

// failingAttempt is the assumed time of a call that fails, in seconds. AWS does not document this time. IAM, SES and Secrets
// Manager answer in a fraction of a second. If a child takes longer than [maxChildSeconds], it ends without output. Then the
// report has its users as Failed, and the next run finishes them.
const failingAttempt = 0.5

// longestTime returns the longest time of a task: of all attempts that fail or get no answer, and of the longest wait before
// each retry.
func longestTime(s asl.State) float64 {
	if s.Type != "Task" {
		return 0
	}
	seconds := float64(s.TimeoutSeconds)
	for _, retrier := range s.Retry {
		attempt := failingAttempt
		if slices.Contains(retrier.ErrorEquals, "States.Timeout") {
			attempt = float64(s.TimeoutSeconds)
		}
		for n := range retrier.Retries() {
			seconds += attempt + retrier.Wait(n)
		}
	}
	return seconds
}

// longestPath returns the states of the path that can take longest, and its seconds. A state in the loop of the draws runs as
// often as the loop allows. Every other state runs once.
func longestPath(t testing.TB, m asl.Machine) (path []string, seconds float64) {
	t.Helper()
	visits := map[string]int{}
	var walk func(name string) ([]string, float64)
	walk = func(name string) (longest []string, seconds float64) {
		visits[name]++
		defer func() { visits[name]-- }()
		for _, next := range m.States[name].Successors() {
			if visits[next] > 0 && !m.IsInDrawLoop(next) {
				t.Fatalf("%s leads to %s again: this loop has no bound that the test knows", name, next)
			}
			if visits[next] >= max(1, m.MaxDraws()) {
				continue
			}
			if rest, time := walk(next); time > seconds {
				longest, seconds = rest, time
			}
		}
		return append([]string{name}, longest...), seconds + longestTime(m.States[name])
	}
	return walk(m.StartAt)
}

// TestChildEndsInTime checks that the longest path of a child is shorter than [maxChildSeconds]. AWS stops a longer child
// without output.
func TestChildEndsInTime(t *testing.T) {
	for _, separatePassword := range []bool{false, true} {
		wantChildInTime(t, machineOf(t, onboarding.UserOnboardingProps{SeparatePassword: &separatePassword}))
	}
}

func wantChildInTime(t testing.TB, machine asl.Machine) {
	t.Helper()
	path, seconds := longestPath(t, machine.Child())
	around, secondsAround := longestPath(t, machine.OnboardUsers().ItemProcessor.Machine) // the states before and after the users
	path, seconds = append(path, around...), seconds+secondsAround
	t.Logf("%.1f s: %s", seconds, strings.Join(path, ", "))
	if seconds >= maxChildSeconds {
		t.Errorf("the longest path takes %.1f s, want less than %d s: %s", seconds, maxChildSeconds, strings.Join(path, ", "))
	}
}

// TestChildOfSweepEndsInTime checks that a child of a sweep ends in time also if every call fails as often as it can, and the deletion
// succeeds at the last attempt.
func TestChildOfSweepEndsInTime(t *testing.T) {
	states := expiryMachine(t).Child().States
	attempts := float64(boundOf(t, states["Was it the last attempt?"], "deletions = "))
	look := longestTime(states["GetUser"]) + longestTime(states["GetLoginProfile"])
	seconds := look + longestTime(states["TagUser expired"]) + attempts*(look+longestTime(states["DeleteLoginProfile"])) +
		(attempts-1)*float64(states["WaitForTag"].Seconds)
	t.Logf("%.1f s", seconds)
	if seconds >= maxChildSeconds {
		t.Errorf("a user can take %.1f s, want less than %d s", seconds, maxChildSeconds)
	}
}

// boundOf returns the number with which the first condition of a choice compares a variable.
func boundOf(t testing.TB, choice asl.State, comparison string) int {
	t.Helper()
	match := regexp.MustCompile(regexp.QuoteMeta("$"+comparison) + `(\d+)`).FindStringSubmatch(choice.Choices[0].Condition)
	if match == nil {
		t.Fatalf("the choice does not compare $%s: %+v", comparison, choice)
	}
	bound, err := strconv.Atoi(match[1])
	if err != nil {
		t.Fatal(err)
	}
	return bound
}

func expiryMachine(t testing.TB) asl.Machine {
	t.Helper()
	return asl.Parse(t, synthesize(t, newStack(t), props{}).ofExpiry(t, stateMachineType)["DefinitionString"].(string))
}

// TestSweepFits checks that the history of a sweep of 5,000 users, the quota of an account (IAM User Guide, "IAM and AWS STS quotas"),
// has fewer than 5,000 events, also if every call fails as often as its retries allow. A history may have 25,000 events (Step Functions
// Developer Guide, "Quotas").
func TestSweepFits(t *testing.T) {
	const users, most = 5000, 5000
	machine := expiryMachine(t)
	eventsOf := func(names ...string) (events int) {
		for _, name := range names {
			switch state := machine.States[name]; state.Type {
			case "Task":
				events += 2 + 3*state.Attempts() // entered and exited; scheduled, started and ended
			case "Map":
				events += 5 // entered, started, the map run started and ended, exited
			default:
				events += 2
			}
		}
		return events
	}
	ofPage := slices.Collect(maps.Keys(machine.States))
	ofPage = slices.DeleteFunc(ofPage, func(name string) bool {
		return slices.Contains([]string{"ListUsers", "Is it running for too long?", "WaitForList"}, name) || !isInLoop(machine, name) // not for each page
	})
	pages, waits := int(math.Ceil(users/machine.States["ListUsers"].Arguments["MaxItems"].(float64))), boundOf(t, machine.States["Is it running for too long?"], "waits >= ")
	events := eventsOf(ofPage...)*pages + eventsOf("ListExecutions", "Is a list running?", "Is it running for too long?", "WaitForList")*waits
	if events >= most || len(ofPage) == 0 {
		t.Errorf("a sweep of %d users has up to %d events, want fewer than %d", users, events, most)
	}
	t.Logf("a sweep of %d users has up to %d events", users, events)
}

// isInLoop reports whether a path leads from a state to itself.
func isInLoop(m asl.Machine, name string) bool {
	return slices.ContainsFunc(m.States[name].Successors(), func(next string) bool {
		m.StartAt = next
		return m.Reaches(name, "")
	})
}

// TestNoUserIsLost simulates a long list in an account that throttles, and that knows new users only after some seconds.
func TestNoUserIsLost(t *testing.T) {
	wantNobodyLost(t, machineOf(t, onboarding.UserOnboardingProps{}))
}

func wantNobodyLost(t testing.TB, machine asl.Machine) {
	t.Helper()
	const runs, users = 20, 500
	lost := 0
	for seed := range uint64(runs) {
		lost += simulate(machine, users, rand.New(rand.NewPCG(seed, 0)))
	}
	if lost > 0 {
		t.Errorf("%d of %d users were lost in %d runs", lost, runs*users, runs)
	}
}

// The simulated account.
const (
	callSeconds      = 0.1 // until a call is answered
	iamCallsPerSec   = 6
	iamBurst         = 6
	propagateSeconds = 3 // at most, until a new user is known everywhere
)

// simulate returns the number of users of a list that are lost because a task has no more retries. In the simulation a child
// does not wait for its slowest user, so the account gets more calls than from a real list.
func simulate(m asl.Machine, users int, random *rand.Rand) (lost int) {
	child := m.Child()
	path := child.PathOfNewUser()
	queue := &workers{}
	for range min(m.OnboardUsers().ItemBatcher.MaxItemsPerBatch, users) {
		heap.Push(queue, worker{})
		users--
	}
	tokens, filled := float64(iamBurst), 0.0
	for queue.Len() > 0 {
		w := heap.Pop(queue).(worker)
		task := child.States[path[w.step]]
		failure := ""
		if strings.Contains(task.Resource, ":aws-sdk:iam:") {
			tokens, filled = min(iamBurst, tokens+(w.time-filled)*iamCallsPerSec), w.time
			switch {
			case tokens < 1:
				failure = "Iam.IamException"
			case w.step > 0 && w.time < w.known:
				tokens--
				failure = "Iam.NoSuchEntityException"
			default:
				tokens--
			}
		}
		w.time += callSeconds
		if failure == "" {
			if w.step == 0 {
				w.known = w.time + random.Float64()*propagateSeconds
			}
			w.step, w.retries = w.step+1, nil
		} else if wait, ok := retry(task, failure, &w, random); ok {
			w.time += wait
		} else {
			lost++
			w.step = len(path)
		}
		if w.step == len(path) {
			if users == 0 {
				continue
			}
			users--
			w = worker{time: w.time}
		}
		heap.Push(queue, w)
	}
	return lost
}

// retry returns the wait before the next attempt at a task. ok is false if there is no more attempt.
func retry(s asl.State, failure string, w *worker, random *rand.Rand) (wait float64, ok bool) {
	for i, retrier := range s.Retry {
		if !slices.Contains(retrier.ErrorEquals, failure) && !slices.Contains(retrier.ErrorEquals, "States.TaskFailed") &&
			!slices.Contains(retrier.ErrorEquals, "States.ALL") {
			continue
		}
		if w.retries == nil {
			w.retries = map[int]int{}
		}
		n := w.retries[i]
		w.retries[i]++
		wait = retrier.Wait(n)
		if retrier.JitterStrategy == "FULL" {
			wait *= random.Float64()
		}
		return wait, n < retrier.Retries()
	}
	return 0, false
}

// worker onboards one user after the other.
type worker struct {
	time    float64
	step    int         // the next task
	retries map[int]int // the retries of this task so far, by retrier
	known   float64     // the time from which IAM knows the user everywhere
}

// workers is a heap, ordered by time.
type workers []worker

func (w workers) Len() int           { return len(w) }
func (w workers) Less(i, j int) bool { return w[i].time < w[j].time }
func (w workers) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *workers) Push(x any)        { *w = append(*w, x.(worker)) }
func (w *workers) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// TestReportFits makes every user of a list fail with the longest names, errors and causes. It does that for lists of many
// lengths, because a longer list cuts causes to a shorter length.
func TestReportFits(t *testing.T) {
	machine := machineOf(t, onboarding.UserOnboardingProps{SeparatePassword: jsii.Bool(true)})
	jsonata := startJSONata(t)
	for _, users := range []int{1, 2, 26, 100, 215, 216, 217, 500, 999} {
		wantReportFits(t, jsonata, machine, users, "x")
	}
	for _, char := range []string{"x", `"`, `\`, "\n", "é", "漢", "😀", "&"} {
		wantReportFits(t, jsonata, machine, 1000, char)
	}
}

// wantReportFits makes users fail with a cause that consists of one character.
func wantReportFits(t testing.TB, jsonata *jsonata, machine asl.Machine, users int, char string) {
	t.Helper()
	name := strings.Repeat("n", 64)
	input := map[string]any{
		"IAMUserNames": slices.Repeat([]any{map[string]any{"UserName": name, "Email": "n@example.net"}}, users),
	}
	causeLength := jsonata.evaluate(t, machine.OnboardUsers().ItemBatcher.BatchInput["CauseLength"].(string),
		map[string]any{"states": map[string]any{"input": input}})

	// The task with the longest name has the longest status.
	var status json.RawMessage
	for step, state := range machine.Child().States {
		for _, catcher := range state.Catch {
			if !strings.Contains(catcher.Output, "Failed") {
				continue
			}
			got := jsonata.evaluate(t, catcher.Output, map[string]any{"password": "Drawn-password-1", "states": map[string]any{
				"input":       map[string]any{"UserName": name, "CauseLength": causeLength},
				"context":     map[string]any{"State": map[string]any{"Name": step}},
				"errorOutput": map[string]any{"Error": strings.Repeat("E", 256), "Cause": strings.Repeat(char, asl.MaxCauseLength)},
			}})
			if len(got) > len(status) {
				status = got
			}
		}
	}
	statuses := slices.Repeat([]json.RawMessage{status}, users)
	report := jsonata.evaluate(t, machine.States["Summary"].Output.(string), map[string]any{"states": map[string]any{
		"input": statuses, "context": map[string]any{"Execution": map[string]any{"Input": input}},
	}})
	end := machine.States["UsersNotOnboarded"]
	if end.Type == "" {
		end = machine.States["UsersNotRemoved"]
	}
	cause := jsonata.text(t, end.Cause, map[string]any{"states": map[string]any{"input": report}})
	if got := len(encode(t, statuses)); got >= asl.MaxPayload {
		t.Errorf("%d users failing with %q: the output of the map has %d bytes", users, char, got)
	}
	if got := len(report); got >= asl.MaxPayload {
		t.Errorf("%d users failing with %q: the report has %d bytes", users, char, got)
	}
	if got := len([]rune(cause)); got >= asl.MaxCauseLength {
		t.Errorf("%d users failing with %q: the cause has %d characters", users, char, got)
	}
}

// TestInvalidInputFits checks lists whose every item has the longest problems, also with as many groups with the longest names
// as there may be.
func TestInvalidInputFits(t *testing.T) {
	jsonata := startJSONata(t)
	for _, group := range []string{contract.DefaultGroupName, strings.Repeat("g", 128)} {
		stack := newStack(t)
		var allowed []iam.IGroup
		for i := range 10 {
			allowed = append(allowed, givenGroup(stack, fmt.Sprintf("%s%d", group[1:], i)))
		}
		props := onboarding.UserOnboardingProps{GroupName: jsii.String(group), AllowedGroups: &allowed}
		stateMachine := synthesize(t, stack, props).ofType(t, stateMachineType)
		machine := asl.Parse(t, stateMachine["DefinitionString"].(string))
		for _, kind := range slices.Sorted(maps.Keys(wrongItems)) {
			wantInvalidInputFits(t, jsonata, machine, group, kind)
		}
	}
}

// wrongItems are items with the longest problems, by kind.
var wrongItems = func() map[string]any {
	long := strings.Repeat("漢", 300)
	return map[string]any{
		"text":       long,
		"number":     1e300,
		"group":      map[string]any{"UserName": "u", "Email": "u@example.net", "Group": long},
		"key":        map[string]any{"UserName": "u", "Email": "u@example.net", long: 1},
		"everything": map[string]any{"UserName": long, "Email": long, "Group": long, long: 1},
	}
}()

// wantInvalidInputFits checks a list whose every item has this kind of problem.
func wantInvalidInputFits(t testing.TB, jsonata *jsonata, machine asl.Machine, group, kind string) {
	t.Helper()
	list := slices.Repeat([]any{wrongItems[kind]}, 1000)
	problems := jsonata.evaluate(t, machine.States["ValidateList"].Assign["problems"].(string),
		inputOfList(t, machine, group, map[string]any{"IAMUserNames": list}))
	if got := len(problems); got >= asl.MaxPayload {
		t.Errorf("group of %d characters, 1,000 items wrong in %s: the problems have %d bytes", len(group), kind, got)
	}
	cause := jsonata.text(t, machine.States["InvalidInput"].Cause, map[string]any{"problems": problems})
	if got := len([]rune(cause)); got >= asl.MaxCauseLength || got == 0 {
		t.Errorf("group of %d characters, 1,000 items wrong in %s: the cause has %d characters", len(group), kind, got)
	}
}

// jsonata evaluates expressions of a definition, and checks that each stays far below the bounds of AWS.
type jsonata struct{ *jsonatatest.Evaluator }

func startJSONata(t testing.TB) *jsonata {
	t.Helper()
	evaluator := jsonatatest.Start(t)
	evaluator.Observe = func(expression string, effort jsonatatest.Effort) {
		if effort.Depth > mostDepth || effort.Steps > mostStepsIfFailed {
			t.Errorf("%.200s: took a depth of %d and %d steps, want at most %d and %d", expression, effort.Depth, effort.Steps, mostDepth, mostStepsIfFailed)
		}
	}
	return &jsonata{evaluator}
}

// evaluate returns the value of an expression, as JSON.
func (j *jsonata) evaluate(t testing.TB, expression string, bindings map[string]any) json.RawMessage {
	t.Helper()
	value, err := j.Evaluate(expression, bindings)
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return value
}

func (j *jsonata) text(t testing.TB, expression string, bindings map[string]any) (text string) {
	t.Helper()
	if err := json.Unmarshal(j.evaluate(t, expression, bindings), &text); err != nil {
		t.Fatal(err)
	}
	return text
}

// encode returns a value as JSON in the fewest bytes, as AWS encodes it.
func encode(t testing.TB, value any) []byte {
	t.Helper()
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(encoded.Bytes())
}
