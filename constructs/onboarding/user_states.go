package onboarding

import (
	"fmt"
	"maps"
	"slices"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

const (
	// onboardingTag is the tag of each user that the state machine creates: pending, or complete.
	onboardingTag = "onboarding"
	// maxDraws bounds the draws of a password. A draw has a character of each class, so the first one is good.
	maxDraws = 2
	// notSymbols is the punctuation of GetRandomPassword that is no symbol to IAM (IAM User Guide, "Set an account
	// password policy for IAM users").
	notSymbols = "\",./:;<>?\\`~"
	// secretPiece is how many letters and digits of a password in one piece must not be told. Fewer would be found in
	// causes that do not quote it.
	secretPiece = 4
	// mangledSymbols are the symbols that mail programs may change or hide: HTML's &, the marks of emphasis and of code,
	// quotes that become curly, the @ of a link, brackets that become smileys, and hyphens that lines break at. They leave
	// IAM the symbols ! # $ % + and =.
	mangledSymbols = "&*_^|'@()[]{}-"
	// lookAlikes are hard to tell apart where somebody types a password.
	lookAlikes = "0Oo1Il|"
)

// The outcomes of a user who gets done.
var (
	created   = map[string]any{"Status": contract.Created}
	resumed   = map[string]any{"Status": contract.Resumed}
	resent    = map[string]any{"Status": contract.Resent}
	takenOver = map[string]any{"Status": contract.Skipped, "Reason": contract.TakenOver}
)

func (f *flow) createUser() tasks.CallAwsService {
	tags := f.tagsOfNewUser()
	createUser := call{
		permission: "iam:CreateUser",
		resources:  f.ourUsers(),
		conditions: onlyThese(tags),
		parameters: map[string]any{
			"UserName": jsonata.Expression("$states.input.UserName"),
			"Path":     f.props.UserPath,
			"Tags":     tagParameters(tags),
		},
		assign: map[string]any{"outcome": created},
		final: []string{"Iam.EntityAlreadyExistsException", "Iam.InvalidInputException", "Iam.LimitExceededException",
			"Iam.NoSuchEntityException"},
	}
	if boundary := f.props.PermissionsBoundary; boundary != nil {
		createUser.parameters["PermissionsBoundary"] = jsonata.Plain(*boundary.ManagedPolicyArn())
		createUser.conditions["StringEquals"]["iam:PermissionsBoundary"] = boundary.ManagedPolicyArn()
	}
	// To create a user with tags takes the permission to tag it (IAM User Guide, "Tag IAM users").
	f.allow("iam:TagUser", f.ourUsers(), onlyThese(tags))
	return f.task("CreateUser", createUser)
}

// tagsOfNewUser are the mark and the tags of the props, these by key.
func (f *flow) tagsOfNewUser() []tag {
	tags := []tag{mark("pending")}
	for _, key := range slices.Sorted(maps.Keys(*f.props.UserTags)) {
		tags = append(tags, tag{key, *(*f.props.UserTags)[key]})
	}
	return tags
}

// getUser reads whose user it is that has the name. A user of ours is below the path and has the tag.
func (f *flow) getUser() tasks.CallAwsService {
	return f.task("GetUser", call{
		permission: "iam:GetUser",
		resources:  []*string{userARN(f.scope, "/", "*")},
		parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		assign: map[string]any{
			"existingName": jsonata.Expression("$states.result.User.UserName"),
			"onboarding": jsonata.Expression(fmt.Sprintf(
				`$states.result.User.Path = %s ? [$states.result.User.Tags[Key = %s].Value, "none"][0] : "none"`,
				jsonata.Literal(*f.props.UserPath), jsonata.Literal(onboardingTag))),
		},
	})
}

func (f *flow) isOurs() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Is the user ours to finish?"), nil)
}

// nameInOtherCase ends with a failure, because only the operator knows whether both names mean the same person.
func (f *flow) nameInOtherCase() sfn.Pass {
	return f.endAsFailed(contract.NameInOtherCase, "GetUser", "IAM has this user name in other letter case: write it as IAM has it")
}

func (f *flow) skipped() sfn.Pass {
	return f.end(contract.Skipped, `{"UserName": $states.input.UserName, "Status": "Skipped", "Reason": $onboarding = "complete" ? `+
		jsonata.Literal(contract.Complete)+" : "+jsonata.Literal(contract.NotOurs)+"}")
}

// getLoginProfile reads whether the user has chosen a password already, and so taken over. A login profile that was made
// just before may not be found for a while, hence retries of that error, too.
func (f *flow) getLoginProfile() tasks.CallAwsService {
	return f.task("GetLoginProfile", call{
		permission: "iam:GetLoginProfile",
		resources:  f.ourUsers(),
		parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		assign: map[string]any{
			"takenOver": jsonata.Expression("$not($states.result.LoginProfile.PasswordResetRequired = true)"),
		},
	})
}

// noLoginProfile is right for a pending user. From a complete one somebody has removed the login profile since, and so
// taken over.
func noLoginProfile() *sfn.CatchProps {
	return onError("Iam.NoSuchEntityException", map[string]any{
		"takenOver": jsonata.Expression(`$onboarding = "complete"`),
	})
}

func (f *flow) hasTakenOver() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Has the user taken over?"), nil)
}

// tagUser marks how far the user is.
func (f *flow) tagUser(value string) tasks.CallAwsService {
	tags := []tag{mark(value)}
	return f.task("TagUser "+value, call{
		permission: "iam:TagUser",
		resources:  f.ourUsers(),
		conditions: onlyThese(tags),
		parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName"), "Tags": tagParameters(tags)},
		final:      []string{"Iam.InvalidInputException", "Iam.LimitExceededException"},
	})
}

func (f *flow) addUserToGroup() tasks.CallAwsService {
	var groups []*string
	for _, group := range f.groups {
		groups = append(groups, group.GroupArn())
	}
	return f.task("AddUserToGroup", call{
		permission: "iam:AddUserToGroup",
		resources:  groups,
		parameters: map[string]any{
			"UserName":  jsonata.Expression("$states.input.UserName"),
			"GroupName": jsonata.Expression("$states.input.GroupName"),
		},
		assign: map[string]any{"draws": 0},
		final:  []string{"Iam.LimitExceededException"},
		retry:  ofNewUser,
	})
}

func (f *flow) getRandomPassword() tasks.CallAwsService {
	return f.task("GetRandomPassword", call{
		permission: "secretsmanager:GetRandomPassword",
		resources:  anyResource(),
		parameters: map[string]any{
			"PasswordLength":    jsonata.Expression("$states.input.PasswordLength"),
			"ExcludeCharacters": f.excludedCharacters(),
		},
		assign: map[string]any{
			"password": jsonata.Expression("$states.result.RandomPassword"),
			"draws":    jsonata.Expression("$draws + 1"),
		},
		final: []string{"SecretsManager.InvalidParameterException", "SecretsManager.InvalidRequestException"},
		retry: ofDraw,
	})
}

func (f *flow) excludedCharacters() string {
	excluded := notSymbols + mangledSymbols
	if *f.props.ExcludeLookAlikes {
		excluded += lookAlikes
	}
	return excluded
}

func (f *flow) isGoodPassword() sfn.Choice {
	return sfn.Choice_Jsonata(f.scope, jsii.String("Is the password good?"), nil)
}

// satisfiesPolicy holds for a password of the length that the policy of the account wants, with a character of each class: no
// policy wants more (IAM User Guide, "Set an account password policy for IAM users").
func satisfiesPolicy() sfn.Condition {
	return condition(`$length($password) >= $states.input.PasswordLength and $contains($password, /[A-Z]/)
  and $contains($password, /[a-z]/) and $contains($password, /[0-9]/) and $contains($password, /[!@#$%^&*()_+=\[\]{}|'-]/)`)
}

func mayDrawAgain() sfn.Condition { return condition(fmt.Sprintf("$draws < %d", maxDraws)) }

func (f *flow) noGoodPassword() sfn.Pass {
	return f.endAsFailed(contract.NoGoodPassword, "GetRandomPassword", fmt.Sprintf("none of %d passwords satisfied the policy of the account", maxDraws))
}

func (f *flow) createLoginProfile() tasks.CallAwsService {
	return f.task("CreateLoginProfile", call{
		permission: "iam:CreateLoginProfile",
		resources:  f.ourUsers(),
		parameters: loginProfile(),
		final: []string{"Iam.EntityAlreadyExistsException", "Iam.LimitExceededException",
			"Iam.PasswordPolicyViolationException"},
	})
}

// updateLoginProfile may change the password of a user that is marked as pending only, which may have been written right
// before.
func (f *flow) updateLoginProfile() tasks.CallAwsService {
	return f.task("UpdateLoginProfile", call{
		permission: "iam:UpdateLoginProfile",
		resources:  f.ourUsers(),
		conditions: stringEquals("aws:ResourceTag/"+onboardingTag, jsii.String("pending")),
		parameters: loginProfile(),
		final:      []string{"Iam.LimitExceededException", "Iam.PasswordPolicyViolationException"},
		retry:      ofTaggedUser,
	})
}

func loginProfile() map[string]any {
	return map[string]any{
		"UserName":              jsonata.Expression("$states.input.UserName"),
		"Password":              jsonata.Expression("$password"),
		"PasswordResetRequired": true,
	}
}

func (f *flow) done() sfn.Pass {
	return f.end("Done", `$merge([{"UserName": $states.input.UserName}, $outcome])`)
}

// failed ends with the status that [failure] made.
func (f *flow) failed() sfn.Pass { return f.end(contract.Failed, "$states.input") }

// failure catches every error, and makes it the status of the user.
func failure() *sfn.CatchProps { return failureBecauseOf(errorCause) }

// failureOfPasswordCall is [failure] for calls that a password went into: the cause is withheld where it quotes a piece
// of the password, whole or in part, as it is or encoded for a URL, HTML or JSON. Only letters and digits are compared,
// which these encodings leave as they are.
func failureOfPasswordCall() *sfn.CatchProps {
	return failureBecauseOf(fmt.Sprintf(`(
    $plain := function($text) { $replace($text, /%%[0-9A-Fa-f]{2}|&(amp|lt|gt|quot|apos|#x?[0-9A-Fa-f]{1,5});|\\u[0-9A-Fa-f]{4}|[^A-Za-z0-9]/, "") };
    $secret := $plain($password); $said := $plain(%[2]s);
    $quotes := function($start) { $contains($said, $substring($secret, $start, %[1]d)) };
    $count($filter([0..$max([0, $length($secret) - %[1]d])], $quotes)) > 0
      ? "withheld, because it quotes the password" : %[2]s
  )`, secretPiece, errorCause))
}

// errorCause is the cause of an error. That of a time-out may be absent.
const errorCause = `("" & $states.errorOutput.Cause)`

// failureBecauseOf cuts the status to its share of the report. What is not plain ASCII, or takes two characters in
// JSON, becomes an apostrophe.
func failureBecauseOf(cause string) *sfn.CatchProps {
	return &sfn.CatchProps{
		Errors: jsii.Strings("States.ALL"),
		Outputs: jsonata.Expression(fmt.Sprintf(`(
$error := $substring($states.errorOutput.Error, 0, 48);
$cause := $substring($replace(%s, /[^ !#-\[\]-~]/, "'"), 0, $states.input.CauseLength);
{
  "UserName": $states.input.UserName,
  "Status": "Failed",
  "Step": $states.context.State.Name,
  "Error": $error,
  "Cause": $cause
})`, cause)),
	}
}

// endAsFailed ends with an error of our own, found after a step that went well.
func (f *flow) endAsFailed(name, step, cause string) sfn.Pass {
	return f.end(name, fmt.Sprintf(`{
  "UserName": $states.input.UserName,
  "Status": "Failed",
  "Step": %s,
  "Error": %s,
  "Cause": $substring(%s, 0, $states.input.CauseLength)
}`, jsonata.Literal(step), jsonata.Literal(name), jsonata.Literal(cause)))
}

func (f *flow) end(name, status string) sfn.Pass {
	return sfn.Pass_Jsonata(f.scope, &name, &sfn.PassJsonataProps{Outputs: jsonata.Expression(status)})
}

// tag is a tag of a user.
type tag struct{ key, value string }

// mark is the tag that tells how far a user is.
func mark(value string) tag { return tag{onboardingTag, value} }

func tagParameters(tags []tag) (parameters []any) {
	for _, tag := range tags {
		parameters = append(parameters, map[string]any{"Key": tag.key, "Value": tag.value})
	}
	return parameters
}

// outcome sets, with a choice, what the user's status will be.
func outcome(status map[string]any) *sfn.ChoiceTransitionOptions {
	return &sfn.ChoiceTransitionOptions{
		Assign: &map[string]any{"outcome": status}, Outputs: jsonata.Expression("$states.input"),
	}
}

// ourUsers are all users below the path.
func (f *flow) ourUsers() []*string { return []*string{userARN(f.scope, *f.props.UserPath, "*")} }
