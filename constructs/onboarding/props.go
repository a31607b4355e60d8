package onboarding

import (
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"

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
	// Default: none, the address stands alone.
	SenderName *string

	// The address that answers to the mails go to.
	//
	// Default: answers go to the sender.
	ReplyTo *string

	// The SES identity that covers the sender, its address or its domain, if there is one already.
	//
	// SES compares addresses with regard to letter case, and domains without: an identity that is an address must be
	// written exactly as the Sender is (SES Developer Guide, "Creating and verifying identities").
	//
	// Default: one is made, of what Identity says.
	SenderIdentity ses.IEmailIdentity

	// What an SES identity is made of: ses.Identity_Email, ses.Identity_Domain or ses.Identity_PublicHostedZone.
	//
	// A domain covers every address in it and in its subdomains, and is verified by its DKIM records. They are made in
	// a public hosted zone; for a domain elsewhere, publish the [UserOnboarding.DkimRecords].
	//
	// Default: the address of the sender. AWS then sends a mail to that address, with a link to click on.
	Identity ses.Identity

	// The SES configuration set that the mails are sent with.
	//
	// Default: one is made where there is a BounceTopic or a BounceEmail; else the default one of the identity, if it has one.
	ConfigurationSet ses.IConfigurationSet

	// The IAM group that users are put into before they get a password.
	//
	// It must let its members change their own password under UserPath, or nobody gets past the first sign-in:
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
	// As Group, each must let its members change their own password under UserPath, and is imported by its ARN if it has a
	// path. A list names a group without its path.
	//
	// Default: every user is put into Group.
	AllowedGroups *[]iam.IGroup

	// Whether members of the group that is made are denied everything, until they have signed in with MFA, but to change
	// their own password and to set up an MFA device of their own.
	//
	// Default: false
	RequireMfa *bool

	// The IAM path of the users that are created. The state machine can change users below this path only.
	//
	// Default: /onboarded/
	UserPath *string

	// A managed policy that bounds the permissions of each user that is created. The state machine can then create
	// no user without it.
	//
	// It must allow what gets a user past the first sign-in: iam:ChangePassword, and with RequireMfa to set up MFA.
	//
	// Default: users have no permissions boundary.
	PermissionsBoundary iam.IManagedPolicy

	// Tags that each user is created with, besides the tag onboarding, which the state machine keeps for itself: at most
	// 10, because each takes room in the policy of the execution role, which lets it write no other tag. Keys and values have
	// Latin letters, digits, spaces and _.:/=+-@ (IAM User Guide, "Tags for IAM resources").
	//
	// Default: the tag onboarding alone.
	UserTags *map[string]*string

	// The length of a first password in characters, from 8 to 128. A longer minimum in the password policy of the
	// account prevails.
	//
	// Default: 20
	PasswordLength *float64

	// Whether a first password is without characters that look alike: 0 O o, 1 I l and |.
	//
	// Default: true
	ExcludeLookAlikes *bool

	// How many users are onboarded at a time, from 1 to 40. IAM throttles its API for each account, and at more than
	// about 5 users at a time the retries may not suffice.
	//
	// Default: 5
	MaxConcurrency *float64

	// The page that the mail tells users to sign in at. It must be given in partitions other than aws and aws-us-gov.
	//
	// A stack with a region is refused at synthesis without it, a stack for any region at the deployment: "Unable to get
	// mapping for …SignInUrlMustBeGiven…".
	//
	// Default: the sign-in page of the account, in the partition that the stack is deployed to.
	SignInUrl *string

	// The language of the mails, where they are the default ones: en for English or ja for Japanese.
	//
	// Default: en
	Language *string

	// The subject of the mail.
	//
	// Default: Your AWS sign-in information, in the language.
	Subject *string

	// The plain text of the mail, with the placeholders {{UserName}} and {{Password}}, and if wanted {{SignInUrl}} and
	// {{AccountId}}.
	//
	// It has at most 60,000 bytes and 100 placeholders, so that it fits into a payload together with the HTML (Step Functions
	// Developer Guide, "Quotas"). It has no control characters except tabs and line breaks, and no byte order mark.
	//
	// Default: a short text in the language.
	TextTemplate *string

	// The HTML of the mail, with the placeholders of TextTemplate, whose values are escaped. It has at most 60,000 bytes.
	//
	// Default: the default text, laid out.
	HtmlTemplate *string

	// Whether the password comes in a mail of its own, after the one with the page and the user name.
	//
	// TextTemplate and HtmlTemplate then are without {{Password}}.
	//
	// Default: false
	SeparatePassword *bool

	// The subject of the mail with the password, where it is one of its own.
	//
	// Default: Your AWS password, in the language.
	PasswordSubject *string

	// The plain text of the mail with the password, where it is one of its own, with the placeholder {{Password}}, and if
	// wanted {{UserName}}, {{SignInUrl}} and {{AccountId}}. It has at most 60,000 bytes.
	//
	// Default: a short text in the language.
	PasswordTextTemplate *string

	// The HTML of the mail with the password, with the placeholders of PasswordTextTemplate, whose values are escaped. It
	// has at most 60,000 bytes.
	//
	// Default: the default text, laid out.
	PasswordHtmlTemplate *string

	// The topic that hears of each mail that bounced, that SES rejected, or that its recipient complained about.
	//
	// Its user will never get the password. The message, which is JSON, has the name of the user as the tag UserName, in
	// which each character but letters, digits and hyphens is written as _ and two hexadecimal digits:
	// ada_40example_2Ecom (SES API v2 Reference, MessageTag).
	//
	// An imported topic must itself allow ses.amazonaws.com to publish to it; so must the key of any topic that is encrypted.
	//
	// Default: nobody is notified, unless there is a BounceEmail.
	BounceTopic sns.ITopic

	// An e-mail address that hears what BounceTopic hears.
	//
	// It is subscribed to that topic, or to one that is made. AWS sends it a mail with a link to confirm that.
	//
	// Default: none.
	BounceEmail *string

	// The topic that hears of each execution that failed, timed out or was aborted, with a link to it, or
	// with the command that reports it in partitions other than aws and aws-us-gov.
	//
	// The message holds nothing of the data of the execution. An imported topic must itself allow events.amazonaws.com to
	// publish to it; so must the key of any topic that is encrypted.
	//
	// Default: nobody is notified, unless there is an AlarmEmail.
	AlarmTopic sns.ITopic

	// An e-mail address that hears what AlarmTopic hears.
	//
	// It is subscribed to that topic, or to one that is made. AWS sends it a mail with a link to confirm that.
	//
	// Default: none.
	AlarmEmail *string

	// The key that the definition, the data of the executions and the log are encrypted with. It must be a symmetric key
	// of the region, in whose policy IAM policies of the account count.
	//
	// The policy of a key that is imported is not changed: see docs/security.md for what it must allow.
	//
	// Default: keys that AWS owns.
	EncryptionKey kms.IKey

	// How long the records of the log are kept. They hold no input and no output of any state.
	//
	// Default: logs.RetentionDays_ONE_YEAR
	LogRetention logs.RetentionDays
}

// What the policy of the execution role has room for.
const (
	maxAllowedGroups = 10
	maxUserTags      = 10
)

// withDefaults returns a copy of the props in which every scalar that has a default is set.
func (p UserOnboardingProps) withDefaults() *UserOnboardingProps {
	setDefault(&p.UserPath, "/onboarded/")
	setDefault(&p.PasswordLength, 20)
	setDefault(&p.MaxConcurrency, 5)
	setDefault(&p.AllowedGroups, nil)
	setDefault(&p.RequireMfa, false)
	setDefault(&p.UserTags, nil)
	if p.LogRetention == "" {
		p.LogRetention = logs.RetentionDays_ONE_YEAR
	}
	setDefault(&p.ExcludeLookAlikes, true)
	setDefault(&p.Language, mail.English)
	setDefault(&p.SeparatePassword, false)
	mails := mail.BuiltIn(*p.Language)
	if *p.SeparatePassword {
		setDefaultMail(&p.Subject, &p.TextTemplate, &p.HtmlTemplate, mails.Announcement)
		setDefaultMail(&p.PasswordSubject, &p.PasswordTextTemplate, &p.PasswordHtmlTemplate, mails.Password)
	} else {
		setDefaultMail(&p.Subject, &p.TextTemplate, &p.HtmlTemplate, mails.SignIn)
	}
	return &p
}

func setDefaultMail(subject, text, html **string, mail mail.Template) {
	setDefault(subject, mail.Subject)
	setDefault(text, mail.Text)
	setDefault(html, mail.HTML)
}

func setDefault[T any](value **T, otherwise T) {
	if *value == nil {
		*value = &otherwise
	}
}
