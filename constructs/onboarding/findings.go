package onboarding

import (
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// explainFindings says why findings of cdk-nag, by its rules AwsSolutions, are meant.
func (u *UserOnboarding) explainFindings(props *UserOnboardingProps) {
	machine.Explain(u.role.Node().FindChild(jsii.String(machine.DefaultPolicy)), roleFindings(props)...)
	if props.Group == nil {
		machine.Explain(u.group.Node().FindChild(jsii.String(machine.DefaultPolicy)), groupFindings(props)...)
	}
}

func roleFindings(props *UserOnboardingProps) []machine.Finding {
	findings := []machine.Finding{
		wildcard(`\*`, "These actions take no resource: to read the password policy and the SES account, to draw a password, to have logs delivered"),
		wildcard(`arn:[^*]+:user/[^*]+/\*`, "The lists name the users, and all of them are below the path of this state machine"),
		wildcard(`arn:[^*]+:user/\*`, "GetUser alone, to see whether a name that is taken is a user of this state machine"),
		wildcard(`arn:[^*]+:identity/\*`, "SES also asks for a permission on the identity of the recipient; a condition pins the sender"),
	}
	if props.SenderIdentity != nil && props.ConfigurationSet == nil {
		findings = append(findings, wildcard(`arn:[^*]+:configuration-set/\*`,
			"The given identity may have a default configuration set, whose name cannot be known"))
	}
	return findings
}

func groupFindings(props *UserOnboardingProps) []machine.Finding {
	findings := []machine.Finding{
		wildcard(`\*`, "These actions take no resource: to read the password policy, to list virtual MFA devices"),
	}
	if *props.RequireMfa {
		findings = append(findings, wildcard(`arn:[^*]+:mfa/\*`, "Users name their virtual MFA devices, and can enable them for themselves only"))
	}
	return findings
}

// wildcard is the finding that a statement has a wildcard in a resource, which is given as a regular expression.
func wildcard(resource, reason string) machine.Finding {
	return machine.Finding{Rule: "AwsSolutions-IAM5", AppliesTo: resource, Reason: reason}
}
