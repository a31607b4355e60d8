package faults

import (
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// start is the state of a user when a run begins.
type start struct {
	name     string
	exists   bool
	path     string
	mark     string // the value of the tag of the state machine
	issued   string // the value of the tag onboarding-issued
	inGroup  bool
	profile  *localaws.LoginProfile
	signedIn bool // the user signed in, and an administrator set the password of profile after that
	resend   bool // the run has Resend
	brief    bool // only the calls fail that no earlier start leads to; the other calls are the same as from there
	end      end  // the state of the user after a run without faults
}

type end string

const (
	onboarded end = "onboarded"
	takenOver end = "taken over"
	untouched end = "untouched"
	withdrawn end = "withdrawn"
)

// starts are the states that a user of a list can be in. An interrupted run leaves some of them behind. In others, the state
// machine did not make the user.
var starts = []start{
	{name: "fresh", end: onboarded},
	{name: "created", exists: true, path: contract.DefaultUserPath, mark: "pending", brief: true, end: onboarded},
	{name: "with-profile", exists: true, path: contract.DefaultUserPath, mark: "pending", inGroup: true,
		profile: &localaws.LoginProfile{Password: "Never-mailed-to-anyone-1", ResetRequired: true}, end: onboarded},
	{name: "complete", exists: true, path: contract.DefaultUserPath, mark: "complete", inGroup: true, resend: true,
		profile: &localaws.LoginProfile{Password: "Mailed-and-then-mislaid-1", ResetRequired: true}, end: onboarded},
	{name: "no-profile", exists: true, path: contract.DefaultUserPath, mark: "complete", inGroup: true, resend: true, brief: true, end: takenOver},
	{name: "expired", exists: true, path: contract.DefaultUserPath, mark: "expired", inGroup: true, resend: true, brief: true, end: onboarded},
	{name: "taken-over", exists: true, path: contract.DefaultUserPath, mark: "pending", inGroup: true,
		profile: &localaws.LoginProfile{Password: "Chosen-by-the-user-1"}, end: takenOver},
	{name: "foreign-near", exists: true, path: contract.DefaultUserPath, end: untouched,
		profile: &localaws.LoginProfile{Password: "Secret-of-their-own-1", ResetRequired: true}},
	{name: "foreign-far", exists: true, path: "/", mark: "pending", end: untouched},
}

func startNamed(name string) start {
	return starts[slices.IndexFunc(starts, func(s start) bool { return s.name == name })]
}

// make creates a user in this state.
func (s start) make(t testing.TB, a *deployedtest.Account, name string) {
	t.Helper()
	if !s.exists {
		return
	}
	input := &iam.CreateUserInput{UserName: &name, Path: &s.path}
	if s.mark != "" {
		input.Tags = []iamtypes.Tag{{Key: aws.String(contract.TagKey), Value: aws.String(s.mark)}}
	}
	if s.issued != "" {
		input.Tags = append(input.Tags, iamtypes.Tag{Key: aws.String(contract.IssuedTagKey), Value: &s.issued})
	}
	a.CreateUser(t, input)
	if s.inGroup {
		if _, err := a.IAM.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{
			UserName: &name, GroupName: aws.String(contract.DefaultGroupName),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if s.profile == nil {
		return
	}
	if _, err := a.IAM.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: &name, Password: &s.profile.Password, PasswordResetRequired: s.profile.ResetRequired,
	}); err != nil {
		t.Fatal(err)
	}
	if !s.signedIn {
		return
	}
	if err := a.SignIn(t.Context(), name, s.profile.Password, "Chosen-and-forgotten-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.IAM.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{
		UserName: &name, Password: &s.profile.Password, PasswordResetRequired: &s.profile.ResetRequired,
	}); err != nil {
		t.Fatal(err)
	}
}
