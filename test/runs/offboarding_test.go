package runs

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// denyAll is the AWS managed policy that denies everything.
const denyAll = "arn:aws:iam::aws:policy/AWSDenyAll"

// removalOf returns the state machine of an account that removes users.
func removalOf(t *testing.T, account *account) *account {
	t.Helper()
	arn, err := account.StackOutput(t.Context(), contract.StackName, contract.OffboardingOutput)
	if err != nil {
		t.Fatal(err)
	}
	return account.Of(arn)
}

// TestRemoval disables and then deletes a user who has something of every kind, in a list with users that are not ours.
func TestRemoval(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t, "offboarding=true")
	removal := removalOf(t, account)
	const leaver, stays, byHand, elsewhere, gone = "leaver@example.net", "stays@example.net", "by-hand", "elsewhere", "gone"
	if execution := account.Run(t, listOf(leaver, stays)); execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	ours := []iamtypes.Tag{{Key: aws.String(contract.TagKey), Value: aws.String(contract.TagComplete)}}
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String(byHand), Path: aws.String(contract.DefaultUserPath)})
	account.CreateUser(t, &iam.CreateUserInput{UserName: aws.String(elsewhere), Path: aws.String("/"), Tags: ours})
	for _, name := range []string{leaver, stays, byHand, elsewhere} {
		account.GiveEverything(t, name, 2)
	}
	before := account.See(t)
	list := func(action string) map[string]any {
		asOnboarded := map[string]any{"UserName": leaver, "Email": leaver, "Group": "any"}
		return map[string]any{"Action": action, "IAMUserNames": []any{byHand, asOnboarded, elsewhere, gone}}
	}
	wantReport := func(got deployedtest.RemovalReport, disabled, deleted int, status string) {
		t.Helper()
		want := deployedtest.RemovalReport{Total: 4, Disabled: disabled, Deleted: deleted, Absent: 2 - disabled - deleted, Skipped: 2, Users: []userReport{
			{UserName: byHand, Status: contract.Skipped, Reason: contract.NotOurs},
			{UserName: leaver, Status: status},
			{UserName: elsewhere, Status: contract.Skipped, Reason: contract.NotOurs},
			{UserName: gone, Status: contract.Absent},
		}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got the report\n%+v\nwant\n%+v", got, want)
		}
	}
	wantOthersUntouched := func() {
		t.Helper()
		after := account.See(t)
		for _, name := range []string{stays, byHand, elsewhere} {
			if !reflect.DeepEqual(before.Users[name], after.Users[name]) {
				t.Errorf("the user was %+v, and now is %+v", before.Users[name], after.Users[name])
			}
		}
		if !reflect.DeepEqual(before.Mails, after.Mails) {
			t.Error("somebody got a mail")
		}
	}

	wantReport(removal.RemovalReport(t, removal.Run(t, list(contract.Disable))), 1, 0, contract.Disabled)
	disabled := before.Users[leaver]
	disabled.Tags = maps.Clone(disabled.Tags)
	disabled.Tags[contract.TagKey], disabled.LoginProfile = contract.TagDisabled, nil
	disabled.AttachedPolicies = slices.Sorted(slices.Values(append([]string{denyAll}, disabled.AttachedPolicies...)))
	disabled.AccessKeys = map[string]string{}
	for key := range before.Users[leaver].AccessKeys {
		disabled.AccessKeys[key] = "Inactive"
	}
	if got := account.User(t, leaver); !reflect.DeepEqual(got, disabled) {
		t.Errorf("the user is\n%+v, want\n%+v", got, disabled)
	}
	wantOthersUntouched()

	// A list of users to onboard and a sweep leave the disabled user alone, and say that the user is not theirs.
	for _, resend := range []bool{false, true} {
		execution := account.Run(t, map[string]any{"IAMUserNames": []string{leaver}, "Resend": resend})
		deployedtest.WantReport(t, account.Report(t, execution), report{Total: 1, Skipped: 1, Users: []userReport{
			{UserName: leaver, Status: contract.Skipped, Reason: contract.NotOurs}}})
	}
	sweep(t, account)
	wantReport(removal.RemovalReport(t, removal.Run(t, list(contract.Disable))), 1, 0, contract.Disabled)
	if got := account.User(t, leaver); !reflect.DeepEqual(got, disabled) {
		t.Errorf("the user is\n%+v, want\n%+v", got, disabled)
	}

	wantReport(removal.RemovalReport(t, removal.Run(t, list(contract.Delete))), 0, 1, contract.Deleted)
	account.WantNobody(t, leaver)
	wantOthersUntouched()
	devices, err := account.IAM.ListVirtualMFADevices(t.Context(), &iam.ListVirtualMFADevicesInput{})
	if err != nil || len(devices.VirtualMFADevices) != 3 {
		t.Errorf("got %d virtual MFA devices and %v, want those of the users who stay", len(devices.VirtualMFADevices), err)
	}
	wantReport(removal.RemovalReport(t, removal.Run(t, list(contract.Delete))), 0, 0, contract.Absent)
	wantOthersUntouched()
}

// TestRefusedRemovals runs lists that must change nobody.
func TestRefusedRemovals(t *testing.T) {
	t.Parallel()
	account := deployedtest.Start(t, "offboarding=true")
	removal := removalOf(t, account)
	if execution := account.Run(t, listOf("Ada@example.net")); execution.Status != types.ExecutionStatusSucceeded {
		t.Fatalf("got %+v", execution)
	}
	before := account.See(t)
	var many []string
	for i := range 51 {
		many = append(many, fmt.Sprint("user", i))
	}
	for name, test := range map[string]struct {
		input       any
		error, want string
	}{
		"no action": {map[string]any{"IAMUserNames": []string{"Ada@example.net"}}, contract.InvalidInput,
			"Action must be Disable or Delete, got: nothing"},
		"wrong action": {map[string]any{"IAMUserNames": []string{"Ada@example.net"}, "Action": []string{"Delete"}}, contract.InvalidInput,
			`Action must be Disable or Delete, got: ["Delete"]`},
		"too many": {map[string]any{"IAMUserNames": many, "Action": "Delete"}, contract.InvalidInput,
			"IAMUserNames must have at most 50 users, got: 51"},
		"other case": {map[string]any{"IAMUserNames": []string{"ada@example.net"}, "Action": "Delete"}, contract.PreflightFailed,
			"IAM has the user Ada@example.net, whose name the list has in another letter case: write the name in the list as IAM has it, " +
				"then run the same list again"},
	} {
		execution := removal.Run(t, test.input)
		if execution.Error != test.error || execution.Cause != test.want {
			t.Errorf("%s: got %s: %s\nwant %s: %s", name, execution.Error, execution.Cause, test.error, test.want)
		}
	}
	if after := account.See(t); !reflect.DeepEqual(before, after) {
		t.Errorf("a refused list has changed something: %+v", after)
	}
	if strings.Contains(removal.Definition(t), "{{") {
		t.Error("the definition has an unfilled template")
	}
}
