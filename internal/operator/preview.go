package operator

import (
	"context"
	"encoding/json"
	"fmt"
	"html"
	"mime"
	"regexp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// The data of a sample mail. No user gets this password.
const (
	sampleUser     = "sample.user"
	sampleAddress  = "sample.user@example.com"
	samplePassword = "Sample-password-1"
)

// Mail is a mail of the state machine with sample data.
type Mail struct{ request sesv2.SendEmailInput }

// From returns the sender as a mail program shows it.
func (m Mail) From() string {
	from := aws.ToString(m.request.FromEmailAddress)
	if decoded, err := new(mime.WordDecoder).DecodeHeader(from); err == nil {
		return decoded
	}
	return from
}

// ReplyTo returns the address that gets an answer to the mail, or an empty string if the sender gets it.
func (m Mail) ReplyTo() string { return strings.Join(m.request.ReplyToAddresses, ", ") }

// Subject returns the subject of the mail.
func (m Mail) Subject() string { return aws.ToString(m.message().Subject.Data) }

// Text returns the plain text of the mail.
func (m Mail) Text() string { return aws.ToString(m.message().Body.Text.Data) }

// HTML returns the HTML of the mail.
func (m Mail) HTML() string { return aws.ToString(m.message().Body.Html.Data) }

func (m Mail) message() *sestypes.Message { return m.request.Content.Simple }

// Preview returns the mails that the state machine sends to a new user, with sample data, in a language of its mails; an empty
// language is the default of the state machine. AWS evaluates the expressions of the deployed definition with TestState, which sends
// nothing because the answer of SES is given to it.
func Preview(ctx context.Context, machine *Machine, language string) ([]Mail, error) {
	definition, settings, err := readDefinition(ctx, machine)
	if err != nil {
		return nil, err
	}
	if language != "" && !slices.Contains(settings.Languages, language) {
		return nil, ListError{fmt.Errorf("--language must be a language of the deployed mails, which are in %s, got: %q",
			strings.Join(settings.Languages, ", "), language)}
	}
	states, err := StatesOf(definition)
	if err != nil {
		return nil, refusalf("read the definition of %s: %v: check --stack and --state-machine", machine.arn, err)
	}
	preview := preview{machine: machine, states: states}
	if preview.input, err = preview.inputOfUser(ctx, language); err != nil {
		return nil, err
	}
	names := []string{contract.SendEmailState, contract.SendPasswordState}[:min(settings.MailsPerUser, 2)]
	mails := make([]Mail, len(names))
	for i, name := range names {
		if mails[i], err = preview.mail(ctx, name); err != nil {
			return nil, err
		}
	}
	return mails, nil
}

// preview tests the states of a definition with sample data.
type preview struct {
	machine *Machine
	states  map[string]map[string]any
	input   string // of the states of a user
}

// inputOfUser returns what the definition makes of an item of a list. The expressions are in a task here, because TestState accepts
// the item, which is in the context, only with a mock, and because the form in which it shows the items of a map is not documented
// for JSONata.
func (p *preview) inputOfUser(ctx context.Context, language string) (string, error) {
	item := map[string]string{"UserName": sampleUser, "Email": sampleAddress}
	if language != "" {
		item["Language"] = language
	}
	resource, _ := p.states[contract.SendEmailState]["Resource"].(string)
	task := map[string]any{
		"Type": "Task", "QueryLanguage": "JSONata", "End": true,
		"Resource": strings.TrimSuffix(resource, "sendEmail") + "getAccount", // it needs no arguments
		"Output":   p.states[contract.OnboardUserState]["ItemSelector"],
	}
	p.input = encoded(map[string]any{"BatchInput": map[string]any{"Resend": false, "PasswordLength": len(samplePassword), "CauseLength": 0}})
	got, err := p.test(ctx, task, map[string]any{"Map": map[string]any{"Item": map[string]any{"Index": 0, "Value": item}}}, `{}`)
	if err != nil {
		return "", err
	}
	return aws.ToString(got.Output), nil
}

// mail returns the mail that a state sends.
func (p *preview) mail(ctx context.Context, name string) (Mail, error) {
	parsed := p.machine.parsedARN()
	parsed.Resource = "express:preview" // the mails show the account of the execution
	got, err := p.test(ctx, p.states[name], map[string]any{"Execution": map[string]any{"Id": parsed.String()}}, `{"MessageId": "sample"}`)
	if err != nil {
		return Mail{}, err
	}
	var mail Mail
	if got.InspectionData != nil {
		_ = json.Unmarshal([]byte(aws.ToString(got.InspectionData.AfterArguments)), &mail.request) // an error leaves parts out
	}
	content := mail.request.Content
	if content == nil || content.Simple == nil || content.Simple.Subject == nil || content.Simple.Body == nil ||
		content.Simple.Body.Text == nil || content.Simple.Body.Html == nil {
		return Mail{}, refusalf("AWS shows no mail in the state %s of %s: check --stack and --state-machine", name, p.machine.arn)
	}
	return mail, nil
}

// test runs a state with a mocked result, and returns the answer if the state succeeds.
func (p *preview) test(ctx context.Context, state map[string]any, runContext any, result string) (*sfn.TestStateOutput, error) {
	const doing = "make the mail (states:TestState)"
	got, err := p.machine.clients.Machines.TestState(ctx, &sfn.TestStateInput{
		Definition: aws.String(encoded(state)), Input: &p.input, Context: aws.String(encoded(runContext)),
		Variables: aws.String(encoded(map[string]any{"password": samplePassword, "outcome": map[string]any{"Status": contract.Created}})),
		Mock:      &sfntypes.MockInput{Result: &result}, InspectionLevel: sfntypes.InspectionLevelDebug,
	})
	if err != nil {
		return nil, refused(doing, err)
	}
	if got.Status != sfntypes.TestExecutionStatusSucceeded {
		return nil, refusalf("%s: %s: %s: %s: run onboard of the version that the stack was deployed with", doing, got.Status,
			aws.ToString(got.Error), aws.ToString(got.Cause))
	}
	return got, nil
}

func encoded(value any) string {
	data, _ := json.Marshal(value) // no error: the values are from JSON, or are texts and numbers
	return string(data)
}

// What marks a sample that is sent.
const (
	sampleMark = "[Sample] "
	sampleNote = "This is a sample of a sign-in email. There is no such user, and the password does not work."
)

// body matches the start tag of the body of an HTML document (HTML Standard, "Start tags"). An attribute may have > in quotes.
var body = regexp.MustCompile(`(?i)<body(?:\s(?:"[^"]*"|'[^']*'|[^'">])*)?>`)

// SendSamples sends mails of [Preview] to an address, with the permissions of the caller. Each is marked as a sample in its subject and
// in its first line.
func SendSamples(ctx context.Context, machine *Machine, mails []Mail, to string) error {
	for _, mail := range mails {
		request := mail.request
		request.Destination = &sestypes.Destination{ToAddresses: []string{to}}
		request.Content = &sestypes.EmailContent{Simple: &sestypes.Message{
			Subject: marked(mail.message().Subject, sampleMark+mail.Subject()),
			Body: &sestypes.Body{
				Text: marked(mail.message().Body.Text, sampleNote+"\n\n"+mail.Text()),
				Html: marked(mail.message().Body.Html, markedHTML(mail.HTML())),
			},
		}}
		if _, err := machine.clients.Mail.SendEmail(ctx, &request, patient); err != nil {
			return Refused("send the sample (ses:SendEmail)", err, fmt.Sprintf("check with onboard check --aws that SES sends from %s; "+
				"in its sandbox, SES mails only addresses that it has verified", aws.ToString(request.FromEmailAddress)))
		}
	}
	return nil
}

func marked(content *sestypes.Content, text string) *sestypes.Content {
	return &sestypes.Content{Charset: content.Charset, Data: &text}
}

// markedHTML adds the note to an HTML text, as its first line.
func markedHTML(text string) string {
	at := 0
	if found := body.FindStringIndex(text); found != nil {
		at = found[1]
	}
	return text[:at] + `<p lang="en"><strong>` + html.EscapeString(sampleNote) + "</strong></p>" + text[at:]
}
