package test

import (
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// TestPartitions checks that a stack has the web pages of its partition. The partition may be known at synthesis, or only at
// the deployment. If its pages are not known, the stack does without them.
func TestPartitions(t *testing.T) {
	const own = "https://staff.example.com/"
	for name, test := range map[string]struct {
		region, partition, signInURL string // an empty region: a stack for any region
		wantSignIn, wantSee          string
	}{
		"region":                             {"us-east-1", "", "", "https://123456789012.signin.aws.amazon.com/console", consolePage("us-east-1", "console.aws.amazon.com")},
		"GovCloud region":                    {"us-gov-west-1", "", "", "https://123456789012.signin.amazonaws-us-gov.com/console", consolePage("us-gov-west-1", "console.amazonaws-us-gov.com")},
		"sovereign region":                   {"eusc-de-east-1", "", own, own, "onboard report "},
		"any region, AWS":                    {"", "aws", "", "https://123456789012.signin.aws.amazon.com/console", consolePage("us-east-1", "console.aws.amazon.com")},
		"any region, GovCloud":               {"", "aws-us-gov", "", "https://123456789012.signin.amazonaws-us-gov.com/console", consolePage("us-east-1", "console.amazonaws-us-gov.com")},
		"any region, with a page of its own": {"", "aws", own, own, consolePage("us-east-1", "console.aws.amazon.com")},
		"any region, sovereign":              {"", "aws-eusc", own, own, "onboard report "},
		"any region, sovereign, no page":     {"", "aws-eusc", "", "https://123456789012.<no aws-eusc in UserOnboardingSignInUrlMustBeGiven>/console", "onboard report "},
		"new region, new partition":          {"xx-new-1", "aws-new", own, own, "onboard report "},
		"new region, AWS":                    {"xx-new-1", "aws", "", "https://123456789012.signin.aws.amazon.com/console", consolePage("xx-new-1", "console.aws.amazon.com")},
	} {
		t.Run(name, func(t *testing.T) {
			inPartition(t, test.partition)
			stack := newStack(t)
			if test.region != "" {
				stack = newStackIn(t, test.region)
			}
			p := props{AlarmEmail: jsii.String("alarm@example.com")}
			if test.signInURL != "" {
				p.SignInUrl = &test.signInURL
			}
			template := synthesize(t, stack, p)
			if got := template.signInURL(t); got != test.wantSignIn {
				t.Errorf("the mail has the page %s, want %s", got, test.wantSignIn)
			}
			transformer := template.ofType(t, "AWS::Events::Rule")["Targets"].([]any)[0].(map[string]any)["InputTransformer"].(map[string]any)
			want := `"The onboarding of IAM users ended as <detail-status>. See which users, and why: ` + test.wantSee + `<detail-executionArn>"`
			if got := transformer["InputTemplate"]; got != want {
				t.Errorf("got the message %s, want %s", got, want)
			}
		})
	}
}

// TestPartitionWithoutSignInPage checks that the synthesis fails if the partition is known, and its sign-in page is not.
func TestPartitionWithoutSignInPage(t *testing.T) {
	mustPanic(t, "UserOnboarding: SignInUrl must be given, because the sign-in page of the partition aws-eusc is not known, got: nothing", func() {
		synthesize(t, newStackIn(t, "eusc-de-east-1"), props{})
	})
}

// inPartition resolves templates as in this partition, until the test ends.
func inPartition(t *testing.T, partition string) {
	t.Helper()
	before := pseudoParameters["AWS::Partition"]
	t.Cleanup(func() { pseudoParameters["AWS::Partition"] = before })
	pseudoParameters["AWS::Partition"] = partition
}

func consolePage(region, host string) string {
	return "https://" + region + "." + host + "/states/home?region=" + region + "#/v2/executions/details/"
}

// signInURL returns the sign-in page in the definition.
func (tpl template) signInURL(t *testing.T) string {
	t.Helper()
	definition := tpl.ofType(t, stateMachineType)["DefinitionString"].(string)
	_, after, found := strings.Cut(definition, `"SignInUrl":"`)
	url, _, closed := strings.Cut(after, `"`)
	if !found || !closed {
		t.Fatal("the definition has no SignInUrl")
	}
	return url
}
