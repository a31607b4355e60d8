package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// Finding is a finding of cdk-nag that is meant.
type Finding struct {
	Rule      string
	AppliesTo string // a regular expression of the resource in question; empty for a rule that names none
	Reason    string
}

// Explain says to cdk-nag, and to a reader of the template, why findings on a construct are meant.
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
