package cli_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

// fakeMails answers the calls of onboard preview. AWS evaluates no expression here: the arguments of a state are those of the
// definition.
type fakeMails struct {
	testErr, sendErr error
	testStatus       types.TestExecutionStatus // default: SUCCEEDED
	tests            []*sfn.TestStateInput
	sent             []*sesv2.SendEmailInput
}

func (f *fakeMails) TestState(_ context.Context, in *sfn.TestStateInput, _ ...func(*sfn.Options)) (*sfn.TestStateOutput, error) {
	f.tests = append(f.tests, in)
	var state struct{ Arguments, Output json.RawMessage }
	if err := json.Unmarshal([]byte(*in.Definition), &state); err != nil {
		return nil, err
	}
	return &sfn.TestStateOutput{
		Status: cmp.Or(f.testStatus, types.TestExecutionStatusSucceeded), Output: aws.String(string(state.Output)),
		Error: aws.String("Bad"), Cause: aws.String("because"), InspectionData: &types.InspectionData{AfterArguments: aws.String(string(state.Arguments))},
	}, f.testErr
}

func (f *fakeMails) SendEmail(_ context.Context, in *sesv2.SendEmailInput, _ ...func(*sesv2.Options)) (*sesv2.SendEmailOutput, error) {
	f.sent = append(f.sent, in)
	return &sesv2.SendEmailOutput{}, f.sendErr
}

// mailing is a definition with one mail, or two.
func mailing(mails string) string {
	const mail = `"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sesv2:sendEmail", "Arguments": {"FromEmailAddress": "=?utf-8?q?Caf=C3=A9?= <it@example.com>",
		"ReplyToAddresses": ["help@example.com"], "ConfigurationSetName": "mails", "Destination": {"ToAddresses": ["sample.user@example.com"]}, "EmailTags": [{"Name": "UserName", "Value": "sample"}],
		"Content": {"Simple": {"Subject": {"Charset": "UTF-8", "Data": "Hello"}, "Body": {"Text": {"Charset": "UTF-8", "Data": "Text\n"}, "Html": {"Charset": "UTF-8", "Data": "HTML"}}}}}`
	states := `"OnboardUser": {"Type": "Map", "ItemSelector": {"UserName": "sample.user"}, "ItemProcessor": {"States": {"SendEmail": {` + mail + `},
		"SendEmail password": {` + strings.NewReplacer("Hello", "Password", "HTML", "<html><body class='a>b'>Secret").Replace(mail) + `}}}},`
	return strings.Replace(strings.Replace(definition, `"MailsPerUser": 1`, `"MailsPerUser": `+mails, 1), `{"States": {`, `{"States": {`+states, 1)
}

func TestPreview(t *testing.T) {
	const (
		one      = "From: Café <it@example.com>\nReply-To: help@example.com\nSubject: Hello\n\nText\n"
		two      = one + "\n" + "From: Café <it@example.com>\nReply-To: help@example.com\nSubject: Password\n\nText\n"
		question = " to send to me@example.com from account 123456789012, eu-west-1\nGo on? [y/N] "
		accepted = "SES has accepted 1 sample to me@example.com\n"
	)
	send := []string{"--send-to", "me@example.com"}
	throttled := &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow"}
	rejected := &smithy.GenericAPIError{Code: "MessageRejected", Message: "Email address is not verified."}
	tests := map[string]struct {
		fake  fakeAWS
		mails string // default: 1
		args  []string
		want  result
		asked string
		sent  int
	}{
		"one mail":         {want: result{one, "", 0}},
		"two mails":        {mails: "2", want: result{two, "", 0}},
		"HTML":             {args: []string{"--html"}, want: result{"HTML\n", "", 0}},
		"HTML of two":      {mails: "2", args: []string{"--html"}, want: result{"HTML\n<html><body class='a>b'>Secret\n", "", 0}},
		"another language": {args: []string{"--language", "ja"}, want: result{one, "", 0}},
		"an unknown language": {args: []string{"--language", "fr"},
			want: result{"", "onboard: --language must be a language of the deployed mails, which are in en, ja, got: \"fr\"\n", 2}},
		"a sample":              {args: send, want: result{one, accepted, 0}, asked: "1 sample" + question, sent: 1},
		"two samples":           {mails: "2", args: send, want: result{two, strings.Replace(accepted, "1 sample", "2 samples", 1), 0}, asked: "2 samples" + question, sent: 2},
		"a sample with --yes":   {fake: fakeAWS{noTerminal: true}, args: append(send, "--yes"), want: result{one, accepted, 0}, sent: 1},
		"a sample, declined":    {fake: fakeAWS{answer: "n"}, args: send, want: result{one, "onboard: not confirmed, nothing was sent\n", 1}, asked: "1 sample" + question},
		"a sample, no terminal": {fake: fakeAWS{noTerminal: true}, args: send, want: result{"", "onboard: nobody can confirm that a sample is sent, because there is no terminal: add --yes\n", 2}},
		"a sample to nobody":    {args: []string{"--send-to", "me"}, want: result{"", "onboard: --send-to must be an e-mail address such as user@example.com, got: \"me\"\n", 2}},
		"a sample, not accepted": {fake: fakeAWS{preflight: fakePreflight{fakeMails: fakeMails{sendErr: rejected}}}, args: append(send, "--yes"), sent: 1,
			want: result{one, "onboard: send the sample (ses:SendEmail): MessageRejected: Email address is not verified.: check with onboard check --aws that SES sends from " +
				"=?utf-8?q?Caf=C3=A9?= <it@example.com>; in its sandbox, SES mails only addresses that it has verified\n", 3}},
		"a sample, not permitted": {fake: fakeAWS{preflight: fakePreflight{fakeMails: fakeMails{sendErr: denied}}}, args: append(send, "--yes"), sent: 1,
			want: result{one, "onboard: send the sample (ses:SendEmail): " + askAdmin + "\n", 3}},
		"not permitted": {fake: fakeAWS{preflight: fakePreflight{fakeMails: fakeMails{testErr: denied}}}, want: result{"", "onboard: make the mail (states:TestState): " + askAdmin + "\n", 3}},
		"too fast":      {fake: fakeAWS{preflight: fakePreflight{fakeMails: fakeMails{testErr: throttled}}}, want: result{"", "onboard: make the mail (states:TestState): ThrottlingException: slow: try again\n", 3}},
		"a state that fails": {fake: fakeAWS{preflight: fakePreflight{fakeMails: fakeMails{testStatus: types.TestExecutionStatusFailed}}},
			want: result{"", "onboard: make the mail (states:TestState): FAILED: Bad: because: run onboard of the version that the stack was deployed with\n", 3}},
		"a definition without mails": {fake: fakeAWS{preflight: fakePreflight{definition: definition}},
			want: result{"", "onboard: AWS shows no mail in the state SendEmail of " + machineARN + ": check --stack and --state-machine\n", 3}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &test.fake
			fake.preflight.definition = cmp.Or(fake.preflight.definition, mailing(cmp.Or(test.mails, "1")))
			expect(t, runWith(t, fake, "", append([]string{"preview"}, test.args...)...), test.want)
			if got := fake.asked.String(); got != test.asked {
				t.Errorf("asked %q, want %q", got, test.asked)
			}
			if got := len(fake.preflight.sent); got != test.sent {
				t.Errorf("sent %d mails, want %d", got, test.sent)
			}
		})
	}
}

// TestSampleIsMarked checks that a sample differs from a mail of the state machine in its address and its mark only.
func TestSampleIsMarked(t *testing.T) {
	fake := &fakeAWS{preflight: fakePreflight{definition: mailing("2")}}
	runWith(t, fake, "", "preview", "--send-to", "me@example.com", "--yes")
	const note = "This is a sample of a sign-in email. There is no such user, and the password does not work."
	var got []string
	for _, sent := range fake.preflight.sent {
		simple := sent.Content.Simple
		got = append(got, strings.Join([]string{*sent.FromEmailAddress, *sent.ConfigurationSetName, sent.ReplyToAddresses[0], *sent.EmailTags[0].Value,
			strings.Join(sent.Destination.ToAddresses, " "), *simple.Subject.Data, *simple.Body.Text.Data, *simple.Body.Html.Data, *simple.Body.Html.Charset}, "|"))
	}
	const from = "=?utf-8?q?Caf=C3=A9?= <it@example.com>|mails|help@example.com|sample|me@example.com|[Sample] "
	want := from + "Hello|" + note + "\n\nText\n|<p lang=\"en\"><strong>" + note + "</strong></p>HTML|UTF-8\n" +
		from + "Password|" + note + "\n\nText\n|<html><body class='a>b'><p lang=\"en\"><strong>" + note + "</strong></p>Secret|UTF-8"
	expect(t, result{Stdout: strings.Join(got, "\n")}, result{Stdout: want})
}

// TestPreviewInBrowser checks what the browser gets, and what the command says if there is none.
func TestPreviewInBrowser(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	for _, missing := range []error{nil, errors.New("nothing found")} {
		fake := &fakeAWS{preflight: fakePreflight{definition: mailing("2")}, browserErr: missing}
		got := runWith(t, fake, "", "preview", "--open", "--html")
		want := result{"HTML\n<html><body class='a>b'>Secret\n", "opened PATH\nopened PATH\n", 0}
		if missing != nil {
			want = result{want.Stdout, "onboard: no browser opens: nothing found: open PATH yourself\n", 1}
		}
		for _, path := range fake.opened {
			got.Stderr = strings.Replace(got.Stderr, path, "PATH", 1)
		}
		expect(t, got, want)
		if content, err := os.ReadFile(fake.opened[0]); string(content) != "\uFEFFHTML" {
			t.Errorf("the browser got %q, %v", content, err)
		}
	}
}
