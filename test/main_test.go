// Package test checks the templates of the app and the construct: resources, policies, calls, expressions and limits. One test
// runs a stack on the local AWS.
package test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
)

var update = flag.Bool("update", false, "write the golden files, and the generated parts of the READMEs and docs, instead of comparing them")

// validation is the environment variable that switches off the CDK's validation of templates.
const validation = "CDK_VALIDATION"

func TestMain(m *testing.M) {
	flag.Parse()
	// The CDK's validator takes five seconds to start in each kernel. TestAppTemplate switches it on.
	if err := os.Setenv(validation, "false"); err != nil {
		panic(err)
	}
	jsii.Close() // package initialization has copied the environment for a kernel already; the next kernel gets the variable
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// newApp makes an app without the metadata of its tree, which no test reads.
func newApp(t testing.TB) awscdk.App {
	t.Helper()
	return awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir()), TreeMetadata: jsii.Bool(false)})
}

// newStack makes a stack in a new app.
func newStack(t testing.TB) awscdk.Stack {
	t.Helper()
	app := newApp(t)
	return awscdk.NewStack(app, jsii.String("Stack"), nil)
}

// newStackIn makes a stack in a new app, for a region.
func newStackIn(t *testing.T, region string) awscdk.Stack {
	t.Helper()
	app := newApp(t)
	return awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{Env: &awscdk.Environment{Region: &region}})
}

// synthesize makes a UserOnboarding, and returns the template of the stack. If the props have no sender, it sets one.
func synthesize(t testing.TB, stack awscdk.Stack, props onboarding.UserOnboardingProps) template {
	t.Helper()
	newUserOnboarding(stack, props)
	return templateOf(t, stack)
}

func newUserOnboarding(stack awscdk.Stack, props onboarding.UserOnboardingProps) *onboarding.UserOnboarding {
	if props.Sender == nil {
		props.Sender = jsii.String("sender@example.com")
	}
	return onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &props)
}

// template is a synthesized template with resolved intrinsic functions. The account is 123456789012, and the region us-east-1.
// A reference is <LogicalId>, without its hash.
type template struct {
	Resources map[string]resource
	Outputs   map[string]struct{ Value string }
}

type resource struct {
	Type       string
	Properties map[string]any
}

func templateOf(t testing.TB, stack awscdk.Stack) template {
	t.Helper()
	synthesized := *assertions.Template_FromStack(stack, nil).ToJSON()
	return decode[template](t, resolve(synthesized, synthesized))
}

func decode[T any](t testing.TB, value any) (decoded T) {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

var (
	hash             = regexp.MustCompile(`[0-9A-F]{8}$`)
	pseudoParameters = map[string]string{
		"AWS::Partition": "aws", "AWS::AccountId": "123456789012", "AWS::Region": "us-east-1", "AWS::URLSuffix": "amazonaws.com",
	}
)

// resolve returns a copy of a part of a template in which each function of CloudFormation is replaced with its result.
func resolve(part any, template map[string]any) any {
	return replaceIn(part, func(value any) (any, bool) {
		if fields, ok := value.(map[string]any); ok && len(fields) == 1 {
			for name, argument := range fields {
				return call(name, argument, template)
			}
		}
		return nil, false
	})
}

// replaceIn returns a copy of a value in which every part that replace accepts is replaced.
func replaceIn(value any, replace func(any) (any, bool)) any {
	if replacement, ok := replace(value); ok {
		return replacement
	}
	switch value := value.(type) {
	case []any:
		elements := make([]any, len(value))
		for i, element := range value {
			elements[i] = replaceIn(element, replace)
		}
		return elements
	case map[string]any:
		fields := map[string]any{}
		for key, element := range value {
			fields[key] = replaceIn(element, replace)
		}
		return fields
	}
	return value
}

func call(function string, argument any, template map[string]any) (result any, ok bool) {
	switch function {
	case "Ref":
		if value, ok := pseudoParameters[argument.(string)]; ok {
			return value, true
		}
		return "<" + hash.ReplaceAllString(argument.(string), "") + ">", true
	case "Fn::GetAtt":
		path := argument.([]any)
		return fmt.Sprintf("<%s.%s>", hash.ReplaceAllString(path[0].(string), ""), path[1]), true
	case "Fn::Join":
		var joined strings.Builder
		for _, part := range resolve(argument.([]any)[1], template).([]any) {
			joined.WriteString(part.(string))
		}
		return joined.String(), true
	case "Fn::FindInMap":
		path := resolve(argument, template).([]any)
		mapping := template["Mappings"].(map[string]any)[path[0].(string)].(map[string]any)
		if values, ok := mapping[path[1].(string)].(map[string]any); ok {
			return values[path[2].(string)], true
		}
		return fmt.Sprintf("<no %s in %s>", path[1], hash.ReplaceAllString(path[0].(string), "")), true
	case "Fn::Equals":
		values := resolve(argument, template).([]any)
		return values[0] == values[1], true
	case "Fn::If":
		arguments := argument.([]any)
		if resolve(template["Conditions"].(map[string]any)[arguments[0].(string)], template).(bool) {
			return resolve(arguments[1], template), true
		}
		return resolve(arguments[2], template), true
	case "Fn::Split":
		arguments := resolve(argument, template).([]any)
		return fmt.Sprintf("split(%s)", arguments[1]), true
	case "Fn::Select":
		arguments := resolve(argument, template).([]any)
		return fmt.Sprintf("%s[%v]", arguments[1], arguments[0]), true
	}
	return nil, false
}

// ofType returns the properties of the only resource of a type, apart from those that withdraw first passwords.
func (tpl template) ofType(t testing.TB, resourceType string) map[string]any {
	t.Helper()
	return tpl.only(t, resourceType, false)
}

// ofExpiry returns the properties of the only resource of a type among those that withdraw first passwords.
func (tpl template) ofExpiry(t testing.TB, resourceType string) map[string]any {
	t.Helper()
	return tpl.only(t, resourceType, true)
}

func (tpl template) only(t testing.TB, resourceType string, isOfExpiry bool) map[string]any {
	t.Helper()
	var found []map[string]any
	for id, resource := range tpl.Resources {
		if resource.Type == resourceType && strings.Contains(id, "PasswordExpiry") == isOfExpiry {
			found = append(found, resource.Properties)
		}
	}
	if len(found) != 1 {
		t.Fatalf("got %d resources of type %s, want 1", len(found), resourceType)
	}
	return found[0]
}

// count returns the number of resources of a type.
func (tpl template) count(resourceType string) (count int) {
	for _, resource := range tpl.Resources {
		if resource.Type == resourceType {
			count++
		}
	}
	return count
}

// mustPanic checks that f panics with exactly this text.
func mustPanic(t *testing.T, want string, f func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); got != want {
			t.Errorf("panicked with:\n%s\nwant:\n%s", got, want)
		}
	}()
	f()
}

// golden compares a text with a file in testdata, or writes the file with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is out of date; if you meant the change, run make update and read the difference", file)
	}
}
