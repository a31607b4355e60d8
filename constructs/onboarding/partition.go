package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
)

// signInURLOrDefault returns the given sign-in page, or the sign-in page of the account in its partition.
// [UserOnboardingProps.validate] has already rejected a partition whose sign-in page is not known.
func (u *UserOnboarding) signInURLOrDefault(props *UserOnboardingProps) *string {
	if props.SignInUrl != nil {
		return props.SignInUrl
	}
	var host string
	if hosts, known := partition.HostsOf(machine.PartitionOf(u)); known {
		host = hosts.SignIn
	} else {
		host = *u.signInHost()
	}
	return jsii.String("https://" + *awscdk.Stack_Of(u).Account() + "." + host + "/console")
}

// signInHost returns the host of the sign-in page. CloudFormation looks it up in a mapping by the partition that it deploys
// to.
//
// If the mapping does not have the partition, CloudFormation rejects the template before it makes a resource. Its error has
// the name of the mapping, so this name says what to do: "Template error: Unable to get mapping for
// UserOnboardingSignInUrlMustBeGiven5C2D9A0B::aws-eusc::SignIn". The section Rules of a template could say it in a sentence.
// But we found no document and no example that uses AWS::Partition there. If CloudFormation does not support it, no stack
// could be deployed.
func (u *UserOnboarding) signInHost() *string {
	mapping := map[string]*map[string]any{}
	for _, name := range partition.Known() {
		hosts, _ := partition.HostsOf(name)
		mapping[name] = &map[string]any{"SignIn": hosts.SignIn}
	}
	hosts := awscdk.NewCfnMapping(u, jsii.String("SignInUrlMustBeGiven"), &awscdk.CfnMappingProps{Mapping: &mapping})
	return hosts.FindInMap(awscdk.Aws_PARTITION(), jsii.String("SignIn"), nil)
}
