// Package config reads the configuration of the app from the context of the CDK (-c key=value, or context in cdk.json).
package config

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/textfile"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

// Read returns the name and the props of the stack of the app. A prop is nil if its key was left out; the stack and the construct
// then use their defaults. lookup returns the value of a context key, or nil if the key has none. given lists the keys that are
// set. The error lists every missing or wrong value with what was expected, and every key that neither the app nor the CDK uses.
func Read(lookup func(key string) any, given ...string) (stackName *string, props *stacks.OnboardingStackProps, err error) {
	known := map[string]bool{}
	r := reader{lookup: func(key string) any {
		known[key] = true
		return lookup(key)
	}}
	stackName = r.textOr(contract.StackName, "stackName", rules.StackName)
	props = &stacks.OnboardingStackProps{
		Users: onboarding.UserOnboardingProps{
			Sender:            r.required("sender", rules.SenderAddress),
			SenderName:        r.text("senderName", rules.HeaderText),
			Organization:      r.text("organization", rules.MailText),
			AccountName:       r.text("accountName", rules.MailText),
			Contact:           r.text("contact", rules.MailText),
			Signature:         r.text("signature", rules.MailSignature),
			ReplyTo:           r.text("replyTo", rules.SenderAddress),
			RequireMfa:        r.boolean("requireMfa"),
			UserPath:          r.text("userPath", rules.UserPath),
			PasswordLength:    r.number("passwordLength", rules.PasswordLength),
			ExcludeLookAlikes: r.boolean("excludeLookAlikes"),
			TimeZoneOffset:    r.text("timeZoneOffset", rules.TimeZoneOffset),
			MaxConcurrency:    r.number("maxConcurrency", rules.MaxConcurrency),
			SignInUrl:         r.text("signInUrl", rules.HTTPSURL),
			Language:          r.text("language", rules.OneOf(mail.Languages()...)),
			Subject:           r.text("subject", rules.Subject),
			SeparatePassword:  r.boolean("separatePassword"),
			PasswordSubject:   r.text("passwordSubject", rules.Subject),
			AlarmEmail:        r.text("alarmEmail", rules.EmailAddress),
			ReportEmail:       r.text("reportEmail", rules.EmailAddress),
			BounceEmail:       r.text("bounceEmail", rules.EmailAddress),
		},
		GroupNameOrArn:          r.text("group", rules.Group),
		AllowedGroupNamesOrArns: r.groups("allowedGroups"),
		SenderIdentityName:      r.text("identity", rules.IdentityName),
		SenderDomain:            r.text("senderDomain", rules.Domain),
		HostedZoneId:            r.text("hostedZoneId", rules.HostedZoneId),
		PermissionsBoundaryArn:  r.text("permissionsBoundary", rules.ManagedPolicyARN),
		PasswordValidityHours:   r.number("passwordValidityHours", rules.ValidityHours),
		Offboarding:             r.boolean("offboarding"),
	}
	if props.GroupNameOrArn == nil {
		props.Users.GroupName = r.textOr(contract.DefaultGroupName, "groupName", rules.GroupName)
	}
	r.checkAllowedGroups(props)
	r.checkTogether(props)
	r.readTemplates(props)
	r.checkKeys(given, known)
	if err := r.problems.Err(); err != nil {
		return nil, nil, fmt.Errorf("the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:\n%w", err)
	}
	return stackName, props, nil
}

type reader struct {
	lookup   func(key string) any
	problems rules.Problems
}

// readTemplates reads the files of the mails. The placeholders that a mail must have depend on separatePassword, and those that
// it may have on the settings that they stand for.
func (r *reader) readTemplates(props *stacks.OnboardingStackProps) {
	users, hours := &props.Users, props.PasswordValidityHours
	about := mail.About{Organization: users.Organization, AccountName: users.AccountName, Contact: users.Contact,
		Signature: users.Signature, Expires: hours == nil || *hours != 0}
	of := func(content mail.Content) mail.Content { return content.For(about, keyOf) }
	content := mail.SignIn
	if users.SeparatePassword != nil && *users.SeparatePassword {
		content = mail.Announcement
	}
	users.TextTemplate = r.template("textTemplate", of(content))
	users.HtmlTemplate = r.template("htmlTemplate", of(content))
	users.PasswordTextTemplate = r.template("passwordTextTemplate", of(mail.PasswordOnly))
	users.PasswordHtmlTemplate = r.template("passwordHtmlTemplate", of(mail.PasswordOnly))
}

// cdkKeys are the context keys of the CDK without any of the characters :/@ (aws-cdk 2.1148.1, aws-cdk-lib 2.270.0).
var cdkKeys = []string{
	"acknowledged-issue-numbers", // cdk acknowledge writes it to cdk.context.json
	"assets-ecr-repository-name", // the library's LegacyStackSynthesizer reads it
	"cdk-migrate",                // cdk migrate writes it to cdk.json
	"cli-telemetry",              // cdk cli-telemetry writes it to cdk.context.json
}

// checkKeys adds a problem for each unknown key, because a misspelled key would otherwise be ignored. It accepts the keys of
// the CDK. Every feature flag, every setting that the CLI passes to an app, and every cached result of a lookup has one of
// :/@ in its key. No key of the app has one.
func (r *reader) checkKeys(given []string, known map[string]bool) {
	for _, key := range slices.Sorted(slices.Values(given)) {
		if known[key] || strings.ContainsAny(key, ":/@") || slices.Contains(cdkKeys, key) {
			continue
		}
		expected := "not be set, because the app has no such key (docs/configuration.md lists them): remove it from the " +
			"command line, cdk.json, cdk.context.json or ~/.cdk.json"
		for name := range known {
			if strings.EqualFold(name, key) {
				expected = "be written " + name
			}
		}
		r.problems.Add(key, expected, r.lookup(key))
	}
}

// checkTogether checks the settings that exclude or need each other. It checks whether a key is given, not whether its value
// has the right type: the value of another type is a problem of its own.
func (r *reader) checkTogether(props *stacks.OnboardingStackProps) {
	rules.Together{
		HasGroup: r.lookup("group") != nil, GroupName: r.lookup("groupName"), RequireMfa: props.Users.RequireMfa,
		Sender: props.Users.Sender, SenderIdentity: props.SenderIdentityName, Identity: props.SenderDomain,
		HostedZoneId: r.lookup("hostedZoneId"), SeparatePassword: props.Users.SeparatePassword,
		PasswordSubject: r.lookup("passwordSubject"), PasswordTextTemplate: r.lookup("passwordTextTemplate"),
		PasswordHtmlTemplate: r.lookup("passwordHtmlTemplate"),
	}.Check(&r.problems, keyOf)
	rules.CheckAnswers(&r.problems, keyOf, props.Users.Sender, r.lookup("replyTo"), r.lookup("contact"))
}

// checkAllowedGroups checks that no group is given twice.
func (r *reader) checkAllowedGroups(props *stacks.OnboardingStackProps) {
	standard := cmp.Or(props.GroupNameOrArn, props.Users.GroupName)
	if props.AllowedGroupNamesOrArns == nil || standard == nil {
		return
	}
	var names []string
	for _, group := range *props.AllowedGroupNamesOrArns {
		names = append(names, rules.NameInPath(*group))
	}
	rules.CheckAllowedGroups(&r.problems, "allowedGroups", rules.NameInPath(*standard), names)
}

// keyOf returns the context key for a prop of the construct.
func keyOf(prop string) string {
	switch prop {
	case "SenderIdentity":
		return "identity"
	case "Identity":
		return "senderDomain"
	case "PasswordValidity":
		return "passwordValidityHours"
	default:
		return strings.ToLower(prop[:1]) + prop[1:]
	}
}

func (r *reader) text(key string, rule rules.Rule[string]) *string {
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case string:
		rules.Check(&r.problems, key, value, rule)
		return &value
	default:
		r.problems.Add(key, rule.Expected, value)
		return nil
	}
}

// groups reads the names or the ARNs of groups: an array in cdk.json, or text with commas between the groups from -c key=value. The
// text cannot have a group whose name has a comma.
func (r *reader) groups(key string) *[]*string {
	var items []any
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case string:
		for group := range strings.SplitSeq(value, ",") {
			items = append(items, strings.TrimSpace(group))
		}
	case []any:
		items = value
	default:
		r.problems.Add(key, "be an array of groups, or their names or ARNs with commas between them", value)
		return nil
	}
	groups := []*string{}
	for _, item := range items {
		group, isText := item.(string)
		if !isText {
			r.problems.Add("a group in "+key, rules.Group.Expected, item)
			continue
		}
		rules.Check(&r.problems, "a group in "+key, group, rules.Group)
		groups = append(groups, &group)
	}
	return &groups
}

func (r *reader) required(key string, rule rules.Rule[string]) *string {
	if r.lookup(key) == nil {
		r.problems.Add(key, rule.Expected, nil)
	}
	return r.text(key, rule)
}

func (r *reader) textOr(otherwise, key string, rule rules.Rule[string]) *string {
	if r.lookup(key) == nil {
		return &otherwise
	}
	return r.text(key, rule)
}

func (r *reader) number(key string, rule rules.Rule[float64]) *float64 {
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case float64:
		rules.Check(&r.problems, key, value, rule)
		return &value
	case string: // from -c key=value
		if number, err := strconv.ParseFloat(value, 64); err == nil && rule.Holds(number) {
			return &number
		}
		r.problems.Add(key, rule.Expected, value)
		return nil
	default:
		r.problems.Add(key, rule.Expected, value)
		return nil
	}
}

func (r *reader) boolean(key string) *bool {
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case bool:
		return &value
	case string: // from -c key=value
		if value == "true" || value == "false" {
			isTrue := value == "true"
			return &isTrue
		}
	}
	r.problems.Add(key, "be true or false", r.lookup(key))
	return nil
}

// template reads the file that is the value of a key. It removes a byte order mark, which editors on Windows write.
func (r *reader) template(key string, content mail.Content) *string {
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case string:
		file, err := os.ReadFile(value)
		if err != nil {
			r.problems.Add(key, "name a file that can be read", err)
			return nil
		}
		template, _ := textfile.Decode(file)
		content.Check(&r.problems, key, template)
		return &template
	default:
		r.problems.Add(key, "name a file that can be read", value)
		return nil
	}
}
