package cli_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

var (
	unused = &iamtypes.LoginProfile{PasswordResetRequired: true, CreateDate: aws.Time(time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC))}
	// madeLater is the login profile of a resend to a user that had none any more.
	madeLater = &iamtypes.LoginProfile{PasswordResetRequired: true, CreateDate: aws.Time(time.Date(2026, 11, 26, 6, 0, 0, 0, time.UTC))}

	chosen = &iamtypes.LoginProfile{CreateDate: unused.CreateDate}
)

// everyState has users in each state, in no order, and others that are not users of the state machine.
func everyState() fakeUsers {
	const issued = "2026-11-25T07:12:13Z"
	return fakeUsers{ours: []fakeUser{
		{name: "Zoe", tag: "complete", issued: issued, profile: unused, groups: []string{"NoAuthority"}},
		{name: "by-hand", profile: unused},
		{name: "by-another", tag: "mine", profile: unused},
		{name: "of-another-stack", path: "/onboarded/other/", tag: "complete", profile: unused},
		{name: "gone", tag: "complete", isGone: true},
		{name: "ada", tag: "complete", issued: issued, profile: chosen, devices: 1, groups: []string{"NoAuthority", "Staff"},
			lastSignIn: time.Date(2026, 11, 25, 23, 30, 0, 0, time.UTC)},
		{name: "bob", tag: "pending", issued: issued},
		{name: "cy", tag: "pending", issued: issued, profile: unused},
		{name: "dee", tag: "pending", issued: issued, profile: chosen},
		{name: "eve", tag: "expired", issued: issued},
		{name: "fay", tag: "expired", issued: issued, profile: unused},
		{name: "gus", tag: "expired", issued: issued, profile: chosen},
		{name: "hal", tag: "complete", issued: issued, lastSignIn: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)},
		{name: "ida", tag: "complete", profile: unused},
		{name: "kim", tag: "complete", issued: issued, profile: unused, lastSignIn: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)},
		{name: "lou", tag: "expired", issued: issued, profile: unused, lastSignIn: time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)},
		{name: "mia", tag: "complete", issued: issued, profile: madeLater, lastSignIn: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)},
		{name: "jo", tag: "complete", issued: "yesterday", profile: chosen},
	}}
}

func TestUsers(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.FixedZone("EET", 2*60*60)
	const summary = "14 users: 2 incomplete (run the same list again), 3 waiting for the first sign-in, 6 signed in, " +
		"2 expired (mail a new password with onboard resend), 1 without a password (the login profile was deleted)\n"
	tests := map[string]struct {
		definition string
		args       []string
		want       string
	}{
		"all": {expiring, nil, `USER  STATE       PASSWORD ISSUED       WORKS UNTIL           LAST SIGN-IN
ada   SignedIn    2026-11-25 09:12 EET  -                     2026-11-26 01:30 EET
bob   Incomplete  2026-11-25 09:12 EET  -                     -
cy    Incomplete  2026-11-25 09:12 EET  2026-11-28 09:12 EET  -
dee   SignedIn    2026-11-25 09:12 EET  -                     -
eve   Expired     2026-11-25 09:12 EET  -                     -
fay   Expired     2026-11-25 09:12 EET  -                     -
gus   SignedIn    2026-11-25 09:12 EET  -                     -
hal   NoPassword  2026-11-25 09:12 EET  -                     2026-11-25 10:00 EET
ida   Waiting     -                     2026-11-23 08:00 EET  -
jo    SignedIn    -                     -                     -
kim   SignedIn    2026-11-25 09:12 EET  -                     2026-11-25 10:00 EET
lou   SignedIn    2026-11-25 09:12 EET  -                     2026-11-25 10:00 EET
mia   Waiting     2026-11-25 09:12 EET  2026-11-29 08:00 EET  2026-11-24 10:00 EET
Zoe   Waiting     2026-11-25 09:12 EET  2026-11-28 09:12 EET  -
` + summary},
		"who has not signed in, with details": {definition, []string{"--waiting", "--groups", "--mfa"}, `USER  STATE       PASSWORD ISSUED       WORKS UNTIL  LAST SIGN-IN          GROUPS       MFA
bob   Incomplete  2026-11-25 09:12 EET  -            -                     -            no
cy    Incomplete  2026-11-25 09:12 EET  -            -                     -            no
eve   Expired     2026-11-25 09:12 EET  -            -                     -            no
fay   Expired     2026-11-25 09:12 EET  -            -                     -            no
ida   Waiting     -                     -            -                     -            no
mia   Waiting     2026-11-25 09:12 EET  -            2026-11-24 10:00 EET  -            no
Zoe   Waiting     2026-11-25 09:12 EET  -            -                     NoAuthority  no
7 users: 2 incomplete (run the same list again), 3 waiting for the first sign-in, 2 expired (mail a new password with onboard resend)
`},
		"as CSV": {expiring, []string{"-o", "csv"}, `user_name,state,issued,valid_until,last_sign_in
ada,SignedIn,2026-11-25T07:12:13Z,,2026-11-25T23:30:00Z
bob,Incomplete,2026-11-25T07:12:13Z,,
cy,Incomplete,2026-11-25T07:12:13Z,2026-11-28T07:12:13Z,
dee,SignedIn,2026-11-25T07:12:13Z,,
eve,Expired,2026-11-25T07:12:13Z,,
fay,Expired,2026-11-25T07:12:13Z,,
gus,SignedIn,2026-11-25T07:12:13Z,,
hal,NoPassword,2026-11-25T07:12:13Z,,2026-11-25T08:00:00Z
ida,Waiting,,2026-11-23T06:00:00Z,
jo,SignedIn,,,
kim,SignedIn,2026-11-25T07:12:13Z,,2026-11-25T08:00:00Z
lou,SignedIn,2026-11-25T07:12:13Z,,2026-11-25T08:00:00Z
mia,Waiting,2026-11-25T07:12:13Z,2026-11-29T06:00:00Z,2026-11-24T08:00:00Z
Zoe,Waiting,2026-11-25T07:12:13Z,2026-11-28T07:12:13Z,
`},
		"as CSV, with details": {expiring, []string{"-o", "csv", "--mfa", "--groups"}, `user_name,state,issued,valid_until,last_sign_in,groups,mfa
ada,SignedIn,2026-11-25T07:12:13Z,,2026-11-25T23:30:00Z,NoAuthority Staff,true
bob,Incomplete,2026-11-25T07:12:13Z,,,,false
`},
		"as JSON": {expiring, []string{"-o", "json", "--mfa", "--groups"}, `{
  "Users": [
    {
      "UserName": "ada",
      "State": "SignedIn",
      "Issued": "2026-11-25T07:12:13Z",
      "LastSignIn": "2026-11-25T23:30:00Z",
      "Groups": [
        "NoAuthority",
        "Staff"
      ],
      "HasMFA": true
    },
    {
      "UserName": "bob",
      "State": "Incomplete",
      "Issued": "2026-11-25T07:12:13Z",
      "HasMFA": false
    },
`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: fakePreflight{definition: test.definition, fakeUsers: everyState()}}
			got := runWith(t, fake, "", append([]string{"users"}, test.args...)...)
			if strings.Contains(name, "JSON") || strings.Contains(name, "CSV, with") {
				got.Stdout = got.Stdout[:min(len(got.Stdout), len(test.want))]
			}
			expect(t, got, result{test.want, "", 0})
		})
	}
}

func TestUsersOfNobody(t *testing.T) {
	for output, want := range map[string]string{
		"table": "0 users\n", "csv": "user_name,state,issued,valid_until,last_sign_in\n", "json": "{\n  \"Users\": []\n}\n",
	} {
		expect(t, runWith(t, &fakeAWS{}, "", "users", "-o", output), result{want, "", 0})
	}
}

func TestUsersRefused(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDenied", Message: "not you"}
	const why = ": AccessDenied: not you: ask an administrator of the account for this permission\n"
	for want, fake := range map[string]fakePreflight{
		"read the definition of " + machineARN: {machineErr: denied},
		"list the users below /onboarded/":     {fakeUsers: fakeUsers{listErr: denied}},
		"read the user ada":                    {fakeUsers: fakeUsers{userErr: denied}},
		"read the login profile of ada":        {fakeUsers: fakeUsers{profileErr: denied}},
		"list the groups of ada":               {fakeUsers: fakeUsers{groupsErr: denied}},
		"list the MFA devices of ada":          {fakeUsers: fakeUsers{mfaErr: denied}},
	} {
		fake.ours = []fakeUser{{name: "ada", tag: "complete", profile: unused}}
		got := runWith(t, &fakeAWS{preflight: fake}, "", "users", "--groups", "--mfa")
		expect(t, got, result{"", "onboard: " + want + why, 3})
	}
}

// slowUsers answers GetUser after a second, and counts the calls that wait.
type slowUsers struct {
	*fakePreflight
	mu          sync.Mutex
	asked, most int
}

func (s *slowUsers) GetUser(ctx context.Context, in *iam.GetUserInput, options ...func(*iam.Options)) (*iam.GetUserOutput, error) {
	s.count(1)
	defer s.count(-1)
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return s.fakePreflight.GetUser(ctx, in, options...)
}

func (s *slowUsers) count(change int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked += change
	s.most = max(s.most, s.asked)
}

// manyUsers returns an app with slow users.
func manyUsers(count int, app cli.App) (cli.App, *slowUsers) {
	slow := &slowUsers{fakePreflight: &fakePreflight{}}
	for i := range count {
		slow.ours = append(slow.ours, fakeUser{name: strings.Repeat("u", i+1), tag: "complete", profile: chosen})
	}
	app.Connect = func(context.Context, string, string, func() (string, error)) (*operator.Clients, error) {
		return &operator.Clients{Stacks: &fakeAWS{}, Machines: slow, Users: slow}, nil
	}
	return app, slow
}

// TestUsersAreReadAFewAtATime checks how many users the command reads at the same time, and the progress in a log.
func TestUsersAreReadAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr strings.Builder
		app, slow := manyUsers(100, cli.App{Stdout: &stdout, Stderr: &stderr})
		code := app.Run(t.Context(), []string{"users"})
		if most := slow.most; code != 0 || most != 5 || !strings.HasSuffix(stdout.String(), "\n100 users: 100 signed in\n") {
			t.Errorf("got the exit code %d, %d users at a time, want 5, and\n%s", code, most, &stdout)
		}
		if want := "reading users: 16 of 100\nreading users: 71 of 100\n"; stderr.String() != want {
			t.Errorf("got the progress\n%s\nwant\n%s", &stderr, want)
		}
	})
}

func TestUsersInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var stdout, stderr strings.Builder
		app, _ := manyUsers(100, cli.App{Stdout: &stdout, Stderr: &stderr})
		ctx, interrupt := context.WithCancel(t.Context())
		time.AfterFunc(1500*time.Millisecond, interrupt)
		code := app.Run(ctx, []string{"users"})
		expect(t, result{stdout.String(), stderr.String(), code}, result{"", "onboard: interrupted\n", 1})
	})
}
