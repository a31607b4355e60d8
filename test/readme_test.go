package test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/config"
)

// section compares the part of a document between two marks with the text that the code makes. With -update, it writes this
// part.
func section(t *testing.T, file, name, want string) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := fmt.Sprintf("<!-- %s: made by make update -->\n", name), fmt.Sprintf("<!-- end of %s -->\n", name)
	before, rest, found := strings.Cut(string(content), begin)
	got, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatalf("%s lacks %s or %s", file, begin, end)
	}
	if *update {
		if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if got != want {
		t.Errorf("%s of %s is out of date; run make update", name, file)
	}
}

// TestFiguresInReadme compares the figures of the README with those in docs/benchmarks.md.
func TestFiguresInReadme(t *testing.T) {
	page, err := os.ReadFile("../docs/benchmarks.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{}
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(line, "|"); len(cells) == 7 {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows[cells[1]] = strings.Join(cells[2:5], " | ")
		}
	}
	table := "| figure | ours | baseline | ratio |\n|---|---:|---:|---:|\n"
	for _, figure := range []string{
		"Step Functions for 1,000 users, a child takes 5.0 s", "billed state transitions, per user",
		"history events of the Standard execution, per user", "most users in one execution", "password draws, per user", "`cdk synth`, warm",
	} {
		row, measured := rows[figure]
		if !measured {
			t.Fatalf("docs/benchmarks.md has no figure %q", figure)
		}
		table += fmt.Sprintf("| %s | %s |\n", figure, row)
	}
	section(t, "../README.md", "figures", table)
}

// keysOfProps has the context keys whose name is not that of their prop.
var keysOfProps = map[string]string{
	"SenderIdentity": "`identity`", "Identity": "`senderDomain`, `hostedZoneId`", "PasswordValidity": "`passwordValidityHours`",
}

// TestPropsInDocs compares the table of props with the struct, and with the context keys of the app.
func TestPropsInDocs(t *testing.T) {
	props := documentedProps(t)
	// The table shows these as code: values, placeholders, identifiers of packages, and props whose name is no plain word.
	patterns := []string{`^(\d+|true|false|en|/\w+/|\+00:00)$`, `\{\{\w+\}\}`, `\b(ses|logs)\.\w+`, `\bawscdk\.[\w.]+\(.*\)\)`}
	for _, prop := range props {
		if strings.ToLower(prop.name[1:]) != prop.name[1:] {
			patterns = append(patterns, `\b`+prop.name+`\b`)
		}
	}
	code := regexp.MustCompile(strings.Join(patterns, "|"))
	cell := func(text string) string {
		text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".")
		return strings.ReplaceAll(code.ReplaceAllString(text, "`$0`"), "|", `\|`)
	}
	isKey := map[string]bool{}
	_, _, _ = config.Read(func(key string) any { isKey[key] = true; return nil })
	keyOf := func(prop string) string {
		if keys, differ := keysOfProps[prop]; differ {
			return keys
		}
		if key := strings.ToLower(prop[:1]) + prop[1:]; isKey[key] {
			return "`" + key + "`"
		}
		return "–"
	}
	table := "| context key | prop | meaning | default |\n|---|---|---|---|\n"
	for _, prop := range props {
		table += fmt.Sprintf("| %s | `%s` | %s | %s |\n", keyOf(prop.name), prop.name, cell(prop.summary), cell(prop.otherwise))
	}
	section(t, "../docs/configuration.md", "props", table)
}

type documentedProp struct{ name, summary, otherwise string }

var closing = regexp.MustCompile(`(?s)^(.*?)\n\n(?:.*\n\n)?(Required\.|Default: .+)\n$`)

// documentedProps reads the comments of the props. The first paragraph is the meaning of a prop, and the last one its default.
func documentedProps(t *testing.T) (all []documentedProp) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../constructs/onboarding/props.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range fieldsOf(file, "UserOnboardingProps") {
		name := field.Names[0].Name
		match := closing.FindStringSubmatch(field.Doc.Text())
		if match == nil {
			t.Fatalf("the comment of %s must end with a paragraph Required. or Default: …, got:\n%s", name, field.Doc.Text())
		}
		otherwise := strings.TrimPrefix(match[2], "Default: ")
		if match[2] == "Required." {
			otherwise = "required"
		}
		all = append(all, documentedProp{name, match[1], otherwise})
	}
	var names []string
	for _, prop := range all {
		names = append(names, prop.name)
	}
	fields := reflect.VisibleFields(reflect.TypeFor[props]())
	if len(fields) != len(names) || slices.ContainsFunc(fields, func(field reflect.StructField) bool { return !slices.Contains(names, field.Name) }) {
		t.Fatalf("the source file has the props %v, and the struct has %v", names, fields)
	}
	return all
}

// fieldsOf returns the fields of a struct.
func fieldsOf(file *ast.File, name string) (fields []*ast.Field) {
	ast.Inspect(file, func(node ast.Node) bool {
		if spec, ok := node.(*ast.TypeSpec); ok && spec.Name.Name == name {
			fields = spec.Type.(*ast.StructType).Fields.List
		}
		return true
	})
	return fields
}

// TestDeployerInDocs checks that the documentation has the permissions to make each type of resource.
func TestDeployerInDocs(t *testing.T) {
	const file = "../docs/deployment.md"
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stack := newStack(t)
	zone := route53.PublicHostedZone_FromPublicHostedZoneAttributes(stack, jsii.String("Zone"), &route53.PublicHostedZoneAttributes{
		HostedZoneId: jsii.String("Z0123456789"), ZoneName: jsii.String("example.com"),
	})
	p, _ := withOptions(stack, "RequireMfa", "AlarmEmail", "BounceEmail")
	p.Identity = ses.Identity_PublicHostedZone(zone)
	types := map[string]bool{}
	for _, resource := range synthesize(t, stack, p).Resources {
		types[resource.Type] = true
	}
	for _, name := range slices.Sorted(maps.Keys(types)) {
		if !strings.Contains(string(content), "| `"+name+"` |") {
			t.Errorf("%s does not have the permissions to make a resource of type %s", file, name)
		}
	}
}
