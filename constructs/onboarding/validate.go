package onboarding

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// Validate returns every problem of the props as one error, or nil. [NewUserOnboarding] panics with this error. scope is the
// construct in which the UserOnboarding is to be made: its stack says for which partition.
func (p UserOnboardingProps) Validate(scope constructs.Construct) error {
	return p.withDefaults().validate(machine.PartitionOf(scope))
}

// validate returns every problem of the props as one error. into is the partition of the stack, or "" if it is not known.
func (p *UserOnboardingProps) validate(into string) error {
	var problems rules.Problems
	if p.Sender == nil {
		problems.Add("Sender", rules.SenderAddress.Expected, nil)
	}
	rules.Together{
		HasGroup: p.Group != nil, GroupName: rules.Given(p.GroupName), RequireMfa: p.RequireMfa,
		Sender: p.Sender, SenderIdentity: p.nameOfSenderIdentity(), Identity: p.valueOfIdentity(),
		SeparatePassword: p.SeparatePassword, PasswordSubject: rules.Given(p.PasswordSubject),
		PasswordTextTemplate: rules.Given(p.PasswordTextTemplate), PasswordHtmlTemplate: rules.Given(p.PasswordHtmlTemplate),
	}.Check(&problems, asItIs)
	rules.CheckAnswers(&problems, asItIs, p.Sender, rules.Given(p.ReplyTo), rules.Given(p.Contact))
	p.checkGroups(&problems)
	machine.CheckText(&problems, "Sender", p.Sender, rules.SenderAddress)
	machine.CheckText(&problems, "SenderIdentity", p.nameOfSenderIdentity(), rules.IdentityName)
	machine.CheckText(&problems, "Identity", p.valueOfIdentity(), rules.IdentityName)
	machine.CheckKnownText(&problems, "Organization", p.Organization, rules.MailText)
	if p.SenderName != p.Organization {
		machine.CheckKnownText(&problems, "SenderName", p.SenderName, rules.HeaderText)
	}
	machine.CheckKnownText(&problems, "AccountName", p.AccountName, rules.MailText)
	machine.CheckKnownText(&problems, "Contact", p.Contact, rules.MailText)
	machine.CheckKnownText(&problems, "Signature", p.Signature, rules.MailSignature)
	machine.CheckText(&problems, "ReplyTo", p.ReplyTo, rules.SenderAddress)
	machine.CheckText(&problems, "GroupName", p.GroupName, rules.GroupName)
	machine.CheckText(&problems, "UserPath", p.UserPath, rules.UserPath)
	if p.PermissionsBoundary != nil {
		machine.CheckText(&problems, "PermissionsBoundary", p.PermissionsBoundary.ManagedPolicyArn(), rules.ManagedPolicyARN)
	}
	if p.ConfigurationSet != nil {
		machine.CheckText(&problems, "ConfigurationSet", p.ConfigurationSet.ConfigurationSetName(), rules.ConfigurationSetName)
	}
	checkUserTags(&problems, *p.UserTags)
	machine.CheckNumber(&problems, "PasswordLength", p.PasswordLength, rules.PasswordLength)
	p.checkValidity(&problems)
	machine.CheckNumber(&problems, "MaxConcurrency", p.MaxConcurrency, rules.MaxConcurrency)
	machine.CheckText(&problems, "SignInUrl", p.SignInUrl, rules.HTTPSURL)
	if _, known := partition.HostsOf(into); p.SignInUrl == nil && into != "" && !known {
		problems.Add("SignInUrl", "be given, because the sign-in page of the partition "+into+" is not known", nil)
	}
	machine.CheckKnownText(&problems, "Language", p.Language, rules.OneOf(mail.Languages()...))
	p.checkMails(&problems)
	machine.CheckText(&problems, "BounceEmail", p.BounceEmail, rules.EmailAddress)
	machine.CheckText(&problems, "AlarmEmail", p.AlarmEmail, rules.EmailAddress)
	machine.CheckText(&problems, "ReportEmail", p.ReportEmail, rules.EmailAddress)
	if p.ReportTopic != nil && *p.ReportTopic.Fifo() { // Publish to it would need a MessageGroupId (SNS API Reference)
		problems.Add("ReportTopic", "be a standard topic", "a FIFO topic")
	}
	return problems.Err()
}

// asItIs returns the name of a prop, for checks that the app uses with its own names, too.
func asItIs(prop string) string { return prop }

// checkGroups checks each group, and that no group is given twice.
func (p *UserOnboardingProps) checkGroups(problems *rules.Problems) {
	standard := ""
	switch {
	case p.Group != nil:
		checkGroup(problems, "the name of Group", "the ARN of Group", p.Group)
		standard = *groupName(p.Group)
	case p.GroupName != nil:
		standard = *p.GroupName
	}
	var allowed []string
	for i, group := range *p.AllowedGroups {
		if group == nil {
			problems.Add(fmt.Sprintf("AllowedGroups[%d]", i), "be a group", nil)
			continue
		}
		checkGroup(problems, "a name in AllowedGroups", "an ARN in AllowedGroups", group)
		allowed = append(allowed, *groupName(group))
	}
	rules.CheckAllowedGroups(problems, "AllowedGroups", standard, allowed)
}

// checkGroup checks the ARN of a group. If the ARN is a token, because its partition or account is not known at synthesis, it
// checks the name.
func checkGroup(problems *rules.Problems, name, arn string, group iam.IGroup) {
	if machine.IsToken(*group.GroupArn()) {
		machine.CheckText(problems, name, group.GroupName(), rules.GroupPathName)
		return
	}
	rules.Check(problems, arn, *group.GroupArn(), rules.GroupARN)
}

// checkUserTags checks the tags of new users. It compares keys without regard to letter case, as IAM does (IAM User Guide,
// "Tags for IAM resources").
func checkUserTags(problems *rules.Problems, tags map[string]*string) {
	if len(tags) > maxUserTags {
		problems.Add("UserTags", fmt.Sprintf("have at most %d tags", maxUserTags), len(tags))
	}
	seen := map[string]bool{contract.TagKey: true, contract.IssuedTagKey: true}
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		if machine.IsToken(key) {
			problems.Add("a key of UserTags", "be known at synthesis", key)
			continue
		}
		machine.CheckText(problems, "a key of UserTags", &key, rules.TagKey)
		if tags[key] == nil {
			problems.Add("UserTags["+key+"]", rules.TagValue.Expected, nil)
		}
		machine.CheckText(problems, "UserTags["+key+"]", tags[key], rules.TagValue)
		if lower := strings.ToLower(key); seen[lower] {
			problems.Add("a key of UserTags", "differ from the others, and from "+contract.TagKey+" and "+contract.IssuedTagKey+", without regard to case", key)
		} else {
			seen[lower] = true
		}
	}
}

func (p *UserOnboardingProps) nameOfSenderIdentity() *string {
	if p.SenderIdentity == nil {
		return nil
	}
	return p.SenderIdentity.EmailIdentityName()
}

func (p *UserOnboardingProps) valueOfIdentity() *string {
	if p.Identity == nil {
		return nil
	}
	return p.Identity.Value()
}

func (p *UserOnboardingProps) checkValidity(problems *rules.Problems) {
	if *p.PasswordValidity.IsUnresolved() {
		problems.Add("PasswordValidity", "be known at synthesis", *p.PasswordValidity.ToString())
	} else {
		rules.Check(problems, "PasswordValidity", p.validityHours(), rules.ValidityHours)
	}
	machine.CheckKnownText(problems, "TimeZoneOffset", p.TimeZoneOffset, rules.TimeZoneOffset)
}

func (p *UserOnboardingProps) checkMails(problems *rules.Problems) {
	for _, mail := range p.mailProps() {
		mail.check(problems)
	}
}

// mailProps are the props of one mail.
type mailProps struct {
	prefix              string // of the names of the props
	subject, text, html *string
	builtIn             mail.Template
	content             mail.Content
	about               mail.About
}

// mailProps returns the props of each mail that a user gets.
func (p *UserOnboardingProps) mailProps() []mailProps {
	about := p.about()
	builtIn := mail.BuiltIn(*p.Language, about)
	of := func(content mail.Content) mail.Content {
		return content.For(about, asItIs)
	}
	if !*p.SeparatePassword {
		return []mailProps{{"", p.Subject, p.TextTemplate, p.HtmlTemplate, builtIn.SignIn, of(mail.SignIn), about}}
	}
	return []mailProps{
		{"", p.Subject, p.TextTemplate, p.HtmlTemplate, builtIn.SignIn, of(mail.Announcement), about},
		{"Password", p.PasswordSubject, p.PasswordTextTemplate, p.PasswordHtmlTemplate, builtIn.Password, of(mail.PasswordOnly), about},
	}
}

// check checks the props of a mail. A wrong organization makes a wrong built-in subject, which is no problem of its own.
func (m mailProps) check(problems *rules.Problems) {
	if *m.subject != m.builtIn.Subject {
		machine.CheckKnownText(problems, m.prefix+"Subject", m.subject, rules.Subject)
	}
	for _, template := range m.templates() {
		machine.CheckConstant(problems, template.prop, template.text, func() { m.content.Check(problems, template.prop, *template.text) })
	}
}

// templates returns the templates of a mail, by the names of their props.
func (m mailProps) templates() []template {
	return []template{{m.prefix + "TextTemplate", m.text}, {m.prefix + "HtmlTemplate", m.html}}
}

type template struct {
	prop string
	text *string
}

// warnOfMails adds a warning for each thing that recipients would miss in a text that is not built in.
func (u *UserOnboarding) warnOfMails(props *UserOnboardingProps) {
	for _, m := range props.mailProps() {
		for _, template := range m.templates() {
			misses := m.content.Misses(*template.text, m.about)
			for _, placeholder := range slices.Sorted(maps.Keys(misses)) {
				awscdk.Annotations_Of(u).AddWarningV2(jsii.String("@iam-onboarding/onboarding:mail"+template.prop+placeholder), jsii.String(fmt.Sprintf(
					"%s does not say %s: add {{%s}}", template.prop, misses[placeholder], placeholder)))
			}
		}
	}
}
