package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/partition"
)

// partitionOf returns the partition that the stack of a construct is deployed to, or "" if only the deployment can tell:
// the stack has no region, or one that the CDK does not know.
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

// signInURLOrDefault returns the given sign-in page, or that of the account in its partition. [UserOnboardingProps.validate]
// refuses a partition whose hosts are not known.
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

// signInHost returns the host of the sign-in page, which CloudFormation looks up by the partition that it deploys to. Where
// there is none, it refuses the template before it makes anything, and names the mapping, which therefore says what to do:
// "Template error: Unable to get mapping for UserOnboardingSignInUrlMustBeGiven5C2D9A0B::aws-eusc::SignIn". The section
// Rules could say it in a sentence. But we found no document and no example that has AWS::Partition there, and if
// CloudFormation does not take it, no stack can be deployed.
func (u *UserOnboarding) signInHost() *string {
	mapping := map[string]*map[string]any{}
	for _, name := range partition.Known() {
		hosts, _ := partition.HostsOf(name)
		mapping[name] = &map[string]any{"SignIn": hosts.SignIn}
	}
	hosts := awscdk.NewCfnMapping(u, jsii.String("SignInUrlMustBeGiven"), &awscdk.CfnMappingProps{Mapping: &mapping})
	return hosts.FindInMap(awscdk.Aws_PARTITION(), jsii.String("SignIn"), nil)
}

// seeExecution returns what shows an execution, if its ARN is put behind: the page in the console, or the command where no
// console is known.
func (u *UserOnboarding) seeExecution() string {
	const command = "onboard report "
	region := *awscdk.Stack_Of(u).Region()
	if name := partitionOf(u); name != "" {
		if hosts, known := partition.HostsOf(name); known {
			return hosts.ExecutionPage(region)
		}
		return command
	}
	see := command
	for _, name := range partition.Known() {
		hosts, _ := partition.HostsOf(name)
		is := awscdk.NewCfnCondition(u, jsii.String("Is-"+name), &awscdk.CfnConditionProps{
			Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_PARTITION(), name),
		})
		see = *awscdk.Fn_ConditionIf(is.LogicalId(), hosts.ExecutionPage(region), see).ToString()
	}
	return see
}
