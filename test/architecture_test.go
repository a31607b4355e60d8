package test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/iam-onboarding/iam-onboarding"

// imports returns, for the folder of each package, the folders of the packages of the module that it imports.
func imports(t *testing.T) map[string][]string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...")
	list.Dir = ".."
	output, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string][]string{}
	for line := range strings.Lines(string(output)) {
		var folders []string
		for name := range strings.FieldsSeq(line) {
			if name == module {
				folders = append(folders, "main.go")
			} else if folder, inside := strings.CutPrefix(name, module+"/"); inside {
				folders = append(folders, folder)
			}
		}
		imports[folders[0]] = folders[1:]
	}
	return imports
}

// reachable returns the folders that a folder imports, directly or indirectly.
func reachable(imports map[string][]string, from string) map[string]bool {
	found := map[string]bool{}
	for _, to := range imports[from] {
		found[to] = true
		maps.Copy(found, reachable(imports, to))
	}
	return found
}

// TestArchitectureInDocs compares the picture in CONTRIBUTING.md with the imports of the app and the command. The picture
// leaves out arrows that others imply.
func TestArchitectureInDocs(t *testing.T) {
	imports := imports(t)
	roots := []string{"main.go", "cmd/onboard"}
	reached := map[string]map[string]bool{}
	for folder := range imports {
		reached[folder] = reachable(imports, folder)
	}
	folders := map[string]bool{}
	for _, root := range roots {
		folders[root] = true
		maps.Copy(folders, reached[root])
	}
	var picture strings.Builder
	picture.WriteString("```mermaid\nflowchart TD\n")
	ids := map[string]string{}
	for i, folder := range slices.Sorted(maps.Keys(folders)) {
		ids[folder] = fmt.Sprintf("room%d", i)
		fmt.Fprintf(&picture, "  room%d[\"%s\"]\n", i, folder)
	}
	for _, from := range slices.Sorted(maps.Keys(folders)) {
		for _, to := range imports[from] {
			if !slices.ContainsFunc(imports[from], func(other string) bool { return reached[other][to] }) {
				fmt.Fprintf(&picture, "  %s --> %s\n", ids[from], ids[to])
			}
		}
	}
	picture.WriteString("```\n")
	section(t, "../CONTRIBUTING.md", "architecture", picture.String())
}

// TestFoldersInDocs checks that the table in CONTRIBUTING.md has each folder with Go code, or the folder above it, exactly
// once.
func TestFoldersInDocs(t *testing.T) {
	content, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]int{}
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]+`) \\|").FindAllStringSubmatch(string(content), -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			named[path.Clean(name[1])]++
		}
	}
	for folder := range imports(t) {
		rows := named[folder]
		if rows == 0 {
			rows = named[path.Dir(folder)]
		}
		if rows != 1 {
			t.Errorf("the table of CONTRIBUTING.md has %d rows for %s, want 1", rows, folder)
		}
	}
}
