package test

import (
	"fmt"
	"testing"

	route53 "github.com/aws/aws-cdk-go/awscdk/v2/awsroute53"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
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

func TestIdentityMustCoverTheSender(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `UserOnboarding: Identity must be the sender sender@example.com, or its domain, got: "example.org"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Other"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), Identity: ses.Identity_Domain(jsii.String("example.org")),
		})
	})
	mustPanic(t, `UserOnboarding: Identity must be left out where SenderIdentity is given, got: "example.com"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Both"), &onboarding.UserOnboardingProps{
			Sender: jsii.String("sender@example.com"), Identity: ses.Identity_Domain(jsii.String("example.com")),
			SenderIdentity: ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
		})
	})
}
