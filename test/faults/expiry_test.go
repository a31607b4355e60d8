package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// mostLooks is how often a sweep looks at a user: before the mark, and before each deletion of the login profile.
const mostLooks = 5

const (
	longAgo = "2020-01-01T00:00:00Z"
	farOff  = "2099-01-01T00:00:00Z"
)

var (
	unused = &localaws.LoginProfile{Password: "Mailed-and-never-used-1", ResetRequired: true}
	chosen = &localaws.LoginProfile{Password: "Chosen-by-the-user-1"}

	// overdue are the states of a user whose first password a sweep withdraws. The last one is left by a sweep that was stopped.
	overdue = []start{
		{name: "overdue", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: longAgo, inGroup: true, profile: unused, end: withdrawn},
		{name: "pending", exists: true, path: contract.DefaultUserPath, mark: "pending", issued: longAgo, profile: unused, end: withdrawn},
		{name: "of-earlier-version", exists: true, path: contract.DefaultUserPath, mark: "complete", profile: unused, end: withdrawn},
		{name: "with-strange-time", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: "1", profile: unused, end: withdrawn},
		{name: "half-expired", exists: true, path: contract.DefaultUserPath, mark: "expired", issued: longAgo, inGroup: true, profile: unused, end: withdrawn},
	}
	// kept are the states of a user that a sweep leaves alone.
	kept = []start{
		{name: "recent", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: farOff, profile: unused, end: untouched},
		{name: "signed-in", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: longAgo, profile: chosen, end: untouched},
		{name: "reset-by-admin", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: longAgo, signedIn: true, profile: unused, end: untouched},
		{name: "without-profile", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: longAgo, end: untouched},
		{name: "expired-before", exists: true, path: contract.DefaultUserPath, mark: "expired", issued: longAgo, end: untouched},
		{name: "unmarked", exists: true, path: contract.DefaultUserPath, issued: longAgo, profile: unused, end: untouched},
		{name: "marked-by-others", exists: true, path: contract.DefaultUserPath, mark: "mine", issued: longAgo, profile: unused, end: untouched},
		{name: "deeper", exists: true, path: contract.DefaultUserPath + "deeper/", mark: "complete", issued: longAgo, profile: unused, end: untouched},
		{name: "elsewhere", exists: true, path: "/", mark: "complete", issued: longAgo, profile: unused, end: untouched},
	}
)

// sweepSuite runs faults against the state machine that withdraws first passwords.
type sweepSuite struct {
	*deployedtest.Account
	onboarding *deployedtest.Account
	proxy      *proxy
	machine    asl.Machine
	child      asl.Machine
	ends       map[string]end
	before     map[string]localaws.User
	aborted    bool
	tried      tried
}

func newSweepSuite(t testing.TB) *sweepSuite {
	t.Helper()
	account := deployedtest.Start(t)
	arn, err := account.StackOutput(t.Context(), contract.StackName, contract.PasswordExpiryOutput)
	if err != nil {
		t.Fatal(err)
	}
	s := &sweepSuite{Account: account.Of(arn), onboarding: account, ends: map[string]end{}, before: map[string]localaws.User{}, tried: tried{}}
	// Small pages, so that two users need two. Every login profile counts as old.
	definition := strings.NewReplacer(`"MaxItems":60`, `"MaxItems":1`,
		"$profileMade < $states.input.IssuedBefore", `$profileMade < \"`+farOff+`\"`).Replace(s.Definition(t))
	s.Account = s.WithDefinition(t, "SmallPages", definition)
	s.machine = asl.Parse(t, definition)
	s.child = s.machine.Child()
	s.proxy = newProxy(t, account)
	s.makeUsers(t, kept[:1])
	return s
}

func (s *sweepSuite) makeUsers(t testing.TB, starts []start) {
	t.Helper()
	for _, start := range starts {
		s.makeUser(t, start, start.name+"@example.net")
	}
}

func (s *sweepSuite) makeUser(t testing.TB, start start, name string) {
	t.Helper()
	start.make(t, s.Account, name)
	s.ends[name], s.before[name] = start.end, s.User(t, name)
}

// TestFaultsOfExpiry makes every call of a sweep fail in every way. The parts with many sweeps have few users.
func TestFaultsOfExpiry(t *testing.T) {
	t.Parallel()
	s := newSweepSuite(t)
	s.testTurns(t)
	s.testCallsOfParent(t)
	s.testAborts(t)
	s.testSecondSweep(t)

	s.makeUsers(t, kept[1:])
	s.testCalls(t)
	s.testRaces(t)
	s.testInterruptedList(t)
	s.testMarkInsideList(t)
	s.testBounds(t)
	s.tried.wantEvery(t, append(s.machine.Tasks(), s.child.Tasks()...), nil)
}

// testTurns starts a sweep while a list runs. The sweep must wait for the end of the list, and then do its work.
func (s *sweepSuite) testTurns(t testing.TB) {
	s.makeUser(t, overdue[0], "overdue@example.net")
	before := s.User(t, "overdue@example.net")
	swept := make(chan deployed.Execution, 1)
	looks := make(chan bool, 2)
	s.proxy.inject("new@example.net", &fault{on: inState("CreateUser"), calls: 1, treat: func(x *exchange) {
		s.proxy.inject(anybody, &fault{on: inState("ListExecutions"), calls: 2, treat: func(x *exchange) {
			x.give(x.handOn())
			looks <- true
		}})
		go func() {
			execution, err := s.Account.Account.Run(context.WithoutCancel(t.Context()), map[string]any{})
			if err != nil {
				t.Error(err)
			}
			swept <- execution
		}()
		<-looks // the second look comes after the first wait
		<-looks
		if after := s.User(t, "overdue@example.net"); !reflect.DeepEqual(before, after) {
			t.Errorf("the user was %+v, and now is %+v", before, after)
		}
		x.give(x.handOn())
	}})
	if list := s.onboarding.Run(t, map[string]any{"IAMUserNames": []string{"new@example.net"}}); list.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the list ended as %+v", list)
	}
	s.check(t, <-swept)
	s.proxy.clear()
	if after := s.User(t, "overdue@example.net"); after.LoginProfile != nil {
		t.Errorf("after the list, the sweep has left %+v", after)
	}
	s.DeleteUser(t, "new@example.net")
	s.checkEnd(t)
}

// testCallsOfParent makes each call fail that names no user. Faults that a retry helps run together in one sweep.
func (s *sweepSuite) testCallsOfParent(t testing.TB) {
	for _, kind := range kinds {
		var once []*faultCase
		for _, task := range s.machine.Tasks() {
			once = append(once, newCase(overdue[0], task, kind, 1))
			c := newCase(overdue[0], task, kind, forever)
			if got := s.try(t, c); got.Status != types.ExecutionStatusFailed || got.Error != contract.PasswordsNotWithdrawn {
				t.Errorf("%s: got %s %s, want FAILED %s", c.user, got.Status, got.Error, contract.PasswordsNotWithdrawn)
			}
		}
		if got := s.try(t, once...); got.Status != types.ExecutionStatusSucceeded {
			t.Errorf("%s: retries should have helped, got %s %s: %s", kind.name, got.Status, got.Error, got.Cause)
		}
		s.forgetWithdrawn(t)
	}
	s.checkEnd(t)
}

// testCalls makes each call fail that names a user. The faults run together in one sweep.
func (s *sweepSuite) testCalls(t testing.TB) {
	s.makeUsers(t, overdue[1:]) // their calls are the same as those of the first one
	var together []*faultCase
	for _, task := range s.child.Tasks() {
		together = append(together, casesOf(overdue[0], task, kinds)...)
	}
	s.try(t, together...)
	s.checkEnd(t)
}

// testAborts stops the sweep right before and right after each call takes effect.
func (s *sweepSuite) testAborts(t testing.TB) {
	for _, task := range append(s.machine.Tasks(), s.child.Tasks()...) {
		for _, kind := range around("abort", func(apiCall) { s.abort() }) {
			c := newCase(overdue[0], task, kind, 1)
			if execution := s.try(t, c); execution.Status != types.ExecutionStatusAborted && c.fault.hit > 0 {
				t.Errorf("%s: got %s, want ABORTED", c.user, execution.Status)
			}
		}
	}
	if err := s.AwaitQuiet(t.Context()); err != nil { // stopped executions may still make calls
		t.Fatal(err)
	}
	s.checkEnd(t)
}

func (s *sweepSuite) abort() {
	s.aborted = true
	stopRunning(s.Account)
}

// testSecondSweep runs another sweep right before and right after each call of a sweep.
func (s *sweepSuite) testSecondSweep(t testing.TB) {
	for _, c := range s.races("sweep", overdue[0], func(name string) {
		execution, err := s.Account.Account.Run(t.Context(), map[string]any{})
		if err != nil || execution.Status != types.ExecutionStatusSucceeded {
			t.Errorf("%s: the other sweep ended as %+v, %v", name, execution, err)
		}
	}) {
		s.try(t, c)
	}
	s.checkEnd(t)
}

// testRaces makes something happen to a user right before and right after each call of the sweep about this user: the user chooses a
// password, or a list issues a new one. Only one moment is unsafe, and docs/expiry.md says so: a password that is chosen or issued
// between the last read of the login profile and its deletion is lost. (After a list, IAM refuses to delete it, because the list has
// changed the mark; but the local AWS asks the policy before the call reaches the proxy.)
func (s *sweepSuite) testRaces(t testing.TB) {
	var serial sync.Mutex // one list after the other
	listWith := func(resend bool) func(name string) {
		return func(name string) {
			serial.Lock()
			defer serial.Unlock()
			execution, err := s.onboarding.Account.Run(t.Context(), map[string]any{"IAMUserNames": []string{name}, "Resend": resend})
			if err != nil || execution.Status != types.ExecutionStatusSucceeded {
				t.Errorf("%s: the list ended as %+v, %v", name, execution, err)
			}
		}
	}
	for _, race := range []struct {
		what   string
		start  start
		happen func(name string)
	}{
		{"choice", overdue[0], func(name string) {
			if err := s.SignIn(t.Context(), name, unused.Password, chosen.Password); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}},
		{"resend", overdue[0], listWith(true)},
		{"list", overdue[1], listWith(false)},
	} {
		cases := slices.DeleteFunc(s.races(race.what, race.start, race.happen), func(c *faultCase) bool {
			switch c.state + " " + c.kind.name {
			case "GetLoginProfile choice-after-2", "DeleteLoginProfile choice-before", "DeleteLoginProfile resend-before": // unsafe
				return true
			case "DeleteLoginProfile choice-after": // nothing is left to choose for
				return true
			}
			return false
		})
		for _, c := range cases {
			c.start.end = end(race.what)
		}
		s.try(t, cases...)
		for _, c := range cases {
			if problem := s.lost(t, race.what, c.user); problem != "" {
				t.Errorf("%s: %s", c.user, problem)
			}
		}
		s.checkEnd(t)
	}
}

// races returns the cases in which something happens to a user: right before and right after each call of a child execution, right
// before and right after the second call of those that read the user again, and after a deletion that failed.
func (s *sweepSuite) races(what string, start start, happen func(name string)) (cases []*faultCase) {
	ofUser := func(call apiCall) { happen(call.user) }
	for _, task := range s.child.Tasks() {
		for _, kind := range around(what, ofUser) {
			cases = append(cases, newCase(start, task, kind, 1))
			if strings.HasPrefix(task, "Get") {
				kind.name += "-2"
				second := newCase(start, task, kind, 1)
				calls := 0
				second.fault.on = func(call apiCall) bool {
					if call.state == task {
						calls++
					}
					return call.state == task && calls == 2
				}
				cases = append(cases, second)
			}
		}
	}
	refuse := kindNamed("throttled").treat
	return append(cases, newCase(start, "DeleteLoginProfile", kind{name: what + "-after-failure", treat: func(x *exchange) {
		ofUser(x.apiCall)
		refuse(x)
	}}, 1))
}

// testInterruptedList stops a list after it has set a new password, and before it has mailed the password. A sweep must leave the user
// alone, and the next list finishes the user.
func (s *sweepSuite) testInterruptedList(t testing.TB) {
	const name = "interrupted@example.net"
	overdue[1].make(t, s.Account, name)
	list := map[string]any{"IAMUserNames": []string{name}}
	s.proxy.inject(name, &fault{on: inState("UpdateLoginProfile"), calls: 1, treat: func(x *exchange) {
		answer := x.handOn()
		stopRunning(s.onboarding)
		x.give(answer)
	}})
	if execution := s.onboarding.Run(t, list); execution.Status != types.ExecutionStatusAborted {
		t.Errorf("the list ended as %+v", execution)
	}
	s.proxy.clear()
	if err := s.AwaitQuiet(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := s.User(t, name)
	s.check(t, s.Run(t, map[string]any{}))
	if after := s.User(t, name); !reflect.DeepEqual(before, after) || *after.LoginProfile == *unused {
		t.Errorf("the user was %+v with %+v, and now is %+v with %+v", before, before.LoginProfile, after, after.LoginProfile)
	}
	if execution := s.onboarding.Run(t, list); execution.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the second list ended as %+v", execution)
	}
	s.onboarding.WantOnboarded(t, name, name)
}

// testMarkInsideList makes the mark of a sweep arrive while a list issues a new password. IAM then refuses to change the password. The
// user fails, and a list with Resend finishes the user.
func (s *sweepSuite) testMarkInsideList(t testing.TB) {
	const name = "marked@example.net"
	overdue[0].make(t, s.Account, name)
	list := map[string]any{"IAMUserNames": []string{name}, "Resend": true}
	s.proxy.inject(name, &fault{on: inState("CreateLoginProfile"), calls: 1, treat: func(x *exchange) {
		if _, err := s.IAM.TagUser(t.Context(), &iam.TagUserInput{UserName: aws.String(name), Tags: []iamtypes.Tag{
			{Key: aws.String(contract.TagKey), Value: aws.String(contract.TagExpired)},
		}}); err != nil {
			t.Error(err)
		}
		x.give(x.handOn())
	}})
	if execution := s.onboarding.Run(t, list); execution.Error != contract.UsersNotOnboarded {
		t.Errorf("the list ended as %+v", execution)
	}
	s.proxy.clear()
	if execution := s.onboarding.Run(t, list); execution.Status != types.ExecutionStatusSucceeded {
		t.Errorf("the second list ended as %+v", execution)
	}
	s.onboarding.WantOnboarded(t, name, name)
}

// testBounds gives a sweep fewer pages than it needs, and fewer waits for a list.
func (s *sweepSuite) testBounds(t testing.TB) {
	narrow := func(name, bound, to string) *deployedtest.Account {
		definition := s.Definition(t)
		if !strings.Contains(definition, bound) {
			t.Fatalf("the definition has no %s", bound)
		}
		return s.WithDefinition(t, name, strings.ReplaceAll(definition, bound, to))
	}
	wantCause := func(execution deployed.Execution, want string) {
		t.Helper()
		if execution.Error != contract.PasswordsNotWithdrawn || !strings.Contains(execution.Cause, want) {
			t.Errorf("the sweep ended as %+v, want %s", execution, want)
		}
	}
	wantCause(narrow("FewPages", "$pages >= 200", "$pages >= 2").Run(t, map[string]any{}),
		"\nListUsers failed with TooManyPages: IAM had more users after 200 pages")

	impatient := narrow("FewWaits", "$waits >= 12", "$waits >= 1")
	s.proxy.inject("new@example.net", &fault{on: inState("CreateUser"), calls: 1, treat: func(x *exchange) {
		execution, err := impatient.Account.Run(context.WithoutCancel(t.Context()), map[string]any{})
		if err != nil {
			t.Error(err)
		}
		wantCause(execution, "\nListExecutions failed with ListIsRunning: a list is being onboarded, by the execution ")
		x.give(x.handOn())
	}})
	s.onboarding.Run(t, map[string]any{"IAMUserNames": []string{"new@example.net"}})
	s.proxy.clear()
}

// lost returns why a race has taken the password of a user, or an empty string.
func (s *sweepSuite) lost(t testing.TB, what, name string) string {
	t.Helper()
	profile := s.User(t, name).LoginProfile
	switch what {
	case "choice":
		if profile == nil || *profile != *chosen {
			return fmt.Sprintf("the user has chosen a password, and now the login profile is %+v", profile)
		}
	case "list", "resend":
		mails := s.MailsTo(t, name)
		if tags := s.User(t, name).Tags; what == "list" && len(mails) == 0 && profile == nil && tags[contract.TagKey] == contract.TagExpired {
			return "" // the list skipped the user
		}
		if profile == nil || deployedtest.MailedPassword(mails[len(mails)-1]) != profile.Password {
			return fmt.Sprintf("a list has issued a new password, and now the login profile is %+v", profile)
		}
	}
	return ""
}

// try sweeps with the faults of some cases. It checks the invariants that hold after every sweep.
func (s *sweepSuite) try(t testing.TB, cases ...*faultCase) deployed.Execution {
	t.Helper()
	for _, c := range cases {
		s.makeUser(t, c.start, c.user)
		user := c.user
		if _, isOfParent := s.machine.States[c.state]; isOfParent {
			user = anybody
		}
		s.proxy.inject(user, c.fault)
	}
	s.aborted = false
	execution := s.Run(t, map[string]any{})
	s.checkBounds(t, s.proxy.clear())
	failed := s.check(t, execution)
	for _, c := range cases {
		if c.fault.hit == 0 {
			t.Errorf("%s: the fault did not happen, because no such call was made", c.user)
		}
		s.tried.add(c)
		if c.mustRecover() && (slices.Contains(failed, c.user) || execution.Status != types.ExecutionStatusSucceeded && len(cases) == 1) {
			t.Errorf("%s: a retry should have helped, got %s %s: %s", c.user, execution.Status, execution.Error, execution.Cause)
		}
	}
	if len(cases) == 1 {
		s.forgetWithdrawn(t)
	}
	return execution
}

// check checks the invariants that hold after every sweep, and returns the users that the report has as failed.
func (s *sweepSuite) check(t testing.TB, execution deployed.Execution) (failed []string) {
	t.Helper()
	seen := s.See(t)
	left := 0
	for name, end := range s.ends {
		before, after := s.before[name], seen.Users[name]
		switch {
		case end == untouched && !reflect.DeepEqual(before, after):
			t.Errorf("%s: invariant 1: the user was %+v, and now is %+v", name, before, after)
		case end == withdrawn && !isWithdrawnInPart(before, after):
			t.Errorf("%s: the user was %+v with %+v, and now is %+v with %+v", name, before, before.LoginProfile, after, after.LoginProfile)
		case end == withdrawn && after.LoginProfile != nil:
			left++
		}
	}
	for place, text := range s.Stored(t, execution) {
		if found := deployedtest.Leaks(text, map[string]bool{unused.Password: true, chosen.Password: true}); len(found) > 0 {
			t.Errorf("invariant 2: %s has a password: … %s …", place, found[0])
		}
	}
	if len(execution.Output) >= asl.MaxPayload || len([]rune(execution.Cause)) >= asl.MaxCauseLength {
		t.Errorf("invariant 5: the output has %d bytes, the cause %d", len(execution.Output), len(execution.Cause))
	}
	if execution.Status == types.ExecutionStatusAborted && s.aborted {
		return nil
	}
	return s.checkReport(t, execution, seen, left)
}

// checkReport checks invariant 3: the report is true, and the sweep succeeds only if no user of the report failed, and no first
// password is left that is overdue.
func (s *sweepSuite) checkReport(t testing.TB, execution deployed.Execution, seen deployedtest.Seen, left int) (failed []string) {
	t.Helper()
	output := execution.Output
	if execution.Status == types.ExecutionStatusFailed && execution.Error == contract.PasswordsNotWithdrawn {
		output = s.OutputOf(t, execution.ARN, contract.SummaryState)
	}
	var report struct {
		Checked, NotListed int
		Expired            []string
		Failed             []deployedtest.UserReport
	}
	if err := json.Unmarshal([]byte(output), &report); err != nil {
		t.Fatalf("invariant 3: the sweep ended as %+v without a report: %v", execution, err)
	}
	for _, name := range report.Expired {
		if user := seen.Users[name]; s.ends[name] == withdrawn && (user.LoginProfile != nil || user.Tags[contract.TagKey] != contract.TagExpired) {
			t.Errorf("%s: invariant 3: the report has the user as expired, but the user is %+v", name, user)
		}
	}
	for _, user := range report.Failed {
		failed = append(failed, user.UserName)
		if user.Step == "" || user.Error == "" || user.Cause == "" && user.Error != "States.Timeout" {
			t.Errorf("invariant 3: the report does not say why a user failed: %+v", user)
		}
	}
	if hasFailed := len(failed) > 0; hasFailed != (execution.Status == types.ExecutionStatusFailed) {
		t.Errorf("invariant 3: the sweep ended as %s, and failed for %v", execution.Status, failed)
	}
	if execution.Status == types.ExecutionStatusSucceeded && left > 0 {
		t.Errorf("invariant 3: the sweep succeeded, and %d overdue passwords still work", left)
	}
	return failed
}

// isWithdrawnInPart reports whether a sweep has done nothing about a user, or the first steps, or all: first the mark, then the
// deletion of the login profile.
func isWithdrawnInPart(before, after localaws.User) bool {
	if reflect.DeepEqual(before, after) {
		return true
	}
	want := before
	want.Tags = maps.Clone(before.Tags)
	want.Tags[contract.TagKey] = contract.TagExpired
	if after.LoginProfile == nil {
		want.LoginProfile = nil
	}
	return reflect.DeepEqual(want, after)
}

// checkBounds checks invariant 5: no call is made more often than its retries allow.
func (s *sweepSuite) checkBounds(t testing.TB, calls []apiCall) {
	t.Helper()
	type stateAndUser struct{ state, user string }
	made := map[stateAndUser]int{}
	for _, call := range calls {
		made[stateAndUser{call.state, call.user}]++
	}
	pages := len(s.ends)
	for key, got := range made {
		bound := s.machine.States[key.state].Attempts() * pages
		if task, ok := s.child.States[key.state]; ok {
			bound = task.Attempts() * 2 * mostLooks // a race has a second sweep, or a list whose states have the same names
		}
		if got > bound {
			t.Errorf("invariant 5: %s was called %d times for %q, want at most %d", key.state, got, key.user, bound)
		}
	}
}

// checkEnd checks invariant 6: without faults, one more sweep withdraws every first password that is overdue, and the sweep after it
// changes nothing.
func (s *sweepSuite) checkEnd(t testing.TB) {
	t.Helper()
	for _, sweep := range []string{"sweep", "second sweep"} {
		before := s.See(t)
		execution := s.Run(t, map[string]any{})
		if execution.Status != types.ExecutionStatusSucceeded {
			t.Errorf("invariant 6: the %s without faults ended as %s: %s", sweep, execution.Status, execution.Cause)
		}
		calls := map[string]int{}
		for _, call := range s.proxy.clear() {
			calls[call.state]++
		}
		if pages, looks := calls["ListUsers"]+calls["ListUsers next"], calls["ListExecutions"]; looks != pages {
			t.Errorf("%d pages of users were read, and %d times a running list was looked for", pages, looks)
		}
		s.check(t, execution)
		if after := s.See(t); sweep == "second sweep" && !reflect.DeepEqual(before.Users, after.Users) {
			t.Error("invariant 6: the second sweep changed users")
		}
	}
	for name, end := range s.ends { // the next check has users of its own
		if end != untouched {
			s.forget(t, name)
		}
	}
}

// forgetWithdrawn deletes the users whose password is withdrawn, so that the next sweeps are short.
func (s *sweepSuite) forgetWithdrawn(t testing.TB) {
	t.Helper()
	seen := s.See(t)
	for name, end := range s.ends {
		if end == withdrawn && seen.Users[name].LoginProfile == nil {
			s.forget(t, name)
		}
	}
}

// forget deletes a user, and expects nothing of it any more.
func (s *sweepSuite) forget(t testing.TB, name string) {
	t.Helper()
	delete(s.ends, name)
	s.DeleteUser(t, name)
}
