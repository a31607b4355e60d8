package test

import (
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"
)

// TestPartitions wants a stack to have the pages of the partition that it is deployed to, whether the partition is known at
// synthesis or at the deployment alone, and to do without them where they are not known.
func TestPartitions(t *testing.T) {
	const own = "https://staff.example.com/"
	for name, test := range map[string]struct {
		region, partition, signInURL string // no region: a stack for any
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

// TestPartitionWithoutSignInPage wants what is wrong to be said at synthesis, where it is known there.
func TestPartitionWithoutSignInPage(t *testing.T) {
	mustPanic(t, "UserOnboarding: SignInUrl must be given, because the sign-in page of the partition aws-eusc is not known, got: nothing", func() {
		synthesize(t, newStackIn(t, "eusc-de-east-1"), props{})
	})
}

// inPartition has templates be resolved as in a partition, until the test ends.
func inPartition(t *testing.T, partition string) {
	t.Helper()
	before := pseudoParameters["AWS::Partition"]
	t.Cleanup(func() { pseudoParameters["AWS::Partition"] = before })
	pseudoParameters["AWS::Partition"] = partition
}

func consolePage(region, host string) string {
	return "https://" + region + "." + host + "/states/home?region=" + region + "#/v2/executions/details/"
}

// signInURL is the page that the definition tells users to sign in at.
func (tpl template) signInURL(t *testing.T) string {
	t.Helper()
	definition := tpl.ofType(t, "AWS::StepFunctions::StateMachine")["DefinitionString"].(string)
	_, after, found := strings.Cut(definition, `"SignInUrl":"`)
	url, _, closed := strings.Cut(after, `"`)
	if !found || !closed {
		t.Fatal("the definition has no SignInUrl")
	}
	return url
}
