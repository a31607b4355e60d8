package faults

import (
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

const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll"

// leaver is the state of a user before the removal.
var leaver = start{name: "u", exists: true, path: contract.DefaultUserPath, mark: "complete", issued: longAgo, inGroup: true, profile: chosen}

// remaining are users that are in every list, and must never change: they are not ours.
var remaining = []start{
	{name: "by-hand", exists: true, path: contract.DefaultUserPath, profile: chosen},
	{name: "marked-by-others", exists: true, path: contract.DefaultUserPath, mark: "mine", profile: chosen},
	{name: "deeper", exists: true, path: contract.DefaultUserPath + "deeper/", mark: "complete", profile: chosen},
	{name: "elsewhere", exists: true, path: "/", mark: "complete", profile: chosen},
}

// removalSuite runs faults against the state machine that removes users.
type removalSuite struct {
	*deployedtest.Account
	proxy          *proxy
	machine, child asl.Machine
	action         string
	before         map[string]localaws.User // the users that are not ours, and one of ours that is in no list
	removed        []string                 // the users of all lists
	aborted        bool
	tried          tried
}

func newRemovalSuite(t testing.TB) *removalSuite {
	t.Helper()
	account := deployedtest.Start(t, "offboarding=true")
	arn, err := account.StackOutput(t.Context(), contract.StackName, contract.OffboardingOutput)
	if err != nil {
		t.Fatal(err)
	}
	s := &removalSuite{Account: account.Of(arn), action: contract.Delete, proxy: newProxy(t, account),
		before: map[string]localaws.User{}, tried: tried{}}
	s.machine = asl.Parse(t, s.Definition(t))
	s.child = s.machine.Child()
	stays := start{name: "stays", exists: true, path: contract.DefaultUserPath, mark: "complete", profile: chosen}
	for _, start := range append(slices.Clone(remaining), stays) {
		s.makeUser(t, start, start.name)
		s.before[start.name] = s.User(t, start.name)
	}
	return s
}

func (s *removalSuite) makeUser(t testing.TB, start start, name string) {
	t.Helper()
	start.make(t, s.Account, name)
	s.GiveEverything(t, name, 0)
}

// input returns the input of a run of some users, with those that are not ours.
func (s *removalSuite) input(names []string) map[string]any {
	names = slices.Clone(names)
	for _, start := range remaining {
		names = append(names, start.name)
	}
	return map[string]any{"IAMUserNames": names, "Action": s.action}
}

// TestFaultsOfRemoval makes every call of a removal fail in every way.
func TestFaultsOfRemoval(t *testing.T) {
	inParts(t, nil, newRemovalSuite, map[string]func(*removalSuite, testing.TB){
		"of each call": func(s *removalSuite, t testing.TB) { s.testCalls(t, s.child.Tasks()) },
		"by an abort, or at the same time as something else": func(s *removalSuite, t testing.TB) {
			s.testCallsOfParent(t)
			s.testLastingConflict(t)
			s.testAborts(t)
			s.testRaces(t)
		},
		"of a list that disables": func(s *removalSuite, t testing.TB) {
			s.action = contract.Disable
			s.testCalls(t, []string{"GetUser", "AttachUserPolicy", "TagUser disabled", "DeleteLoginProfile", "ListAccessKeys", "UpdateAccessKey"})
		},
	})
}

// outcome is as that of [suite].
func (s *removalSuite) outcome() (tried, []string) {
	return s.tried, append(s.machine.Tasks(), s.child.Tasks()...)
}

// withSmallPages returns the account with a definition that reads one user at a time, so that it also reads the next page.
func (s *removalSuite) withSmallPages(t testing.TB, name string) *deployedtest.Account {
	t.Helper()
	return s.WithDefinition(t, name, strings.ReplaceAll(s.Definition(t), `"MaxItems":60,"PathPrefix"`, `"MaxItems":1,"PathPrefix"`))
}

// testCallsOfParent makes each call fail that names no user. If it fails for ever, nobody must have changed.
func (s *removalSuite) testCallsOfParent(t testing.TB) {
	whole := s.Account
	s.Account = s.withSmallPages(t, "SmallPages")
	for _, task := range s.machine.Tasks() {
		for _, c := range casesOf(leaver, task, kinds) {
			execution := s.try(t, c)
			if c.mustRecover() {
				continue
			}
			if execution.Error != contract.PreflightFailed || !strings.Contains(execution.Cause, task+" failed with ") {
				t.Errorf("%s: got %s %s: %s, want PreflightFailed", c.user, execution.Status, execution.Error, execution.Cause)
			}
			if user := s.User(t, c.user); user.AttachedPolicies[0] == denyAll {
				t.Errorf("%s: got %+v, want the user unchanged", c.user, user)
			}
		}
		s.checkEnd(t)
	}
	s.Account = whole
}

// testCalls makes each call fail that names a user. The faults run together in executions of as many users as a list may have.
func (s *removalSuite) testCalls(t testing.TB, tasks []string) {
	var cases []*faultCase
	for _, task := range tasks {
		cases = append(cases, casesOf(leaver, task, kinds)...)
	}
	for some := range slices.Chunk(cases, contract.DefaultMaxRemovals-len(remaining)) {
		s.try(t, some...)
	}
	s.checkEnd(t)
}

// testAborts stops the execution right before and right after each call takes effect.
func (s *removalSuite) testAborts(t testing.TB) {
	whole := s.Account
	s.Account = s.withSmallPages(t, "SmallPagesToo")
	for _, task := range append(s.machine.Tasks(), s.child.Tasks()...) {
		for _, kind := range around("abort", func(apiCall) {
			s.aborted = true
			stopRunning(s.Account)
		}) {
			c := newCase(leaver, task, kind, 1)
			if execution := s.try(t, c); execution.Status != types.ExecutionStatusAborted && c.fault.hit > 0 {
				t.Errorf("%s: got %s, want ABORTED", c.user, execution.Status)
			}
		}
	}
	if err := s.AwaitQuiet(t.Context()); err != nil { // stopped executions may still make calls
		t.Fatal(err)
	}
	s.checkEnd(t)
	s.Account = whole
}

// testRaces makes something happen to a user right before and right after each call about the user: another execution removes the
// user, or somebody gives the user something of a kind that the execution has already looked for.
func (s *removalSuite) testRaces(t testing.TB) {
	other := s.WithDefinition(t, "Twice", s.Definition(t))
	var serial sync.Mutex // the other state machine runs one list at a time, too
	for what, happen := range map[string]func(name string){
		"twice": func(name string) {
			serial.Lock()
			defer serial.Unlock()
			execution, err := other.Account.Run(t.Context(), map[string]any{"IAMUserNames": []string{name}, "Action": contract.Delete})
			if err != nil || execution.Status != types.ExecutionStatusSucceeded {
				t.Errorf("%s: the other execution ended as %+v, %v", name, execution, err)
			}
		},
		"gift": func(name string) { s.giveKey(t, name) },
	} {
		var cases []*faultCase
		for _, task := range s.child.Tasks() {
			if task == "GetUser again" { // the fault that leads to it would make the other execution fail, too
				continue
			}
			for _, kind := range around(what, func(call apiCall) { happen(call.user) }) {
				cases = append(cases, newCase(leaver, task, kind, 1))
			}
		}
		for some := range slices.Chunk(cases, 20) {
			s.try(t, some...)
		}
		s.checkEnd(t)
	}
}

// testLastingConflict gives a user something before each attempt to delete the user. The status must say what it is.
func (s *removalSuite) testLastingConflict(t testing.TB) {
	c := newCase(leaver, "DeleteUser", kind{name: "conflict", treat: func(x *exchange) {
		s.giveKey(t, x.user)
		x.give(x.handOn())
	}}, forever)
	execution := s.try(t, c)
	const want = "Cannot delete entity, must remove referenced objects first."
	status := s.RemovalReport(t, execution).Users[0]
	if c.fault.hit != 3 || status.Step != "DeleteUser" || status.Error != "Iam.DeleteConflictException" ||
		!strings.Contains(status.Cause, want) || !strings.HasSuffix(status.Cause, " IAM still listed: SSH public keys") {
		t.Errorf("after %d attempts got %+v", c.fault.hit, status)
	}
	s.checkEnd(t)
}

// try removes the users of some cases with their faults. It checks the invariants that hold after every run.
func (s *removalSuite) try(t testing.TB, cases ...*faultCase) deployed.Execution {
	t.Helper()
	var names []string
	for _, c := range cases {
		if s.action == contract.Disable {
			c.user = "d" + c.user
		}
		s.makeUser(t, c.start, c.user)
		names = append(names, c.user)
		user := c.user
		if _, isOfParent := s.machine.States[c.state]; isOfParent {
			user = anybody
		}
		s.proxy.inject(user, c.fault)
		s.leadTo(t, c)
	}
	s.removed = append(s.removed, names...)
	before := s.See(t)
	s.aborted = false
	execution := s.Run(t, s.input(names))
	s.checkBounds(t, s.proxy.clear())
	for _, c := range cases { // such a user cannot be denied everything again, and has the key of leadTo
		if c.state == "AttachUserPolicy again" && c.calls == forever {
			delete(before.Users, c.user)
		}
	}
	statuses := s.check(t, names, before, execution)
	for _, c := range cases {
		if c.fault.hit == 0 {
			t.Errorf("%s: the fault did not happen, because no such call was made", c.user)
		}
		s.tried.add(c)
		isDone := slices.Contains([]string{contract.Deleted, contract.Disabled}, statuses[c.user].Status)
		if c.mustRecover() && c.state != "GetUser again" && !isDone {
			t.Errorf("%s: a retry should have helped, got %s %s %+v", c.user, execution.Status, execution.Error, statuses[c.user])
		}
	}
	return execution
}

// leadTo sets one more fault for a case whose call is only made after another call has failed.
func (s *removalSuite) leadTo(t testing.TB, c *faultCase) {
	switch c.state {
	case "GetUser again":
		s.proxy.inject(c.user, &fault{on: inState("TagUser disabled"), treat: kindNamed("denied").treat, calls: forever})
	case "AttachUserPolicy again":
		s.proxy.inject(c.user, &fault{on: inState("DeleteUser"), calls: 1, treat: func(x *exchange) {
			s.giveKey(t, x.user)
			x.give(x.handOn())
		}})
	}
}

// giveKey gives an SSH public key to a user, if there is such a user.
func (s *removalSuite) giveKey(t testing.TB, name string) {
	t.Helper()
	if _, ok := s.FindUser(t, name); !ok {
		return
	}
	key := &iam.UploadSSHPublicKeyInput{UserName: &name, SSHPublicKeyBody: aws.String("ssh-rsa x")}
	if _, err := s.IAM.UploadSSHPublicKey(t.Context(), key); err != nil {
		t.Error(err)
	}
}

// check checks the invariants that hold after every run, and returns the statuses of the report by user.
func (s *removalSuite) check(
	t testing.TB, names []string, before deployedtest.Seen, execution deployed.Execution,
) map[string]deployedtest.UserReport {
	t.Helper()
	seen := s.See(t)
	for name, was := range s.before {
		if !reflect.DeepEqual(was, seen.Users[name]) {
			t.Errorf("invariant 1: %s was %+v, and now is %+v", name, was, seen.Users[name])
		}
	}
	for _, name := range names {
		was, isKnown := before.Users[name]
		is := seen.Users[name]
		hasNothing := is.LoginProfile == nil && len(is.AccessKeys)+len(is.Others)+len(is.Groups) == 0
		if isKnown && !reflect.DeepEqual(was, is) && !slices.Contains(is.AttachedPolicies, denyAll) && !hasNothing {
			t.Errorf("%s was changed before the user was denied everything: it was %+v, and now is %+v", name, was, is)
		}
	}
	if len(execution.Output) >= asl.MaxPayload || len([]rune(execution.Cause)) >= asl.MaxCauseLength {
		t.Errorf("invariant 5: the output has %d bytes, the cause %d", len(execution.Output), len(execution.Cause))
	}
	if execution.Status == types.ExecutionStatusAborted && s.aborted || execution.Error == contract.PreflightFailed {
		return nil
	}
	report := s.RemovalReport(t, execution)
	statuses := map[string]deployedtest.UserReport{}
	for i, user := range report.Users {
		if wanted := s.input(names)["IAMUserNames"].([]string)[i]; user.UserName != wanted {
			t.Errorf("the report has %s, want %s, as in the list", user.UserName, wanted)
		}
		statuses[user.UserName] = user
		_, exists := seen.Users[user.UserName]
		_, isNotOurs := s.before[user.UserName]
		isTrue := map[string]bool{
			contract.Deleted: !exists, contract.Absent: !exists, contract.Disabled: isDisabled(seen.Users[user.UserName]),
			contract.Skipped: isNotOurs && user.Reason == contract.NotOurs,
			contract.Failed:  user.Step != "" && user.Error != "" && (user.Cause != "" || user.Error == "States.Timeout"),
		}
		if !isTrue[user.Status] {
			t.Errorf("invariant 3: the report has %+v, but the user is %+v", user, seen.Users[user.UserName])
		}
	}
	if (report.Failed > 0) != (execution.Status == types.ExecutionStatusFailed && execution.Error == contract.UsersNotRemoved) ||
		report.Total != len(names)+len(remaining) || report.Total != report.Disabled+report.Deleted+report.Absent+report.Skipped+report.Failed {
		t.Errorf("invariant 3: the execution ended as %s %s with %+v", execution.Status, execution.Error, report)
	}
	return statuses
}

// isDisabled reports whether a user can neither sign in nor use an access key.
func isDisabled(user localaws.User) bool {
	for _, status := range user.AccessKeys {
		if status != string(iamtypes.StatusTypeInactive) {
			return false
		}
	}
	return user.Name != "" && user.LoginProfile == nil && slices.Contains(user.AttachedPolicies, denyAll) &&
		user.Tags[contract.TagKey] == contract.TagDisabled
}

// checkBounds checks invariant 5: no call is made more often than its retries allow, for each thing that a user has, in each attempt.
func (s *removalSuite) checkBounds(t testing.TB, calls []apiCall) {
	t.Helper()
	const things, attempts, executions = 4, 3, 2
	made := map[string]int{}
	for _, call := range calls {
		if call.user != anybody {
			made[call.state+" for "+call.user]++
		}
	}
	for _, key := range slices.Sorted(maps.Keys(made)) {
		state, _, _ := strings.Cut(key, " for ")
		if bound := s.child.States[state].Attempts() * things * attempts * executions; made[key] > bound {
			t.Errorf("invariant 5: %s was called %d times, want at most %d", key, made[key], bound)
		}
	}
}

// checkEnd checks invariant 4: without faults, one more run of the same lists finishes every user, and the run after it changes nothing.
func (s *removalSuite) checkEnd(t testing.TB) {
	t.Helper()
	for some := range slices.Chunk(s.removed, contract.DefaultMaxRemovals-len(remaining)) {
		var first deployedtest.Seen
		for _, run := range []string{"run", "second run"} {
			before := s.See(t)
			execution := s.Run(t, s.input(some))
			if execution.Status != types.ExecutionStatusSucceeded {
				t.Errorf("invariant 4: the %s without faults ended as %s: %s", run, execution.Status, execution.Cause)
			}
			s.proxy.clear()
			after := s.See(t)
			for _, name := range some {
				user, exists := after.Users[name]
				if s.action == contract.Delete && exists || s.action == contract.Disable && !isDisabled(user) {
					t.Errorf("invariant 4: after the %s %s is %+v", run, name, user)
				}
			}
			s.check(t, some, before, execution)
			if run == "run" {
				first = after
			} else if !reflect.DeepEqual(first, after) {
				t.Error("invariant 4: the second run changed something")
			}
		}
	}
	fmt.Printf("%d users to %s\n", len(s.removed), strings.ToLower(s.action))
	s.removed = nil
}
