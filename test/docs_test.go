package test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")

// documented returns, a line each, the statements of the first JSON block below a heading.
func documented(t *testing.T, file, heading string) (lines []string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(content), heading+"\n")
	block := jsonBlock.FindStringSubmatch(section)
	if !found || block == nil {
		t.Fatalf("%s has no JSON below %s", file, heading)
	}
	var statements policy
	if err := json.Unmarshal([]byte(block[1]), &statements); err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		lines = append(lines, statement.String())
	}
	slices.Sort(lines)
	return lines
}

// TestDocumentedPolicies holds the policies in the documentation to those that are made.
func TestDocumentedPolicies(t *testing.T) {
	for _, test := range []struct {
		file, heading, resource string
		options                 []string
	}{
		{"../README.md", "### What a group of your own must allow", ofGroup, nil},
		{"../docs/security.md", "## MFA", ofGroup, []string{"RequireMFA"}},
		{"../docs/security.md", "## A key of your own", ofKey, []string{"EncryptionKey"}},
	} {
		stack := newStack(t)
		p, _ := withOptions(stack, test.options...)
		var want []string
		for _, line := range synthesize(t, stack, p).statements(t, strings.TrimSuffix(test.resource, ": ")) {
			line = strings.ReplaceAll(strings.TrimPrefix(line, test.resource), iamARN, "arn:aws:iam::*:")
			line = strings.ReplaceAll(line, "Stack-UserOnboarding-2F5CE66B-*", "NAME")
			if !strings.Contains(line, "kms:*") { // which the CDK's policy of a key has, for IAM policies
				want = append(want, line)
			}
		}
		wantLines(t, documented(t, test.file, test.heading), want)
	}
}
