package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
)

// partitionOf returns the partition of the region that the stack of a construct is deployed to. It returns "" if the
// partition is not known at synthesis: the stack has no region, or the CDK does not know the region.
func partitionOf(scope constructs.IConstruct) string {
	region := awscdk.Stack_Of(scope).Region()
	if isToken(*region) {
		return ""
	}
	if name := regioninfo.RegionInfo_Get(region).Partition(); name != nil {
		return *name
	}
	return ""
}

// signInURLOrDefault returns the given sign-in page, or the sign-in page of the account in its partition.
// [UserOnboardingProps.validate] has already rejected a partition whose sign-in page is not known.
func (u *UserOnboarding) signInURLOrDefault(props *UserOnboardingProps) *string {
	if props.SignInUrl != nil {
		return props.SignInUrl
	}
	var host string
	if hosts, known := partition.HostsOf(partitionOf(u)); known {
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

// seeExecution returns text that says how to see an execution; the ARN of the execution must follow it. The text is the
// address of the page in the console, or the command onboard report if the console of the partition is not known.
func (u *UserOnboarding) seeExecution() string {
	region := *awscdk.Stack_Of(u).Region()
	if name := partitionOf(u); name != "" {
		if hosts, known := partition.HostsOf(name); known {
			return hosts.ExecutionPage(region)
		}
		return contract.ReportCommand
	}
	see := contract.ReportCommand
	for _, name := range partition.Known() {
		hosts, _ := partition.HostsOf(name)
		is := awscdk.NewCfnCondition(u, jsii.String("Is-"+name), &awscdk.CfnConditionProps{
			Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_PARTITION(), name),
		})
		see = *awscdk.Fn_ConditionIf(is.LogicalId(), hosts.ExecutionPage(region), see).ToString()
	}
	return see
}
