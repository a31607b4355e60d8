package onboarding

import (
	_ "embed"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/mailtemplate"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
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

	// The SES identity that covers the sender: its address or its domain.
	//
	// Default: an identity is made for the address; AWS then sends that address a mail with a link to click on.
	SenderIdentity ses.IEmailIdentity

	// The IAM group that users are put into before they get a password.
	//
	// It must let its members change their own password under UserPath, or nobody gets past the first sign-in.
	//
	// Default: a group is made whose members may do that and nothing else.
	Group iam.IGroup

	// The name of the group that is made.
	//
	// Default: CloudFormation makes a unique name.
	GroupName *string

	// The IAM path of the users that are created. The state machine can change users below this path only.
	//
	// Default: /onboarded/
	UserPath *string

	// A managed policy that bounds the permissions of each user that is created. The state machine can then create
	// no user without it.
	//
	// Default: users have no permissions boundary.
	PermissionsBoundary iam.IManagedPolicy

	// The length of a first password in characters, from 8 to 128. A longer minimum in the password policy of the
	// account prevails.
	//
	// Default: 20
	PasswordLength *float64

	// How many users are onboarded at a time, from 1 to 40. IAM throttles its API for each account, and at more than
	// about 5 users at a time the retries may not suffice.
	//
	// Default: 5
	MaxConcurrency *float64

	// The page that the mail tells users to sign in at.
	//
	// Default: the sign-in page of the account, in the partition that the stack is deployed to.
	SignInUrl *string

	// The subject of the mail.
	//
	// Default: Your AWS sign-in information
	Subject *string

	// The plain text of the mail, with the placeholders {{UserName}} and {{Password}}, and if wanted {{SignInURL}}
	// and {{AccountId}}.
	//
	// Default: a short English text.
	TextTemplate *string

	// The HTML of the mail, with the placeholders of TextTemplate; their values are escaped.
	//
	// Default: the default text, laid out.
	HtmlTemplate *string

	// The topic that hears of each execution that failed, timed out or was aborted, with a link to it.
	//
	// Default: nobody is told.
	AlarmTopic sns.ITopic
}

var (
	//go:embed mail.txt
	defaultTextTemplate string
	//go:embed mail.html
	defaultHTMLTemplate string
)

// withDefaults returns a copy of the props in which every scalar that has a default is set.
func (p UserOnboardingProps) withDefaults() *UserOnboardingProps {
	setDefault(&p.UserPath, "/onboarded/")
	setDefault(&p.PasswordLength, 20)
	setDefault(&p.MaxConcurrency, 5)
	setDefault(&p.Subject, "Your AWS sign-in information")
	setDefault(&p.TextTemplate, defaultTextTemplate)
	setDefault(&p.HtmlTemplate, defaultHTMLTemplate)
	return &p
}

func setDefault[T any](value **T, otherwise T) {
	if *value == nil {
		*value = &otherwise
	}
}

// validate returns everything that is wrong with the props as one error.
func (p *UserOnboardingProps) validate() error {
	var problems rules.Problems
	if p.Sender == nil {
		problems.Add("Sender", rules.EmailAddress.Expected, nil)
	}
	if p.Group != nil && p.GroupName != nil {
		problems.Add("GroupName", "be left out where Group is given", *p.GroupName)
	}
	checkText(&problems, "Sender", p.Sender, rules.EmailAddress)
	if p.Sender != nil && p.SenderIdentity != nil {
		checkIdentity(&problems, *p.Sender, *p.SenderIdentity.EmailIdentityName())
	}
	checkText(&problems, "SenderName", p.SenderName, rules.HeaderText)
	checkText(&problems, "ReplyTo", p.ReplyTo, rules.EmailAddress)
	checkText(&problems, "GroupName", p.GroupName, rules.GroupName)
	checkText(&problems, "UserPath", p.UserPath, rules.UserPath)
	checkNumber(&problems, "PasswordLength", p.PasswordLength, rules.PasswordLength)
	checkNumber(&problems, "MaxConcurrency", p.MaxConcurrency, rules.MaxConcurrency)
	checkText(&problems, "SignInUrl", p.SignInUrl, rules.HTTPSURL)
	checkConstant(&problems, "Subject", *p.Subject, func() {
		rules.Check(&problems, "Subject", *p.Subject, rules.HeaderText)
	})
	checkConstant(&problems, "TextTemplate", *p.TextTemplate, func() {
		mailtemplate.Check(&problems, "TextTemplate", *p.TextTemplate)
	})
	checkConstant(&problems, "HtmlTemplate", *p.HtmlTemplate, func() {
		mailtemplate.Check(&problems, "HtmlTemplate", *p.HtmlTemplate)
	})
	return problems.Err()
}

// checkConstant checks a text that becomes a part of the definition, and so cannot be a token.
func checkConstant(problems *rules.Problems, prop, value string, check func()) {
	if *awscdk.Token_IsUnresolved(value) {
		problems.Add(prop, "be known at synthesis", value)
		return
	}
	check()
}

func checkIdentity(problems *rules.Problems, sender, identity string) {
	if !*awscdk.Token_IsUnresolved(sender) && !*awscdk.Token_IsUnresolved(identity) && !rules.Covers(identity, sender) {
		problems.Add("SenderIdentity", "be the sender "+sender+", or its domain", identity)
	}
}

func checkText(problems *rules.Problems, prop string, value *string, rule rules.Rule[string]) {
	if value != nil && !*awscdk.Token_IsUnresolved(value) {
		rules.Check(problems, prop, *value, rule)
	}
}

func checkNumber(problems *rules.Problems, prop string, value *float64, rule rules.Rule[float64]) {
	if !*awscdk.Token_IsUnresolved(jsii.Number(*value)) {
		rules.Check(problems, prop, *value, rule)
	}
}
