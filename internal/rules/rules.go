// Package rules defines what the values must be that a user of the app or of the construct gives. A rule checks one value.
// The caller gives the value a name, and collects all problems in a [Problems] before it reports them.
package rules

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// Rule says what a value must be, and checks it.
type Rule[T any] struct {
	// Expected completes the sentence "the value must …".
	Expected string
	// Holds reports whether a value satisfies the rule.
	Holds func(value T) bool
}

// EmailAddress accepts an e-mail address as SES takes it. It is ASCII and has at most 254 characters, one @, and a domain
// with a dot. Its local part has at most 64 characters, no dot at its start or end, and no two dots in a row (RFC 5321,
// sections 4.1.2 and 4.5.3.1, without the angle brackets).
var EmailAddress = Rule[string]{"be an e-mail address such as user@example.com", func(value string) bool {
	localPart, _, _ := strings.Cut(value, "@")
	return len(localPart) <= 64 && len(value) <= 254 && emailAddress.MatchString(value)
}}

// SenderAddress accepts an [EmailAddress] that can be part of the definition of a state machine: it has no {% and no %},
// which Step Functions takes for the marks of an expression.
var SenderAddress = Rule[string]{EmailAddress.Expected, func(value string) bool {
	return EmailAddress.Holds(value) && !jsonata.HasMark(value)
}}

// IdentityName accepts the name of an SES identity: an e-mail address or a domain.
var IdentityName = Rule[string]{"be an e-mail address or a domain that SES has as an identity", func(value string) bool {
	return EmailAddress.Holds(value) || Domain.Holds(value)
}}

// Domain accepts the name of a domain.
var Domain = Rule[string]{"be a domain such as example.com", func(value string) bool {
	return len(value) <= 253 && domain.MatchString(value)
}}

// HostedZoneId accepts the id of a hosted zone (Route 53 API Reference, HostedZone).
var HostedZoneId = Rule[string]{"be the id of a hosted zone such as Z0123456789ABCDEFGHIJ", hostedZoneID.MatchString}

// Covers reports whether an SES identity covers a sender. An identity that is an address covers that address, in the same
// letter case. A domain covers every address in it and in its subdomains, in any letter case (SES Developer Guide, "Creating
// and verifying identities").
func Covers(identity, sender string) bool {
	if isAddress(identity) {
		return identity == sender
	}
	_, host, _ := strings.Cut(strings.ToLower(sender), "@")
	identity = strings.ToLower(identity)
	return identity == host || strings.HasSuffix(host, "."+identity)
}

// NameInSES returns the name of an identity as SES has it. A domain is in lower case, whatever the letter case in which it
// was created. An address is unchanged (the test case of moto's pull request 4050 was run against AWS).
func NameInSES(identity string) string {
	if isAddress(identity) {
		return identity
	}
	return strings.ToLower(identity)
}

func isAddress(identity string) bool { return strings.Contains(identity, "@") }

// StackName accepts a name that CloudFormation accepts (CloudFormation API Reference, CreateStack).
var StackName = Rule[string]{"be 1 to 128 letters, digits and hyphens, and start with a letter", func(value string) bool {
	return len(value) <= 128 && stackName.MatchString(value)
}}

// UserPath accepts an IAM path of at most 512 characters (IAM API Reference, CreateUser). It rejects the root: the state
// machine may change only users below its path, and below the root are all users of the account.
var UserPath = Rule[string]{"be an IAM path below the root, such as /onboarded/", func(value string) bool {
	return len(value) <= 512 && userPath.MatchString(value)
}}

// UserName accepts a user name that IAM accepts (IAM API Reference, CreateUser).
var UserName = Rule[string]{"be 1 to 64 letters, digits and _+=,.@-", func(value string) bool {
	return len(value) <= 64 && name.MatchString(value)
}}

// GroupName accepts a group name that IAM accepts (IAM API Reference, CreateGroup).
var GroupName = Rule[string]{"be 1 to 128 letters, digits and _+=,.@-", func(value string) bool {
	return len(value) <= 128 && name.MatchString(value)
}}

// GroupPathName accepts the name of a group as its ARN has it: after the path of the group, which has at most 512 characters
// (IAM API Reference, CreateGroup). IAM allows more characters in a path, but some of them are wildcards or variables in a
// policy.
var GroupPathName = Rule[string]{GroupName.Expected + ", after the path of the group if it has one, such as teams/Staff",
	func(value string) bool {
		name := NameInPath(value)
		return GroupName.Holds(name) && len(value)-len(name) <= 511 && groupPath.MatchString(strings.TrimSuffix(value, name))
	}}

// NameInPath returns the name after the last slash. IAM's API takes the name of a group without its path, because names of
// groups are unique in the account, whatever their paths.
func NameInPath(pathAndName string) string {
	return pathAndName[strings.LastIndex(pathAndName, "/")+1:]
}

// GroupARN accepts the ARN of a group, with its path if it has one.
var GroupARN = Rule[string]{"be the ARN of an IAM group, such as arn:aws:iam::123456789012:group/teams/Staff", func(value string) bool {
	prefix := groupARN.FindString(value)
	return prefix != "" && GroupPathName.Holds(strings.TrimPrefix(value, prefix))
}}

// Group accepts the name or the ARN of a group.
var Group = Rule[string]{GroupName.Expected + ", or " + GroupARN.Expected, func(value string) bool {
	return GroupName.Holds(value) || GroupARN.Holds(value)
}}

// ManagedPolicyARN accepts the ARN of a managed policy, either customer managed or AWS managed.
var ManagedPolicyARN = Rule[string]{"be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary",
	managedPolicyARN.MatchString}

// TagKey accepts the key of a tag that IAM accepts (IAM User Guide, "Tags for IAM resources"), and that a policy can contain:
// policies have no characters above U+00FF (IAM API Reference, PutRolePolicy).
var TagKey = Rule[string]{"be 1 to 128 Latin letters, digits, spaces and _.:/=+-@, and not start with aws:", func(value string) bool {
	return value != "" && len([]rune(value)) <= 128 && tagText.MatchString(value) && !strings.HasPrefix(strings.ToLower(value), "aws:")
}}

// TagValue accepts the value of a tag, with the same characters as [TagKey].
var TagValue = Rule[string]{"be at most 256 Latin letters, digits, spaces and _.:/=+-@", func(value string) bool {
	return len([]rune(value)) <= 256 && tagText.MatchString(value)
}}

// ConfigurationSetName accepts a name that SES accepts (SES API v2 Reference, CreateConfigurationSet).
var ConfigurationSetName = Rule[string]{"be 1 to 64 letters, digits, hyphens and underscores", configurationSet.MatchString}

// HTTPSURL accepts an absolute URL without spaces.
var HTTPSURL = Rule[string]{"be an https URL such as https://example.signin.aws.amazon.com/console", httpsURL.MatchString}

// HeaderText accepts text that can be in a header of a mail: UTF-8, and not empty. It rejects control characters and other
// characters that end a line. It also rejects invisible characters: a byte order mark or a zero-width space from a copied
// text, and controls of the writing direction, which can change how the address beside a name looks. It accepts the marks of
// the writing direction and the joiners, because some scripts and emojis need them.
var HeaderText = Rule[string]{"be one line of text, with at least one character, and without control and invisible characters", func(value string) bool {
	return utf8.ValidString(value) && headerText.MatchString(value)
}}

// Subject accepts the subject of a mail. It must not have placeholders, because mail servers log the headers of a mail.
var Subject = Rule[string]{"be one line of text, with at least one character, and without placeholders, control and invisible characters", func(value string) bool {
	return HeaderText.Holds(value) && !strings.Contains(value, "{{")
}}

// MailText accepts a text that stands in many places of a mail: a [Subject] that is short, so that the mail fits into a payload.
var MailText = Rule[string]{"be one line of at most 100 characters, with at least one, and without placeholders, control and invisible characters", func(value string) bool {
	return Subject.Holds(value) && utf8.RuneCountInString(value) <= 100
}}

// MailSignature accepts up to 10 lines, each of which is a [MailText].
var MailSignature = Rule[string]{"be one to ten lines of at most 100 characters, each with at least one, and without placeholders, control and invisible characters", func(value string) bool {
	lines := strings.Split(value, "\n")
	return len(lines) <= 10 && !slices.ContainsFunc(lines, func(line string) bool { return !MailText.Holds(line) })
}}

// PasswordLength accepts a whole number from the minimum of IAM's default policy to the maximum of CreateLoginProfile (IAM
// User Guide, "Set an account password policy for IAM users"; IAM API Reference, CreateLoginProfile).
var PasswordLength = WholeNumber(8, 128)

// MaxConcurrency accepts at most 40 users at a time, because an inline Map runs at most 40 iterations at a time (Step
// Functions Developer Guide, "Using Map state in Inline mode in Step Functions workflows"). IAM's throttling may make users
// fail with fewer.
var MaxConcurrency = WholeNumber(1, 40)

// ValidityHours accepts how many hours a first password works: at most 30 days, or 0 if it does not expire. A part of an hour has
// no use, because unused passwords are withdrawn at intervals of an hour or more.
var ValidityHours = Rule[float64]{"be a whole number of hours from 1 to 720, or 0 for passwords that do not expire", func(value float64) bool {
	return value == 0 || WholeNumber(1, 720).Holds(value)
}}

// TimeZoneOffset accepts an offset from UTC in the range of the offsets that are in use (IANA Time Zone Database).
var TimeZoneOffset = Rule[string]{"be an offset from UTC such as +09:00 or -03:30, from -12:00 to +14:00", func(value string) bool {
	offset := OffsetFromUTC(value)
	return timeZoneOffset.MatchString(value) && offset >= -12*time.Hour && offset <= 14*time.Hour
}}

// OffsetFromUTC returns the duration of a [TimeZoneOffset].
func OffsetFromUTC(value string) time.Duration {
	parsed, _ := time.Parse("-07:00", value) // an error leaves the offset 0
	_, seconds := parsed.Zone()
	return time.Duration(seconds) * time.Second
}

// OneOf returns a rule that accepts one of the values.
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
	timeZoneOffset   = regexp.MustCompile(`\A[+-][0-9]{2}:[0-5][0-9]\z`)
	headerText       = regexp.MustCompile(`\A[^\p{Cc}\x{2028}\x{2029}\x{FEFF}\x{200B}\x{2060}\x{202A}-\x{202E}\x{2066}-\x{2069}]+\z`)
)

// WholeNumber returns a rule that accepts a whole number in a range.
func WholeNumber(minimum, maximum float64) Rule[float64] {
	return Rule[float64]{fmt.Sprintf("be a whole number from %v to %v", minimum, maximum), func(value float64) bool {
		return value == float64(int(value)) && value >= minimum && value <= maximum
	}}
}

// Problems collects the problems of values.
type Problems []error

// Check adds a problem if the value does not satisfy the rule.
func Check[T any](problems *Problems, name string, value T, rule Rule[T]) {
	if !rule.Holds(value) {
		problems.Add(name, rule.Expected, value)
	}
}

// Add adds the problem that the value name must be something else: expected completes the sentence "name must …". got is the
// actual value, or nil if there is none.
func (p *Problems) Add(name, expected string, got any) {
	switch value := got.(type) {
	case nil:
		got = "nothing"
	case string:
		got = fmt.Sprintf("%q", value)
	}
	*p = append(*p, fmt.Errorf("%s must %s, got: %v", name, expected, got))
}

// Err returns all problems as one error, each on its own line, or nil if there are none.
func (p Problems) Err() error { return errors.Join(p...) }
