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
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

const (
	// maxDraws is the maximum number of passwords that are drawn for a user. GetRandomPassword puts a character of each class
	// into a password, so the first one is good.
	maxDraws = 2
	// notSymbols are the punctuation characters of GetRandomPassword that IAM does not count as symbols (IAM User Guide, "Set an
	// account password policy for IAM users").
	notSymbols = "\",./:;<>?\\`~"
	// secretPiece is the number of consecutive letters and digits of a password that make a cause too revealing to report. Fewer
	// would match by chance.
	secretPiece = 4
	// mangledSymbols are the symbols that mail programs may change or hide: the & of HTML, the marks of emphasis and of code,
	// quotes that become curly, the @ that makes a link, brackets that become smileys, and hyphens at which lines break. Of
	// the symbols that IAM counts, a password can still have ! # $ % + and =.
	mangledSymbols = "&*_^|'@()[]{}-"
	// lookAlikes are characters that are hard to tell apart when somebody types a password.
	lookAlikes = "0Oo1Il|"
)

// The tasks whose results make a user fail.
const (
	getUserState           = "GetUser"
	getRandomPasswordState = "GetRandomPassword"
)

// The outcomes of a user that does not fail.
var (
	created   = map[string]any{"Status": contract.Created}
	resumed   = map[string]any{"Status": contract.Resumed}
	resent    = map[string]any{"Status": contract.Resent}
	takenOver = map[string]any{"Status": contract.Skipped, "Reason": contract.TakenOver}
)

func (f *flow) createUser() tasks.CallAwsService {
	tags := f.tagsOfNewUser()
	createUser := machine.Call{
		Permission: "iam:CreateUser",
		Resources:  f.ourUsers(),
		Conditions: machine.OnlyTheseTags(tags),
		Parameters: map[string]any{
			"UserName": jsonata.Expression("$states.input.UserName"),
			"Path":     f.props.UserPath,
			"Tags":     tagParameters(tags),
		},
		Assign: map[string]any{"outcome": created},
		Final: []string{
			"Iam.EntityAlreadyExistsException", // catchEntityExists
			"Iam.InvalidInputException",        // the request stays the same
			"Iam.LimitExceededException",       // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",        // the permissions boundary does not exist, and is not so new that IAM may find it later
		},
	}
	if boundary := f.props.PermissionsBoundary; boundary != nil {
		createUser.Parameters["PermissionsBoundary"] = jsonata.Plain(*boundary.ManagedPolicyArn())
		createUser.Conditions["StringEquals"]["iam:PermissionsBoundary"] = boundary.ManagedPolicyArn()
	}
	// Creating a user with tags needs the permission to tag the user (IAM User Guide, "Tag IAM users").
	f.Allow("iam:TagUser", f.ourUsers(), machine.OnlyTheseTags(tags))
	return f.Task(contract.CreateUserState, createUser)
}

// tagsOfNewUser returns the tags that mark the user as pending, and then the tags of the props, sorted by key.
func (f *flow) tagsOfNewUser() []machine.Tag {
	tags := marks(contract.TagPending)
	for _, key := range slices.Sorted(maps.Keys(*f.props.UserTags)) {
		tags = append(tags, machine.Tag{Key: key, Value: *(*f.props.UserTags)[key]})
	}
	return tags
}

// getUser makes the task that checks whether the existing user belongs to this state machine: its path is UserPath, and it has
// the tag onboarding.
func (f *flow) getUser() tasks.CallAwsService {
	return f.Task(getUserState, machine.Call{
		Permission: "iam:GetUser",
		Resources:  []*string{machine.UserARN(f.Scope, "/", "*")},
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		Assign: map[string]any{
			"existingName": jsonata.Expression("$states.result.User.UserName"),
			"onboarding": jsonata.Expression(fmt.Sprintf(
				`$states.result.User.Path = %s ? [$states.result.User.Tags[Key = %s].Value, "none"][0] : "none"`,
				jsonata.Literal(*f.props.UserPath), jsonata.Literal(contract.TagKey))),
			"issued": jsonata.Expression(issuedTag),
		},
	})
}

// issuedTag is JSONata code for the time at which the password of a user was issued, or for an empty string if no tag says so.
var issuedTag = fmt.Sprintf(`(
  $issued := [$states.result.User.Tags[Key = %s].Value, ""][0];
  $contains($issued, /^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/) ? $issued : ""
)`, jsonata.Literal(contract.IssuedTagKey))

// tookOver returns options of a choice for a user that gets no new password. The mark that follows has the time at which the old
// password was issued, so that a sweep still knows that the user has signed in since then. Without a tag it is long ago.
func tookOver() *sfn.ChoiceTransitionOptions {
	options := outcome(takenOver)
	options.Outputs = jsonata.Expression(`$merge([$states.input, {"Issued": $issued = "" ? "2000-01-01T00:00:00Z" : $issued}])`)
	return options
}

// catchEntityExists returns the catcher for a user or a login profile that exists already.
func catchEntityExists() *sfn.CatchProps {
	return machine.Catch("Iam.EntityAlreadyExistsException", nil)
}

// noSuchUser ends with the status Failed, because a list with Resend creates nobody: the name may be mistyped.
func (f *flow) noSuchUser() sfn.Pass {
	return f.EndAsFailed(contract.NoSuchUser, getUserState, contract.ResendCreatesNobody)
}

// nameInOtherCase ends with the status Failed, because only the operator knows whether both names mean the same person.
// CreateUser compares names without regard to letter case; every other call compares them with regard to it.
func (f *flow) nameInOtherCase() sfn.Pass {
	return f.EndAsFailed(contract.NameInOtherCase, getUserState, contract.NameIsInOtherCase)
}

func (f *flow) skipped() sfn.Pass {
	return f.Output(contract.Skipped, fmt.Sprintf(
		`{"UserName": $states.input.UserName, "Status": %s, "Reason": $onboarding = %s ? %s : $onboarding = %s ? %s : %s}`,
		jsonata.Literal(contract.Skipped), jsonata.Literal(contract.TagComplete), jsonata.Literal(contract.Complete),
		jsonata.Literal(contract.TagExpired), jsonata.Literal(contract.Expired), jsonata.Literal(contract.NotOurs)))
}

// getLoginProfile makes the task that checks whether the user has already chosen a password, and so has taken over.
// NoSuchEntity is retried too, because IAM may not find a login profile for a while after it was made.
func (f *flow) getLoginProfile() tasks.CallAwsService {
	return f.Task("GetLoginProfile", machine.Call{
		Permission: "iam:GetLoginProfile",
		Resources:  f.ourUsers(),
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName")},
		Assign: map[string]any{
			"takenOver": jsonata.Expression("$not($states.result.LoginProfile.PasswordResetRequired = true)"),
		},
	})
}

// catchNoLoginProfile returns the catcher for a user without a login profile. This is normal for a user that is pending or
// expired. If the user is complete, somebody has removed the login profile since then; this also counts as taken over.
func catchNoLoginProfile() *sfn.CatchProps {
	return machine.Catch("Iam.NoSuchEntityException", map[string]any{
		"takenOver": jsonata.Expression(isMarked(contract.TagComplete)),
	})
}

// tagUser makes the task that marks the user as pending or as complete.
func (f *flow) tagUser(value string) tasks.CallAwsService {
	tags := marks(value)
	return f.Task("TagUser "+value, machine.Call{
		Permission: "iam:TagUser",
		Resources:  f.ourUsers(),
		Conditions: machine.OnlyTheseTags(tags),
		Parameters: map[string]any{"UserName": jsonata.Expression("$states.input.UserName"), "Tags": tagParameters(tags)},
		Final: []string{
			"Iam.InvalidInputException",  // the request stays the same
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
		},
	})
}

func (f *flow) addUserToGroup() tasks.CallAwsService {
	var groups []*string
	for _, group := range f.groups {
		groups = append(groups, group.GroupArn())
	}
	return f.Task("AddUserToGroup", machine.Call{
		Permission: "iam:AddUserToGroup",
		Resources:  groups,
		Parameters: map[string]any{
			"UserName":  jsonata.Expression("$states.input.UserName"),
			"GroupName": jsonata.Expression("$states.input.GroupName"),
		},
		Assign: map[string]any{"draws": 0},
		Final: []string{
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
		},
		Retry: machine.NewUserRetry,
	})
}

func (f *flow) getRandomPassword() tasks.CallAwsService {
	return f.Task(getRandomPasswordState, machine.Call{
		Permission: "secretsmanager:GetRandomPassword",
		Resources:  machine.AnyResource(),
		Parameters: map[string]any{
			"PasswordLength":    jsonata.Expression("$states.input.PasswordLength"),
			"ExcludeCharacters": f.excludedCharacters(),
		},
		Assign: map[string]any{
			"password": jsonata.Expression("$states.result.RandomPassword"),
			"draws":    jsonata.Expression("$draws + 1"),
		},
		Final: []string{
			"SecretsManager.InvalidParameterException", // the request stays the same
			"SecretsManager.InvalidRequestException",   // the request stays the same
		},
		Retry: machine.DrawRetry,
	})
}

func (f *flow) excludedCharacters() string {
	excluded := notSymbols + mangledSymbols
	if *f.props.ExcludeLookAlikes {
		excluded += lookAlikes
	}
	return excluded
}

// satisfiesPolicy returns a condition that is met if the password has the required length and a character of each class. No
// password policy requires more (IAM User Guide, "Set an account password policy for IAM users").
func satisfiesPolicy() sfn.Condition {
	return machine.Condition(`$length($password) >= $states.input.PasswordLength and $contains($password, /[A-Z]/)
  and $contains($password, /[a-z]/) and $contains($password, /[0-9]/) and $contains($password, /[!@#$%^&*()_+=\[\]{}|'-]/)`)
}

func mayDrawAgain() sfn.Condition { return machine.Condition(fmt.Sprintf("$draws < %d", maxDraws)) }

func (f *flow) noGoodPassword() sfn.Pass {
	return f.EndAsFailed(contract.NoGoodPassword, getRandomPasswordState, fmt.Sprintf("none of %d passwords satisfied the policy of the account", maxDraws))
}

func (f *flow) createLoginProfile() tasks.CallAwsService {
	return f.Task("CreateLoginProfile", machine.Call{
		Permission: "iam:CreateLoginProfile",
		Resources:  f.ourUsers(),
		Parameters: loginProfile(),
		Final: []string{
			"Iam.EntityAlreadyExistsException",     // catchEntityExists
			"Iam.LimitExceededException",           // the quota stays used up for longer than the retries take
			"Iam.PasswordPolicyViolationException", // the password stays the same
		},
	})
}

// updateLoginProfile makes the task that changes the password of a user. It may change only users that are marked as pending.
// That tag may have been written right before.
func (f *flow) updateLoginProfile() tasks.CallAwsService {
	return f.Task(contract.UpdateLoginProfileState, machine.Call{
		Permission: "iam:UpdateLoginProfile",
		Resources:  f.ourUsers(),
		Conditions: machine.StringEquals("aws:ResourceTag/"+contract.TagKey, jsii.String(contract.TagPending)),
		Parameters: loginProfile(),
		Final: []string{
			"Iam.LimitExceededException",           // the quota stays used up for longer than the retries take
			"Iam.PasswordPolicyViolationException", // the password stays the same
		},
		Retry: machine.TaggedUserRetry,
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
	return f.Output("Done", `$merge([{"UserName": $states.input.UserName}, $outcome])`)
}

// catchAllWithoutPassword is [machine.CatchAll] for calls that contain a password. It withholds the cause if the cause quotes the
// password or a part of it, unchanged or encoded for a URL, HTML or JSON. It compares only letters and digits, because these
// encodings do not change them.
func catchAllWithoutPassword() *sfn.CatchProps {
	return machine.CatchAllWithCause(fmt.Sprintf(`(
    $plain := function($text) { $replace($text, /%%[0-9A-Fa-f]{2}|&(amp|lt|gt|quot|apos|#x?[0-9A-Fa-f]{1,5});|\\u[0-9A-Fa-f]{4}|[^A-Za-z0-9]/, "") };
    $secret := $plain($password); $said := $plain(%[2]s);
    $quotes := function($start) { $contains($said, $substring($secret, $start, %[1]d)) };
    $count($filter([0..$max([0, $length($secret) - %[1]d])], $quotes)) > 0
      ? "withheld, because it quotes the password" : %[2]s
  )`, secretPiece, machine.ErrorCause))
}

// isMarked returns JSONata code that is true if the tag of the user has this value.
func isMarked(value string) string { return "$onboarding = " + jsonata.Literal(value) }

// marks returns the tags that say how far a user is, and when the first password was issued.
func marks(value string) []machine.Tag {
	return []machine.Tag{
		{Key: contract.TagKey, Value: value},
		{Key: contract.IssuedTagKey, Value: jsonata.Expression("$states.input.Issued"), Pattern: "20??-??-??T??:??:??Z"},
	}
}

func tagParameters(tags []machine.Tag) (parameters []any) {
	for _, tag := range tags {
		parameters = append(parameters, map[string]any{"Key": tag.Key, "Value": tag.Value})
	}
	return parameters
}

// outcome returns options of a choice that set the status with which the user will end.
func outcome(status map[string]any) *sfn.ChoiceTransitionOptions {
	return &sfn.ChoiceTransitionOptions{
		Assign: &map[string]any{"outcome": status}, Outputs: jsonata.Expression("$states.input"),
	}
}
