// Package mail has the built-in mails in each language. It also converts a mail with placeholders, such as {{UserName}}, into
// JSONata code, which replaces the placeholders when the state machine sends the mail.
package mail

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// The names of the placeholders of a template.
const (
	UserName     = "UserName"     // the name to sign in with
	Password     = "Password"     // the password to sign in with for the first time
	SignInUrl    = "SignInUrl"    // the page to sign in at
	AccountID    = "AccountId"    // the 12 digits of the AWS account
	ValidUntil   = "ValidUntil"   // the time at which the password expires, see [ValidUntilIn]
	EarlierMails = "EarlierMails" // a sentence in a mail that is sent again, see [EarlierMailsIn]

	// The texts of [About], which a template may have only if they are given.
	Organization = "Organization"
	AccountName  = "AccountName"
	Contact      = "Contact"
	Signature    = "Signature"
)

// Content lists the placeholders that a mail must have, and those that it may have.
type Content struct {
	required, optional []string
	refused            map[string]string // says, by the name of an optional placeholder, why the mail must not have it
}

// optional are the placeholders that every mail may have.
var optional = []string{SignInUrl, AccountID, ValidUntil, EarlierMails, Organization, AccountName, Contact, Signature}

// The mails that a user may get: either SignIn alone, or Announcement and then PasswordOnly.
var (
	SignIn       = Content{required: []string{UserName, Password}, optional: optional}
	Announcement = Content{required: []string{UserName}, optional: optional}
	PasswordOnly = Content{required: []string{Password}, optional: append([]string{UserName}, optional...)}
)

// For returns the content of the mail if the mails are about these things. It refuses the placeholders of what is not given. name
// returns the name of the setting for a prop.
func (c Content) For(about About, name func(prop string) string) Content {
	c.refused = map[string]string{}
	if !about.Expires {
		c.refused[ValidUntil] = "if " + name("PasswordValidity") + " is 0, because no password expires then"
	}
	for placeholder, text := range about.texts() {
		if text == nil {
			c.refused[placeholder] = "unless " + name(placeholder) + " is given"
		}
	}
	return c
}

// Misses returns what a recipient would miss in a template, by the names of the placeholders that say it.
func (c Content) Misses(template string, about About) map[string]string {
	misses := map[string]string{SignInUrl: "where to sign in"}
	if slices.Contains(c.optional, UserName) { // the mail before has the page
		delete(misses, SignInUrl)
	}
	if about.Expires {
		misses[ValidUntil] = "until when the password works"
	}
	if about.Contact != nil {
		misses[Contact] = "who answers questions"
	}
	for _, name := range placeholderNames(template) {
		delete(misses, name)
	}
	return misses
}

// MaxBytes is the maximum length of a template in bytes. A plain text and HTML of this length fit into a payload of 256
// KiB (Step Functions Developer Guide, "Quotas"), even if JSON has to escape every character of both.
const MaxBytes = 60_000

// MaxPlaceholders is the maximum number of placeholders in a template. With their values, the mail still fits into the
// payload.
const MaxPlaceholders = 100

var placeholder = regexp.MustCompile(`\{\{(.*?)\}\}`)

// Check adds a problem for each of these faults of a template: it is not UTF-8, it has control characters, it lacks a
// placeholder or has an unknown one, it has one whose value is not given, it opens a placeholder without closing it, or it is too
// long.
func (c Content) Check(problems *rules.Problems, name, template string) {
	if !utf8.ValidString(template) {
		problems.Add(name, "be text in UTF-8", notUTF8(template))
		return
	}
	if found := controlCharacters(template); len(found) != 0 {
		problems.Add(name, "have no control characters except tabs and line breaks, and no byte order mark",
			errors.New(strings.Join(found, ", ")))
	}
	names := placeholderNames(template)
	isUnknown := func(name string) bool {
		return !slices.Contains(c.required, name) && !slices.Contains(c.optional, name)
	}
	isMissing := func(name string) bool { return !slices.Contains(names, name) }
	if slices.ContainsFunc(names, isUnknown) || slices.ContainsFunc(c.required, isMissing) {
		problems.Add(name, c.expected(), placeholder.FindAllString(template, -1))
	}
	for _, refused := range slices.Sorted(maps.Keys(c.refused)) {
		if slices.Contains(names, refused) {
			problems.Add(name, "not have {{"+refused+"}} "+c.refused[refused], placeholder.FindAllString(template, -1))
		}
	}
	if _, open, found := strings.Cut(placeholder.ReplaceAllString(template, ""), "{{"); found {
		line, _, _ := strings.Cut(open, "\n")
		problems.Add(name, "close with }} every placeholder that it opens", "{{"+line)
	}
	if strings.Count(template, "{{"+Signature+"}}") > 1 {
		problems.Add(name, "have {{"+Signature+"}} once", placeholder.FindAllString(template, -1))
	}
	if len(names) > MaxPlaceholders {
		problems.Add(name, fmt.Sprintf("have at most %d placeholders", MaxPlaceholders), len(names))
	}
	if len(template) > MaxBytes {
		problems.Add(name, fmt.Sprintf("have at most %d bytes", MaxBytes), len(template))
	}
}

// notUTF8 returns an error with the first line that is not UTF-8.
func notUTF8(template string) error {
	for i, line := range strings.Split(template, "\n") {
		if !utf8.ValidString(line) {
			return fmt.Errorf("%q in line %d", line[:min(len(line), 60)], i+1)
		}
	}
	return nil
}

// controlCharacters returns each character that a mail cannot show, with the first line that contains it. A byte order mark
// is one of them: it is invisible, so somebody who copies a password would copy it, too.
func controlCharacters(template string) (found []string) {
	seen := map[rune]bool{'\t': true, '\r': true, '\n': true}
	line := 1
	for _, char := range template {
		if (unicode.IsControl(char) || char == '\ufeff') && !seen[char] {
			seen[char] = true
			found = append(found, fmt.Sprintf("%U in line %d", char, line))
		}
		if char == '\n' {
			line++
		}
	}
	return found
}

func (c Content) expected() string {
	noun := "placeholder"
	if len(c.required) > 1 {
		noun += "s"
	}
	return fmt.Sprintf("have the %s %s, and no others except %s", noun, enumerate(c.required), enumerate(c.optional))
}

// enumerate joins the names of placeholders with commas and "and".
func enumerate(names []string) string {
	last := len(names) - 1
	text := "{{" + names[last] + "}}"
	if last > 0 {
		text = "{{" + strings.Join(names[:last], "}}, {{") + "}} and " + text
	}
	return text
}

func placeholderNames(template string) (names []string) {
	for _, match := range placeholder.FindAllStringSubmatch(template, -1) {
		names = append(names, match[1])
	}
	return names
}

// Text returns the JSONata code that makes a plain text from a template. values has the code of each placeholder's value. The
// value is evaluated once.
func Text(template string, values map[string]string) string {
	return filled(template, "", func(name string) string { return values[name] })
}

// HTML returns the JSONata code that makes HTML from a template. It is like [Text], and escapes the values for HTML. A line break of a
// value becomes one of HTML.
func HTML(template string, values map[string]string) string {
	return filled(template, escapeFunction, func(name string) string { return "$escape(" + values[name] + ")" })
}

const escapeFunction = `$escape := function($value) { $value ~> $replace("&", "&amp;") ~> $replace("<", "&lt;") ` +
	`~> $replace(">", "&gt;") ~> $replace('"', "&quot;") ~> $replace("'", "&#39;") ~> $replace("\n", "<br>") }; `

// filled returns code that assigns the value of each placeholder to a variable of the same name, and joins the parts of the
// template.
func filled(template, functions string, value func(name string) string) string {
	var code strings.Builder
	code.WriteString("(" + functions)
	for _, name := range slices.Compact(slices.Sorted(slices.Values(placeholderNames(template)))) {
		fmt.Fprintf(&code, "$%s := %s; ", name, value(name))
	}
	var parts []string
	end := 0
	for _, match := range placeholder.FindAllStringSubmatchIndex(template, -1) {
		parts = append(parts, jsonata.Literal(template[end:match[0]]), "$"+template[match[2]:match[3]])
		end = match[1]
	}
	code.WriteString(jsonata.Concatenation(append(parts, jsonata.Literal(template[end:]))...) + ")")
	return code.String()
}
