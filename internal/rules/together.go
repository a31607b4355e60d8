package rules

import (
	"fmt"
	"regexp"
	"strings"
)

// Together has the settings that exclude or need each other. Its fields have the names of the construct's props, except
// HostedZoneId, which only the app and its stack have. A field is nil if its setting is not given; [Given] makes such a value
// from a pointer.
type Together struct {
	HasGroup             bool
	GroupName            any
	RequireMfa           *bool
	Sender               *string
	SenderIdentity       *string // its name
	Identity             *string // the domain or the address that it is made for
	HostedZoneId         any
	SeparatePassword     *bool
	PasswordSubject      any
	PasswordTextTemplate any
	PasswordHtmlTemplate any
}

// MaxAllowedGroups is the maximum number of groups, besides the default one, that fit into the policy of the execution role.
const MaxAllowedGroups = 10

// CheckAllowedGroups adds a problem if there are too many groups, and for each group that is the default one or is given twice.
// The groups are names without a path; standard is the default one, or empty. They are compared without regard to letter case,
// as IAM does. name is the name of the setting.
func CheckAllowedGroups(problems *Problems, name, standard string, groups []string) {
	if len(groups) > MaxAllowedGroups {
		problems.Add(name, fmt.Sprintf("have at most %d groups", MaxAllowedGroups), len(groups))
	}
	seen := map[string]bool{strings.ToLower(standard): standard != ""}
	for _, group := range groups {
		lower := strings.ToLower(group)
		if seen[lower] {
			problems.Add(name, "have each group once, and not the default one", group)
		}
		seen[lower] = true
	}
}

// Given returns the value of a setting, or nil if it is not given.
func Given[T any](setting *T) any {
	if setting == nil {
		return nil
	}
	return *setting
}

// Check adds a problem for each setting that must be left out, and for an SES identity that does not cover the sender. name
// returns the name of the setting for a prop.
func (t Together) Check(problems *Problems, name func(prop string) string) {
	leaveOut := func(prop, because string, value any) {
		if value != nil {
			problems.Add(name(prop), "be left out "+because, value)
		}
	}
	if t.HasGroup {
		given := "if " + name("Group") + " is given"
		leaveOut("GroupName", given, t.GroupName)
		if isTrue(t.RequireMfa) {
			leaveOut("RequireMfa", given, true)
		}
	}
	if t.SenderIdentity != nil {
		leaveOut("Identity", "if "+name("SenderIdentity")+" is given", Given(t.Identity))
	}
	if t.Identity == nil {
		leaveOut("HostedZoneId", "if no "+name("Identity")+" is given", t.HostedZoneId)
	}
	checkCovers(problems, name("SenderIdentity"), t.SenderIdentity, t.Sender)
	checkCovers(problems, name("Identity"), t.Identity, t.Sender)
	if !isTrue(t.SeparatePassword) {
		unless := "unless " + name("SeparatePassword") + " is true"
		leaveOut("PasswordSubject", unless, t.PasswordSubject)
		leaveOut("PasswordTextTemplate", unless, t.PasswordTextTemplate)
		leaveOut("PasswordHtmlTemplate", unless, t.PasswordHtmlTemplate)
	}
}

// CheckAnswers adds a problem if the sender takes no answers, and the mail does not say who answers questions. replyTo and contact are
// nil if they are not given. name returns the name of the setting for a prop.
func CheckAnswers(problems *Problems, name func(prop string) string, sender *string, replyTo, contact any) {
	if sender != nil && takesNoAnswers.MatchString(*sender) && replyTo == nil && contact == nil {
		problems.Add(name("Contact"), "be given, or "+name("ReplyTo")+", because users cannot reply to "+*sender+": say who answers questions instead", nil)
	}
}

// takesNoAnswers matches usual addresses of senders who read no answers: no-reply@, noreply-aws@, do_not_reply@.
var takesNoAnswers = regexp.MustCompile(`(?i)^([^@]*[^@a-z])?(no|do[-_.]?not)[-_.]?reply([^@a-z][^@]*)?@`)

func isTrue(setting *bool) bool { return setting != nil && *setting }

// checkCovers adds a problem if an SES identity does not cover a sender, as [Covers] reports it. It ignores values that are
// not given, and those that are no identity and no sender: a rule for one value reports them, or they are tokens of the CDK.
func checkCovers(problems *Problems, name string, identity, sender *string) {
	if identity == nil || sender == nil || !IdentityName.Holds(*identity) || !EmailAddress.Holds(*sender) {
		return
	}
	switch {
	case Covers(*identity, *sender):
	case strings.EqualFold(*identity, *sender):
		problems.Add(name, "have the letter case of the sender "+*sender+", because SES compares addresses with regard to case: "+
			"write both as SES has the identity", *identity)
	default:
		problems.Add(name, "be the sender "+*sender+", or its domain", *identity)
	}
}
