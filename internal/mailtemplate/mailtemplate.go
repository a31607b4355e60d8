// Package mailtemplate turns the text of a mail with placeholders such as {{UserName}} into JSONata, so that the
// state machine fills them in when it sends the mail.
package mailtemplate

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// The placeholders of a template, each with what it means.
const (
	UserName  = "UserName"  // the name to sign in with
	Password  = "Password"  // the password to sign in with for the first time
	SignInURL = "SignInURL" // the page to sign in at
	AccountID = "AccountId" // the 12 digits of the AWS account
)

var (
	placeholders = []string{UserName, Password, SignInURL, AccountID}
	placeholder  = regexp.MustCompile(`\{\{(.*?)\}\}`)
)

// expected is what [Check] wants of a template.
var expected = fmt.Sprintf("have the placeholders {{%s}} and {{%s}}, and no other ones but {{%s}} and {{%s}}",
	UserName, Password, SignInURL, AccountID)

// Check notes a problem if a template lacks what nobody can sign in without, or has an unknown placeholder.
func Check(problems *rules.Problems, name, template string) {
	names := placeholderNames(template)
	isUnknown := func(name string) bool { return !slices.Contains(placeholders, name) }
	if !slices.Contains(names, UserName) || !slices.Contains(names, Password) || slices.ContainsFunc(names, isUnknown) {
		problems.Add(name, expected, placeholder.FindAllString(template, -1))
	}
}

func placeholderNames(template string) (names []string) {
	for _, match := range placeholder.FindAllStringSubmatch(template, -1) {
		names = append(names, match[1])
	}
	return names
}

// Text returns the JSONata code of a plain text template. Values holds the code of each placeholder's value.
func Text(template string, values map[string]string) string {
	return concatenate(template, func(name string) string { return values[name] })
}

// HTML returns the JSONata code of an HTML template: as [Text], and the values are escaped for HTML.
func HTML(template string, values map[string]string) string {
	return "(" + escapeFunction + concatenate(template, func(name string) string {
		return "$escape(" + values[name] + ")"
	}) + ")"
}

const escapeFunction = `$escape := function($value) { $value ~> $replace("&", "&amp;") ~> $replace("<", "&lt;") ` +
	`~> $replace(">", "&gt;") ~> $replace('"', "&quot;") ~> $replace("'", "&#39;") }; `

func concatenate(template string, code func(name string) string) string {
	var parts []string
	end := 0
	for _, match := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		parts = append(parts, jsonata.Literal(template[end:match[0]]), code(template[match[2]:match[3]]))
		end = match[1]
	}
	return strings.Join(append(parts, jsonata.Literal(template[end:])), " & ")
}
