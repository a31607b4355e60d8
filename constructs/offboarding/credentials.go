package offboarding

import (
	"cmp"
	"fmt"
	"slices"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// kind is a kind of thing that a user can have, and that IAM wants gone before DeleteUser (IAM API Reference, DeleteUser).
type kind struct {
	plural string // for people
	list   string // the API that lists them
	items  string // the path from the result of list to the names of the things
	// listed is the path to those of which the status of a user tells that IAM still listed them. Default: items.
	listed string
	remove string // the API that removes one
	key    string // the parameter of remove that takes the name
	// resources are what remove is allowed on. Default: the users of ours.
	resources []*string
	// listFinal and removeFinal are the errors that a retry cannot fix, besides NoSuchEntity: the request stays the same.
	listFinal, removeFinal []string
	// then returns what follows the removal of one. Default: the next one.
	then func(next sfn.IChainable, ends ends) sfn.IChainable
}

// kinds returns every kind, in the order of the removal. What lets somebody in comes first.
//
// ListServiceSpecificCredentials is called without a service, because AWS adds services (IAM API Reference, ListServiceSpecificCredentials).
func (f *flow) kinds() []kind {
	// A quota of IAM stays used up for longer than the retries take.
	limited := []string{"Iam.LimitExceededException"}
	return []kind{
		{plural: "access keys", list: "ListAccessKeys", items: "AccessKeyMetadata.AccessKeyId", remove: "DeleteAccessKey", key: "AccessKeyId",
			removeFinal: limited},
		{plural: "signing certificates", list: "ListSigningCertificates", items: "Certificates.CertificateId",
			remove: "DeleteSigningCertificate", key: "CertificateId", removeFinal: limited},
		{plural: "SSH public keys", list: "ListSSHPublicKeys", items: "SshPublicKeys.SshPublicKeyId", remove: "DeleteSSHPublicKey", key: "SshPublicKeyId"},
		{plural: "service-specific credentials", list: "ListServiceSpecificCredentials", listFinal: []string{"Iam.ServiceNotSupportedException"},
			items: "ServiceSpecificCredentials.ServiceSpecificCredentialId", remove: "DeleteServiceSpecificCredential", key: "ServiceSpecificCredentialId"},
		{plural: "MFA devices", list: "ListMFADevices", items: "MfaDevices.SerialNumber", remove: "DeactivateMFADevice", key: "SerialNumber",
			removeFinal: limited, then: f.deleteVirtualMFADevice},
		{plural: "groups", list: "ListGroupsForUser", items: "Groups.GroupName", remove: "RemoveUserFromGroup", key: "GroupName",
			removeFinal: limited, resources: []*string{machine.IAMARN(f.Scope, "group/*")}},
		{plural: "inline policies", list: "ListUserPolicies", items: "PolicyNames", remove: "DeleteUserPolicy", key: "PolicyName", removeFinal: limited},
		{plural: "attached policies", list: "ListAttachedUserPolicies", listFinal: []string{"Iam.InvalidInputException"},
			// The one that denies everything is attached again before each attempt.
			items: "AttachedPolicies.PolicyArn", listed: `AttachedPolicies[PolicyName != "AWSDenyAll"]`, remove: "DetachUserPolicy", key: "PolicyArn", removeFinal: append(limited, "Iam.InvalidInputException")},
	}
}

// deactivateAccessKeys makes every access key of the user inactive, and continues with next.
func (f *flow) deactivateAccessKeys(next sfn.IChainable, ends ends) sfn.IChainable {
	list, listMore := f.listAccessKeys("ListAccessKeys", false), f.listAccessKeys("ListAccessKeys next", true)
	isActive := f.Choice("Is an access key active?")
	update := f.task("UpdateAccessKey", machine.Call{
		Permission: "iam:UpdateAccessKey",
		Parameters: map[string]any{"AccessKeyId": first, "Status": "Inactive"},
		Assign:     removeFirst(),
		Final: []string{
			"Iam.InvalidInputException",  // the request stays the same
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",  // the access key is gone
		},
	})
	loop{list, listMore, isActive, update}.connect(isActive, next, ends)
	return list
}

// loop are the states that do something for each thing of a kind that a user has.
type loop struct {
	list, listMore tasks.CallAwsService // the first page, and the next one; they may be the same task
	isLeft         sfn.Choice           // whether something is left of the page
	step           tasks.CallAwsService // is made for the first of the items
}

// connect makes the transitions of the loop. then follows each step, and next follows the loop.
func (l loop) connect(then, next sfn.IChainable, ends ends) {
	lists := []tasks.CallAwsService{l.list}
	if l.listMore != l.list {
		lists = append(lists, l.listMore)
	}
	for _, list := range lists {
		list.AddCatch(ends.absent, machine.CatchNoSuchEntity()).AddCatch(ends.failed, catchFailure()).Next(l.isLeft)
	}
	l.isLeft.
		When(isTimeUp(), ends.timeIsUp, nil).
		When(machine.Condition("$count($items) > 0"), l.step, nil).
		When(machine.Condition("$isTruncated"), l.listMore, nil).
		Otherwise(next)
	l.step.AddCatch(then, catchGone()).AddCatch(ends.failed, catchFailure()).Next(then)
}

// listAccessKeys makes a task that reads a page of the access keys that are not inactive.
func (f *flow) listAccessKeys(name string, isNext bool) tasks.CallAwsService {
	var parameters map[string]any
	if isNext {
		parameters = map[string]any{"Marker": jsonata.Expression("$marker")}
	}
	return f.task(name, machine.Call{
		Permission: "iam:ListAccessKeys",
		Parameters: parameters,
		Assign: map[string]any{
			"items":       jsonata.Expression(`[$states.result.AccessKeyMetadata[Status != "Inactive"].AccessKeyId]`),
			"isTruncated": jsonata.Expression("$states.result.IsTruncated = true"),
			"marker":      jsonata.Expression(`[$states.result.Marker[$type($) = "string"], ""][0]`),
			"lists":       jsonata.Expression("$lists + 1"),
		},
		Final: []string{"Iam.NoSuchEntityException"}, // the user is gone
	})
}

// deleteAll deletes everything of a kind, and continues with next. It reads a page, deletes what the page has, and reads the first page
// again as long as IAM has more.
func (f *flow) deleteAll(kind kind, next sfn.IChainable, ends ends) sfn.IChainable {
	name := kind.list
	if name == "ListAccessKeys" {
		name += " to delete"
	}
	list := f.task(name, machine.Call{
		Permission: "iam:" + kind.list,
		Assign: map[string]any{
			"items":       jsonata.Expression("[$states.result." + kind.items + "]"),
			"isTruncated": jsonata.Expression("$states.result.IsTruncated = true"),
			"lists":       jsonata.Expression("$lists + 1"),
			"found": jsonata.Expression(fmt.Sprintf(`$count($states.result.%s) > 0 ? [$append($found, %s)] : $found`, cmp.Or(kind.listed, kind.items),
				jsonata.Literal(kind.plural))),
		},
		Final: append(kind.listFinal,
			"Iam.NoSuchEntityException", // the user is gone
		),
	})
	isLeft := f.Choice("Has the user " + kind.plural + "?")
	remove := f.task(kind.remove, machine.Call{
		Permission: "iam:" + kind.remove,
		Resources:  kind.resources,
		Parameters: map[string]any{kind.key: first},
		Assign:     removeFirst(),
		Final: append(slices.Clone(kind.removeFinal),
			"Iam.NoSuchEntityException", // it is gone
		),
	})
	then := sfn.IChainable(isLeft)
	if kind.then != nil {
		then = kind.then(isLeft, ends)
	}
	loop{list, list, isLeft, remove}.connect(then, next, ends)
	return list
}

// deleteVirtualMFADevice deletes the device that was just deactivated if it is a virtual one, and continues with next. IAM keeps such a
// device otherwise. The serial number of a virtual device is its ARN, and that of any other device names another kind of resource, or
// is no ARN (IAM API Reference, MFADevice).
func (f *flow) deleteVirtualMFADevice(next sfn.IChainable, ends ends) sfn.IChainable {
	isVirtual := f.Choice("Is the device virtual?")
	deleteDevice := f.Task("DeleteVirtualMFADevice", machine.Call{
		Permission: "iam:DeleteVirtualMFADevice",
		Resources:  []*string{machine.IAMARN(f.Scope, "mfa/*")},
		Parameters: map[string]any{"SerialNumber": jsonata.Expression("$removed")},
		Final: []string{
			"Iam.LimitExceededException", // the quota stays used up for longer than the retries take
			"Iam.NoSuchEntityException",  // it is gone
		},
	})
	isVirtual.
		When(machine.Condition(`$contains($removed, /^arn:[^:]+:iam::[0-9]+:mfa\//)`), deleteDevice, nil).
		Otherwise(next)
	deleteDevice.AddCatch(next, machine.CatchNoSuchEntity()).AddCatch(ends.failed, catchFailure()).Next(next)
	return isVirtual
}

// first is an expression for the first of the items.
var first = jsonata.Expression("$items[0]")

// removeFirst returns an assignment that removes the first of the items, and keeps it in the variable removed.
func removeFirst() map[string]any {
	return map[string]any{
		"items":   jsonata.Expression("[$filter($items, function($item, $i) { $i > 0 })]"),
		"removed": first,
	}
}

// catchGone returns the catcher for something that is gone already.
func catchGone() *sfn.CatchProps { return machine.Catch("Iam.NoSuchEntityException", removeFirst()) }

// isTimeUp returns a condition that is met if nothing new may begin for a user.
func isTimeUp() sfn.Condition {
	return machine.Condition(fmt.Sprintf("$millis() > $until or $lists > %d", maxLists))
}

func reversed(kinds []kind) []kind {
	slices.Reverse(kinds)
	return kinds
}
