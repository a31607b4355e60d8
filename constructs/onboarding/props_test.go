package onboarding

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

func TestMain(m *testing.M) {
	status := m.Run()
	jsii.Close()
	os.Exit(status)
}

// commentsOfProps returns the comment of each prop as one line.
func commentsOfProps(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "props.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	comments := map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		if props, ok := node.(*ast.StructType); ok { // the only one in the file
			for _, field := range props.Fields.List {
				comments[field.Names[0].Name] = strings.Join(strings.Fields(field.Doc.Text()), " ")
			}
		}
		return true
	})
	return comments
}

// TestDefaultsInComments checks the default that the comment of a prop states, if the default is a number, a word or a subject.
func TestDefaultsInComments(t *testing.T) {
	comments, yes := commentsOfProps(t), true
	defaults := (UserOnboardingProps{}).withDefaults()
	separate := (UserOnboardingProps{SeparatePassword: &yes}).withDefaults()
	want := map[string]string{
		"LogRetention":     "logs.RetentionDays_" + string(defaults.LogRetention),
		"PasswordValidity": fmt.Sprint(defaults.validityHours(), " hours"),
		"Subject":          *defaults.Subject + ", in the language.",
		"PasswordSubject":  *separate.PasswordSubject + ", in the language.",
	}
	for i := range reflect.ValueOf(defaults).Elem().NumField() {
		prop := reflect.TypeOf(defaults).Elem().Field(i).Name
		switch value := reflect.ValueOf(defaults).Elem().Field(i).Interface().(type) {
		case *float64:
			want[prop] = fmt.Sprint(*value)
		case *bool:
			want[prop] = fmt.Sprint(*value)
		case *string:
			if value != nil && !strings.HasSuffix(prop, "Subject") && !strings.HasSuffix(prop, "Template") {
				want[prop] = *value
			}
		}
	}
	for prop, otherwise := range want {
		if !strings.HasSuffix(comments[prop], " Default: "+otherwise) {
			t.Errorf("the comment of %s must end with the default %s, got: %s", prop, otherwise, comments[prop])
		}
	}
}

// TestLimitsInComments checks the limits that the comments of props state.
func TestLimitsInComments(t *testing.T) {
	comments := commentsOfProps(t)
	bytes := fmt.Sprintf("at most %d,%03d bytes", mail.MaxBytes/1000, mail.MaxBytes%1000)
	for prop, want := range map[string]string{
		"PasswordLength":       strings.TrimPrefix(rules.PasswordLength.Expected, "be a whole number "),
		"MaxConcurrency":       strings.TrimPrefix(rules.MaxConcurrency.Expected, "be a whole number "),
		"AllowedGroups":        fmt.Sprintf("at most %d,", rules.MaxAllowedGroups),
		"UserTags":             fmt.Sprintf("At most %d,", maxUserTags),
		"TextTemplate":         bytes,
		"HtmlTemplate":         bytes,
		"PasswordTextTemplate": bytes,
		"PasswordHtmlTemplate": bytes,
	} {
		if !strings.Contains(comments[prop], want) {
			t.Errorf("the comment of %s must have the limit %s, got: %s", prop, want, comments[prop])
		}
	}
	if want := fmt.Sprintf("at most %d placeholders", mail.MaxPlaceholders); !strings.Contains(comments["TextTemplate"], want) {
		t.Errorf("the comment of TextTemplate must have the limit %s", want)
	}
}
