package requirements_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWorkflows checks what each workflow of GitHub must have: actions that are pinned by their commit, one version of each, and
// no permission but those listed here.
func TestWorkflows(t *testing.T) {
	mayWrite := map[string][]string{
		"codeql.yml":  {"security-events"},
		"release.yml": {"attestations", "contents", "id-token"},
	}
	files, err := filepath.Glob("../../.github/workflows/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("got the workflows %q, %v", files, err)
	}
	pin, pins := regexp.MustCompile(`^([\w.-]+/[\w.-]+)[\w./-]*@([0-9a-f]{40} # v\d+\.\d+\.\d+)$`), map[string]string{}
	for _, file := range files {
		name := filepath.Base(file)
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		for _, uses := range regexp.MustCompile(`(?m)^\s*(?:- )?uses: *(.*)$`).FindAllStringSubmatch(text, -1) {
			parts := pin.FindStringSubmatch(uses[1])
			if parts == nil {
				t.Errorf("%s: want an action as owner/name@commit # v1.2.3, got: %s", name, uses[1])
				continue
			}
			if other := pins[parts[1]]; other != "" && other != parts[2] {
				t.Errorf("%s: %s has the versions %s and %s", name, parts[1], other, parts[2])
			}
			pins[parts[1]] = parts[2]
		}
		if want := "\npermissions:\n  contents: read\nconcurrency:\n  group: "; !strings.Contains(text, want) {
			t.Errorf("%s lacks %q", name, want)
		}
		granted := map[string]bool{}
		for _, permission := range regexp.MustCompile(`(?m)^\s*([\w-]+): write\b`).FindAllStringSubmatch(text, -1) {
			granted[permission[1]] = true
		}
		if diff := cmp.Diff(mayWrite[name], slices.Sorted(maps.Keys(granted))); diff != "" {
			t.Errorf("%s may write other things (-want +got):\n%s", name, diff)
		}
		count := func(pattern string) int { return len(regexp.MustCompile(pattern).FindAllString(text, -1)) }
		for what, pair := range map[string][2]int{
			"jobs and time limits":               {count(`(?m)^    runs-on:`), count(`(?m)^    timeout-minutes:`)},
			"checkouts that keep no credentials": {count(`actions/checkout@`), count(`persist-credentials: false`)},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%s: %s: got %d and %d, want the same number", name, what, pair[0], pair[1])
			}
		}
		if strings.Contains(text, "write-all") || strings.Contains(text, "pull_request_target") {
			t.Errorf("%s grants everything, or runs code of a fork with the rights of this repository", name)
		}
	}
}
