// Package config reads the configuration of the app from the context of the CDK (-c key=value, or context in cdk.json).
package config

import (
	"fmt"
	"os"
	"strconv"

	"github.com/iam-onboarding/iam-onboarding/internal/mailtemplate"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// Config is the configuration of the app. A nil field was left out; the construct has its default.
type Config struct {
	StackName           *string
	Sender              *string
	SenderName          *string
	ReplyTo             *string
	Identity            *string
	GroupName           *string
	RequireMFA          *bool
	UserPath            *string
	PermissionsBoundary *string
	PasswordLength      *float64
	MaxConcurrency      *float64
	SignInURL           *string
	Subject             *string
	TextTemplate        *string
	HTMLTemplate        *string
	AlarmEmail          *string
}

// Read returns the configuration that lookup has by its context keys; lookup returns nil for a key without a value.
// The error names every value that is missing or wrong, with what was expected.
func Read(lookup func(key string) any) (Config, error) {
	r := reader{lookup: lookup}
	config := Config{
		StackName:           r.textOr("IamUserOnboarding", "stackName", rules.StackName),
		Sender:              r.required("sender", rules.EmailAddress),
		SenderName:          r.text("senderName", rules.HeaderText),
		ReplyTo:             r.text("replyTo", rules.EmailAddress),
		Identity:            r.text("identity", rules.IdentityName),
		GroupName:           r.textOr("NoAuthorityIAMGroup", "groupName", rules.GroupName),
		RequireMFA:          r.boolean("requireMfa"),
		UserPath:            r.text("userPath", rules.UserPath),
		PermissionsBoundary: r.text("permissionsBoundary", rules.ManagedPolicyARN),
		PasswordLength:      r.number("passwordLength", rules.PasswordLength),
		MaxConcurrency:      r.number("maxConcurrency", rules.MaxConcurrency),
		SignInURL:           r.text("signInUrl", rules.HTTPSURL),
		Subject:             r.text("subject", rules.HeaderText),
		TextTemplate:        r.template("textTemplate"),
		HTMLTemplate:        r.template("htmlTemplate"),
		AlarmEmail:          r.text("alarmEmail", rules.EmailAddress),
	}
	if config.Sender != nil && config.Identity != nil && !rules.Covers(*config.Identity, *config.Sender) {
		r.problems.Add("identity", "be the sender "+*config.Sender+", or its domain", *config.Identity)
	}
	if err := r.problems.Err(); err != nil {
		return Config{}, fmt.Errorf("the configuration is wrong; set a value with -c key=value, or in the context of "+
			"cdk.json:\n%w", err)
	}
	return config, nil
}

type reader struct {
	lookup   func(key string) any
	problems rules.Problems
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
	case string: // as -c key=value gives it
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
	case string: // as -c key=value gives it
		if value == "true" || value == "false" {
			isTrue := value == "true"
			return &isTrue
		}
	}
	r.problems.Add(key, "be true or false", r.lookup(key))
	return nil
}

// template reads the file that the value names.
func (r *reader) template(key string) *string {
	switch value := r.lookup(key).(type) {
	case nil:
		return nil
	case string:
		content, err := os.ReadFile(value)
		if err != nil {
			r.problems.Add(key, "name a file that can be read", err)
			return nil
		}
		template := string(content)
		mailtemplate.Check(&r.problems, key, template)
		return &template
	default:
		r.problems.Add(key, "name a file that can be read", value)
		return nil
	}
}
