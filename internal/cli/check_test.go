package cli_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// fakePreflight answers the calls of check --aws. With its zero value, everything is ready.
type fakePreflight struct {
	definition                        string // default: [definition]
	machineErr                        error
	sendingOff, sandbox               bool
	quota                             *sestypes.SendQuota
	accountErr                        error
	unverified                        bool
	identityErr, groupErr, policyErr  error
	users                             [][]iamtypes.User // the pages of ListUsers
	usersErr                          error
	groupPath                         string // of the group NoAuthority, as in teams/
	askedForIdentity, askedForMachine string
	fakeSuppression
	fakeUsers
	fakeMails
}

// definition has the part of a definition that the command reads: the settings, with the groups NoAuthority and Staff.
const definition = `{"States": {"Settings": {"Assign": {"settings": {"SenderIdentity": "example.com", "UserPath": "/onboarded/", "MailsPerUser": 1, "Languages": ["en", "ja"],
	"Groups": [{"Name": "NoAuthority", "Arn": "arn:aws:iam::123456789012:group/NoAuthority"},
		{"Name": "Staff", "Arn": "arn:aws:iam::123456789012:group/Staff"}]}}}}}`

// expiring is the definition of a state machine whose first passwords expire.
var expiring = strings.Replace(definition, `"MailsPerUser": 1`, `"MailsPerUser": 1, "ValidityHours": 72`, 1)

var twoMails = strings.Replace(definition, `"MailsPerUser": 1`, `"MailsPerUser": 2`, 1)

func (f *fakePreflight) DescribeStateMachine(_ context.Context, in *sfn.DescribeStateMachineInput, _ ...func(*sfn.Options)) (*sfn.DescribeStateMachineOutput, error) {
	f.askedForMachine = *in.StateMachineArn
	text := definition
	if f.definition != "" {
		text = f.definition
	}
	return &sfn.DescribeStateMachineOutput{Definition: &text}, f.machineErr
}

func (f *fakePreflight) GetAccount(context.Context, *sesv2.GetAccountInput, ...func(*sesv2.Options)) (*sesv2.GetAccountOutput, error) {
	return &sesv2.GetAccountOutput{SendingEnabled: !f.sendingOff, ProductionAccessEnabled: !f.sandbox, SendQuota: f.quota,
		SuppressionAttributes: f.accountAttributes()}, f.accountErr
}

func (f *fakePreflight) GetEmailIdentity(_ context.Context, in *sesv2.GetEmailIdentityInput, _ ...func(*sesv2.Options)) (*sesv2.GetEmailIdentityOutput, error) {
	f.askedForIdentity = *in.EmailIdentity
	return &sesv2.GetEmailIdentityOutput{VerifiedForSendingStatus: !f.unverified, ConfigurationSetName: f.defaultSet}, f.identityErr
}

func (f *fakePreflight) ListUsers(ctx context.Context, in *iam.ListUsersInput, _ ...func(*iam.Options)) (*iam.ListUsersOutput, error) {
	if f.usersErr != nil {
		return nil, f.usersErr
	}
	if len(f.users) == 0 {
		return f.fakeUsers.ListUsers(ctx, in)
	}
	page, _ := strconv.Atoi(aws.ToString(in.Marker))
	out := &iam.ListUsersOutput{Users: f.users[page]}
	if page+1 < len(f.users) {
		out.Marker, out.IsTruncated = aws.String(strconv.Itoa(page+1)), true
	}
	return out, nil
}

func (f *fakePreflight) GetGroup(_ context.Context, in *iam.GetGroupInput, _ ...func(*iam.Options)) (*iam.GetGroupOutput, error) {
	if f.groupErr != nil {
		return nil, f.groupErr
	}
	path := ""
	if *in.GroupName == "NoAuthority" {
		path = f.groupPath
	}
	arn := "arn:aws:iam::123456789012:group/" + path + *in.GroupName
	return &iam.GetGroupOutput{Group: &iamtypes.Group{Arn: &arn}}, nil
}

func (f *fakePreflight) GetAccountPasswordPolicy(context.Context, *iam.GetAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error) {
	return &iam.GetAccountPasswordPolicyOutput{PasswordPolicy: &iamtypes.PasswordPolicy{MinimumPasswordLength: aws.Int32(14)}}, f.policyErr
}

func TestCheckNeedsNoAWS(t *testing.T) {
	for list, want := range map[string]string{
		addresses(3):  "3 users, no problems\n" + mails(3) + notChecked,
		addresses(23): "23 users, no problems\n" + mails(20) + "  and 3 more\n" + notChecked,
		"email,group,language\na@example.com,Staff,ja\nb@example.com,,\nc@example.com,Admins,ja\nd@example.com,Staff,\n": "4 users, no problems\n" +
			"  a@example.com: mail to a@example.com, group Staff, language ja\n  b@example.com: mail to b@example.com, default group, default language\n" +
			"  c@example.com: mail to c@example.com, group Admins, language ja\n  d@example.com: mail to d@example.com, group Staff, default language\n" +
			"not checked without --aws: whether the list may name 2 groups (Admins and Staff) and 1 language (ja), and whether AWS is ready for the list\n",
	} {
		fake := &fakeAWS{interruptOn: connecting}
		got := runWith(t, fake, list, "check", "-")
		expect(t, got, result{"standard input: " + want, "", 0})
	}
}

// mails returns what the command shows of the first users of [addresses].
func mails(users int) string {
	var lines strings.Builder
	for i := range users {
		fmt.Fprintf(&lines, "  user-%d@example.com: mail to user-%[1]d@example.com, default group, default language\n", i)
	}
	return lines.String()
}

const notChecked = "not checked without --aws: whether AWS is ready for the list\n"

func TestCheckWithAWS(t *testing.T) {
	const (
		list     = "ok       standard input: 2 users, no problems\nok       a first password does not expire\n"
		sends    = "ok       SES sends from this account\n"
		outside  = "ok       SES is out of its sandbox, and mails any address\n"
		none     = "ok       SES suppresses none of the addresses\n"
		verified = "ok       the sender's SES identity example.com is verified\n" + none
		groups   = "ok       the group NoAuthority exists\nok       the group Staff exists\n"
		policy   = "ok       the password policy of the account can be read: passwords have at least 14 characters\n"
		one      = "onboard: 1 problem to fix before you run the list\n"
		askAdmin = "AccessDeniedException: not you: ask an administrator of the account for this permission"
	)
	unknownMachine := result{"", "onboard: this command does not know the state machine " + machineARN + ": check --stack and --state-machine\n", 3}
	tests := map[string]struct {
		aws  fakePreflight
		want result
	}{
		"everything is ready": {fakePreflight{}, result{list + sends + outside + verified + groups + policy, "", 0}},
		"enough quota": {
			fakePreflight{quota: &sestypes.SendQuota{Max24HourSend: 200, SentLast24Hours: 198}},
			result{list + sends + outside + "ok       SES sends 2 more mails within 24 hours, and the list needs 2 mails for 2 users\n" + verified + groups + policy, "", 0},
		},
		"two mails for each user": {
			fakePreflight{definition: twoMails, quota: &sestypes.SendQuota{Max24HourSend: 200, SentLast24Hours: 197}},
			result{list + sends + outside + "problem  SES sends 3 more mails within 24 hours, and the list needs 4 mails for 2 users: request a higher quota, " +
				"or run the same list again each day until every user is onboarded\n" + verified + groups + policy, one, 1},
		},
		"more mails sent than a lowered quota allows": {
			fakePreflight{quota: &sestypes.SendQuota{Max24HourSend: 200, SentLast24Hours: 300}},
			result{list + sends + outside + "problem  SES sends 0 more mails within 24 hours, and the list needs 2 mails for 2 users: request a higher quota, " +
				"or run the same list again each day until every user is onboarded\n" + verified + groups + policy, one, 1},
		},
		"no limit": {
			fakePreflight{quota: &sestypes.SendQuota{Max24HourSend: -1, SentLast24Hours: 198}},
			result{list + sends + outside + verified + groups + policy, "", 0},
		},
		"too little quota, in the sandbox": {
			fakePreflight{sandbox: true, quota: &sestypes.SendQuota{Max24HourSend: 200, SentLast24Hours: 199}},
			result{list + sends +
				"warning  SES is in its sandbox, and mails only verified addresses: request production access in the SES console, Account dashboard\n" +
				"problem  SES sends 1 more mail within 24 hours, and the list needs 2 mails for 2 users: request a higher quota, " +
				"or run the same list again each day until every user is onboarded\n" + verified + groups + policy, one, 1},
		},
		"the sandbox alone": {
			fakePreflight{sandbox: true},
			result{list + sends +
				"warning  SES is in its sandbox, and mails only verified addresses: request production access in the SES console, Account dashboard\n" +
				verified + groups + policy, "", 0},
		},
		"nothing is ready": {
			fakePreflight{sendingOff: true, unverified: true, groupErr: &iamtypes.NoSuchEntityException{}, policyErr: &iamtypes.NoSuchEntityException{}},
			result{list +
				"problem  SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again\n" + outside +
				"problem  the sender's SES identity example.com is not verified: follow the link in the mail that AWS sent to the address, " +
				"or publish the DKIM records of the domain\n" + none +
				"problem  IAM has no group NoAuthority: create it, or deploy the stack again\n" +
				"problem  IAM has no group Staff: create it, or deploy the stack again\n" +
				"ok       the account has no password policy of its own: passwords satisfy IAM's default policy\n",
				"onboard: 4 problems to fix before you run the list\n", 1},
		},
		"no identity": {
			fakePreflight{identityErr: &sestypes.NotFoundException{}},
			result{list + sends + outside +
				"problem  SES has no identity example.com in this region: create it and have it verified\n" + none + groups + policy, one, 1},
		},
		"nothing is permitted": {
			fakePreflight{accountErr: denied, identityErr: denied, groupErr: denied, policyErr: denied},
			result{list + "problem  read the SES account: " + askAdmin + "\nproblem  read the SES identity example.com: " + askAdmin +
				"\nwarning  could not check which addresses SES suppresses: read the SES identity example.com (ses:GetEmailIdentity): " + askAdmin +
				"\nproblem  read the group NoAuthority: " + askAdmin + "; if the group has a path, or its name has another letter case, " +
				"configure the group by the ARN that IAM shows, and deploy the stack\nproblem  read the password policy: " + askAdmin + "\n",
				"onboard: 4 problems to fix before you run the list\n", 3},
		},
		"the group has a path": {
			fakePreflight{groupPath: "teams/"},
			result{list + sends + outside + verified +
				"problem  the group NoAuthority is arn:aws:iam::123456789012:group/teams/NoAuthority, but the role of the state machine may use " +
				"arn:aws:iam::123456789012:group/NoAuthority alone: configure the group by the ARN that IAM shows, and deploy the stack\n" +
				"ok       the group Staff exists\n" + policy, one, 1},
		},
		"the definition is not permitted": {
			fakePreflight{machineErr: denied}, result{"", "onboard: read the definition of " + machineARN + ": " + askAdmin + "\n", 3},
		},
		"another state machine": {fakePreflight{definition: `{"States": {}}`}, unknownMachine},
		"a state machine that mails nobody": {
			fakePreflight{definition: strings.Replace(definition, `"MailsPerUser": 1`, `"MailsPerUser": 0`, 1)}, unknownMachine,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: test.aws}
			got := runWith(t, fake, addresses(2), "check", "-", "--aws")
			expect(t, got, test.want)
			if fake.started != nil {
				t.Error("started an execution")
			}
		})
	}
}

// TestCheckOfSweeps checks that the command warns if nothing withdraws first passwords that nobody used.
func TestCheckOfSweeps(t *testing.T) {
	now := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // in a bubble of synctest
	ended := func(ago time.Duration) []types.ExecutionListItem {
		return []types.ExecutionListItem{{Status: types.ExecutionStatusSucceeded, StopDate: aws.Time(now.Add(-ago))}}
	}
	both := map[string]string{"StateMachineArn": machineARN, "PasswordExpiryArn": sweepMachine}
	for name, test := range map[string]struct {
		aws  fakeAWS
		args []string
		want string
	}{
		"a sweep has succeeded": {fakeAWS{stackOutputs: both, executions: ended(3*time.Hour + time.Minute)}, nil,
			"ok       a first password works for 72 hours; a sweep withdrew unused ones 3 hours ago\n"},
		"no sweep succeeds any more": {fakeAWS{stackOutputs: both, executions: ended(50*time.Hour + time.Minute)}, nil,
			"warning  a first password works for 72 hours, but the last sweep that withdrew unused ones ended 50 hours ago. " +
				"One is due every 6 hours: see onboard list --sweeps\n"},
		"no sweep has run": {fakeAWS{stackOutputs: both}, nil,
			"ok       a first password works for 72 hours; no sweep for unused ones has run yet, and one is due every 6 hours\n"},
		"no sweep has succeeded": {fakeAWS{stackOutputs: both, executions: []types.ExecutionListItem{{Status: types.ExecutionStatusFailed}}}, nil, "warning  a first password works for 72 hours, " +
			"but no sweep has withdrawn unused ones yet. One is due every 6 hours: see onboard list --sweeps\n"},
		"a refusal": {fakeAWS{stackOutputs: both, listErr: errors.New("no")}, nil, "warning  a first password works for 72 hours; " +
			"it is not known when a sweep last withdrew unused ones: list the executions of " + sweepMachine},
		"a state machine without its stack": {fakeAWS{}, []string{"--state-machine", machineARN}, "ok       a first password works for 72 hours\n"},
	} {
		t.Run(name, func(t *testing.T) {
			test.aws.preflight = fakePreflight{definition: expiring}
			got := runWith(t, &test.aws, addresses(2), append([]string{"check", "-", "--aws"}, test.args...)...)
			if !strings.Contains(got.Stdout, "\n"+test.want) || got.Code != 0 {
				t.Errorf("got %d:\n%s\nwant the line\n%s", got.Code, got.Stdout, test.want)
			}
		})
	}
}

func TestCheckOfGroupsWithAWS(t *testing.T) {
	fake := &fakeAWS{}
	got := runWith(t, fake, "email,group,language\nada@example.com,Staff,ja\nbob@example.com,Admins,fr\n", "check", "-", "--aws")
	want := `problem  standard input:3: must have a Group out of NoAuthority, Staff, got: "Admins"; must have a Language out of en, ja, got: "fr"
ok       a first password does not expire
ok       SES sends from this account
ok       SES is out of its sandbox, and mails any address
ok       the sender's SES identity example.com is verified
ok       SES suppresses none of the addresses
ok       the group NoAuthority exists
ok       the group Staff exists
ok       the password policy of the account can be read: passwords have at least 14 characters
`
	expect(t, got, result{want, "onboard: 1 problem to fix before you run the list\n", 2})
	if fake.preflight.askedForMachine != machineARN || fake.preflight.askedForIdentity != "example.com" {
		t.Errorf("asked for the state machine %s and the identity %s", fake.preflight.askedForMachine, fake.preflight.askedForIdentity)
	}
}

func TestCheckOfManyWrongGroups(t *testing.T) {
	list := "email,group\n"
	for i := range 10_000 {
		list += fmt.Sprintf("user-%d@example.com,Admins\n", i)
	}
	got := runWith(t, &fakeAWS{}, list, "check", "-", "--aws")
	if wrong := strings.Count(got.Stdout, "must have a Group out of"); wrong != 20 || got.Code != 2 {
		t.Errorf("got %d lines about groups and the exit code %d, want 20 and 2", wrong, got.Code)
	}
	if want := "\nproblem  standard input: 9980 more users name a group or a language that is not allowed\n"; !strings.Contains(got.Stdout, want) {
		t.Errorf("stdout lacks %q, got: %s", want, got.Stdout)
	}
}
