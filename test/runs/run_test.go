package runs

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

func TestRunOfNewUsers(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	started := time.Now()
	execution := account.Run(t, map[string]any{"IAMUserNames": []string{"flupino@example.net", "nekotto-chan@example.net"}})
	if execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 2, Created: 2, Users: []userReport{
		{UserName: "flupino@example.net", Status: "Created"}, {UserName: "nekotto-chan@example.net", Status: "Created"},
	}})
	passwords := map[string]bool{}
	for _, name := range []string{"flupino@example.net", "nekotto-chan@example.net"} {
		password := account.WantOnboarded(t, name, name)
		passwords[password] = true
		if len(password) != 20 {
			t.Errorf("got a password of %d characters, want 20", len(password))
		}
		mails := account.MailsTo(t, name)
		if len(mails) != 1 {
			t.Fatalf("got %d mails to %s, want 1", len(mails), name)
		}
		wantMail(t, mails[0], name, password)
		if until := validUntil(t, mails[0]); until.Before(started.Add(72*time.Hour-time.Minute)) || until.After(time.Now().Add(72*time.Hour)) {
			t.Errorf("the mail says that the password works until %v, want 72 hours from %v", until, started)
		}
	}
	for place, text := range account.Stored(t, execution) {
		if found := deployedtest.Leaks(text, passwords); len(found) != 0 {
			t.Errorf("%s has a password: %s", place, found[0])
		}
	}
}

// validUntil returns the time until which the password works, as a built-in mail in English says it.
func validUntil(t *testing.T, mail localaws.Mail) time.Time {
	t.Helper()
	until, err := time.Parse("2 January 2006, 15:04 MST", timeInMail.FindString(mail.Text))
	if err != nil {
		t.Errorf("%v, got the text\n%s", err, mail.Text)
	}
	return until
}

var timeInMail = regexp.MustCompile(`\d+ \w+ \d{4}, \d\d:\d\d UTC`)

// wantMail compares a mail with the built-in mail.
func wantMail(t *testing.T, mail localaws.Mail, name, password string) {
	t.Helper()
	wantText := `Hello,

You have been given access to the AWS account 123456789012. Use the details below to sign in to the AWS Management Console.

Sign in at:
https://123456789012.signin.aws.amazon.com/console

User name:
` + name + `

Password (for the first sign-in only):
` + password + `

Instead of following the link, you can type the address of the sign-in page into your browser.

When you sign in for the first time, you will be asked to set a new password. The password above works until ` +
		timeInMail.FindString(mail.Text) + `. After that, please ask for a new one.

Do not forward this email. If you have questions or did not expect this email, please reply to it.
`
	if mail.Text != wantText {
		t.Errorf("got the text\n%s\nwant\n%s", mail.Text, wantText)
	}
	for _, part := range []string{">" + name + "</code>", ">" + password + "</code>",
		`<a class="link" href="https://123456789012.signin.aws.amazon.com/console"`} {
		if !strings.Contains(mail.HTML, part) {
			t.Errorf("the HTML lacks %s:\n%s", part, mail.HTML)
		}
	}
	if want := map[string]string{"UserName": strings.NewReplacer("@", "_40", ".", "_2E").Replace(name)}; !reflect.DeepEqual(mail.Tags, want) {
		t.Errorf("got the message tags %v, want %v", mail.Tags, want)
	}
	if mail.From != deployed.Sender || mail.Subject != "Your AWS sign-in information" {
		t.Errorf("got a mail from %s with the subject %s", mail.From, mail.Subject)
	}
}

func TestRunOfExistingUser(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	const name = "existing@example.net"
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String(name)})
	if _, err := account.IAM.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: aws.String(name), Password: aws.String("Secret-of-their-own-1"),
	}); err != nil {
		t.Fatal(err)
	}
	before := account.User(t, name)

	execution := account.Run(t, listOf(name, "beside-existing@example.net"))
	resend := account.Run(t, map[string]any{"IAMUserNames": []string{name}, "Resend": true})

	deployedtest.WantReport(t, account.Report(t, resend), report{Total: 1, Skipped: 1, Users: []userReport{
		{UserName: name, Status: "Skipped", Reason: "NotOurs"},
	}})
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 2, Created: 1, Skipped: 1, Users: []userReport{
		{UserName: name, Status: "Skipped", Reason: "NotOurs"}, {UserName: "beside-existing@example.net", Status: "Created"},
	}})
	if after := account.User(t, name); !reflect.DeepEqual(before, after) {
		t.Errorf("the user was %+v, and now is %+v", before, after)
	}
	if mails := account.MailsTo(t, name); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}

func TestRunOfNameInOtherCase(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String("Case@example.net")})
	before := account.User(t, "Case@example.net")

	execution := account.Run(t, map[string]any{"IAMUserNames": []string{"case@example.net"}})

	if execution.Status != types.ExecutionStatusFailed || execution.Error != "UsersNotOnboarded" {
		t.Fatalf("got %+v", execution)
	}
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Failed: 1, Users: []userReport{{
		UserName: "case@example.net", Status: "Failed", Step: "GetUser", Error: "NameInOtherCase",
		Cause: "IAM has this user name in another letter case: write the name in the list as IAM has it, then run the same list again",
	}}})
	if after := account.User(t, "Case@example.net"); !reflect.DeepEqual(before, after) {
		t.Errorf("the user was %+v, and now is %+v", before, after)
	}
	if mails := account.MailsTo(t, "case@example.net"); len(mails) != 0 {
		t.Errorf("got %d mails, want none", len(mails))
	}
}

func TestRunOfManyUsers(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	var names []string
	want := report{Total: 30, Created: 30}
	for i := range 30 {
		names = append(names, fmt.Sprintf("user-%d@example.net", i))
		want.Users = append(want.Users, userReport{UserName: names[i], Status: "Created"})
	}
	deployedtest.WantReport(t, account.Report(t, account.Run(t, map[string]any{"IAMUserNames": names})), want)
	passwords := map[string]bool{}
	for _, name := range names {
		passwords[account.WantOnboarded(t, name, name)] = true
	}
	if len(passwords) != len(names) {
		t.Errorf("%d users have %d passwords", len(names), len(passwords))
	}
}

func TestRunOfUserObject(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	execution := account.Run(t, map[string]any{"IAMUserNames": []any{
		map[string]any{"UserName": "object", "Email": "object@example.net", "Group": contract.DefaultGroupName},
	}})
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Created: 1, Users: []userReport{
		{UserName: "object", Status: "Created"},
	}})
	account.WantOnboarded(t, "object", "object@example.net")
}

// TestRunAgain runs a list of one user again and again, and checks each status of the user.
func TestRunAgain(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	const name = "again@example.net"
	run := func(resend bool) userReport {
		t.Helper()
		execution := account.Run(t, map[string]any{"IAMUserNames": []string{name}, "Resend": resend})
		if execution.Status != types.ExecutionStatusSucceeded {
			t.Fatalf("got %+v", execution)
		}
		return account.Report(t, execution).Users[0]
	}
	wantMails := func(want int) {
		t.Helper()
		if got := len(account.MailsTo(t, name)); got != want {
			t.Errorf("got %d mails, want %d", got, want)
		}
	}
	want := func(got, want userReport) {
		t.Helper()
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}

	want(run(false), userReport{UserName: name, Status: "Created"})
	first := account.WantOnboarded(t, name, name)

	want(run(false), userReport{UserName: name, Status: "Skipped", Reason: "Complete"})
	wantMails(1)

	want(run(true), userReport{UserName: name, Status: "Resent"})
	for i, mail := range account.MailsTo(t, name) {
		if got, want := strings.Contains(mail.Text, "This email replaces any earlier one"), i == 1; got != want {
			t.Errorf("mail %d: says that it replaces an earlier one: %v, want %v", i+1, got, want)
		}
	}
	wantMails(2)
	second := account.WantOnboarded(t, name, name)
	if first == second {
		t.Error("the password was sent again, want a new one")
	}

	if err := account.SignIn(t.Context(), name, second, "Chosen-by-the-user-1"); err != nil {
		t.Fatal(err)
	}
	want(run(true), userReport{UserName: name, Status: "Skipped", Reason: "TakenOver"})
	wantMails(2)
	if got := account.User(t, name).LoginProfile.Password; got != "Chosen-by-the-user-1" {
		t.Errorf("the user's own password was replaced by %s", got)
	}
}

// TestRunOfDeadChild makes one of two child executions fail without output, like a child that reaches its limit of five
// minutes. The report has the users of this child as Failed, and not those of the other child. The next run finds that they
// are complete.
func TestRunOfDeadChild(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	const items = `"Items":"{% $states.input.Items %}"`
	mortal := account.Variant(t, "Mortal", items,
		items+`,"Output":"{% \"dead-2@example.net\" in $states.input.Items ? $error(\"dead\") : $states.result %}"`)
	var names []string
	first, second := report{Total: 6, Created: 1, Failed: 5}, report{Total: 6, Skipped: 6}
	for i := range 6 {
		names = append(names, fmt.Sprintf("dead-%d@example.net", i))
		first.Users = append(first.Users, userReport{UserName: names[i], Status: "Failed", Step: "unknown",
			Error: "ChildExecutionFailed", Cause: "no status from its child execution"})
		second.Users = append(second.Users, userReport{UserName: names[i], Status: "Skipped", Reason: "Complete"})
	}
	first.Users[5] = userReport{UserName: names[5], Status: "Created"}

	list := map[string]any{"IAMUserNames": names}
	deployedtest.WantReport(t, mortal.Report(t, mortal.Run(t, list)), first)
	deployedtest.WantReport(t, account.Report(t, account.Run(t, list)), second)
	for _, name := range names {
		account.WantOnboarded(t, name, name)
	}
}

// TestRunOfDeadChildren makes every child execution of the longest list fail without output. Step Functions returns each child
// with its input, and all of them must fit into the payload that Summary makes the report from.
func TestRunOfDeadChildren(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t).Variant(t, "AllMortal", `"Items":"{% $states.input.Items %}"`, `"Items":"{% $error(\"dead\") %}"`)
	var names []string
	want := report{Total: 1000, Failed: 1000}
	for i := range want.Total {
		names = append(names, fmt.Sprintf("first-name.last-name-%07d@example.net", i)) // 40 characters
		want.Users = append(want.Users, userReport{UserName: names[i], Status: "Failed", Step: "unknown",
			Error: "ChildExecutionFailed", Cause: "no status from its child execution"})
	}
	execution := account.Run(t, map[string]any{"IAMUserNames": names})
	if execution.Error != "UsersNotOnboarded" {
		t.Fatalf("got %s: %s", execution.Error, execution.Cause)
	}
	deployedtest.WantReport(t, account.Report(t, execution), want)
	children := account.OutputOf(t, execution.ARN, "OnboardUsers")
	t.Logf("200 failed children, returned with their inputs, have %d bytes", len(children))
	if got := strings.Count(children, "first-name"); got != want.Total {
		t.Errorf("the children are returned with %d of %d users, so this test shows nothing", got, want.Total)
	}
}

// TestRunResumes runs a list of users that an earlier run left incomplete, one at each step.
func TestRunResumes(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	steps := []string{"created@example.net", "in-group@example.net", "with-profile@example.net"}
	for i, name := range steps {
		account.CreateUser(t, &iam.CreateUserInput{
			UserName: &name, Path: aws.String("/onboarded/"),
			Tags: []iamtypes.Tag{{Key: aws.String("onboarding"), Value: aws.String("pending")}},
		})
		var err error
		if i >= 1 {
			_, err = account.IAM.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{
				UserName: &name, GroupName: aws.String(contract.DefaultGroupName),
			})
		}
		if i >= 2 && err == nil {
			_, err = account.IAM.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
				UserName: &name, Password: aws.String("Never-mailed-to-anyone-1"), PasswordResetRequired: true,
			})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := report{Total: 3, Resumed: 3}
	for _, name := range steps {
		want.Users = append(want.Users, userReport{UserName: name, Status: "Resumed"})
	}
	deployedtest.WantReport(t, account.Report(t, account.Run(t, map[string]any{"IAMUserNames": steps})), want)
	for _, name := range steps {
		account.WantOnboarded(t, name, name)
	}
}

func TestRunOfInvalidInput(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	execution := account.Run(t, map[string]any{"IAMUserNames": []any{
		"valid@example.net", "no address", map[string]any{"UserName": "g", "Email": "g@example.net", "Group": "Administrators"}, 3,
	}, "Resent": true})
	want := `item 2 must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "no address"
item 2 must have an e-mail address such as user@example.com, got: "no address"
item 3 must have a Group out of NoAuthorityIAMGroup, got: "Administrators"
item 4 must be an e-mail address or an object with UserName and Email, got: 3
the input must have no key except IAMUserNames, Resend, got: "Resent"`
	if execution.Error != "InvalidInput" || execution.Cause != want {
		t.Errorf("got %s:\n%s\nwant InvalidInput:\n%s", execution.Error, execution.Cause, want)
	}
	account.WantNobody(t, "valid@example.net")
}

// TestRunOfExpired runs a list of a user whose first password was withdrawn. Only a resend issues a new one.
func TestRunOfExpired(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	const name = "expired@example.net"
	account.CreateUser(t, &iam.CreateUserInput{
		UserName: aws.String(name), Path: aws.String(contract.DefaultUserPath),
		Tags: []iamtypes.Tag{{Key: aws.String("onboarding"), Value: aws.String("expired")}},
	})
	before := account.User(t, name)
	deployedtest.WantReport(t, account.Report(t, account.Run(t, listOf(name))), report{Total: 1, Skipped: 1, Users: []userReport{
		{UserName: name, Status: "Skipped", Reason: "Expired"},
	}})
	if after := account.User(t, name); !reflect.DeepEqual(before, after) || len(account.MailsTo(t, name)) != 0 {
		t.Errorf("the user was %+v, and now is %+v", before, after)
	}
	execution := account.Run(t, map[string]any{"IAMUserNames": []string{name}, "Resend": true})
	deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Resent: 1, Users: []userReport{
		{UserName: name, Status: "Resent"},
	}})
	account.WantOnboarded(t, name, name)
}

// TestResendCreatesNobody resends a mail to a user whose name is mistyped, and to one whose name IAM has in another letter case.
func TestResendCreatesNobody(t *testing.T) {
	t.Parallel()
	account := sharedAccount(t)
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String("Resent-in-other-case@example.net"), Path: aws.String(contract.DefaultUserPath)})
	names := []string{"mistyped@example.net", "resent-in-other-case@example.net"}
	want := report{Total: 2, Failed: 2}
	for _, name := range names {
		want.Users = append(want.Users, userReport{UserName: name, Status: "Failed", Step: "GetUser", Error: "NoSuchUser",
			Cause: "IAM has no user of this name in this letter case, and Resend creates nobody: correct the name, or run the list without Resend"})
	}
	deployedtest.WantReport(t, account.Report(t, account.Run(t, map[string]any{"IAMUserNames": names, "Resend": true})), want)
	for _, name := range names {
		account.WantNobody(t, name)
	}
}

// TestRunOfPreflight pauses sending in the account, so it does not run in parallel with other tests.
func TestRunOfPreflight(t *testing.T) {
	account := sharedAccount(t)
	if err := account.SetSending(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	execution := account.Run(t, map[string]any{"IAMUserNames": []string{"preflight@example.net"}})
	if err := account.SetSending(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	want := "SES does not send from this account: see the SES console, Account dashboard, and have sending enabled again"
	if execution.Error != "PreflightFailed" || execution.Cause != want {
		t.Errorf("got %s: %s, want PreflightFailed: %s", execution.Error, execution.Cause, want)
	}
	account.WantNobody(t, "preflight@example.net")
}
