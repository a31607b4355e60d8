package onboarding

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
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

	// The SES configuration set that the mails are sent with, say to hear of bounces.
	//
	// Default: the default configuration set of the identity, if it has one.
	ConfigurationSet ses.IConfigurationSet

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

	// Further groups that a list may name for a user, instead of Group: at most 10, since the policy of the execution
	// role has room for 10,240 characters (IAM User Guide, "IAM and AWS STS quotas").
	//
	// As Group, each must let its members change their own password under UserPath.
	//
	// Default: every user is put into Group.
	AllowedGroups *[]iam.IGroup

	// Whether members of the group that is made are denied everything, until they have signed in with MFA, but to change
	// their own password and to set up an MFA device of their own.
	//
	// Default: false
	RequireMFA *bool

	// The IAM path of the users that are created. The state machine can change users below this path only.
	//
	// Default: /onboarded/
	UserPath *string

	// A managed policy that bounds the permissions of each user that is created. The state machine can then create
	// no user without it.
	//
	// Default: users have no permissions boundary.
	PermissionsBoundary iam.IManagedPolicy

	// Tags that each user is created with, besides the tag onboarding, which the state machine keeps for itself: at most
	// 10, since each takes room in the policy of the execution role, which lets it write no other tag.
	//
	// Default: the tag onboarding alone.
	UserTags *map[string]*string

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
	setDefault(&p.AllowedGroups, nil)
	setDefault(&p.RequireMFA, false)
	setDefault(&p.UserTags, nil)
	if p.LogRetention == "" {
		p.LogRetention = logs.RetentionDays_ONE_YEAR
	}
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
	p.checkGroups(&problems)
	checkText(&problems, "Sender", p.Sender, rules.EmailAddress)
	if p.Sender != nil && p.SenderIdentity != nil {
		checkIdentity(&problems, *p.Sender, *p.SenderIdentity.EmailIdentityName())
	}
	checkText(&problems, "SenderName", p.SenderName, rules.HeaderText)
	checkText(&problems, "ReplyTo", p.ReplyTo, rules.EmailAddress)
	checkText(&problems, "GroupName", p.GroupName, rules.GroupName)
	checkText(&problems, "UserPath", p.UserPath, rules.UserPath)
	if p.PermissionsBoundary != nil {
		checkText(&problems, "PermissionsBoundary", p.PermissionsBoundary.ManagedPolicyArn(), rules.ManagedPolicyARN)
	}
	if p.ConfigurationSet != nil {
		checkText(&problems, "ConfigurationSet", p.ConfigurationSet.ConfigurationSetName(), rules.ConfigurationSetName)
	}
	checkUserTags(&problems, *p.UserTags)
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

// checkGroups compares names without regard to case, as IAM does.
func (p *UserOnboardingProps) checkGroups(problems *rules.Problems) {
	if p.Group != nil && p.GroupName != nil {
		problems.Add("GroupName", "be left out where Group is given", *p.GroupName)
	}
	if p.Group != nil && *p.RequireMFA {
		problems.Add("RequireMFA", "be left out where Group is given", *p.RequireMFA)
	}
	if got := len(*p.AllowedGroups); got > maxAllowedGroups {
		problems.Add("AllowedGroups", fmt.Sprintf("have at most %d groups", maxAllowedGroups), got)
	}
	seen := map[string]bool{}
	switch {
	case p.Group != nil:
		checkText(problems, "the name of Group", p.Group.GroupName(), rules.GroupName)
		seen[strings.ToLower(*p.Group.GroupName())] = true
	case p.GroupName != nil:
		seen[strings.ToLower(*p.GroupName)] = true
	}
	for _, group := range *p.AllowedGroups {
		checkText(problems, "a name in AllowedGroups", group.GroupName(), rules.GroupName)
		lower := strings.ToLower(*group.GroupName())
		if seen[lower] {
			problems.Add("AllowedGroups", "have each group once, and not the default one", *group.GroupName())
		}
		seen[lower] = true
	}
}

// checkUserTags compares keys without regard to case, as IAM does (IAM User Guide, "Tags for IAM resources").
func checkUserTags(problems *rules.Problems, tags map[string]*string) {
	if len(tags) > maxUserTags {
		problems.Add("UserTags", fmt.Sprintf("have at most %d tags", maxUserTags), len(tags))
	}
	seen := map[string]bool{onboardingTag: true}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		checkText(problems, "a key of UserTags", &key, rules.TagKey)
		if tags[key] == nil {
			problems.Add("UserTags["+key+"]", rules.TagValue.Expected, nil)
		}
		checkText(problems, "UserTags["+key+"]", tags[key], rules.TagValue)
		if lower := strings.ToLower(key); seen[lower] {
			problems.Add("a key of UserTags", "differ from the others, and from "+onboardingTag+", without regard to case", key)
		} else {
			seen[lower] = true
		}
	}
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
