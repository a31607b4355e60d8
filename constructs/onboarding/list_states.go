package onboarding

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

const (
	// maxProblems is how many problems of a list a cause lists.
	maxProblems = 200
	// maxCause is the length to which the cause of a failure is cut: half of the limit of 32,768 (Step Functions API
	// Reference, HistoryEvent), because a character outside the basic plane counts as two.
	maxCause = 16000
	// childSeconds is the longest time of an Express execution (Step Functions Developer Guide, "Choosing workflow
	// type").
	childSeconds = 300
)

var (
	//go:embed problems.jsonata
	problemsCode string
	//go:embed report.jsonata
	reportCode string
)

// settings makes what the execution depends on a variable. The command onboard reads it from the definition.
func (f *flow) settings() sfn.Pass {
	settings := contract.Settings{SenderIdentity: f.identityName(), UserPath: *f.props.UserPath, MailsPerUser: 1}
	for _, group := range f.groups {
		settings.Groups = append(settings.Groups, contract.Group{Name: *groupName(group), Arn: *group.GroupArn()})
	}
	if f.configurationSet != nil {
		settings.ConfigurationSet = *f.configurationSet.ConfigurationSetName()
	}
	if *f.props.SeparatePassword {
		settings.MailsPerUser = 2
	}
	return sfn.Pass_Jsonata(f.scope, jsii.String(contract.SettingsState), &sfn.PassJsonataProps{
		Assign: &map[string]any{"settings": document(settings)},
	})
}

// document returns a value as jsii takes it.
func document(value any) (document map[string]any) {
	encoded, err := json.Marshal(value)
	if err == nil {
		err = json.Unmarshal(encoded, &document)
	}
	if err != nil {
		panic(err) // a struct of texts and numbers always encodes
	}
	return document
}

func (f *flow) validateList() sfn.Pass {
	code := fmt.Sprintf("(\n$groups := [$settings.Groups.Name]; $maxUsers := %d; $maxProblems := %d;\n%s%s)",
		contract.MaxUsers, maxProblems, listSentences(), jsonata.WithoutComments(problemsCode))
	return sfn.Pass_Jsonata(f.scope, jsii.String("ValidateList"), &sfn.PassJsonataProps{
		Assign: &map[string]any{"problems": jsonata.Expression(code)},
	})
}

// listSentences binds those sentences that the command onboard says as well.
func listSentences() (code string) {
	for _, sentence := range []struct{ variable, text string }{
		{"mustBeUser", contract.MustBeUser},
		{"mustHaveUserName", contract.MustHaveUserName},
		{"mustHaveEmail", contract.MustHaveEmail},
		{"mustHaveGroup", contract.MustHaveGroup("")},
		{"mustHaveNoOtherKey", contract.MustHaveNoOtherKey},
		{"mustBeUnique", contract.MustBeUnique},
	} {
		code += fmt.Sprintf("$%s := %s;\n", sentence.variable, jsonata.Literal(sentence.text))
	}
	return code
}

func (f *flow) isListValid() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Is the list valid?"), nil)
}

func (f *flow) invalidInput() sfn.Fail {
	return f.fail(contract.InvalidInput, `$join($problems, "\n")`)
}

func (f *flow) getAccount() tasks.CallAwsService {
	return f.task("GetAccount", call{
		retry:      ofPreflight,
		permission: "ses:GetAccount",
		resources:  anyResource(),
		assign:     problemUnless("$states.result.SendingEnabled = true", jsonata.Literal(contract.SendingDisabled)),
		final:      []string{"SesV2.BadRequestException"},
	})
}

func (f *flow) getEmailIdentity() tasks.CallAwsService {
	return f.task("GetEmailIdentity", call{
		retry:      ofPreflight,
		permission: "ses:GetEmailIdentity",
		resources:  []*string{f.sesARN("identity", f.identityName())},
		parameters: map[string]any{"EmailIdentity": f.identityName()},
		assign:     problemUnless("$states.result.VerifiedForSendingStatus = true", jsonata.Literal(contract.IdentityNotVerified(f.identityName()))),
		final:      []string{"SesV2.BadRequestException", "SesV2.NotFoundException"},
	})
}

func (f *flow) noIdentity() *sfn.CatchProps {
	return onError("SesV2.NotFoundException", problem(jsonata.Literal(contract.NoIdentity(f.identityName()))))
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
	return f.task(name, call{
		retry:      ofPreflight,
		permission: "iam:GetGroup",
		resources:  []*string{f.groups[i].GroupArn()},
		parameters: map[string]any{"GroupName": groupName(f.groups[i]), "MaxItems": 1},
		final:      []string{"Iam.NoSuchEntityException"},
	})
}

func noGroup(group iam.IGroup) *sfn.CatchProps {
	return onError("Iam.NoSuchEntityException", problem(jsonata.Literal(contract.NoGroup(*groupName(group)))))
}

// unreadableGroup is [unreadable], with a remedy of its own where AWS denies the call for a group that is given. The role may
// use the ARN of that group. If the group was given by its name, or by a wrong ARN, IAM knows it by another one.
func unreadableGroup(group iam.IGroup) *sfn.CatchProps {
	if *awscdk.Resource_IsOwnedResource(group) {
		return unreadable()
	}
	return preflightError(fmt.Sprintf(`($contains($string($states.errorOutput.Cause), "not authorized") ? %s : %s)`,
		jsonata.Literal("; "+contract.OnlyByARN(*group.GroupArn())+": "+contract.IfGroupHasPath+", then "+contract.RunAgain),
		jsonata.Literal("; "+contract.FixAndRunAgain)))
}

func (f *flow) getAccountPasswordPolicy() tasks.CallAwsService {
	return f.task("GetAccountPasswordPolicy", call{
		retry:      ofPreflight,
		permission: "iam:GetAccountPasswordPolicy",
		resources:  anyResource(),
		assign:     f.passwordLength("$states.result.PasswordPolicy.MinimumPasswordLength"),
		final:      []string{"Iam.NoSuchEntityException"},
	})
}

// defaultPasswordPolicy is for an account without a policy of its own: IAM then wants 8 characters (IAM User Guide, "Set an
// account password policy for IAM users").
func (f *flow) defaultPasswordPolicy() *sfn.CatchProps {
	return onError("Iam.NoSuchEntityException", f.passwordLength("8"))
}

// passwordLength assigns the length of a first password, from the least that the account allows, given as code.
func (f *flow) passwordLength(least string) map[string]any {
	return map[string]any{"passwordLength": jsonata.Expression(fmt.Sprintf("$max([%v, %s])", *f.props.PasswordLength, least))}
}

// unreadable catches every error of a preflight call.
func unreadable() *sfn.CatchProps {
	return preflightError(jsonata.Literal("; " + contract.FixAndRunAgain))
}

// preflightError catches every error of a preflight call. The remedy that ends its sentence is given as code.
func preflightError(remedy string) *sfn.CatchProps {
	return onError("States.ALL", problem(`$states.context.State.Name & " failed with " & $states.errorOutput.Error & ": " `+
		`& $substring($states.errorOutput.Cause, 0, 1000) & `+remedy))
}

func (f *flow) isReady() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Is everything ready?"), nil)
}

func (f *flow) preflightFailed() sfn.Fail {
	return f.fail(contract.PreflightFailed, `$join($problems, "\n")`)
}

// onboardUsers runs one child execution after the other, each for as many users as are onboarded at a time: starting a
// child is billed as a state transition (Step Functions Developer Guide, "Transitions in Step Functions"). Express children
// keep no history, so a password is stored nowhere, and the history of the parent does not grow with the list.
//
// A child takes the items of the list as they are, and what its users have in common once: a child that fails is returned
// with its input, and 200 of these have to fit into one payload.
func (f *flow) onboardUsers(batch sfn.IChainable) sfn.DistributedMap {
	onboardUsers := sfn.DistributedMap_Jsonata(f.scope, jsii.String("OnboardUsers"), &sfn.DistributedMapJsonataProps{
		MapExecutionType: sfn.StateMachineType_EXPRESS,
		MaxConcurrency:   jsii.Number(1),
		ItemBatcher: sfn.NewItemBatcher(&sfn.ItemBatcherProps{
			MaxItemsPerBatch: f.props.MaxConcurrency,
			BatchInput: &map[string]any{
				"Resend":         jsonata.Expression("$states.input.Resend = true"),
				"PasswordLength": jsonata.Expression("$passwordLength"),
				"CauseLength":    jsonata.Expression(causeLength),
			},
		}),
		ToleratedFailurePercentage: jsii.Number(100),
		Items:                      sfn.ProvideItems_Jsonata(jsii.String(jsonata.Expression("$states.input.IAMUserNames"))),
	})
	onboardUsers.ItemProcessor(batch, nil)
	return onboardUsers
}

// eachUser onboards the users of a child execution at the same time.
func (f *flow) eachUser(onboardUser sfn.IChainable) sfn.Map {
	const item = "$states.context.Map.Item.Value"
	eachUser := sfn.Map_Jsonata(f.scope, jsii.String("OnboardUser"), &sfn.MapJsonataProps{
		Items: sfn.ProvideItems_Jsonata(jsii.String(jsonata.Expression("$states.input.Items"))),
		ItemSelector: &map[string]any{
			"UserName": jsonata.Expression(fmt.Sprintf(`$type(%[1]s) = "object" ? %[1]s.UserName : %[1]s`, item)),
			"Email":    jsonata.Expression(fmt.Sprintf(`$type(%[1]s) = "object" ? %[1]s.Email : %[1]s`, item)),
			"GroupName": jsonata.Expression(fmt.Sprintf(`$type(%[1]s) = "object" and $exists(%[1]s.Group) ? %[1]s.Group : %[2]s`,
				item, jsonata.Literal(*groupName(f.groups[0])))),
			"Resend":         jsonata.Expression("$states.input.BatchInput.Resend"),
			"PasswordLength": jsonata.Expression("$states.input.BatchInput.PasswordLength"),
			"CauseLength":    jsonata.Expression("$states.input.BatchInput.CauseLength"),
			"SignInUrl":      jsonata.Plain(*f.signInURL),
		},
	})
	eachUser.ItemProcessor(onboardUser, nil)
	return eachUser
}

// causeLength shares out the 256 KiB of a payload (Step Functions Developer Guide, "Quotas"): a failed user takes at
// most 200 characters besides the Cause.
const causeLength = "$min([1000, $floor(260000 / $count($states.input.IAMUserNames)) - 200])"

func (f *flow) summary() sfn.Pass {
	return sfn.Pass_Jsonata(f.scope, jsii.String(contract.SummaryState), &sfn.PassJsonataProps{
		Outputs: jsonata.Expression("(\n" + jsonata.WithoutComments(reportCode) + ")"),
	})
}

func (f *flow) isEveryoneOnboarded() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Is everyone onboarded?"), nil)
}

func (f *flow) everyoneOnboarded() sfn.Succeed {
	return sfn.Succeed_Jsonata(f.scope, jsii.String("EveryoneOnboarded"), nil)
}

func (f *flow) usersNotOnboarded() sfn.Fail {
	return f.fail(contract.UsersNotOnboarded, fmt.Sprintf(`$states.input.Failed & " of " & $states.input.Total & " users are not onboarded: %[2]s; it goes on where this run stopped. `+
		`The full report is the output of the state %[3]s.\n"
  & $join($map($partition([$filter($states.input.Users, function($user) { $user.Status = "Failed" })], %[1]d)[0], function($user) {
    $user.UserName & ": " & $user.Step & " failed with " & $user.Error & ": " & $user.Cause }), "\n")`, maxProblems, contract.FixAndRunAgain, contract.SummaryState))
}

func (f *flow) fail(name, cause string) sfn.Fail {
	return sfn.Fail_Jsonata(f.scope, &name, &sfn.FailJsonataProps{
		Error: &name, Cause: jsii.String(jsonata.Expression(fmt.Sprintf("$substring(%s, 0, %d)", cause, maxCause))),
	})
}

// problem is the assignment that adds a sentence, given as code, to the problems.
func problem(sentence string) map[string]any {
	return map[string]any{"problems": jsonata.Expression("[$problems, " + sentence + "]")}
}

func problemUnless(holds, sentence string) map[string]any {
	return problem(fmt.Sprintf("$not(%s) ? %s", holds, sentence))
}

// listTimeout is the time in which every child of the longest list has ended, and an hour for the rest. A concurrency that
// is not known yet may be 1.
func listTimeout(maxConcurrency *float64) awscdk.Duration {
	concurrency := *maxConcurrency
	if *awscdk.Token_IsUnresolved(concurrency) {
		concurrency = 1
	}
	return awscdk.Duration_Seconds(jsii.Number(math.Ceil(contract.MaxUsers/concurrency)*childSeconds + 3600))
}
