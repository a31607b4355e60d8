package test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/localaws"
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

// TestRunInOtherPartition deploys the app to regions of other partitions than aws, and onboards a user there. Where the
// sign-in page is not known, it first deploys without one, which must make nothing and say what to give.
func TestRunInOtherPartition(t *testing.T) {
	const own = "https://staff.example.com/"
	for region, test := range map[string]struct {
		partition, signInURL string
		context              []string
	}{
		"eusc-de-east-1": {"aws-eusc", own, []string{"signInUrl=" + own}},
		"us-gov-west-1":  {"aws-us-gov", "https://123456789012.signin.amazonaws-us-gov.com/console", nil},
	} {
		t.Run(region, func(t *testing.T) {
			server, err := localaws.Start(t.Context(), localaws.InRegion(region))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = server.Stop() })
			if test.context != nil {
				wantNoSignInPage(t, server)
			}
			account, err := deployTo(t.Context(), server, append(test.context, "alarmEmail=alarm@example.com", "requireMfa=true")...)
			if err != nil {
				t.Fatal(err)
			}
			execution := account.run(t, map[string]any{"IAMUserNames": []string{"ada@example.net"}})
			wantReport(t, account.report(t, execution), report{Total: 1, Created: 1, Users: []userReport{
				{UserName: "ada@example.net", Status: "Created"},
			}})
			if !strings.HasPrefix(execution.arn, "arn:"+test.partition+":states:"+region+":") {
				t.Errorf("got the execution %s", execution.arn)
			}
			mails := account.mailsTo(t, "ada@example.net")
			if len(mails) != 1 || !strings.Contains(mails[0].Text, test.signInURL) {
				t.Errorf("got the mails %+v, want one with the page %s", mails, test.signInURL)
			}
		})
	}
}

// wantNoSignInPage deploys the app without a sign-in page to a region of a partition where none is known.
func wantNoSignInPage(t *testing.T, server *localaws.Server) {
	t.Helper()
	_, err := deployTo(t.Context(), server)
	if err == nil || !regexp.MustCompile(`Template error: Unable to get mapping for UserOnboardingSignInUrlMustBeGiven[0-9A-F]{8}::aws-eusc::SignIn`).
		MatchString(err.Error()) {
		t.Fatalf("a deployment without signInUrl ended with %v", err)
	}
	if roles, err := iam.NewFromConfig(server.Config()).ListRoles(t.Context(), nil); err != nil || slices.ContainsFunc(roles.Roles,
		func(role iamtypes.Role) bool { return strings.Contains(*role.RoleName, "UserOnboarding") }) {
		t.Errorf("it made a role, or none could be listed: %v", err)
	}
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
	_, after, found := strings.Cut(definition, `"SignInURL":"`)
	url, _, closed := strings.Cut(after, `"`)
	if !found || !closed {
		t.Fatal("the definition has no SignInURL")
	}
	return url
}
