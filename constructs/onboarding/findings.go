package onboarding

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// finding is a finding of cdk-nag that is meant.
type finding struct {
	rule      string
	appliesTo string // a regular expression of what exactly was found, or nothing for rules that do not tell
	reason    string
}

// explainFindings tells cdk-nag, and whoever reads the template, why its rules AwsSolutions are broken where they are.
func (u *UserOnboarding) explainFindings(props *UserOnboardingProps) {
	explain(u.role.Node().FindChild(jsii.String(defaultPolicy)), roleFindings(props)...)
	explain(u.Node().FindChild(jsii.String(mapRunPolicy)), finding{"AwsSolutions-IAM5", `arn:[^*]+:execution:[^*]+:\*`,
		"Step Functions names the executions of the state machine, among them those of its own map"})
	explain(u.stateMachine, finding{rule: "AwsSolutions-SF1",
		reason: "Records of failed tasks would have what a service says of a call that a password was given to"},
		finding{rule: "AwsSolutions-SF2",
			reason: "Traces of failed tasks would have what a service says of a call that a password was given to"})
	if props.Group == nil {
		explain(u.group.Node().FindChild(jsii.String(defaultPolicy)), groupFindings(props)...)
	}
}

func roleFindings(props *UserOnboardingProps) []finding {
	findings := []finding{
		{"AwsSolutions-IAM5", `\*`, "These actions take no resource: to read the password policy and the SES account, to draw a " +
			"password, to have logs delivered"},
		{"AwsSolutions-IAM5", `arn:[^*]+:user/[^*]+/\*`, "The lists name the users, and all of them are below the path of this state machine"},
		{"AwsSolutions-IAM5", `arn:[^*]+:user/\*`, "GetUser alone, to see whether a name that is taken is a user of this state machine"},
		{"AwsSolutions-IAM5", `arn:[^*]+:identity/\*`, "SES also asks for a permission on the identity of the recipient; a condition pins the sender"},
	}
	if props.SenderIdentity != nil && props.ConfigurationSet == nil {
		findings = append(findings, finding{"AwsSolutions-IAM5", `arn:[^*]+:configuration-set/\*`,
			"The given identity may have a default configuration set, whose name cannot be known"})
	}
	return findings
}

func groupFindings(props *UserOnboardingProps) []finding {
	findings := []finding{
		{"AwsSolutions-IAM5", `\*`, "These actions take no resource: to read the password policy, to list virtual MFA devices"},
	}
	if *props.RequireMfa {
		findings = append(findings, finding{"AwsSolutions-IAM5", `arn:[^*]+:mfa/\*`,
			"Users name their virtual MFA devices, and can enable them for themselves only"})
	}
	return findings
}

func explain(construct constructs.IConstruct, findings ...finding) {
	var suppressions []any
	for _, finding := range findings {
		suppression := map[string]any{"id": finding.rule, "reason": finding.reason}
		if finding.appliesTo != "" {
			suppression["applies_to"] = []any{map[string]any{"regex": "/^Resource::" + finding.appliesTo + "$/"}}
		}
		suppressions = append(suppressions, suppression)
	}
	construct.Node().DefaultChild().(awscdk.CfnResource).AddMetadata(jsii.String("cdk_nag"), map[string]any{"rules_to_suppress": suppressions})
}
