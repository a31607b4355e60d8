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

// identityName returns the name by which SES knows the sender's identity. The ARN that the permission is for has it, too.
func (f *flow) identityName() string {
	name := *f.identity.EmailIdentityName()
	if isToken(name) {
		return name
	}
	return rules.NameInSES(name)
}

// getGroup reads the i-th group, and so sees that it exists.
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

// catchUnreadableGroup is [catchUnreadable], with a remedy of its own if AWS denies the call for a group that is given. The
// role may use the ARN of that group. If the group was given by its name, or by a wrong ARN, IAM knows it by another one.
func catchUnreadableGroup(group iam.IGroup) *sfn.CatchProps {
	if *awscdk.Resource_IsOwnedResource(group) {
		return catchUnreadable()
	}
	return catchPreflightError(fmt.Sprintf(`($contains($string($states.errorOutput.Cause), "not authorized") ? %s : %s)`,
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

// catchNoPasswordPolicy is for an account without a policy of its own: IAM then wants 8 characters (IAM User Guide, "Set an
// account password policy for IAM users").
func (f *flow) catchNoPasswordPolicy() *sfn.CatchProps {
	return machine.Catch("Iam.NoSuchEntityException", f.passwordLength("8"))
}

// passwordLength assigns the length of a first password, from the least that the account allows, given as code.
func (f *flow) passwordLength(least string) map[string]any {
	return map[string]any{"passwordLength": jsonata.Expression(fmt.Sprintf("$max([%v, %s])", *f.props.PasswordLength, least))}
}

// catchUnreadable catches every error of a preflight call.
func catchUnreadable() *sfn.CatchProps {
	return catchPreflightError(jsonata.Literal(contract.FixAndRunAgain))
}

// catchPreflightError catches every error of a preflight call. The remedy that ends its sentence is given as code.
func catchPreflightError(remedy string) *sfn.CatchProps {
	return machine.Catch("States.ALL", machine.Problem(`$states.context.State.Name & " failed with " & $states.errorOutput.Error & ": " `+
		`& $substring($states.errorOutput.Cause, 0, 1000) & "; " & `+remedy))
}
