package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Finding is a cdk-nag finding that we accept, with the reason.
type Finding struct {
	Rule      string
	AppliesTo string // a regular expression for the resource; empty if the rule names no resource
	Reason    string
}

// Explain suppresses cdk-nag findings on a construct. It writes the reasons into the template.
func Explain(construct constructs.IConstruct, findings ...Finding) {
	var suppressions []any
	for _, finding := range findings {
		suppression := map[string]any{"id": finding.Rule, "reason": finding.Reason}
		if finding.AppliesTo != "" {
			suppression["applies_to"] = []any{map[string]any{"regex": "/^Resource::" + finding.AppliesTo + "$/"}}
		}
		suppressions = append(suppressions, suppression)
	}
	construct.Node().DefaultChild().(awscdk.CfnResource).AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": suppressions})
}

// Wildcard returns the finding that a policy statement has a wildcard in a resource. resource is a regular expression for the
// resource.
func Wildcard(resource, reason string) Finding {
	return Finding{Rule: "AwsSolutions-IAM5", AppliesTo: resource, Reason: reason}
}
