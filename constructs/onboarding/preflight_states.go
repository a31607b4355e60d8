package onboarding

import (
	"fmt"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// listExecutions makes the task that looks for an older execution. Two executions that onboard the same user at the same time
// mail two passwords, and only one of them works.
func (f *flow) listExecutions() tasks.CallAwsService {
	return f.ListExecutions("ListExecutions", machine.OwnARN, nil, machine.OlderExecution, machine.PreflightRetry)
}

func (f *flow) getAccount() tasks.CallAwsService {
	return f.Task("GetAccount", machine.Call{
		Retry:      machine.PreflightRetry,
		Permission: "ses:GetAccount",
		Resources:  machine.AnyResource(),
		Assign:     machine.ProblemUnless("$states.result.SendingEnabled = true", jsonata.Literal(contract.SendingDisabled)),
		Final:      []string{"SesV2.BadRequestException"}, // the request stays the same
	})
}

func (f *flow) getEmailIdentity() tasks.CallAwsService {
	return f.Task("GetEmailIdentity", machine.Call{
		Retry:      machine.PreflightRetry,
		Permission: "ses:GetEmailIdentity",
		Resources:  []*string{f.sesARN("identity", f.identityName())},
		Parameters: map[string]any{"EmailIdentity": f.identityName()},
		Assign: machine.ProblemUnless("$states.result.VerifiedForSendingStatus = true",
			jsonata.Literal(contract.IdentityNotVerified(f.identityName()))),
		Final: []string{
			"SesV2.BadRequestException", // the request stays the same
			"SesV2.NotFoundException",   // catchNoIdentity says what to do
		},
	})
}

func (f *flow) catchNoIdentity() *sfn.CatchProps {
	return machine.Catch("SesV2.NotFoundException", machine.Problem(jsonata.Literal(contract.NoIdentity(f.identityName()))))
}

// identityName returns the name of the sender's identity as SES has it. The ARN of the identity has the same name.
func (f *flow) identityName() string {
	name := *f.identity.EmailIdentityName()
	if machine.IsToken(name) {
		return name
	}
	return rules.NameInSES(name)
}

// getGroup makes the task that checks that the i-th group exists.
func (f *flow) getGroup(i int) tasks.CallAwsService {
	name := "GetGroup"
	if i > 0 {
		name += fmt.Sprintf(" %d", i+1)
	}
	return f.Task(name, machine.Call{
		Retry:      machine.PreflightRetry,
		Permission: "iam:GetGroup",
		Resources:  []*string{f.groups[i].GroupArn()},
		Parameters: map[string]any{"GroupName": groupName(f.groups[i]), "MaxItems": 1},
		Final:      []string{"Iam.NoSuchEntityException"}, // catchNoGroup says what to do
	})
}

func catchNoGroup(group iam.IGroup) *sfn.CatchProps {
	return machine.Catch("Iam.NoSuchEntityException", machine.Problem(jsonata.Literal(contract.NoGroup(*groupName(group)))))
}

// catchUnreadableGroup is [machine.CatchUnreadable] with another remedy if the group is imported and AWS denies the call. The role
// may only use the ARN that the group was imported with. If the group was imported by its name, or by a wrong ARN, its ARN in
// IAM may be different.
func catchUnreadableGroup(group iam.IGroup) *sfn.CatchProps {
	if *awscdk.Resource_IsOwnedResource(group) {
		return machine.CatchUnreadable()
	}
	return machine.CatchPreflightError(fmt.Sprintf(`($contains($string($states.errorOutput.Cause), "not authorized") ? %s : %s)`,
		jsonata.Literal(contract.OnlyByARN(*group.GroupArn())+": "+contract.IfGroupHasPath+", then "+contract.RunAgain),
		jsonata.Literal(contract.FixAndRunAgain)))
}

func (f *flow) getAccountPasswordPolicy() tasks.CallAwsService {
	return f.Task("GetAccountPasswordPolicy", machine.Call{
		Retry:      machine.PreflightRetry,
		Permission: "iam:GetAccountPasswordPolicy",
		Resources:  machine.AnyResource(),
		Assign:     f.passwordLength("$states.result.PasswordPolicy.MinimumPasswordLength"),
		Final:      []string{"Iam.NoSuchEntityException"}, // catchNoPasswordPolicy has the default
	})
}

// catchNoPasswordPolicy applies to an account without a password policy of its own. IAM then requires 8 characters (IAM User
// Guide, "Set an account password policy for IAM users").
func (f *flow) catchNoPasswordPolicy() *sfn.CatchProps {
	return machine.Catch("Iam.NoSuchEntityException", f.passwordLength("8"))
}

// passwordLength sets the variable passwordLength to the length of a first password: the prop PasswordLength, or least if
// that is longer. least is JSONata code for the minimum length that the account allows.
func (f *flow) passwordLength(least string) map[string]any {
	return map[string]any{"passwordLength": jsonata.Expression(fmt.Sprintf("$max([%v, %s])", *f.props.PasswordLength, least))}
}
