package cli_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-sdk-go-v2/aws"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// The parts of a finding about a suppressed address.
const (
	remove   = "correct the address, or remove it from SES's suppression list; then run the list, and use onboard resend for a user who was onboarded before; the command that removes it: "
	removal  = "aws sesv2 delete-suppressed-destination --email-address "
	region   = " --region eu-west-1"
	notFound = "could not check which addresses SES suppresses"
	askAdmin = "AccessDeniedException: not you: ask an administrator of the account for this permission"
)

func TestCheckFindsSuppressedAddresses(t *testing.T) {
	const (
		list = "ada@example.com\nBob@example.com\n"
		none = "ok       SES suppresses none of the addresses\n"
		off  = "ok       SES's suppression list is off for these mails\n"
		ada  = "problem  standard input:1: SES does not deliver to ada@example.com, because an earlier mail to it bounced: " +
			remove + removal + "ada@example.com" + region + "\n"
		bob = "problem  standard input:2: SES does not deliver to Bob@example.com, because an earlier mail to it was reported as spam: " +
			remove + removal + "Bob@example.com" + region + "\n"
	)
	nothing := []sestypes.SuppressionListReason{}
	both := []sestypes.SuppressedDestinationSummary{onList("Bob@example.com", complaint), onList("ada@example.com", bounce)}
	options := func(reasons ...sestypes.SuppressionListReason) map[string]*sestypes.SuppressionOptions {
		return map[string]*sestypes.SuppressionOptions{"mails": {SuppressedReasons: reasons}}
	}
	mails := aws.String("mails")
	tests := map[string]struct {
		ses  fakeSuppression
		want string // between the findings of the sender and the groups
	}{
		"none":              {fakeSuppression{}, none},
		"others":            {fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("eve@example.com", bounce)}}, none},
		"both":              {fakeSuppression{suppressed: both}, ada + bob},
		"on the third page": {fakeSuppression{suppressed: both[:1], others: 2500}, bob},
		"in another letter case, twice": {
			fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("ADA@example.com", bounce), onList("Ada@example.com", bounce)}},
			strings.Replace(ada, "address ada", "address ADA", 1) + strings.Replace(ada, "address ada", "address Ada", 1),
		},
		"for a reason that is not known":           {fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("ada@example.com", "WHIM")}}, none},
		"bounces do not count":                     {fakeSuppression{suppressed: both, reasons: &[]sestypes.SuppressionListReason{complaint}}, bob},
		"off":                                      {fakeSuppression{suppressed: both, reasons: &nothing}, off},
		"an account that says nothing":             {fakeSuppression{suppressed: both, noAttributes: true}, ada + bob},
		"a configuration set that says nothing":    {fakeSuppression{suppressed: both, defaultSet: mails, sets: options()}, ada + bob},
		"a configuration set without options":      {fakeSuppression{suppressed: both, defaultSet: mails, sets: map[string]*sestypes.SuppressionOptions{"mails": nil}}, ada + bob},
		"a configuration set for complaints":       {fakeSuppression{suppressed: both, defaultSet: mails, sets: options(complaint)}, bob},
		"a configuration set that switches it off": {fakeSuppression{suppressed: both, defaultSet: mails, sets: options([]sestypes.SuppressionListReason{}...)}, off},
		"a configuration set that switches it on":  {fakeSuppression{suppressed: both, defaultSet: mails, sets: options(bounce), reasons: &nothing}, ada},
		"the list is not permitted":                {fakeSuppression{listErr: denied}, "warning  " + notFound + ": read the suppression list (ses:ListSuppressedDestinations): " + askAdmin + "\n"},
		"the configuration set is not permitted":   {fakeSuppression{defaultSet: mails, setErr: denied}, "warning  " + notFound + ": read the configuration set mails (ses:GetConfigurationSet): " + askAdmin + "\n"},
		"a long list, and a denied address":        {fakeSuppression{others: 6000, getErr: denied}, "warning  " + notFound + ": look up ada@example.com on the suppression list (ses:GetSuppressedDestination): " + askAdmin + "\n"},
		"on a list that is too long to read":       {fakeSuppression{suppressed: both, others: 6000}, ada + bob},
		"in lower case on a list too long to read": {fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("bob@example.com", complaint)}, others: 6000}, strings.Replace(bob, "address Bob", "address bob", 1)},
		"at the start of a list too long to read":  {fakeSuppression{suppressed: both, early: true, others: 6000}, ada + bob},
		"none on a list that is too long":          {fakeSuppression{others: 6000}, none},
		"a list that is just short enough to read": {fakeSuppression{suppressed: both[1:], others: 4999}, ada},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: fakePreflight{fakeSuppression: test.ses}}
			got := runWith(t, fake, list, "check", "-", "--aws")
			_, findings, _ := strings.Cut(got.Stdout, "is verified\n")
			findings, _, _ = strings.Cut(findings, "ok       the group")
			if findings != test.want {
				t.Errorf("got\n%s\nwant\n%s", findings, test.want)
			}
			code := min(strings.Count(test.want, "problem"), 1)
			if got.Code != code {
				t.Errorf("got the exit code %d, want %d", got.Code, code)
			}
			fake.preflight.wantPace(t)
		})
	}
}

func TestCheckOfManyAddressesOnALongSuppressionList(t *testing.T) {
	tests := map[string]struct {
		users, others int
		want          string // the findings
		calls         int
	}{
		"120 are asked for": {120, 200_000, "ok       SES suppresses none of the addresses\n", 240},
		"121 are too many": {121, 200_000, "warning  " + notFound + ": the suppression list has more than the 120000 addresses that the command reads: " +
			"split the list into lists of at most 120 users, and run onboard check --aws for each\n", 120},
		"1,000 are compared with a list that can be read": {1000, 119_999, "ok       SES suppresses none of the addresses\n", 120},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: fakePreflight{fakeSuppression: fakeSuppression{others: test.others}}}
			got := runWith(t, fake, addresses(test.users), "check", "-", "--aws")
			if !strings.Contains(got.Stdout, test.want) || got.Code != 0 {
				t.Errorf("got the exit code %d and\n%s\nwant\n%s", got.Code, got.Stdout, test.want)
			}
			if len(fake.preflight.calls) != test.calls {
				t.Errorf("made %d calls, want %d", len(fake.preflight.calls), test.calls)
			}
			fake.preflight.wantPace(t)
		})
	}
}

// TestCheckOfAddressesWithSlashes checks addresses that GetSuppressedDestination cannot look up.
func TestCheckOfAddressesWithSlashes(t *testing.T) {
	listed := fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("c/o-ada@example.com", bounce)}}
	fake := &fakeAWS{preflight: fakePreflight{fakeSuppression: listed}}
	got := runWith(t, fake, "email,user_name\nc/o-ada@example.com,ada", "check", "-", "--aws")
	if !strings.Contains(got.Stdout, "SES does not deliver to c/o-ada@example.com") || got.Code != 1 {
		t.Errorf("got the exit code %d and %s", got.Code, got.Stdout)
	}

	fake.preflight.others = 6000
	got = runWith(t, fake, "email,user_name\nc/o-ada@example.com,ada\nbob@example.com,bob", "check", "-", "--aws")
	want := "warning  " + notFound + ": SES cannot look up an address that has a slash: look for c/o-ada@example.com in the SES console, Suppression list\n"
	if !strings.Contains(got.Stdout, want) || !slices.Equal(fake.preflight.asked, []string{"bob@example.com"}) {
		t.Errorf("asked for %v, and got %s", fake.preflight.asked, got.Stdout)
	}
}

func TestProgressOfTheSuppressionList(t *testing.T) {
	fake := &fakeAWS{preflight: fakePreflight{fakeSuppression: fakeSuppression{others: 30_000}}}
	got := runWith(t, fake, addresses(25), "check", "-", "--aws")
	want := `reading SES's suppression list: 5000 addresses so far
reading SES's suppression list: 16000 addresses so far
asking SES for each address: 2 of 25
asking SES for each address: 13 of 25
asking SES for each address: 24 of 25
`
	if got.Stderr != want {
		t.Errorf("got\n%s\nwant\n%s", got.Stderr, want)
	}
	fake = &fakeAWS{preflight: fakePreflight{fakeSuppression: fakeSuppression{others: 4500}}}
	if got := runWith(t, fake, addresses(25), "check", "-", "--aws"); got.Stderr != "" {
		t.Errorf("got %s for a list that is read in 4 seconds", got.Stderr)
	}
}

// warnings returns stderr of a run of one user with this warning before the start.
func warnings(text string) string { return strings.Replace(stderrStart, "\n", "\n"+text, 1) }

func TestRunWarnsOfSuppressedAddresses(t *testing.T) {
	const (
		why    = "warning: standard input:1: SES does not deliver to ada@example.com, because an earlier mail to it bounced: "
		table  = "USER             STATUS   WHAT TO DO\nada@example.com  Created  "
		noMail = table + "remove the address from SES's suppression list, then use onboard resend: SES did not send the mail\n1 user: 1 NOT mailed: SES suppresses the address\n"
		failed = "onboard: 1 user NOT mailed, because SES suppresses the address: remove it from SES's suppression list, then use onboard resend\n" +
			"get the report with: onboard report " + executionARN
	)
	listed := fakeSuppression{suppressed: []sestypes.SuppressedDestinationSummary{onList("ada@example.com", bounce)}}
	tests := map[string]struct {
		aws  fakePreflight
		args []string
		want result
	}{
		"none":            {fakePreflight{}, nil, result{createdTable, stderrStart, 0}},
		"one":             {fakePreflight{fakeSuppression: listed}, nil, result{noMail, warnings(why+remove+removal+"ada@example.com"+region+"\n") + failed + "\n", 1}},
		"with a profile":  {fakePreflight{fakeSuppression: listed}, []string{"--profile", "our admins"}, result{noMail, warnings(why+remove+removal+"ada@example.com"+region+" --profile 'our admins'\n") + failed + " --profile 'our admins'\n", 1}},
		"nothing allowed": {fakePreflight{machineErr: denied}, nil, result{createdTable, warnings("warning: " + notFound + " (states:DescribeStateMachine): read the definition of " + machineARN + ": " + askAdmin + "\n"), 0}},
		"no GetAccount":   {fakePreflight{accountErr: denied}, nil, result{createdTable, warnings("warning: " + notFound + ": read the SES account (ses:GetAccount): " + askAdmin + "\n"), 0}},
		"no identity":     {fakePreflight{identityErr: denied}, nil, result{createdTable, warnings("warning: " + notFound + ": read the SES identity example.com (ses:GetEmailIdentity): " + askAdmin + "\n"), 0}},
		"no list": {fakePreflight{fakeSuppression: fakeSuppression{listErr: denied}}, nil,
			result{createdTable, warnings("warning: " + notFound + ": read the suppression list (ses:ListSuppressedDestinations): " + askAdmin + "\n"), 0}},
		"the configuration set does not exist": {fakePreflight{definition: withSet}, nil,
			result{createdTable, warnings("warning: " + notFound + ": read the configuration set mails (ses:GetConfigurationSet): NotFoundException: " +
				"check --stack, --state-machine, --region and --profile\n"), 0}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{preflight: test.aws, looks: succeeded(created)}
			expect(t, runWith(t, fake, "ada@example.com", append([]string{"run", "-"}, test.args...)...), test.want)
		})
	}
}

// withSet is [definition] with a configuration set for its mails.
var withSet = strings.Replace(definition, `"MailsPerUser": 1`, `"MailsPerUser": 1, "ConfigurationSet": "mails"`, 1)

func TestReportOfUsersWithoutMail(t *testing.T) {
	fake := &fakeAWS{looks: succeeded(`{"Total":4,"Created":0,"Resumed":1,"Resent":1,"Skipped":1,"Failed":1,"Users":[` +
		`{"UserName":"oneil","Status":"Resumed"},{"UserName":"bob","Status":"Resent"},` +
		`{"UserName":"cy","Status":"Skipped","Reason":"Complete"},{"UserName":"dee","Status":"Failed","Error":"States.Timeout"}]}`)}
	list := "email,user_name\n"
	for _, name := range []string{"o'neil", "bob", "cy", "dee"} {
		address := name + "@example.com"
		list += address + "," + strings.ReplaceAll(name, "'", "") + "\n"
		fake.preflight.suppressed = append(fake.preflight.suppressed, onList(address, bounce))
	}
	got := runWith(t, fake, list, "run", "-", "--resend")
	for _, want := range []string{
		"oneil  Resumed  remove the address from SES's", "bob    Resent   remove the address from SES's",
		"cy     Skipped  nothing: the name was onboarded before", "dee    Failed   run the same list again",
	} {
		if !strings.Contains(got.Stdout, want) {
			t.Errorf("got\n%s\nwant %s", got.Stdout, want)
		}
	}
	if want := "\n4 users: 2 NOT mailed: SES suppresses the address, 1 onboarded before, 1 failed\n"; !strings.HasSuffix(got.Stdout, want) {
		t.Errorf("got\n%s\nwant at its end %s", got.Stdout, want)
	}
	fake.started = nil
	asCSV := runWith(t, fake, list, "run", "-", "--resend", "-o", "csv").Stdout
	if strings.Count(asCSV, ",true\n") != 2 || !strings.Contains(asCSV, "bob,,,,Resent,,,,,,true\n") {
		t.Errorf("got\n%s\nwant the two users in the column suppressed", asCSV)
	}
	fake.started = nil
	if asJSON := runWith(t, fake, list, "run", "-", "--resend", "-o", "json").Stdout; strings.Count(asJSON, `"Suppressed": true`) != 2 {
		t.Errorf("got\n%s\nwant two users that are Suppressed", asJSON)
	}
	if want := removal + `'o'\''neil@example.com'` + region + "\n"; !strings.Contains(got.Stderr, want) {
		t.Errorf("got\n%s\nwant %s", got.Stderr, want)
	}
}

func TestInterruptedWhileReadingTheSuppressionList(t *testing.T) {
	for _, args := range [][]string{{"run", "-"}, {"check", "-", "--aws"}} {
		fake := &fakeAWS{}
		fake.preflight.others = 200_000
		fake.preflight.onList = func(page int) {
			if page == 7 {
				fake.interrupt()
			}
		}
		got := runWith(t, fake, addresses(50), args...)
		end := map[string]string{"run": "onboard: interrupted, nothing was started\n", "check": "onboard: interrupted\n"}[args[0]]
		if got.Stdout != "" || !strings.HasSuffix(got.Stderr, end) || got.Code != 1 {
			t.Errorf("%s: got %+v", args[0], got)
		}
		if len(fake.preflight.calls) != 7 || fake.started != nil {
			t.Errorf("%s: made %d calls, want 7, and started %d executions", args[0], len(fake.preflight.calls), len(fake.started))
		}
	}
}

func TestInterruptedWhileWaitingForTheSuppressionList(t *testing.T) {
	fake := &fakeAWS{}
	fake.preflight.others = 200_000
	fake.preflight.onList = func(page int) {
		if page == 7 {
			go func() {
				synctest.Wait() // until the command waits for its next call
				fake.interrupt()
			}()
		}
	}
	got := runWith(t, fake, addresses(50), "run", "-")
	if !strings.HasSuffix(got.Stderr, "onboard: interrupted, nothing was started\n") || len(fake.preflight.calls) != 7 || fake.started != nil {
		t.Errorf("made %d calls, want 7, and got %+v", len(fake.preflight.calls), got)
	}
}
