package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	"github.com/aws/aws-cdk-go/awscdk/v2/cxapi"
	"github.com/aws/jsii-runtime-go"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"

	"github.com/iam-onboarding/iam-onboarding/stacks"
)

// TestNag checks stacks with the rules AwsSolutions of cdk-nag: the stack of the app, with and without its options, and a
// stack with every option of the construct. In the stack of another app, cdk-nag must still find the problems of that app. The
// log has the report.
func TestNag(t *testing.T) {
	t.Run("app", func(t *testing.T) {
		wantFindings(t, func(app awscdk.App) awscdk.Stack {
			return stackOfApp(app, stacks.OnboardingStackProps{})
		})
	})
	t.Run("app with options", func(t *testing.T) {
		wantFindings(t, func(app awscdk.App) awscdk.Stack {
			return stackOfApp(app, stacks.OnboardingStackProps{
				Users:                  props{RequireMfa: jsii.Bool(true), AlarmEmail: jsii.String("alarm@example.com"), ReportEmail: jsii.String("report@example.com")},
				SenderIdentityName:     jsii.String("example.com"),
				Offboarding:            jsii.Bool(true),
				PermissionsBoundaryArn: jsii.String("arn:aws:iam::123456789012:policy/Boundary"),
			})
		})
	})
	t.Run("every option", func(t *testing.T) {
		wantFindings(t, func(app awscdk.App) awscdk.Stack {
			stack := awscdk.NewStack(app, jsii.String("Stack"), nil)
			p, _ := withOptions(stack, everyOption()...)
			newUserOnboarding(stack, p)
			return stack
		})
	})
	t.Run("stack of another app", func(t *testing.T) {
		wantFindings(t, func(app awscdk.App) awscdk.Stack {
			stack := awscdk.NewStack(app, jsii.String("Stack"), &awscdk.StackProps{
				Env: &awscdk.Environment{Account: jsii.String("123456789012"), Region: jsii.String("us-gov-west-1")},
			})
			users := newUserOnboarding(stack, props{})
			users.ExecutionRole().AddToPrincipalPolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
				Actions: jsii.Strings("iam:*"), Resources: jsii.Strings("arn:aws-us-gov:iam::123456789012:group/*"),
			}))
			return stack
		}, "AwsSolutions-IAM5[Action::iam:*]", "AwsSolutions-IAM5[Resource::arn:aws-us-gov:iam::123456789012:group/*]")
	})
}

// wantFindings checks that a stack has errors and warnings of these rules, and no others.
func wantFindings(t *testing.T, newStack func(awscdk.App) awscdk.Stack, want ...string) {
	t.Helper()
	outdir := t.TempDir()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &outdir})
	stack := newStack(app)
	awscdk.Aspects_Of(app).Add(cdknag.NewAwsSolutionsChecks(&cdknag.NagPackProps{
		ReportFormats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
	}), nil)
	annotations := assertions.Annotations_FromStack(stack)
	var found []string
	for _, messages := range []*[]*cxapi.SynthesisMessage{
		annotations.FindError(jsii.String("*"), assertions.Match_AnyValue()),
		annotations.FindWarning(jsii.String("*"), assertions.Match_AnyValue()),
	} {
		for _, message := range *messages {
			rule, _, _ := strings.Cut(fmt.Sprint(message.Entry.Data), ": ")
			found = append(found, rule)
		}
	}
	wantLines(t, found, want)
	logReport(t, outdir)
}

// logReport logs the report that cdk-nag wrote to a folder.
func logReport(t *testing.T, outdir string) {
	t.Helper()
	reports, err := filepath.Glob(filepath.Join(outdir, "*NagReport.json"))
	if err != nil || len(reports) != 1 {
		t.Fatalf("got the reports %v, want one: %v", reports, err)
	}
	content, err := os.ReadFile(reports[0])
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Lines []struct{ RuleID, ResourceID, Compliance, ExceptionReason string }
	}
	if err := json.Unmarshal(content, &report); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, line := range report.Lines {
		fmt.Fprintf(&text, "\n%-13s %-17s %s", line.Compliance, line.RuleID, line.ResourceID)
		if line.ExceptionReason != "N/A" {
			fmt.Fprintf(&text, ": %s", line.ExceptionReason)
		}
	}
	if len(report.Lines) == 0 {
		t.Error("the report is empty")
	}
	t.Log(text.String())
}
