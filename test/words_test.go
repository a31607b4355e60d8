package test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestWordsOfTheContract checks that the code of the state machine and of the command has the constants of package contract, and
// not their values. The report is an exception: its keys are the names of statuses.
func TestWordsOfTheContract(t *testing.T) {
	words := map[string]string{}
	file, err := parser.ParseFile(token.NewFileSet(), "../internal/contract/contract.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.ValueSpec); ok {
			for i, value := range spec.Values {
				if literal, ok := value.(*ast.BasicLit); ok && literal.Kind == token.STRING {
					word, _ := strconv.Unquote(literal.Value)
					words[word] = spec.Names[i].Name
				}
			}
		}
		return true
	})
	if words["pending"] != "TagPending" {
		t.Fatalf("did not find the constants of package contract, got %v", words)
	}
	quoted := regexp.MustCompile(`"([^"\n]+)"(:?)`)
	for _, folder := range []string{"constructs/onboarding", "internal/machine", "internal/operator", "internal/cli", "stacks"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, entry os.DirEntry, err error) error {
			if err != nil || strings.HasSuffix(path, "_test.go") || filepath.Ext(path) != ".go" && filepath.Ext(path) != ".jsonata" {
				return err
			}
			code, err := os.ReadFile(path)
			for _, match := range quoted.FindAllSubmatch(code, -1) {
				if name, ok := words[string(match[1])]; ok && len(match[2]) == 0 {
					t.Errorf("%s: use contract.%s, not %q", path, name, match[1])
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
