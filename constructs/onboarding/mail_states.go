package onboarding

import (
	"fmt"
	"maps"
	netmail "net/mail"
	"strings"
	"time"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
)

// sendEmail makes the task that sends everything that a user needs to sign in. If SeparatePassword is true, it sends
// everything except the password, which [flow.sendPassword] then sends.
func (f *flow) sendEmail() tasks.CallAwsService {
	return f.sendTask(contract.SendEmailState, func(mails mail.Templates) mail.Template { return mails.SignIn })
}

func (f *flow) sendPassword() tasks.CallAwsService {
	return f.sendTask(contract.SendPasswordState, func(mails mail.Templates) mail.Template { return mails.Password })
}

// sendTask makes a task that sends a mail. It may use every identity, because SES also requires a permission for the identity
// of the recipient, if there is one. A condition allows only the sender (SES Developer Guide, "Controlling access to Amazon
// SES").
//
// SES compares this condition with regard to letter case ("Sending policy examples"). So the mail has the sender exactly as
// the condition has it. If SES changed the case of the domain before the comparison, a sender with upper case in its domain
// would be denied.
func (f *flow) sendTask(name string, which func(mail.Templates) mail.Template) tasks.CallAwsService {
	part := func(of func(template mail.Template, values map[string]string) string) map[string]any {
		return utf8(f.inLanguageOfUser(func(language string) string {
			return of(which(f.props.mailsIn(language)), f.mailValues(language))
		}))
	}
	parameters := map[string]any{
		"FromEmailAddress": f.from(),
		"Destination":      map[string]any{"ToAddresses": []any{jsonata.Expression("$states.input.Email")}},
		"Content": map[string]any{"Simple": map[string]any{
			"Subject": part(func(template mail.Template, _ map[string]string) string { return jsonata.Literal(template.Subject) }),
			"Body": map[string]any{
				"Text": part(func(template mail.Template, values map[string]string) string { return mail.Text(template.Text, values) }),
				"Html": part(func(template mail.Template, values map[string]string) string { return mail.HTML(template.HTML, values) }),
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
			"SesV2.AccountSuspendedException",          // an administrator has to fix it
			"SesV2.BadRequestException",                // the request stays the same
			"SesV2.LimitExceededException",             // the quota for 24 hours is used up
			"SesV2.MailFromDomainNotVerifiedException", // an administrator has to fix it
			"SesV2.MessageRejectedException",           // the mail stays the same
			"SesV2.NotFoundException",                  // the configuration set does not exist
			"SesV2.SendingPausedException",             // an administrator has to fix it
		},
		Retry: machine.MailRetry,
	})
}

// messageTag is the user name in the form of a message tag, which takes only letters, digits, _ and - (SES API v2 Reference,
// MessageTag). It is URL encoded, with _ instead of %.
const messageTag = `$states.input.UserName ~> $encodeUrlComponent ~> $replace("_", "%5F") ~> $replace(".", "%2E") ` +
	`~> $replace("%", "_")`

// sendingResources returns the identities, and the configuration set of the mails. If SenderIdentity is given without a
// configuration set, it returns every configuration set, because that identity may have a default one.
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

// inLanguageOfUser returns JSONata code that chooses the code for the language of the user.
func (f *flow) inLanguageOfUser(code func(language string) string) string {
	languages := f.props.languages()
	chosen := code(languages[0])
	for _, other := range languages[1:] {
		chosen = fmt.Sprintf("$states.input.Language = %s ? %s : %s", jsonata.Literal(other), code(other), chosen)
	}
	return chosen
}

// mailValues returns the JSONata code of each placeholder's value in a child execution.
func (f *flow) mailValues(language string) map[string]string {
	validity := time.Duration(f.props.validityHours()) * time.Hour
	values := f.props.about().Values()
	maps.Copy(values, map[string]string{
		mail.UserName:     "$states.input.UserName",
		mail.Password:     "$password",
		mail.SignInUrl:    "$states.input.SignInUrl",
		mail.AccountID:    `$split($states.context.Execution.Id, ":")[4]`,
		mail.ValidUntil:   mail.ValidUntilIn(language, "$states.input.Issued", validity, *f.props.TimeZoneOffset),
		mail.EarlierMails: mail.EarlierMailsIn(language, fmt.Sprintf("$outcome.Status != %s", jsonata.Literal(contract.Created))),
	})
	return values
}

func utf8(code string) map[string]any {
	return map[string]any{"Data": jsonata.Expression(code), "Charset": "UTF-8"}
}

// from returns the address of the sender with its display name, quoted or encoded as a mail header requires.
func (f *flow) from() string {
	if f.props.SenderName == nil {
		return *f.props.Sender
	}
	const address = " <a@b>" // a placeholder, because the sender may be a token
	named := (&netmail.Address{Name: *f.props.SenderName, Address: "a@b"}).String()
	return jsonata.Plain(strings.TrimSuffix(named, address) + " <" + *f.props.Sender + ">")
}
