package test

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/localaws"
)

// pace shortens the waits between retries, and the time-outs to what a busy machine still keeps.
var pace = localaws.Pace{Factor: 0.01, LeastTimeout: 2500 * time.Millisecond}

const ourPath, ourTag = "/onboarded/", "onboarding"

// start is where a user is when a run begins.
type start struct {
	name    string
	exists  bool
	path    string
	mark    string // the value of our tag
	inGroup bool
	profile *localaws.LoginProfile
	// resend tells that the run is to send a new password.
	resend bool
	// brief tells that only those calls go wrong which no start before leads to, since the others go as from there.
	brief bool
	// end is where the user is to be once a run went well.
	end end
}

type end string

const (
	onboarded end = "onboarded"
	takenOver end = "taken over"
	untouched end = "untouched"
)

// starts are where a user of a list can be. Of those who exist, some are as this machine leaves them when it is
// interrupted, some are the work of others.
var starts = []start{
	{name: "fresh", end: onboarded},
	{name: "created", exists: true, path: ourPath, mark: "pending", brief: true, end: onboarded},
	{name: "with-profile", exists: true, path: ourPath, mark: "pending", inGroup: true,
		profile: &localaws.LoginProfile{Password: "Never-mailed-to-anyone-1", ResetRequired: true}, end: onboarded},
	{name: "complete", exists: true, path: ourPath, mark: "complete", inGroup: true, resend: true,
		profile: &localaws.LoginProfile{Password: "Mailed-and-then-mislaid-1", ResetRequired: true}, end: onboarded},
	{name: "no-profile", exists: true, path: ourPath, mark: "complete", inGroup: true, resend: true, brief: true, end: takenOver},
	{name: "taken-over", exists: true, path: ourPath, mark: "pending", inGroup: true,
		profile: &localaws.LoginProfile{Password: "Chosen-by-the-user-1"}, end: takenOver},
	{name: "foreign-near", exists: true, path: ourPath, end: untouched,
		profile: &localaws.LoginProfile{Password: "Secret-of-their-own-1", ResetRequired: true}},
	{name: "foreign-far", exists: true, path: "/", mark: "pending", end: untouched},
}

func startNamed(name string) start {
	return starts[slices.IndexFunc(starts, func(s start) bool { return s.name == name })]
}

// make makes the user whose start it is.
func (s start) make(t *testing.T, a *account, name string) {
	t.Helper()
	if !s.exists {
		return
	}
	input := &iam.CreateUserInput{UserName: &name, Path: &s.path}
	if s.mark != "" {
		input.Tags = []iamtypes.Tag{{Key: aws.String(ourTag), Value: aws.String(s.mark)}}
	}
	a.createUser(t, input)
	if s.inGroup {
		if _, err := a.iam.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{
			UserName: &name, GroupName: aws.String(groupName),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if s.profile != nil {
		if _, err := a.iam.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
			UserName: &name, Password: &s.profile.Password, PasswordResetRequired: s.profile.ResetRequired,
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// faultCase is one fault for one user.
type faultCase struct {
	start start
	state string // the task state whose call goes wrong
	kind  kind
	calls int
	user  string
	fault *fault
}

// newCase names the user after all that happens to them.
func newCase(start start, state string, kind kind, calls int) *faultCase {
	often := fmt.Sprint("x", calls)
	if calls == forever {
		often = "ever"
	}
	return &faultCase{
		start: start, state: state, kind: kind, calls: calls,
		user:  strings.Join([]string{start.name, strings.ReplaceAll(state, " ", "-"), kind.name, often}, ".") + "@example.net",
		fault: &fault{on: inState(state), treat: kind.treat, calls: calls},
	}
}

// mustRecover tells that the user gets done in the very run that the fault is in. A mail without an answer is not sent again.
func (c *faultCase) mustRecover() bool {
	isMail := strings.HasPrefix(c.state, "SendEmail")
	return c.kind.passes && c.calls != forever && !(c.kind.hangs && isMail)
}

// suite runs faults against the deployed state machine.
type suite struct {
	*account
	proxy   *proxy
	machine asl.Machine
	child   asl.Machine
	// users are all that were in a list, by where they were then.
	users map[string]start
	order []string
	// before is how those users were who must never be changed.
	before map[string]localaws.User
	// aborted tells that the execution that runs was stopped.
	aborted bool
	// tried has, for each task state, the faults that did happen.
	tried map[string]map[string]int
}

// bystanders are in every list. They were made by others.
var bystanders = map[string]string{"bystander-near@example.net": "foreign-near", "bystander-far@example.net": "foreign-far"}

func newSuite(t *testing.T, appContext ...string) *suite {
	t.Helper()
	account, err := deployTo(t.Context(), newServer(t), appContext...)
	if err != nil {
		t.Fatal(err)
	}
	return newSuiteOn(t, account)
}

// newServer starts a local AWS in which time passes fast, and stops it after the test.
func newServer(t *testing.T) *localaws.Server {
	t.Helper()
	server, err := localaws.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := server.SetPace(t.Context(), pace); err != nil {
		t.Fatal(err)
	}
	return server
}

// newSuiteOn makes a suite for the state machine of an account.
func newSuiteOn(t *testing.T, account *account) *suite {
	t.Helper()
	described, err := account.sfn.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{
		StateMachineArn: &account.stateMachine,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &suite{account: account, machine: asl.Parse(t, *described.Definition), users: map[string]start{},
		before: map[string]localaws.User{}, tried: map[string]map[string]int{}}
	s.child = s.machine.Child()
	s.proxy = newProxy(t, account, append(s.machine.Tasks(), s.child.Tasks()...))
	for name, at := range bystanders {
		s.enlist(t, name, startNamed(at))
	}
	return s
}

// enlist makes a user who is to be in a list.
func (s *suite) enlist(t *testing.T, name string, at start) {
	t.Helper()
	at.make(t, s.account, name)
	s.users[name] = at
	s.order = append(s.order, name)
	if at.end != onboarded {
		s.before[name] = s.user(t, name)
	}
}

// input is the input of a run of some users, and of the bystanders.
func (s *suite) input(names []string, resend bool) map[string]any {
	return map[string]any{"IAMUserNames": withBystanders(names), "Resend": resend}
}

func withBystanders(names []string) []string {
	return slices.Concat(names, slices.Sorted(maps.Keys(bystanders)))
}

// run runs users in one execution, and takes what calls it made.
func (s *suite) run(t *testing.T, names []string, resend bool) (execution, []apiCall) {
	t.Helper()
	input := s.input(names, resend)
	s.checkSize(t, "the input", fmt.Sprint(input))
	s.aborted = false
	return s.account.run(t, input), s.proxy.clear()
}

// try runs users in one execution, each with the fault of a case, and checks what must hold however a run ends. Cases in
// which the machine was too busy are tried again, a few times.
func (s *suite) try(t *testing.T, cases ...*faultCase) execution {
	t.Helper()
	for tries := 1; ; tries++ {
		names := s.prepare(t, cases)
		execution, calls := s.run(t, names, cases[0].start.resend)
		s.checkBounds(t, calls, 1)
		slow := s.checkCases(t, cases, execution, s.check(t, names, execution))
		if len(slow) == 0 || tries == maxTries {
			return execution
		}
		cases = again(slow, tries+1)
	}
}

// maxTries bounds how often a case is tried. One that was slow each time counts as not tried.
const maxTries = 4

// again has the same cases for other users, whose names are no longer, since IAM bounds them.
func again(cases []*faultCase, try int) (others []*faultCase) {
	for _, c := range cases {
		other := newCase(c.start, c.state, c.kind, c.calls)
		name, _, _ := strings.Cut(c.user, "@")
		other.user = fmt.Sprintf("%s@try%d.net", name, try)
		others = append(others, other)
	}
	return others
}

// tryTogether tries several lists at the same time. Their faults must be of calls that name a user.
func (s *suite) tryTogether(t *testing.T, lists ...[]*faultCase) {
	t.Helper()
	names, executions := make([][]string, len(lists)), make([]execution, len(lists))
	for i, cases := range lists {
		names[i] = s.prepare(t, cases)
	}
	t.Run("together", func(t *testing.T) {
		for i, cases := range lists {
			t.Run(fmt.Sprintf("list %d of %d users", i+1, len(cases)), func(t *testing.T) {
				t.Parallel()
				executions[i] = s.account.run(t, s.input(names[i], cases[0].start.resend))
			})
		}
	})
	s.checkBounds(t, s.proxy.clear(), len(lists))
	for i, cases := range lists {
		if slow := s.checkCases(t, cases, executions[i], s.check(t, names[i], executions[i])); len(slow) > 0 {
			s.try(t, again(slow, 2)...)
		}
	}
}

// prepare makes the users of some cases, sets their faults, and returns the names.
func (s *suite) prepare(t *testing.T, cases []*faultCase) (names []string) {
	t.Helper()
	for _, c := range cases {
		s.enlist(t, c.user, c.start)
		names = append(names, c.user)
		user := c.user
		if s.namesNobody(c.state) {
			user = anybody
		}
		s.proxy.inject(user, c.fault)
	}
	return names
}

// checkCases wants each fault to have happened, and those that a retry mends to have been mended. It returns the cases that
// it cannot judge, since a call took longer than the shortened time-out.
func (s *suite) checkCases(t *testing.T, cases []*faultCase, execution execution,
	statuses map[string]userReport) (slow []*faultCase) {
	t.Helper()
	for _, c := range cases {
		if isSlow(c, execution, statuses[c.user]) {
			t.Logf("%s: not judged, since a call took longer than the shortened time-out", c.user)
			slow = append(slow, c)
			continue
		}
		if c.fault.hit == 0 {
			t.Errorf("%s: the fault did not happen, since no such call was made", c.user)
			continue
		}
		s.note(c.state, c.kind.name, c.calls)
		if status := statuses[c.user]; c.mustRecover() && (status.Status == "Failed" || status.Status == "") {
			t.Errorf("%s: a retry should have mended it, got %s %s %+v", c.user, execution.status, execution.failure, status)
		}
	}
	return slow
}

// isSlow tells of a call that no fault had hang, and that came to the time-out all the same: the machine that runs the
// suite was busy.
func isSlow(c *faultCase, execution execution, status userReport) bool {
	const timeout = "States.Timeout"
	isMeant := c.kind.hangs && !c.mustRecover()
	return !isMeant && (status.Error == timeout || status.Status == "" && strings.Contains(execution.cause, timeout))
}

func (s *suite) note(state, kind string, calls int) {
	if s.tried[state] == nil {
		s.tried[state] = map[string]int{}
	}
	s.tried[state][often(kind, calls)]++
}

func often(kind string, calls int) string {
	if calls == forever {
		return kind + " for ever"
	}
	return kind
}

// namesNobody tells of a task state whose calls do not say which user they are for.
func (s *suite) namesNobody(state string) bool {
	if _, ok := s.machine.States[state]; ok {
		return true
	}
	arguments := fmt.Sprint(s.child.States[state].Arguments)
	return !strings.Contains(arguments, "$states.input.UserName") && !strings.Contains(arguments, "$states.input.Email")
}

// paths returns, for each start, the task states of the child whose calls are to go wrong: those that a user comes by
// from there.
func (s *suite) paths(t *testing.T) map[string][]string {
	t.Helper()
	paths, seen := map[string][]string{}, map[string]bool{}
	for _, start := range starts {
		name := "no-fault." + start.name + "@example.net"
		s.enlist(t, name, start)
		execution, calls := s.run(t, []string{name}, start.resend)
		s.check(t, []string{name}, execution)
		for _, call := range calls {
			_, isOfChild := s.child.States[call.state]
			_, isOfBystander := bystanders[call.user]
			if isOfChild && !isOfBystander && !slices.Contains(paths[start.name], call.state) && !(start.brief && seen[call.state]) {
				paths[start.name] = append(paths[start.name], call.state)
				seen[call.state] = true
			}
		}
	}
	for _, task := range s.child.Tasks() {
		if !slices.ContainsFunc(starts, func(start start) bool { return slices.Contains(paths[start.name], task.Name) }) {
			t.Errorf("no start leads to %s, whose faults are therefore not tried: add a start", task.Name)
		}
	}
	return paths
}

// TestFaults has every call of a run go wrong in every way.
func TestFaults(t *testing.T) {
	t.Parallel()
	s := newSuite(t)
	paths := s.paths(t)

	t.Run("of each call", func(t *testing.T) { s.testCalls(t, paths) })
	t.Run("of the preflight", s.testPreflight)
	t.Run("by what is not ready", s.testNotReady)
	t.Run("by an abort", func(t *testing.T) { s.testAborts(t, paths) })
	t.Run("of consistency", s.testConsistency)
	t.Run("by refusals", s.testRefusals)
	t.Run("by a stricter policy", s.testStricterPolicy)
	t.Run("of draws", s.testDraws)
	t.Run("by a child that runs twice", s.testTwice)

	s.wantEveryFault(t)
}

// TestFaultsOfSeparatePassword has the calls go wrong that send the password in a mail of its own, and the mail before it.
func TestFaultsOfSeparatePassword(t *testing.T) {
	t.Parallel()
	s := newSuite(t, "separatePassword=true", "bounceEmail=it@example.com", "alarmEmail=it@example.com")
	mails := []string{"SendEmail", "SendEmail password"}
	paths := map[string][]string{"fresh": mails, "with-profile": mails, "complete": mails}

	t.Run("of each mail", func(t *testing.T) { s.testCalls(t, paths) })
	t.Run("by an abort", func(t *testing.T) { s.testAborts(t, paths) })
}

// testCalls has each call of a child go wrong. Calls that name their user go wrong side by side in one execution, those
// that do not in an execution of their own.
func (s *suite) testCalls(t *testing.T, paths map[string][]string) {
	var lists [][]*faultCase
	for _, resend := range []bool{false, true} {
		var together []*faultCase
		for _, start := range starts {
			for _, state := range paths[start.name] {
				if start.resend != resend {
					continue
				}
				for _, c := range casesOf(start, state, kinds) {
					if s.namesNobody(state) {
						s.try(t, c)
					} else {
						together = append(together, c)
					}
				}
			}
		}
		lists = slices.AppendSeq(lists, slices.Chunk(together, 160))
	}
	s.tryTogether(t, lists...)
	s.checkEnd(t)
}

// casesOf has one case for each kind of fault, once and for ever.
func casesOf(start start, state string, kinds []kind) (cases []*faultCase) {
	for _, kind := range kinds {
		cases = append(cases, newCase(start, state, kind, 1), newCase(start, state, kind, forever))
	}
	return cases
}

// testPreflight has the calls go wrong that are made before the first user is touched.
func (s *suite) testPreflight(t *testing.T) {
	for _, task := range s.machine.Tasks() {
		for _, c := range casesOf(startNamed("fresh"), task.Name, kinds) {
			execution := s.try(t, c)
			if c.mustRecover() {
				continue
			}
			if execution.failure != "PreflightFailed" || execution.cause == "" {
				t.Errorf("%s: got %s %s: %s, want PreflightFailed", c.user, execution.status, execution.failure, execution.cause)
			}
			s.wantNobody(t, c.user)
		}
	}
	s.checkEnd(t)
}

// testNotReady has the preflight find what it looks for, and wants it to say what to do.
func (s *suite) testNotReady(t *testing.T) {
	answering := func(name, body string) kind {
		return kind{name: name, treat: func(x *exchange) {
			answer := x.handOn()
			answer.body = []byte(body)
			x.give(answer)
		}}
	}
	missing := kind{name: "missing", treat: refusing(map[string]wireError{
		"iam":   {http.StatusNotFound, "NoSuchEntity", "The group cannot be found."},
		"sesv2": {http.StatusNotFound, "NotFoundException", "Email identity does not exist."},
	})}
	for _, test := range []struct {
		state string
		kind  kind
		want  string
	}{
		{"GetAccount", answering("paused", `{"SendingEnabled": false}`),
			"SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"},
		{"GetEmailIdentity", answering("unverified", `{"VerifiedForSendingStatus": false}`),
			"the sender's SES identity " + sender + " is not verified: follow the link in the mail that AWS sent to the address, " +
				"or publish the DKIM records of the domain"},
		{"GetEmailIdentity", missing, "SES has no identity " + sender + " in this region: create it and have it verified"},
		{"GetGroup", missing, "IAM has no group " + groupName + ": create it, or deploy the stack again"},
	} {
		c := newCase(startNamed("fresh"), test.state, test.kind, forever)
		if execution := s.try(t, c); execution.failure != "PreflightFailed" || execution.cause != test.want {
			t.Errorf("%s: got %s: %s\nwant PreflightFailed: %s", c.user, execution.failure, execution.cause, test.want)
		}
		s.wantNobody(t, c.user)
	}
	s.checkEnd(t)
}

// testAborts stops the execution right before and right after each call takes effect.
func (s *suite) testAborts(t *testing.T, paths map[string][]string) {
	paths = maps.Clone(paths)
	for _, task := range s.machine.Tasks() {
		paths["fresh"] = append([]string{task.Name}, paths["fresh"]...)
	}
	aborts := []kind{
		{name: "abort-before", treat: func(x *exchange) {
			s.abort()
			x.give(x.handOn())
		}},
		{name: "abort-after", treat: func(x *exchange) {
			answer := x.handOn()
			s.abort()
			x.give(answer)
		}},
	}
	for _, start := range starts {
		for _, state := range paths[start.name] {
			for _, kind := range aborts {
				c := newCase(start, state, kind, 1)
				execution := s.try(t, c)
				if execution.status != types.ExecutionStatusAborted && c.fault.hit > 0 {
					t.Errorf("%s: got %s, want ABORTED", c.user, execution.status)
				}
			}
		}
	}
	time.Sleep(time.Second) // for calls of stopped executions that are still under way
	s.checkEnd(t)
}

// abort stops the execution that is running.
func (s *suite) abort() {
	ctx := context.Background() // of a call, not of the test
	running, err := s.sfn.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &s.stateMachine, StatusFilter: types.ExecutionStatusRunning,
	})
	if err != nil {
		return // the run does not end as ABORTED, which is reported
	}
	for _, execution := range running.Executions {
		s.aborted = true
		_, _ = s.sfn.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: execution.ExecutionArn})
	}
}

// testConsistency has IAM be as inconsistent as it is for some seconds after a change.
func (s *suite) testConsistency(t *testing.T) {
	refusal := func(name string, status int, code string) kind {
		return kind{name: name, passes: true, treat: refusingWith(func(call apiCall) wireError {
			return wireError{status, code, call.user + " is not yet what it will be"}
		})}
	}
	notFound := refusal("not-found", http.StatusNotFound, "NoSuchEntity")
	unmodifiable := refusal("unmodifiable", http.StatusConflict, "EntityTemporarilyUnmodifiable")
	lateTag := refusal("late-tag", http.StatusForbidden, "AccessDenied")
	concurrent := refusal("concurrent", http.StatusConflict, "ConcurrentModification")

	lists := map[bool][]*faultCase{}
	for _, late := range []struct {
		start, state string
		kind         kind
		calls        []int
	}{
		// A new user is not found by the calls that come next, nor by GetUser when the creation was not answered.
		{"fresh", "AddUserToGroup", notFound, []int{1, 3}},
		{"fresh", "CreateLoginProfile", notFound, []int{1, 3}},
		{"fresh", "TagUser complete", notFound, []int{1, 3}},
		{"created", "GetUser", notFound, []int{1, 3}},
		// A login profile is there, and is not found; it is found to be there, and cannot be changed yet.
		{"with-profile", "GetLoginProfile", notFound, []int{1, 3}},
		{"complete", "GetLoginProfile", notFound, []int{1, 3}},
		{"with-profile", "CreateLoginProfile", unmodifiable, []int{1, 3}},
		{"with-profile", "UpdateLoginProfile", unmodifiable, []int{1, 3}},
		{"fresh", "CreateUser", concurrent, []int{1, 3}},
		{"fresh", "TagUser complete", concurrent, []int{1, 3}},
		// The permission depends on a tag that was set just before.
		{"complete", "UpdateLoginProfile", lateTag, []int{1, 3}},
	} {
		for _, calls := range late.calls {
			c := newCase(startNamed(late.start), late.state, late.kind, calls)
			lists[c.start.resend] = append(lists[c.start.resend], c)
		}
	}
	for _, cases := range lists {
		s.try(t, cases...)
	}
	// Both at once: the creation is not answered, and the user is not found.
	lost := newCase(startNamed("fresh"), "CreateUser", kindNamed("cut"), 1)
	lost.user = "cut-and-not-found@example.net"
	s.proxy.inject(lost.user, &fault{on: inState("GetUser"), treat: notFound.treat, calls: 3})
	s.try(t, lost)
	s.checkEnd(t)
}

// testRefusals has calls be refused for what they say: where the policy became stricter since the preflight, where the
// sender lost its verification, and by an error that quotes the password.
func (s *suite) testRefusals(t *testing.T) {
	quoting := func(name string, quote func(password string) string) kind {
		return kind{name: name, treat: refusingWith(func(call apiCall) wireError {
			return wireError{http.StatusForbidden, "AccessDenied", "The value '" + quote(call.password) + "' is not allowed"}
		})}
	}
	quotes := []kind{
		quoting("quoted", func(password string) string { return password }),
		quoting("quoted-encoded", url.QueryEscape),
		quoting("quoted-in-part", func(password string) string { return password[:len(password)-3] }),
	}
	policy := kind{name: "policy", treat: refusing(map[string]wireError{
		"iam": {http.StatusBadRequest, "PasswordPolicyViolation", "Password should have a minimum length of 32"},
	})}
	unverified := kind{name: "unverified", treat: refusing(map[string]wireError{
		"sesv2": {http.StatusBadRequest, "MessageRejected", "Email address is not verified."},
	})}
	var cases []*faultCase
	for _, start := range []start{startNamed("fresh"), startNamed("with-profile")} {
		states := []string{"CreateLoginProfile"}
		if start.profile != nil {
			states = append(states, "UpdateLoginProfile")
		}
		for _, state := range states {
			cases = append(cases, casesOf(start, state, append(quotes, policy))...)
		}
		cases = append(cases, casesOf(start, "SendEmail", append(quotes, unverified))...)
	}
	s.try(t, cases...)
	s.checkEnd(t)
}

// testStricterPolicy has the policy of the account become stricter between the preflight and the use.
func (s *suite) testStricterPolicy(t *testing.T) {
	const minimum = 32
	stricter := kind{name: "stricter", treat: func(x *exchange) {
		if _, err := s.iam.UpdateAccountPasswordPolicy(x.r.Context(), &iam.UpdateAccountPasswordPolicyInput{
			MinimumPasswordLength: aws.Int32(minimum),
		}); err != nil {
			t.Error(err)
		}
		x.give(x.handOn())
	}}
	defer func() {
		if _, err := s.iam.DeleteAccountPasswordPolicy(t.Context(), &iam.DeleteAccountPasswordPolicyInput{}); err != nil {
			t.Error(err)
		}
	}()
	c := newCase(startNamed("fresh"), "AddUserToGroup", stricter, 1)
	execution := s.try(t, c)
	if got := s.report(t, execution).Users[0]; got.Error != "Iam.PasswordPolicyViolationException" {
		t.Errorf("got %+v, want PasswordPolicyViolation", got)
	}
	s.checkEnd(t)
	if got := len(s.user(t, c.user).LoginProfile.Password); got != minimum {
		t.Errorf("got a password of %d characters, want %d", got, minimum)
	}
}

// testDraws has passwords be drawn that the policy of the account does not allow.
func (s *suite) testDraws(t *testing.T) {
	without := func(name, class, instead string) kind {
		return kind{name: "without-" + name, passes: true, treat: s.redrawn(func(password string) string {
			return strings.Map(func(char rune) rune {
				if strings.ContainsRune(class, char) {
					return rune(instead[0])
				}
				return char
			}, password)
		})}
	}
	draws := []kind{
		without("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "u"),
		without("lower", "abcdefghijklmnopqrstuvwxyz", "L"),
		without("digit", "0123456789", "d"),
		without("symbol", "!@#$%^&*()_+-=[]{}|'", "s"),
		{name: "short", passes: true, treat: s.redrawn(func(password string) string { return password[:7] })},
	}
	for _, c := range casesOf(startNamed("fresh"), "GetRandomPassword", draws) {
		execution := s.try(t, c)
		if c.calls != forever || c.fault.hit == 0 {
			continue
		}
		if want := s.child.MaxDraws(); c.fault.hit != want {
			t.Errorf("%s: got %d draws, want %d", c.user, c.fault.hit, want)
		}
		if execution.status == types.ExecutionStatusSucceeded {
			t.Errorf("%s: the run succeeded", c.user)
		}
	}
	s.checkEnd(t)
}

// testTwice has a whole second run of a user happen within the first one, right before and right after each of its calls
// takes effect: the worst that can come of a child that Step Functions runs twice. Whatever the order, the password that is
// set has been mailed, and a run that resends ends with it in the last mail.
func (s *suite) testTwice(t *testing.T) {
	// The calls of the first run wait for all of the second.
	patient := localaws.Pace{Factor: pace.Factor, LeastTimeout: time.Minute}
	if err := s.SetPace(t.Context(), patient); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.SetPace(context.Background(), pace); err != nil {
			t.Error(err)
		}
	}()
	fresh := startNamed("fresh")
	for _, state := range s.child.PathOfNewUser() {
		for _, kind := range []kind{
			{name: "run-before", treat: func(x *exchange) {
				s.account.run(t, s.input([]string{x.user}, false))
				x.give(x.handOn())
			}},
			{name: "run-after", treat: func(x *exchange) {
				answer := x.handOn()
				s.account.run(t, s.input([]string{x.user}, false))
				x.give(answer)
			}},
		} {
			c := newCase(fresh, state, kind, 1)
			if s.namesNobody(state) {
				user := c.user
				treat := c.fault.treat
				c.fault.treat = func(x *exchange) {
					x.user = user
					treat(x)
				}
			}
			s.tryTwice(t, c)
		}
	}
	s.order = nil
}

func (s *suite) tryTwice(t *testing.T, c *faultCase) {
	t.Helper()
	names := s.prepare(t, []*faultCase{c})
	execution, calls := s.run(t, names, false)
	s.checkBounds(t, calls, 2)
	if c.fault.hit == 0 {
		t.Errorf("%s: the run did not happen twice", c.user)
	}
	s.note(c.state, c.kind.name, c.calls)
	for name := range bystanders {
		s.checkUntouched(t, name, s.mails(t))
	}
	s.checkSecrecy(t, execution)
	user := s.user(t, c.user)
	mailed := slices.ContainsFunc(s.mails(t)[c.user], func(mail localaws.Mail) bool {
		return user.LoginProfile != nil && mailedPassword(mail) == user.LoginProfile.Password
	})
	if !mailed {
		t.Errorf("%s: the password that is set was not mailed", c.user)
	}
	if again, _ := s.run(t, names, true); again.status != types.ExecutionStatusSucceeded {
		t.Errorf("%s: the run that resends ended as %s: %s", c.user, again.status, again.cause)
	}
	if problem := s.notOnboarded(t, c.user, s.mails(t)); problem != "" {
		t.Errorf("%s: after a run that resends %s", c.user, problem)
	}
}

// redrawn answers with a password made from the one that was drawn.
func (s *suite) redrawn(change func(password string) string) treatment {
	return func(x *exchange) {
		answer := x.handOn()
		password, _ := drawn(x.api, answer.body)
		changed := change(password)
		s.proxy.remember(changed)
		answer.body = fmt.Appendf(nil, `{"RandomPassword": %q}`, changed)
		x.give(answer)
	}
}

// demanded are the faults that each call of the definition must have had.
var demanded = []string{
	"throttled", "throttled for ever", "broken", "broken for ever", "denied", "denied for ever", "cut", "cut for ever",
	"lost", "lost for ever", "hung", "hung for ever", "abort-before", "abort-after",
}

// alsoDemanded are the faults of some calls.
var alsoDemanded = map[string][]string{
	"GetAccount":         {"paused for ever"},
	"GetEmailIdentity":   {"unverified for ever", "missing for ever"},
	"GetGroup":           {"missing for ever"},
	"CreateUser":         {"concurrent", "run-before", "run-after"},
	"GetUser":            {"not-found"},
	"GetLoginProfile":    {"not-found"},
	"AddUserToGroup":     {"not-found", "stricter", "run-before", "run-after"},
	"GetRandomPassword":  {"without-symbol", "without-symbol for ever", "short", "run-before", "run-after"},
	"CreateLoginProfile": {"not-found", "policy for ever", "quoted for ever", "quoted-in-part for ever", "run-before", "run-after"},
	"UpdateLoginProfile": {"unmodifiable", "late-tag", "quoted for ever"},
	"SendEmail":          {"unverified for ever", "quoted for ever", "quoted-encoded for ever", "run-before", "run-after"},
	"TagUser complete":   {"not-found", "run-before", "run-after"},
}

// wantEveryFault wants each call of the definition to have gone wrong in each way, and tells how many faults that were.
func (s *suite) wantEveryFault(t *testing.T) {
	t.Helper()
	wanted, tried := 0, 0
	for _, task := range append(s.machine.Tasks(), s.child.Tasks()...) {
		for _, name := range slices.Concat(demanded, alsoDemanded[task.Name]) {
			wanted++
			if s.tried[task.Name][name] == 0 {
				t.Errorf("%s was not tried: %s", task.Name, name)
			}
		}
	}
	for _, faults := range s.tried {
		for _, count := range faults {
			tried += count
		}
	}
	fmt.Printf("faults tried: %d, of which the calls of the definition demand %d\n", tried, wanted)
}
