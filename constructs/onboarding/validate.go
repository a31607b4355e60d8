package onboarding

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/constructs-go/constructs/v10"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// Validate returns every problem of the props as one error, or nil. [NewUserOnboarding] panics with this error. scope is the
// construct in which the UserOnboarding is to be made: its stack says for which partition.
func (p UserOnboardingProps) Validate(scope constructs.Construct) error {
	return p.withDefaults().validate(partitionOf(scope))
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
	}.Check(&problems, func(prop string) string { return prop })
	p.checkGroups(&problems)
	checkText(&problems, "Sender", p.Sender, rules.SenderAddress)
	checkText(&problems, "SenderIdentity", p.nameOfSenderIdentity(), rules.IdentityName)
	checkText(&problems, "Identity", p.valueOfIdentity(), rules.IdentityName)
	if p.SenderName != nil {
		checkConstant(&problems, "SenderName", p.SenderName, func() {
			rules.Check(&problems, "SenderName", *p.SenderName, rules.HeaderText)
		})
	}
	checkText(&problems, "ReplyTo", p.ReplyTo, rules.SenderAddress)
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
	p.checkValidity(&problems)
	checkNumber(&problems, "MaxConcurrency", p.MaxConcurrency, rules.MaxConcurrency)
	checkText(&problems, "SignInUrl", p.SignInUrl, rules.HTTPSURL)
	if _, known := partition.HostsOf(into); p.SignInUrl == nil && into != "" && !known {
		problems.Add("SignInUrl", "be given, because the sign-in page of the partition "+into+" is not known", nil)
	}
	checkConstant(&problems, "Language", p.Language, func() {
		rules.Check(&problems, "Language", *p.Language, rules.OneOf(mail.Languages()...))
	})
	p.checkMails(&problems)
	checkText(&problems, "BounceEmail", p.BounceEmail, rules.EmailAddress)
	checkText(&problems, "AlarmEmail", p.AlarmEmail, rules.EmailAddress)
	return problems.Err()
}

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
	if isToken(*group.GroupArn()) {
		checkText(problems, name, group.GroupName(), rules.GroupPathName)
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
		if isToken(key) {
			problems.Add("a key of UserTags", "be known at synthesis", key)
			continue
		}
		checkText(problems, "a key of UserTags", &key, rules.TagKey)
		if tags[key] == nil {
			problems.Add("UserTags["+key+"]", rules.TagValue.Expected, nil)
		}
		checkText(problems, "UserTags["+key+"]", tags[key], rules.TagValue)
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
	checkConstant(problems, "TimeZoneOffset", p.TimeZoneOffset, func() {
		rules.Check(problems, "TimeZoneOffset", *p.TimeZoneOffset, rules.TimeZoneOffset)
	})
}

func (p *UserOnboardingProps) checkMails(problems *rules.Problems) {
	of := func(content mail.Content) mail.Content {
		return content.IfExpires(p.validityHours() != 0, "PasswordValidity")
	}
	if *p.SeparatePassword {
		checkMail(problems, "", p.Subject, p.TextTemplate, p.HtmlTemplate, of(mail.Announcement))
		checkMail(problems, "Password", p.PasswordSubject, p.PasswordTextTemplate, p.PasswordHtmlTemplate,
			of(mail.PasswordOnly))
		return
	}
	checkMail(problems, "", p.Subject, p.TextTemplate, p.HtmlTemplate, of(mail.SignIn))
}

// checkMail checks the props of one mail. prefix is the start of their names.
func checkMail(problems *rules.Problems, prefix string, subject, text, html *string, content mail.Content) {
	checkConstant(problems, prefix+"Subject", subject, func() {
		rules.Check(problems, prefix+"Subject", *subject, rules.Subject)
	})
	checkConstant(problems, prefix+"TextTemplate", text, func() { content.Check(problems, prefix+"TextTemplate", *text) })
	checkConstant(problems, prefix+"HtmlTemplate", html, func() { content.Check(problems, prefix+"HtmlTemplate", *html) })
}

// checkConstant checks a text that must not be a token, because its value becomes part of the definition.
func checkConstant(problems *rules.Problems, prop string, value *string, check func()) {
	if isToken(*value) {
		problems.Add(prop, "be known at synthesis", *value)
		return
	}
	check()
}

func checkText(problems *rules.Problems, prop string, value *string, rule rules.Rule[string]) {
	if value != nil && !isToken(*value) {
		rules.Check(problems, prop, *value, rule)
	}
}

func checkNumber(problems *rules.Problems, prop string, value *float64, rule rules.Rule[float64]) {
	if !isToken(*value) {
		rules.Check(problems, prop, *value, rule)
	}
}

func isToken(value any) bool { return *awscdk.Token_IsUnresolved(value) }
