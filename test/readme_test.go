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

	"github.com/iam-onboarding/iam-onboarding/constructs/offboarding"
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

// figuresOfReadme has the figures of docs/benchmarks.md that the README shows, and their names in README.ja.md.
var figuresOfReadme = []struct{ name, japanese string }{
	{"Step Functions for 1,000 users, a child takes 5.0 s", "Step Functions の料金 (1,000 ユーザー、子ワークフロー実行 1 回が 5.0 s の場合)"},
	{"billed state transitions, per user", "課金対象の状態遷移 (1 ユーザーあたり)"},
	{"history events of the Standard execution, per user", "標準ワークフローの実行履歴イベント (1 ユーザーあたり)"},
	{"most users in one execution", "1 回の実行で処理できる最大ユーザー数"},
	{"password draws, per user", "パスワードの生成回数 (1 ユーザーあたり)"},
	{"`cdk synth`, warm", "`cdk synth` (2 回目以降)"},
}

// TestFiguresInReadme compares the figures of the README in both languages with those in docs/benchmarks.md.
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
	english, japanese := "| figure | ours | baseline | ratio |\n|---|---:|---:|---:|\n", "| 項目 | 本プロジェクト | 比較対象 | 比率 |\n|---|---:|---:|---:|\n"
	for _, figure := range figuresOfReadme {
		row, measured := rows[figure.name]
		if !measured {
			t.Fatalf("docs/benchmarks.md has no figure %q", figure.name)
		}
		english += fmt.Sprintf("| %s | %s |\n", figure.name, row)
		japanese += fmt.Sprintf("| %s | %s |\n", figure.japanese, strings.ReplaceAll(row, ": its history is full", " (実行履歴の上限)"))
	}
	section(t, "../README.md", "figures", english)
	section(t, "../README.ja.md", "figures", japanese)
}

// TestJapaneseReadme checks that README.ja.md has the sections of README.md, and in each the same blocks of code, and in any order the
// same code in sentences and the same links. Each of the two links to the other.
func TestJapaneseReadme(t *testing.T) {
	english, japanese := sectionsOfReadme(t, "../README.md"), sectionsOfReadme(t, "../README.ja.md")
	if len(english) != len(japanese) {
		t.Fatalf("README.md has %d sections, README.ja.md has %d", len(english), len(japanese))
	}
	for i := range english {
		if want, got := english[i].parts(english), japanese[i].parts(japanese); got != want {
			t.Errorf("section %q of README.ja.md has\n%s\nwant what section %q of README.md has:\n%s", japanese[i].title, got, english[i].title, want)
		}
	}
}

// sectionOfReadme has a heading, and what follows it that is the same in every language.
type sectionOfReadme struct {
	level, title  string
	blocks, marks []string // blocks of code; code in sentences and targets of links
}

// parts returns what must be the same in every language, as text. A link to a heading counts as the number of its section.
func (s sectionOfReadme) parts(all []sectionOfReadme) string {
	var marks []string
	for _, mark := range s.marks {
		if strings.HasPrefix(mark, "#") {
			mark = fmt.Sprint("section ", slices.IndexFunc(all, func(other sectionOfReadme) bool { return anchor(other.title) == mark }))
		}
		marks = append(marks, mark)
	}
	slices.Sort(marks)
	return strings.Join(slices.Concat([]string{s.level}, s.blocks, marks), "\n")
}

var (
	partOfReadme = regexp.MustCompile("(?m)(" + fenced.String() + ")|^(#+) ([^\n]*)$|(`[^`\n]+`)|" + link.String())
	ofLanguage   = strings.NewReplacer("README.ja.md", "README.md", "mail-ja.png", "mail-en.png")
)

func sectionsOfReadme(t *testing.T, file string) []sectionOfReadme {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	sections := []sectionOfReadme{{}} // the first one is what stands before the first heading
	for _, found := range partOfReadme.FindAllStringSubmatch(string(content), -1) {
		block, level, title, mark := found[1], found[2], found[3], found[4]+ofLanguage.Replace(found[5])+found[6]
		if level != "" {
			sections = append(sections, sectionOfReadme{level: level, title: title})
			continue
		}
		if last := &sections[len(sections)-1]; block != "" {
			last.blocks = append(last.blocks, block)
		} else {
			last.marks = append(last.marks, mark)
		}
	}
	return sections
}

// keysOfProps has the context keys whose name is not that of their prop.
var keysOfProps = map[string]string{
	"SenderIdentity": "`identity`", "Identity": "`senderDomain`, `hostedZoneId`", "PasswordValidity": "`passwordValidityHours`",
}

// TestPropsInDocs compares the table of props with the struct, and with the context keys of the app.
func TestPropsInDocs(t *testing.T) {
	props := documentedProps(t, "../constructs/onboarding/props.go", "UserOnboardingProps", reflect.TypeFor[props]())
	cell := cells(props)
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

// TestRemovalPropsInDocs compares the table of the props of the other construct with the struct.
func TestRemovalPropsInDocs(t *testing.T) {
	props := documentedProps(t, "../constructs/offboarding/props.go", "UserOffboardingProps", reflect.TypeFor[offboarding.UserOffboardingProps]())
	cell := cells(props)
	table := "| prop | meaning | default |\n|---|---|---|\n"
	for _, prop := range props {
		table += fmt.Sprintf("| `%s` | %s | %s |\n", prop.name, cell(prop.summary), cell(prop.otherwise))
	}
	section(t, "../docs/configuration.md", "removal props", table)
}

// cells returns a function that makes a cell of the table of props from text. It shows as code: values, placeholders, identifiers of packages,
// and props whose name is no plain word.
func cells(props []documentedProp) func(text string) string {
	patterns := []string{`^(\d+|true|false|en|/\w+/|\+00:00)$`, `\{\{\w+\}\}`, `\b(ses|logs)\.\w+`, `\bawscdk\.[\w.]+\(.*\)\)`}
	for _, prop := range props {
		if strings.ToLower(prop.name[1:]) != prop.name[1:] {
			patterns = append(patterns, `\b`+prop.name+`\b`)
		}
	}
	code := regexp.MustCompile(strings.Join(patterns, "|"))
	return func(text string) string {
		text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".")
		return strings.ReplaceAll(code.ReplaceAllString(text, "`$0`"), "|", `\|`)
	}
}

type documentedProp struct{ name, summary, otherwise string }

var closing = regexp.MustCompile(`(?s)^(.*?)\n\n(?:.*\n\n)?(Required\.|Default: .+)\n$`)

// documentedProps reads the comments of the props. The first paragraph is the meaning of a prop, and the last one its default.
func documentedProps(t *testing.T, source, name string, structure reflect.Type) (all []documentedProp) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range fieldsOf(file, name) {
		prop := field.Names[0].Name
		match := closing.FindStringSubmatch(field.Doc.Text())
		if match == nil {
			t.Fatalf("the comment of %s must end with a paragraph Required. or Default: …, got:\n%s", prop, field.Doc.Text())
		}
		otherwise := strings.TrimPrefix(match[2], "Default: ")
		if match[2] == "Required." {
			otherwise = "required"
		}
		all = append(all, documentedProp{prop, match[1], otherwise})
	}
	var names []string
	for _, prop := range all {
		names = append(names, prop.name)
	}
	fields := reflect.VisibleFields(structure)
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
