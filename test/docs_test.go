package test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
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
	var statements iampolicy.Policy
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
		{"../docs/security.md", "## MFA", ofGroup, []string{"RequireMfa"}},
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

var (
	link       = regexp.MustCompile(`\]\(([^)#]*)(#[^)]*)?\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInLinks = regexp.MustCompile("[^a-z0-9 _-]")
)

// TestLinksInDocs follows each link of the documentation to a file of the repository, and to a heading of it.
func TestLinksInDocs(t *testing.T) {
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	top, err := filepath.Glob("../*.md")
	if err != nil {
		t.Fatal(err)
	}
	read := func(file string) string {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		return string(content)
	}
	links := 0
	for _, page := range append(pages, top...) {
		for _, found := range link.FindAllStringSubmatch(read(page), -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			links++
			target := page
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(page), found[1])
			}
			content := read(target)
			var anchors []string
			for _, title := range heading.FindAllStringSubmatch(content, -1) {
				anchors = append(anchors, "#"+strings.ReplaceAll(notInLinks.ReplaceAllString(strings.ToLower(title[1]), ""), " ", "-"))
			}
			if found[2] != "" && !slices.Contains(anchors, found[2]) {
				t.Errorf("%s: %s has no heading %s", page, target, found[2])
			}
		}
	}
	if links < 20 {
		t.Errorf("found %d links, want more", links)
	}
}
