package onboarding

import (
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// explainFindings says why we accept findings of the AwsSolutions rules of cdk-nag.
func (u *UserOnboarding) explainFindings(props *UserOnboardingProps) {
	machine.Explain(u.role.Node().FindChild(jsii.String(machine.DefaultPolicy)), roleFindings(props)...)
	if props.Group == nil {
		machine.Explain(u.group.Node().FindChild(jsii.String(machine.DefaultPolicy)), groupFindings(props)...)
	}
}

func roleFindings(props *UserOnboardingProps) []machine.Finding {
	findings := []machine.Finding{
		machine.Wildcard(`\*`, "Reading the password policy and the SES account, drawing a password, and delivering logs support no resource-level permissions"),
		machine.Wildcard(`arn:[^*]+:user/[^*]+/\*`, "The user names are known only when a list is run; all users are below the path of this state machine"),
		machine.Wildcard(`arn:[^*]+:user/\*`, "Only GetUser: it checks whether a user name that exists already belongs to a user of this state machine"),
		machine.Wildcard(`arn:[^*]+:identity/\*`, "SES also requires a permission for the identity of the recipient, if it has one; a condition allows only the sender"),
	}
	if props.SenderIdentity != nil && props.ConfigurationSet == nil {
		findings = append(findings, machine.Wildcard(`arn:[^*]+:configuration-set/\*`,
			"The existing identity may have a default configuration set, whose name is not known at synthesis"))
	}
	return findings
}

func groupFindings(props *UserOnboardingProps) []machine.Finding {
	findings := []machine.Finding{
		machine.Wildcard(`\*`, "Reading the password policy and listing virtual MFA devices support no resource-level permissions"),
	}
	if *props.RequireMfa {
		findings = append(findings, machine.Wildcard(`arn:[^*]+:mfa/\*`, "Users choose the names of their virtual MFA devices, and can enable them only for themselves"))
	}
	return findings
}
