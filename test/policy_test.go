package test

import (
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

// policies returns the policy documents of a template, by the id of the resource without its hash.
func (tpl template) policies(t testing.TB) map[string]iampolicy.Policy {
	t.Helper()
	policies := map[string]iampolicy.Policy{}
	for id, resource := range tpl.Resources {
		for _, property := range resource.Properties {
			if document, ok := property.(map[string]any); ok && document["Statement"] != nil {
				name := hash.ReplaceAllString(id, "")
				policies[name] = append(policies[name], decode[struct{ Statement iampolicy.Policy }](t, document).Statement...)
			}
		}
	}
	return policies
}

// statements returns every statement of the policies of these resources, or of all resources, one on each line.
func (tpl template) statements(t testing.TB, resources ...string) (lines []string) {
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

// policyOf returns the policy of the resource with this prefix, such as ofRole.
func (tpl template) policyOf(t testing.TB, prefix string) iampolicy.Policy {
	t.Helper()
	return tpl.policies(t)[strings.TrimSuffix(prefix, ": ")]
}
