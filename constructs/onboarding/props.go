package onboarding

import (
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
)

// UserOnboardingProps configures a [UserOnboarding].
type UserOnboardingProps struct {
	// The address that the mails come from.
	//
	// SES must have verified it, or its domain, before a list is run.
	//
	// Required.
	Sender *string

	// The name that mail programs show beside the address of the sender.
	//
	// Default: Organization, if it is given.
	SenderName *string

	// The address that answers to the mails go to.
	//
	// Default: answers go to the sender.
	ReplyTo *string

	// Who gives the users access to the account, in the words of the users: a company, or a department of it. The subject and the mail
	// name it. At most 100 characters.
	//
	// Default: the mail names nobody.
	Organization *string

	// What the users call the account, such as "web shop, test". The mail names it beside the number of the account. At most 100
	// characters.
	//
	// Default: the mail has only the number.
	AccountName *string

	// Who answers questions of users, also of one who did not expect the mail: a name, an address or a telephone number. At most 100
	// characters. It must be given if the sender takes no answers, such as no-reply@example.com, and there is no ReplyTo.
	//
	// Default: the mail asks for a reply.
	Contact *string

	// The last lines of the mail: at most 10, of at most 100 characters each.
	//
	// Default: Organization, if it is given.
	Signature *string

	// The SES identity that covers the sender, its address or its domain, if there is one already.
	//
	// SES compares addresses with regard to letter case, and domains without it. So an identity that is an address must be
	// written exactly as Sender is (SES Developer Guide, "Creating and verifying identities").
	//
	// Default: an identity is made, as Identity says.
	SenderIdentity ses.IEmailIdentity

	// What the SES identity is made for: ses.Identity_Email, ses.Identity_Domain or ses.Identity_PublicHostedZone.
	//
	// A domain covers every address in it and in its subdomains. Its DKIM records verify it: the stack makes them in a
	// public hosted zone. For any other domain, publish [UserOnboarding.DkimRecords] yourself.
	//
	// Default: the address of the sender. AWS then sends a mail with a link to that address; follow the link to verify it.
	Identity ses.Identity

	// The SES configuration set that the mails are sent with.
	//
	// Default: one is made if there is a BounceTopic or a BounceEmail. Otherwise SES uses the default one of the identity, if
	// it has one.
	ConfigurationSet ses.IConfigurationSet

	// The IAM group that users are put into before they get a password.
	//
	// It must let its members below UserPath change their own password, or no user gets past the first sign-in:
	// [UserOnboarding.GrantChangePassword] does that.
	//
	// Import a group that has a path by its ARN, as text that is known at synthesis, because policies name a group with its
	// path (IAM User Guide, "IAM identifiers"): iam.Group_FromGroupArn.
	//
	// Default: a group is made whose members may change their own password, and nothing else.
	Group iam.IGroup

	// The name of the group that is made.
	//
	// Default: CloudFormation makes a unique name.
	GroupName *string

	// Further groups that a list may name for a user, instead of Group: at most 10, because the policy of the execution
	// role has room for 10,240 characters (IAM User Guide, "IAM and AWS STS quotas").
	//
	// Like Group, each must let its members below UserPath change their own password, and is imported by its ARN if it has a
	// path. A list names a group without its path.
	//
	// Default: every user is put into Group.
	AllowedGroups *[]iam.IGroup

	// Whether members of the group that is made are denied everything until they have signed in with MFA, except to change
	// their own password and to set up an MFA device of their own.
	//
	// Default: false
	RequireMfa *bool

	// The IAM path of the users that the state machine creates. It can change only users below this path.
	//
	// Default: /onboarded/
	UserPath *string

	// A managed policy that bounds the permissions of each user that is created. The state machine can then create
	// no user without it.
	//
	// It must allow what a user needs at the first sign-in: iam:ChangePassword, and with RequireMfa also to set up MFA.
	//
	// Default: users have no permissions boundary.
	PermissionsBoundary iam.IManagedPolicy

	// Tags that each user is created with, in addition to the tags onboarding and onboarding-issued, which the state machine uses
	// itself. At most 10, because each takes room in the policy of the execution role, which allows no other tag. Keys and values have
	// Latin letters, digits, spaces and _.:/=+-@ (IAM User Guide, "Tags for IAM resources").
	//
	// Default: the tags onboarding and onboarding-issued alone.
	UserTags *map[string]*string

	// The length of a first password in characters, from 8 to 128. If the password policy of the account has a longer minimum,
	// that minimum applies.
	//
	// Default: 20
	PasswordLength *float64

	// Whether a first password has none of the characters that look alike: 0 O o, 1 I l and |.
	//
	// Default: true
	ExcludeLookAlikes *bool

	// How long a first password works: whole hours, from 1 hour to 30 days. A first password that is not used in this time is
	// withdrawn. With awscdk.Duration_Seconds(jsii.Number(0)), first passwords do not expire.
	//
	// Default: 72 hours
	PasswordValidity awscdk.Duration

	// The offset from UTC in which the mail says until when the password works, from -12:00 to +14:00, such as +09:00.
	//
	// Default: +00:00
	TimeZoneOffset *string

	// How many users are onboarded at a time, from 1 to 40. IAM throttles its API for each account: with more than about 5
	// users at a time the retries may not suffice.
	//
	// Default: 5
	MaxConcurrency *float64

	// The page that the mail tells users to sign in at. It must be given in partitions other than aws and aws-us-gov.
	//
	// Without it, the synthesis of a stack with a region fails there, and so does the deployment of a stack without one, with
	// "Unable to get mapping for …SignInUrlMustBeGiven…".
	//
	// Default: the sign-in page of the account, in the partition that the stack is deployed to.
	SignInUrl *string

	// The language of the built-in mails: de for German, en for English or ja for Japanese.
	//
	// A list can name another one for a user, unless there is a text of your own.
	//
	// Default: en
	Language *string

	// The subject of the mail.
	//
	// Default: Your AWS sign-in information, in the language.
	Subject *string

	// The plain text of the mail, with the placeholders {{UserName}} and {{Password}}, and if wanted {{SignInUrl}},
	// {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}. It has at
	// most 60,000 bytes.
	//
	// {{ValidUntil}} must be left out if PasswordValidity is 0, and a placeholder of a prop that is not given. {{EarlierMails}} is
	// empty in the mail to a new user.
	//
	// It also has at most 100 placeholders, so that it fits into a payload together with the HTML (Step Functions
	// Developer Guide, "Quotas"). It has no control characters except tabs and line breaks, and no byte order mark.
	//
	// Default: a short text in the language.
	TextTemplate *string

	// The HTML of the mail, with the placeholders of TextTemplate, whose values are escaped. It has at most 60,000 bytes.
	//
	// Default: the default text, laid out.
	HtmlTemplate *string

	// Whether the password comes in a mail of its own, after the mail with the sign-in page and the user name.
	//
	// If true, TextTemplate and HtmlTemplate must not have {{Password}}.
	//
	// Default: false
	SeparatePassword *bool

	// The subject of the mail with the password, if SeparatePassword is true.
	//
	// Default: Your AWS password, in the language.
	PasswordSubject *string

	// The plain text of the mail with the password, if SeparatePassword is true, with the placeholder {{Password}}, and if
	// wanted {{UserName}} and the other placeholders of TextTemplate. It has at most 60,000 bytes.
	//
	// Default: a short text in the language.
	PasswordTextTemplate *string

	// The HTML of the mail with the password, with the placeholders of PasswordTextTemplate, whose values are escaped. It
	// has at most 60,000 bytes.
	//
	// Default: the default text, laid out.
	PasswordHtmlTemplate *string

	// The topic that gets a message for each mail that bounced, that SES rejected, or that its recipient marked as spam.
	//
	// The user of that mail does not get the password. The message is JSON, and has the user name as the tag UserName, in
	// which each character except letters, digits and hyphens is written as _ and two hexadecimal digits:
	// ada_40example_2Ecom (SES API v2 Reference, MessageTag).
	//
	// The policy of an imported topic must allow ses.amazonaws.com to publish to it, and so must the policy of the key of a
	// topic that is encrypted.
	//
	// Default: a topic is made if there is a BounceEmail.
	BounceTopic sns.ITopic

	// An e-mail address that is subscribed to BounceTopic, or to a topic that is made.
	//
	// AWS sends a mail with a link to that address; follow the link to confirm the subscription.
	//
	// Default: none.
	BounceEmail *string

	// The topic that gets a message for each execution that failed, timed out or was aborted. The message has a link to the
	// execution, or in partitions other than aws and aws-us-gov the command that reports it, and none of its data.
	//
	// The policy of an imported topic must allow events.amazonaws.com to publish to it, and so must the policy of the key of a
	// topic that is encrypted.
	//
	// Default: a topic is made if there is an AlarmEmail.
	AlarmTopic sns.ITopic

	// An e-mail address that is subscribed to AlarmTopic, or to a topic that is made.
	//
	// AWS sends a mail with a link to that address; follow the link to confirm the subscription.
	//
	// Default: none.
	AlarmEmail *string

	// The topic that gets a message for each execution that has gone through its list: how many users were created, resumed, resent,
	// skipped and failed, and the command that shows the report. The message has no name and no address of a user.
	//
	// An execution that ends before, because it refused its list or was aborted, sends none: see AlarmTopic. If the message cannot be
	// published, the execution ends as it would have, and its history has the error.
	//
	// It must be a standard topic of the same region. If it is in another account, its policy must allow ExecutionRole to publish to it.
	// The policy of the key of an imported topic that is encrypted must allow ExecutionRole kms:GenerateDataKey and kms:Decrypt.
	//
	// Default: a topic is made if there is a ReportEmail.
	ReportTopic sns.ITopic

	// An e-mail address that is subscribed to ReportTopic, or to a topic that is made.
	//
	// AWS sends a mail with a link to that address; follow the link to confirm the subscription.
	//
	// Default: none.
	ReportEmail *string

	// The key that encrypts the definition, the data of the executions and the log. It must be a symmetric key of the same
	// region, whose policy lets IAM policies of the account allow its use.
	//
	// The stack does not change the policy of an imported key: docs/security.md says what it must allow.
	//
	// Default: AWS owned keys.
	EncryptionKey kms.IKey

	// How long the records of the log are kept. They hold no input and no output of any state.
	//
	// Default: logs.RetentionDays_ONE_YEAR
	LogRetention logs.RetentionDays
}

// maxUserTags is the maximum number of tags that fit into the policy of the execution role.
const maxUserTags = 10

// withDefaults returns a copy of the props in which every scalar prop that has a default is set.
func (p UserOnboardingProps) withDefaults() *UserOnboardingProps {
	machine.SetDefault(&p.UserPath, contract.DefaultUserPath)
	machine.SetDefault(&p.PasswordLength, 20)
	if p.PasswordValidity == nil {
		p.PasswordValidity = awscdk.Duration_Hours(jsii.Number(72))
	}
	machine.SetDefault(&p.TimeZoneOffset, "+00:00")
	machine.SetDefault(&p.MaxConcurrency, 5)
	machine.SetDefault(&p.AllowedGroups, nil)
	machine.SetDefault(&p.RequireMfa, false)
	machine.SetDefault(&p.UserTags, nil)
	if p.LogRetention == "" {
		p.LogRetention = logs.RetentionDays_ONE_YEAR
	}
	machine.SetDefault(&p.ExcludeLookAlikes, true)
	machine.SetDefault(&p.Language, mail.English)
	machine.SetDefault(&p.SeparatePassword, false)
	if p.SenderName == nil {
		p.SenderName = p.Organization
	}
	mails := mail.BuiltIn(*p.Language, p.about())
	setDefaultMail(&p.Subject, &p.TextTemplate, &p.HtmlTemplate, mails.SignIn)
	if *p.SeparatePassword {
		setDefaultMail(&p.PasswordSubject, &p.PasswordTextTemplate, &p.PasswordHtmlTemplate, mails.Password)
	}
	return &p
}

// languages returns the languages that a list may name, Language first: those of the built-in mails, or Language alone if there is a
// text of one's own.
func (p *UserOnboardingProps) languages() []string {
	languages := []string{*p.Language}
	if p.mails() == mail.BuiltIn(*p.Language, p.about()) {
		languages = append(languages, slices.DeleteFunc(mail.Languages(), func(other string) bool { return other == *p.Language })...)
	}
	return languages
}

// mailsIn returns the mails in one of the [UserOnboardingProps.languages].
func (p *UserOnboardingProps) mailsIn(language string) mail.Templates {
	if language == *p.Language {
		return p.mails()
	}
	return mail.BuiltIn(language, p.about())
}

// mails returns the mails in Language. Their props must have their defaults.
func (p *UserOnboardingProps) mails() mail.Templates {
	mails := mail.Templates{SignIn: mail.Template{Subject: *p.Subject, Text: *p.TextTemplate, HTML: *p.HtmlTemplate}}
	if *p.SeparatePassword {
		mails.Password = mail.Template{Subject: *p.PasswordSubject, Text: *p.PasswordTextTemplate, HTML: *p.PasswordHtmlTemplate}
	}
	return mails
}

// about returns what the mails say about the account.
func (p *UserOnboardingProps) about() mail.About {
	return mail.About{Organization: p.Organization, AccountName: p.AccountName, Contact: p.Contact, Signature: p.Signature,
		SeparatePassword: *p.SeparatePassword, NeedsMFA: *p.RequireMfa, Expires: p.validityHours() != 0}
}

// validityHours returns the hours of PasswordValidity. It returns 1 if they are not known at synthesis, which validate refuses.
func (p *UserOnboardingProps) validityHours() float64 {
	if *p.PasswordValidity.IsUnresolved() {
		return 1
	}
	return *p.PasswordValidity.ToHours(&awscdk.TimeConversionOptions{Integral: jsii.Bool(false)})
}

func setDefaultMail(subject, text, html **string, mail mail.Template) {
	machine.SetDefault(subject, mail.Subject)
	machine.SetDefault(text, mail.Text)
	machine.SetDefault(html, mail.HTML)
}
