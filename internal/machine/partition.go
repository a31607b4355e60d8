package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/partition"
)

// PartitionOf returns the partition of the region that the stack of a construct is deployed to. It returns "" if the
// partition is not known at synthesis: the stack has no region, or the CDK does not know the region.
func PartitionOf(scope constructs.IConstruct) string {
	region := awscdk.Stack_Of(scope).Region()
	if IsToken(*region) {
		return ""
	}
	if name := regioninfo.RegionInfo_Get(region).Partition(); name != nil {
		return *name
	}
	return ""
}

// SeeExecution returns text that says how to see an execution; the ARN of the execution must follow it. The text is the
// address of the page in the console, or the command onboard report if the console of the partition is not known.
func SeeExecution(scope constructs.Construct) string {
	region := *awscdk.Stack_Of(scope).Region()
	if name := PartitionOf(scope); name != "" {
		if hosts, known := partition.HostsOf(name); known {
			return hosts.ExecutionPage(region)
		}
		return contract.ReportCommand
	}
	see := contract.ReportCommand
	for _, name := range partition.Known() {
		hosts, _ := partition.HostsOf(name)
		is := awscdk.NewCfnCondition(scope, jsii.String("Is-"+name), &awscdk.CfnConditionProps{
			Expression: awscdk.Fn_ConditionEquals(awscdk.Aws_PARTITION(), name),
		})
		see = *awscdk.Fn_ConditionIf(is.LogicalId(), hosts.ExecutionPage(region), see).ToString()
	}
	return see
}
