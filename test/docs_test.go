package test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

var jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")

// documented returns the statements of the first JSON block below a heading, one on each line.
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

// TestDocumentedPolicies compares the policies in the documentation with those of the template.
func TestDocumentedPolicies(t *testing.T) {
	for _, test := range []struct {
		file, heading, resource string
		options                 []string
	}{
		{"../docs/groups.md", "## What a group of your own must allow", ofGroup, nil},
		{"../docs/groups.md", "## Require MFA in a group of your own", ofGroup, []string{"RequireMfa"}},
		{"../docs/security.md", "## A key of your own", ofKey, []string{"EncryptionKey"}},
	} {
		stack := newStack(t)
		p, _ := withOptions(stack, test.options...)
		var want []string
		for _, line := range synthesize(t, stack, p).statements(t, strings.TrimSuffix(test.resource, ": ")) {
			line = strings.ReplaceAll(strings.TrimPrefix(line, test.resource), iamARN, "arn:aws:iam::*:")
			line = nameOfLogGroup.ReplaceAllString(line, "NAME")
			if !strings.Contains(line, "kms:*") { // the CDK adds this statement to the policy of a key
				want = append(want, line)
			}
		}
		wantLines(t, documented(t, test.file, test.heading), slices.Compact(want)) // a key has one statement for each log group
	}
}

var (
	nameOfLogGroup = regexp.MustCompile(`Stack-UserOnboarding-(PasswordExpiry-)?[0-9A-F]{8}-\*`)

	fenced     = regexp.MustCompile("(?sm)^ *```.*?^ *```$")
	link       = regexp.MustCompile(`(?:\]\(|<img src=")([^)"#]*)(#[^)"]*)?[)"]`)
	heading    = regexp.MustCompile(`(?m)^#+ (.*)$`)
	notInLinks = regexp.MustCompile(`[^\pL\pM\pN\p{Pc} -]`)
)

// anchor returns the link that GitHub makes of a heading.
func anchor(title string) string {
	return "#" + strings.ReplaceAll(notInLinks.ReplaceAllString(strings.ToLower(title), ""), " ", "-")
}

// pagesOfRepository returns the text of each Markdown file of the repository, without its blocks of code, by path.
func pagesOfRepository(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		content, err := fs.ReadFile(root, path)
		pages[filepath.Join("..", path)] = fenced.ReplaceAllString(string(content), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestLinksInDocs checks that the file and the heading of each link in the documentation exist, and the file of each picture.
func TestLinksInDocs(t *testing.T) {
	pages := pagesOfRepository(t)
	links := 0
	for page, content := range pages {
		for _, found := range link.FindAllStringSubmatch(content, -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			links++
			target := page
			if found[1] != "" {
				target = filepath.Join(filepath.Dir(page), found[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %v", page, err)
			}
			var anchors []string
			for _, title := range heading.FindAllStringSubmatch(pages[target], -1) {
				anchors = append(anchors, anchor(title[1]))
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

// TestIndexOfDocs checks that the index has one line for each page of the documentation.
func TestIndexOfDocs(t *testing.T) {
	pages := pagesOfRepository(t)
	const index = "../docs/README.md"
	for page := range pages {
		if dir, name := filepath.Split(page); dir == "../docs/" && page != index {
			if lines := regexp.MustCompile(`(?m)^\| \[[^]]+\]\(`+regexp.QuoteMeta(name)+`\) \|`).FindAllString(pages[index], -1); len(lines) != 1 {
				t.Errorf("%s has %d lines for %s, want 1", index, len(lines), name)
			}
		}
	}
	if !strings.Contains(pages["../README.md"], "](docs/README.md)") {
		t.Errorf("README.md does not link to %s", index)
	}
}

// TestTimeoutInDocs checks that docs/deployment.md says after what time an execution times out by default.
func TestTimeoutInDocs(t *testing.T) {
	var definition struct{ TimeoutSeconds int }
	if err := json.Unmarshal([]byte(definitionText(t)), &definition); err != nil {
		t.Fatal(err)
	}
	minutes := definition.TimeoutSeconds / 60
	want := fmt.Sprintf("after %d h %d min, at the default `MaxConcurrency`", minutes/60, minutes%60)
	docs, err := os.ReadFile("../docs/deployment.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(docs), want) {
		t.Errorf("docs/deployment.md does not have %q", want)
	}
}
