// Package iampolicy evaluates the policy documents of this project as IAM does. It knows only the condition operators that
// they use.
package iampolicy

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Policy is a policy document: its statements.
type Policy []Statement

// Statement is a statement of a policy document.
type Statement struct {
	Effect      string
	Principal   any
	Action      any
	NotAction   any
	Resource    any
	NotResource any
	Condition   map[string]map[string]any
}

// String returns a statement on one line: Allow action, action on resource if operator key = value.
func (s Statement) String() string {
	var line strings.Builder
	line.WriteString(s.Effect)
	for _, element := range []struct {
		before string
		value  any
	}{{" to", s.Principal}, {"", s.Action}, {" all except", s.NotAction}, {" on", s.Resource}, {" on all except", s.NotResource}} {
		if element.value != nil {
			line.WriteString(element.before + " " + strings.Join(Texts(element.value), ", "))
		}
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			fmt.Fprintf(&line, " if %s %s = %s", operator, key, strings.Join(Texts(s.Condition[operator][key]), ", "))
		}
	}
	return line.String()
}

// Texts returns the values of an element of a statement, which has one value or several.
func Texts(value any) (all []string) {
	switch value := value.(type) {
	case []any:
		for _, value := range value {
			all = append(all, Texts(value)...)
		}
		return all
	case map[string]any: // a principal
		for kind, name := range value {
			all = append(all, fmt.Sprint(kind, ":", name))
		}
		return all
	}
	return []string{fmt.Sprint(value)}
}

// Request is a request as IAM sees it.
type Request struct {
	Action, Resource string
	Context          map[string][]string
}

// Allows reports whether IAM allows a request (IAM User Guide, "Policy evaluation logic", for one account).
func (p Policy) Allows(t testing.TB, r Request) bool {
	t.Helper()
	allowed := false
	for _, statement := range p {
		if statement.Matches(t, r) {
			if statement.Effect == "Deny" {
				return false
			}
			allowed = true
		}
	}
	return allowed
}

// Matches reports whether a statement applies to a request.
func (s Statement) Matches(t testing.TB, r Request) bool {
	t.Helper()
	return matchesElement(s.Action, s.NotAction, r.Action, r) && matchesElement(s.Resource, s.NotResource, r.Resource, r) &&
		s.conditionHolds(t, r)
}

func matchesElement(patterns, notPatterns any, value string, r Request) bool {
	matches := func(pattern string) bool { return r.matches(pattern, value) }
	if notPatterns != nil {
		return !slices.ContainsFunc(Texts(notPatterns), matches)
	}
	return slices.ContainsFunc(Texts(patterns), matches)
}

var policyVariable = regexp.MustCompile(`\$\{(.*?)\}`)

// matches reports whether a pattern with wildcards and policy variables matches a value.
func (r Request) matches(pattern, value string) bool {
	pattern = policyVariable.ReplaceAllStringFunc(pattern, func(variable string) string {
		return strings.Join(r.Context[strings.Trim(variable, "${}")], "")
	})
	compiled, ok := compiledPatterns.Load(pattern)
	if !ok {
		quoted := regexp.QuoteMeta(pattern)
		compiled = regexp.MustCompile(`\A` + strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(quoted) + `\z`)
		compiledPatterns.Store(pattern, compiled)
	}
	return compiled.(*regexp.Regexp).MatchString(value)
}

// compiledPatterns is a cache of the regular expression of each pattern. The tests use the same patterns many times.
var compiledPatterns sync.Map

// values returns the values of a key of the context. The names of keys are the same in every letter case (IAM User Guide, "IAM JSON
// policy elements: Condition").
func (r Request) values(key string) []string {
	for name, values := range r.Context {
		if strings.EqualFold(name, key) {
			return values
		}
	}
	return nil
}

func (s Statement) conditionHolds(t testing.TB, r Request) bool {
	t.Helper()
	for operator, keys := range s.Condition {
		for key, wanted := range keys {
			got := r.values(key)
			equals := func(value string) bool { return slices.Contains(Texts(wanted), value) }
			like := func(pattern string) bool { return r.matches(pattern, got[0]) }
			holds := false
			switch operator {
			case "StringEquals":
				holds = len(got) == 1 && equals(got[0])
			case "StringLike", "ArnEquals": // ArnEquals compares with wildcards, as ArnLike does
				holds = len(got) == 1 && slices.ContainsFunc(Texts(wanted), like)
			case "Null":
				holds = equals(fmt.Sprint(len(got) == 0))
			case "BoolIfExists":
				holds = len(got) == 0 || equals(got[0])
			case "ForAllValues:StringEquals":
				holds = !slices.ContainsFunc(got, func(value string) bool { return !equals(value) })
			case "ForAnyValue:StringEquals":
				holds = slices.ContainsFunc(got, equals)
			default:
				t.Fatalf("%s: this package does not know the operator %s", s, operator)
			}
			if !holds {
				return false
			}
		}
	}
	return true
}

// OfOperators returns the statements of the policy documents in docs/operators.md. operators is the path of this file.
func OfOperators(t testing.TB, operators string) (statements Policy) {
	t.Helper()
	content, err := os.ReadFile(operators)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(content, -1) {
		var document struct {
			Version   string
			Statement Policy
		}
		if json.Unmarshal(block[1], &document) == nil && document.Version != "" {
			statements = append(statements, document.Statement...)
		}
	}
	return statements
}
