// Package rules states what the values must be like that a caller hands to the app or to the construct. A rule is
// pure; who checks a value says whose value it is, and gathers all problems before it speaks.
package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// Rule is what a value must be like.
type Rule[T any] struct {
	// Expected completes the sentence "the value must …".
	Expected string
	// Holds tells whether a value is like that.
	Holds func(value T) bool
}

// EmailAddress wants an address as SES takes it: ASCII, one @, no dot at an end of the local part or beside another one, a
// domain with a dot, at most 254 characters (RFC 5321, sections 4.1.2 and 4.5.3.1, less the angle brackets).
var EmailAddress = Rule[string]{"be an e-mail address such as user@example.com", func(value string) bool {
	localPart, _, _ := strings.Cut(value, "@")
	return len(localPart) <= 64 && len(value) <= 254 && emailAddress.MatchString(value)
}}

// SenderAddress wants an [EmailAddress] that can stand in the definition of a state machine: without {% and %}, which Step
// Functions takes for the marks of an expression.
var SenderAddress = Rule[string]{EmailAddress.Expected, func(value string) bool {
	return EmailAddress.Holds(value) && !jsonata.HasMark(value)
}}

// IdentityName wants the name of an SES identity: an e-mail address or a domain.
var IdentityName = Rule[string]{"be an e-mail address or a domain that SES has as an identity", func(value string) bool {
	return EmailAddress.Holds(value) || Domain.Holds(value)
}}

// Domain wants the name of a domain.
var Domain = Rule[string]{"be a domain such as example.com", func(value string) bool {
	return len(value) <= 253 && domain.MatchString(value)
}}

// HostedZoneId wants the id of a hosted zone (Route 53 API Reference, HostedZone).
var HostedZoneId = Rule[string]{"be the id of a hosted zone such as Z0123456789ABCDEFGHIJ", hostedZoneID.MatchString}

// Covers tells whether an SES identity covers a sender. An address covers itself, in the same letter case; a domain covers
// the addresses in it and in its subdomains, in any letter case (SES Developer Guide, "Creating and verifying identities").
func Covers(identity, sender string) bool {
	if isAddress(identity) {
		return identity == sender
	}
	_, host, _ := strings.Cut(strings.ToLower(sender), "@")
	identity = strings.ToLower(identity)
	return identity == host || strings.HasSuffix(host, "."+identity)
}

// CheckCovers notes a problem unless an SES identity [Covers] a sender.
func CheckCovers(problems *Problems, name, identity, sender string) {
	switch {
	case Covers(identity, sender):
	case strings.EqualFold(identity, sender):
		problems.Add(name, "have the letter case of the sender "+sender+", because SES compares addresses with regard to case: "+
			"write both as SES has the identity", identity)
	default:
		problems.Add(name, "be the sender "+sender+", or its domain", identity)
	}
}

// NameInSES returns the name by which SES knows an identity: a domain in lower case, whatever case it was created in, and an
// address as it is (the test case of moto's pull request 4050 was run against AWS).
func NameInSES(identity string) string {
	if isAddress(identity) {
		return identity
	}
	return strings.ToLower(identity)
}

func isAddress(identity string) bool { return strings.Contains(identity, "@") }

// StackName wants a name as CloudFormation takes it (CloudFormation API Reference, CreateStack).
var StackName = Rule[string]{"be 1 to 128 letters, digits and hyphens, a letter first", func(value string) bool {
	return len(value) <= 128 && stackName.MatchString(value)
}}

// UserPath wants an IAM path of at most 512 characters (IAM API Reference, CreateUser). The root is refused: the
// permissions of the state machine end at this path, and at the root they would end nowhere.
var UserPath = Rule[string]{"be an IAM path below the root, such as /onboarded/", func(value string) bool {
	return len(value) <= 512 && userPath.MatchString(value)
}}

// UserName wants a name as IAM takes it (IAM API Reference, CreateUser).
var UserName = Rule[string]{"be 1 to 64 letters, digits and _+=,.@-", func(value string) bool {
	return len(value) <= 64 && name.MatchString(value)
}}

// GroupName wants a name as IAM takes it (IAM API Reference, CreateGroup).
var GroupName = Rule[string]{"be 1 to 128 letters, digits and _+=,.@-", func(value string) bool {
	return len(value) <= 128 && name.MatchString(value)
}}

// GroupPathName wants the name of a group as its ARN has it: behind the path of the group, of at most 512 characters (IAM API
// Reference, CreateGroup). IAM allows more characters in a path; some of them are wildcards or variables to a policy.
var GroupPathName = Rule[string]{GroupName.Expected + ", behind the path of the group if it has one, such as teams/Staff",
	func(value string) bool {
		name := NameInPath(value)
		return GroupName.Holds(name) && len(value)-len(name) <= 511 && groupPath.MatchString(strings.TrimSuffix(value, name))
	}}

// NameInPath returns the name behind the last slash. IAM's API takes groups by their names alone, which are unique in the
// account, whatever their paths.
func NameInPath(pathAndName string) string {
	return pathAndName[strings.LastIndex(pathAndName, "/")+1:]
}

// GroupARN wants the ARN of a group, with its path if it has one.
var GroupARN = Rule[string]{"be the ARN of an IAM group, such as arn:aws:iam::123456789012:group/teams/Staff", func(value string) bool {
	prefix := groupARN.FindString(value)
	return prefix != "" && GroupPathName.Holds(strings.TrimPrefix(value, prefix))
}}

// Group wants a group by its name or by its ARN.
var Group = Rule[string]{GroupName.Expected + ", or " + GroupARN.Expected, func(value string) bool {
	return GroupName.Holds(value) || GroupARN.Holds(value)
}}

// ManagedPolicyARN wants the ARN of a customer managed or an AWS managed policy.
var ManagedPolicyARN = Rule[string]{"be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary",
	managedPolicyARN.MatchString}

// TagKey wants the key of a tag as IAM takes it (IAM User Guide, "Tags for IAM resources"), and as a policy can name it:
// policies take no characters beyond U+00FF (IAM API Reference, PutRolePolicy).
var TagKey = Rule[string]{"be 1 to 128 Latin letters, digits, spaces and _.:/=+-@, and not start with aws:", func(value string) bool {
	return value != "" && len([]rune(value)) <= 128 && tagText.MatchString(value) && !strings.HasPrefix(strings.ToLower(value), "aws:")
}}

// TagValue wants the value of a tag, with the characters of [TagKey].
var TagValue = Rule[string]{"be at most 256 Latin letters, digits, spaces and _.:/=+-@", func(value string) bool {
	return len([]rune(value)) <= 256 && tagText.MatchString(value)
}}

// ConfigurationSetName wants a name as SES takes it (SES API v2 Reference, CreateConfigurationSet).
var ConfigurationSetName = Rule[string]{"be 1 to 64 letters, digits, hyphens and underscores", configurationSet.MatchString}

// HTTPSURL wants an absolute URL without spaces.
var HTTPSURL = Rule[string]{"be an https URL such as https://example.signin.aws.amazon.com/console", httpsURL.MatchString}

// HeaderText wants text that can stand in a header of a mail: UTF-8, not empty, and without control characters, others that
// end a line, and characters that nobody sees: a byte order mark or a zero-width space that came with a copied text, and the
// controls of writing direction, which can change how the address beside a name looks. The marks of writing direction and
// the joiners are allowed, because some scripts and emojis need them.
var HeaderText = Rule[string]{"be one line of text: at least one character, and no control or invisible one", func(value string) bool {
	return utf8.ValidString(value) && headerText.MatchString(value)
}}

// Subject wants the subject of a mail, which is no template: what is in a header is logged on the way.
var Subject = Rule[string]{"be one line of text without placeholders: at least one character, and no control or invisible one", func(value string) bool {
	return HeaderText.Holds(value) && !strings.Contains(value, "{{")
}}

// PasswordLength lies between the minimum of IAM's default policy and the maximum of CreateLoginProfile (IAM User
// Guide, "Set an account password policy for IAM users"; IAM API Reference, CreateLoginProfile).
var PasswordLength = wholeNumber(8, 128)

// MaxConcurrency is far below the quota of Step Functions, and where IAM's throttling lets users get lost.
var MaxConcurrency = wholeNumber(1, 40)

// OneOf wants one of some values.
func OneOf(values ...string) Rule[string] {
	return Rule[string]{"be one of " + strings.Join(values, ", "), func(value string) bool { return slices.Contains(values, value) }}
}

const (
	atom       = "[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+"
	domainName = `([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?`
)

var (
	emailAddress     = regexp.MustCompile(`\A` + atom + `(\.` + atom + `)*@` + domainName + `\z`)
	domain           = regexp.MustCompile(`\A` + domainName + `\z`)
	hostedZoneID     = regexp.MustCompile(`\AZ[A-Z0-9]{1,31}\z`)
	stackName        = regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9-]*\z`)
	userPath         = regexp.MustCompile(`\A/([A-Za-z0-9_+=,.@-]+/)+\z`)
	name             = regexp.MustCompile(`\A[A-Za-z0-9_+=,.@-]+\z`)
	groupPath        = regexp.MustCompile(`\A([A-Za-z0-9_+=,.@-]+/)*\z`)
	groupARN         = regexp.MustCompile(`\Aarn:aws(-[a-z0-9]+)*:iam::[0-9]{12}:group/`)
	managedPolicyARN = regexp.MustCompile(`\Aarn:[a-z0-9-]+:iam::([0-9]{12}|aws):policy/[!-~]+\z`)
	tagText          = regexp.MustCompile(`\A[A-Za-zÀ-ÖØ-öø-ÿ0-9 _.:/=+@-]*\z`)
	configurationSet = regexp.MustCompile(`\A[A-Za-z0-9_-]{1,64}\z`)
	httpsURL         = regexp.MustCompile(`\Ahttps://[A-Za-z0-9.-]+(:[0-9]+)?(/[!-~]*)?\z`)
	headerText       = regexp.MustCompile(`\A[^\p{Cc}\x{2028}\x{2029}\x{FEFF}\x{200B}\x{2060}\x{202A}-\x{202E}\x{2066}-\x{2069}]+\z`)
)

func wholeNumber(minimum, maximum float64) Rule[float64] {
	return Rule[float64]{fmt.Sprintf("be a whole number from %v to %v", minimum, maximum), func(value float64) bool {
		return value == float64(int(value)) && value >= minimum && value <= maximum
	}}
}

// Problems gathers what is wrong.
type Problems []error

// Check notes a problem unless the rule holds for the value.
func Check[T any](problems *Problems, name string, value T, rule Rule[T]) {
	if !rule.Holds(value) {
		problems.Add(name, rule.Expected, value)
	}
}

// Add notes that name was expected to be something else than what it was, nil for nothing.
func (p *Problems) Add(name, expected string, got any) {
	switch value := got.(type) {
	case nil:
		got = "nothing"
	case string:
		got = fmt.Sprintf("%q", value)
	}
	*p = append(*p, fmt.Errorf("%s must %s, got: %v", name, expected, got))
}

// Err returns all problems as one error, each on a line of its own, or nil where there are none.
func (p Problems) Err() error { return errors.Join(p...) }
