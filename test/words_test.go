package test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
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
		for _, pattern := range []string{"*.go", "*.jsonata"} {
			files, err := filepath.Glob(filepath.Join("..", folder, pattern))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				if strings.HasSuffix(file, "_test.go") {
					continue
				}
				code, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				for _, match := range quoted.FindAllSubmatch(code, -1) {
					if name, ok := words[string(match[1])]; ok && len(match[2]) == 0 {
						t.Errorf("%s: use contract.%s, not %q", file, name, match[1])
					}
				}
			}
		}
	}
}

// TestRemediesInDocs checks that the docs say what the command says about a user, in the same words.
func TestRemediesInDocs(t *testing.T) {
	// The rest of a sentence may have other words: it begins with the first of these texts.
	start := regexp.MustCompile(`(?s)^(?:nothing: )?(.*?)(?:with onboard run|: for a person|: mail a new one|: IAM may|; if |$)`)
	for _, test := range []struct {
		page  string
		users []operator.UserOutcome
	}{
		{"lists.md", []operator.UserOutcome{
			{Status: contract.Skipped, Reason: contract.NotOurs}, {Status: contract.Skipped, Reason: contract.Complete},
			{Status: contract.Skipped, Reason: contract.TakenOver}, {Status: contract.Skipped, Reason: contract.Expired},
		}},
		{"failures.md", []operator.UserOutcome{
			{Error: contract.NameInOtherCase}, {Error: contract.NoSuchUser}, {Error: contract.ChildExecutionFailed}, {Error: "States.Timeout"},
			{Error: "Iam.LimitExceededException"}, {Error: "Iam.PasswordPolicyViolationException"}, {Error: "Iam.NoSuchEntityException"},
			{Error: "Iam.EntityTemporarilyUnmodifiableException"}, {Error: "Iam.ConcurrentModificationException"},
			{Error: "Iam.ServiceFailureException"}, {Error: "SecretsManager.InternalServiceErrorException"},
			{Error: "SesV2.TooManyRequestsException"}, {Error: "SesV2.LimitExceededException"},
		}},
	} {
		page, err := os.ReadFile(filepath.Join("..", "docs", test.page))
		if err != nil {
			t.Fatal(err)
		}
		for _, user := range test.users {
			name := cmp.Or(user.Error, user.Reason, user.Status)
			user.Status = cmp.Or(user.Status, contract.Failed)
			words := start.FindStringSubmatch(user.WhatToDo())[1]
			isInRow := func(line string) bool { return strings.Contains(line, "`"+name+"`") && strings.Contains(line, words) }
			if !slices.ContainsFunc(strings.Split(string(page), "\n"), isInRow) {
				t.Errorf("docs/%s has no row with %s and %q", test.page, name, words)
			}
		}
	}
}
