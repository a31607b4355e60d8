package test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

func TestIdentityOfAddress(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@example.com"),
	})
	if got := users.DkimRecords(); got != nil {
		t.Errorf("got %d DKIM records of an address, want none", len(got))
	}
	if got := templateOf(t, stack).ofType(t, "AWS::SES::EmailIdentity")["EmailIdentity"]; got != "sender@example.com" {
		t.Errorf("got the identity %v, want the address of the sender", got)
	}
}

func TestIdentityOfDomain(t *testing.T) {
	stack := newStack(t)
	users := onboarding.NewUserOnboarding(stack, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String("sender@mail.example.com"), Identity: ses.Identity_Domain(jsii.String("example.com")),
	})
	if got := len(users.DkimRecords()); got != 3 {
		t.Errorf("got %d DKIM records, want 3", got)
	}
	template := templateOf(t, stack)
	if got := template.ofType(t, "AWS::SES::EmailIdentity")["EmailIdentity"]; got != "example.com" {
		t.Errorf("got the identity %v, want example.com", got)
	}
	if got := template.count("AWS::Route53::RecordSet"); got != 0 {
		t.Errorf("got %d records, want none without a hosted zone", got)
	}
}

func TestIdentityOfHostedZone(t *testing.T) {
	stack := newStack(t)
	zone := route53.PublicHostedZone_FromPublicHostedZoneAttributes(stack, jsii.String("Zone"), &route53.PublicHostedZoneAttributes{
		HostedZoneId: jsii.String("Z0123456789"), ZoneName: jsii.String("example.com"),
	})
	template := synthesize(t, stack, onboarding.UserOnboardingProps{Identity: ses.Identity_PublicHostedZone(zone)})
	var records []string
	for _, resource := range template.Resources {
		if resource.Type == "AWS::Route53::RecordSet" {
			p := resource.Properties
			records = append(records, fmt.Sprintf("%v %v %v %v", p["HostedZoneId"], p["Type"], p["Name"], p["ResourceRecords"]))
		}
	}
	wantSorted(t, records, []string{
		"Z0123456789 CNAME <UserOnboardingSenderIdentity.DkimDNSTokenName1> [<UserOnboardingSenderIdentity.DkimDNSTokenValue1>]",
		"Z0123456789 CNAME <UserOnboardingSenderIdentity.DkimDNSTokenName2> [<UserOnboardingSenderIdentity.DkimDNSTokenValue2>]",
		"Z0123456789 CNAME <UserOnboardingSenderIdentity.DkimDNSTokenName3> [<UserOnboardingSenderIdentity.DkimDNSTokenValue3>]",
	})
}

// TestIdentityInUpperCase checks that a domain is in lower case everywhere, as SES has it, and that an address does not
// change.
func TestIdentityInUpperCase(t *testing.T) {
	sender := jsii.String("IT@Mail.Example.com")
	for _, test := range []struct {
		name  string
		props func(awscdk.Stack) props
		made  any    // the name of the identity that the stack makes
		read  string // the name of the identity that the preflight reads
	}{
		{"given domain", func(stack awscdk.Stack) props {
			return props{Sender: sender,
				SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("EXAMPLE.com"))}
		}, nil, "example.com"},
		{"given address", func(stack awscdk.Stack) props {
			return props{Sender: sender, SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), sender)}
		}, nil, "IT@Mail.Example.com"},
		{"made domain", func(awscdk.Stack) props {
			return props{Sender: sender, Identity: ses.Identity_Domain(jsii.String("EXAMPLE.com"))}
		}, "example.com", "<UserOnboardingSenderIdentity>"},
		{"made address", func(awscdk.Stack) props { return props{Sender: sender} },
			"IT@Mail.Example.com", "<UserOnboardingSenderIdentity>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			stack := newStack(t)
			template := synthesize(t, stack, test.props(stack))
			var made any
			for _, resource := range template.Resources {
				if resource.Type == "AWS::SES::EmailIdentity" {
					made = resource.Properties["EmailIdentity"]
				}
			}
			if made != test.made {
				t.Errorf("the stack makes the identity %v, want %v", made, test.made)
			}
			machine := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string))
			if got := machine.States["GetEmailIdentity"].Arguments["EmailIdentity"]; got != test.read {
				t.Errorf("the preflight reads the identity %v, want %s", got, test.read)
			}
			want := ofRole + "Allow ses:GetEmailIdentity on " + sesARN + "identity/" + test.read
			if statements := template.statements(t, strings.TrimSuffix(ofRole, ": ")); !slices.Contains(statements, want) {
				t.Errorf("there is no statement\n%s\nin\n%s", want, strings.Join(statements, "\n"))
			}
		})
	}
}

func TestIdentityMustCoverTheSender(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `UserOnboarding: Identity must be the sender sender@example.com, or its domain, got: "example.org"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Other"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), Identity: ses.Identity_Domain(jsii.String("example.org")),
		})
	})
	const inOtherCase = ` must have the letter case of the sender IT@example.com, because SES compares addresses with regard to ` +
		`case: write both as SES has the identity, got: "it@example.com"`
	mustPanic(t, "UserOnboarding: SenderIdentity"+inOtherCase, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("GivenInOtherCase"), &onboarding.UserOnboardingProps{
			Sender:         jsii.String("IT@example.com"),
			SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("InOtherCase"), jsii.String("it@example.com")),
		})
	})
	mustPanic(t, "UserOnboarding: Identity"+inOtherCase, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("InOtherCaseToo"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("IT@example.com"), Identity: ses.Identity_Email(jsii.String("it@example.com")),
		})
	})
	mustPanic(t, `UserOnboarding: Identity must be left out if SenderIdentity is given, got: "example.com"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Both"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), Identity: ses.Identity_Domain(jsii.String("example.com")),
			SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
		})
	})
}
