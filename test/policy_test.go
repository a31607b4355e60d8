package test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// policy is a policy document, with what IAM makes of it. It knows the operators that the templates have, and no others.
type policy []statement

type statement struct {
	Effect      string
	Principal   any
	Action      any
	NotAction   any
	Resource    any
	NotResource any
	Condition   map[string]map[string]any
}

// String is a statement in a line: Allow action, action on resource if operator key = value.
func (s statement) String() string {
	line := s.Effect
	for _, element := range []struct {
		before string
		value  any
	}{{" to", s.Principal}, {"", s.Action}, {" all but", s.NotAction}, {" on", s.Resource}, {" on all but", s.NotResource}} {
		if element.value != nil {
			line += element.before + " " + strings.Join(texts(element.value), ", ")
		}
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			line += fmt.Sprintf(" if %s %s = %s", operator, key, strings.Join(texts(s.Condition[operator][key]), ", "))
		}
	}
	return line
}

// texts are the values of an element that may have one or several.
func texts(value any) (all []string) {
	switch value := value.(type) {
	case []any:
		for _, value := range value {
			all = append(all, texts(value)...)
		}
		return all
	case map[string]any: // of a principal
		for kind, name := range value {
			all = append(all, fmt.Sprint(kind, ":", name))
		}
		return all
	}
	return []string{fmt.Sprint(value)}
}

// policies returns the policy documents of a template by the resource that has them, without its hash.
func (tpl template) policies(t *testing.T) map[string]policy {
	t.Helper()
	policies := map[string]policy{}
	for id, resource := range tpl.Resources {
		for _, property := range resource.Properties {
			if document, ok := property.(map[string]any); ok && document["Statement"] != nil {
				name := hash.ReplaceAllString(id, "")
				policies[name] = append(policies[name], decode[struct{ Statement policy }](t, document).Statement...)
			}
		}
	}
	return policies
}

// statements returns every statement, a line each, of the policies of some resources, or of all.
func (tpl template) statements(t *testing.T, resources ...string) (lines []string) {
	t.Helper()
	for name, policy := range tpl.policies(t) {
		if len(resources) > 0 && !slices.Contains(resources, name) {
			continue
		}
		for _, statement := range policy {
			lines = append(lines, name+": "+statement.String())
		}
	}
	slices.Sort(lines)
	return lines
}

// policyOf returns the policy of the resource that the statements of a prefix, such as ofRole, are of.
func (tpl template) policyOf(t *testing.T, prefix string) policy {
	t.Helper()
	return tpl.policies(t)[strings.TrimSuffix(prefix, ": ")]
}

// request is a request as IAM sees it.
type request struct {
	action, resource string
	context          map[string][]string
}

// allows tells what IAM decides (IAM User Guide, "Policy evaluation logic", for one account).
func (p policy) allows(t *testing.T, r request) bool {
	t.Helper()
	allowed := false
	for _, statement := range p {
		if statement.matches(t, r) {
			if statement.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

func (s statement) matches(t *testing.T, r request) bool {
	t.Helper()
	return matchesElement(s.Action, s.NotAction, r.action, r) && matchesElement(s.Resource, s.NotResource, r.resource, r) &&
		s.conditionHolds(t, r)
}

func matchesElement(patterns, notPatterns any, value string, r request) bool {
	matches := func(pattern string) bool { return r.matches(pattern, value) }
	if notPatterns != nil {
		return !slices.ContainsFunc(texts(notPatterns), matches)
	}
	return slices.ContainsFunc(texts(patterns), matches)
}

var policyVariable = regexp.MustCompile(`\$\{(.*?)\}`)

// matches tells whether a pattern with wildcards and policy variables matches a value.
func (r request) matches(pattern, value string) bool {
	pattern = policyVariable.ReplaceAllStringFunc(pattern, func(variable string) string {
		return strings.Join(r.context[strings.Trim(variable, "${}")], "")
	})
	quoted := regexp.QuoteMeta(pattern)
	return regexp.MustCompile(`\A` + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(quoted) + `\z`).MatchString(value)
}

func (s statement) conditionHolds(t *testing.T, r request) bool {
	t.Helper()
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			got := r.context[key]
			equals := func(value string) bool { return slices.Contains(texts(wanted), value) }
			holds := false
			switch operator {
			case "StringEquals":
				holds = len(got) == 1 && equals(got[0])
			case "BoolIfExists":
				holds = len(got) == 0 || equals(got[0])
			case "ForAllValues:StringEquals":
				holds = !slices.ContainsFunc(got, func(value string) bool { return !equals(value) })
			default:
				t.Fatalf("%s: the test does not know the operator %s", s, operator)
			}
			if !holds {
				return false
			}
		}
	}
	return true
}
