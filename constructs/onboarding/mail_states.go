package onboarding

import (
	netmail "net/mail"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
)

// sendEmail sends all that a user needs to sign in, or all but the password, which sendPassword then sends.
func (f *flow) sendEmail() tasks.CallAwsService {
	return f.sendTask("SendEmail", f.props.Subject, f.props.TextTemplate, f.props.HtmlTemplate)
}

func (f *flow) sendPassword() tasks.CallAwsService {
	return f.sendTask("SendEmail password", f.props.PasswordSubject, f.props.PasswordTextTemplate, f.props.PasswordHtmlTemplate)
}

// sendTask is allowed on every identity, because SES also asks for a permission on the recipient's where that is an
// identity too; the condition pins the sender (SES Developer Guide, "Controlling access to Amazon SES"). SES compares it
// with regard to letter case ("Sending policy examples"), so the mail has the sender exactly as the condition has it. If SES
// changed the case of the domain before it compares, a sender with a domain in upper case would be denied.
func (f *flow) sendTask(name string, subject, text, html *string) tasks.CallAwsService {
	parameters := map[string]any{
		"FromEmailAddress": f.from(),
		"Destination":      map[string]any{"ToAddresses": []any{jsonata.Expression("$states.input.Email")}},
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": utf8(jsonata.Literal(*subject)),
			"Body": map[string]any{
				"Text": utf8(mail.Text(*text, mailValues)),
				"Html": utf8(mail.HTML(*html, mailValues)),
			},
		}},
		"EmailTags": []any{map[string]any{"Name": "UserName", "Value": jsonata.Expression(messageTag)}},
	}
	if f.props.ReplyTo != nil {
		parameters["ReplyToAddresses"] = []any{f.props.ReplyTo}
	}
	if f.configurationSet != nil {
		parameters["ConfigurationSetName"] = f.configurationSet.ConfigurationSetName()
	}
	return f.Task(name, machine.Call{
		Permission: "ses:SendEmail",
		Resources:  f.sendingResources(),
		Conditions: machine.StringEquals("ses:FromAddress", f.props.Sender),
		Parameters: parameters,
		Final: []string{
			"SesV2.AccountSuspendedException",          // somebody has to act
			"SesV2.BadRequestException",                // the request stays the same
			"SesV2.LimitExceededException",             // the quota of 24 hours
			"SesV2.MailFromDomainNotVerifiedException", // somebody has to act
			"SesV2.MessageRejectedException",           // the mail stays the same
			"SesV2.NotFoundException",                  // the configuration set does not exist
			"SesV2.SendingPausedException",             // somebody has to act
		},
		Retry: machine.MailRetry,
	})
}

// messageTag is the user name as a message tag can hold it, which takes letters, digits, _ and - only (SES API v2
// Reference, MessageTag): URL encoding with _ in place of %.
const messageTag = `$states.input.UserName ~> $encodeUrlComponent ~> $replace("_", "%5F") ~> $replace(".", "%2E") ` +
	`~> $replace("%", "_")`

// sendingResources has the configuration set, or every one where the identity is given: it may have a default one.
func (f *flow) sendingResources() []*string {
	resources := []*string{f.sesARN("identity", "*")}
	switch {
	case f.configurationSet != nil:
		resources = append(resources, f.sesARN("configuration-set", *f.configurationSet.ConfigurationSetName()))
	case f.props.SenderIdentity != nil:
		resources = append(resources, f.sesARN("configuration-set", "*"))
	}
	return resources
}

func (f *flow) sesARN(resource, name string) *string {
	return awscdk.Stack_Of(f.Scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("ses"), Resource: &resource, ResourceName: &name,
	})
}

// mailValues is where the child execution has the values of the placeholders.
var mailValues = map[string]string{
	mail.UserName:  "$states.input.UserName",
	mail.Password:  "$password",
	mail.SignInUrl: "$states.input.SignInUrl",
	mail.AccountID: `$split($states.context.Execution.Id, ":")[4]`,
}

func utf8(code string) map[string]any {
	return map[string]any{"Data": jsonata.Expression(code), "Charset": "UTF-8"}
}

// from is the sender with its display name, quoted or encoded as a mail header needs it.
func (f *flow) from() string {
	if f.props.SenderName == nil {
		return *f.props.Sender
	}
	const address = " <a@b>" // a stand-in, because the sender may be a token
	named := (&netmail.Address{Name: *f.props.SenderName, Address: "a@b"}).String()
	return jsonata.Plain(strings.TrimSuffix(named, address) + " <" + *f.props.Sender + ">")
}
