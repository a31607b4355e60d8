package cli_test

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// fakeUsers has the users of IAM that onboard users reads. ListUsers returns two at a time.
type fakeUsers struct {
	ours []fakeUser

	listErr, userErr, profileErr, groupsErr, mfaErr error
}

// fakeUser is a user of IAM.
type fakeUser struct {
	name, path  string // the default path is /onboarded/
	tag, issued string // the values of the tags, if any
	profile     *iamtypes.LoginProfile
	lastSignIn  time.Time
	groups      []string
	devices     int
	isGone      bool // deleted after ListUsers
}

var errNoSuchEntity = &iamtypes.NoSuchEntityException{}

func (f *fakeUsers) ListUsers(_ context.Context, in *iam.ListUsersInput, _ ...func(*iam.Options)) (*iam.ListUsersOutput, error) {
	const page = 2
	first, _ := strconv.Atoi(aws.ToString(in.Marker))
	last := min(first+page, len(f.ours))
	out := &iam.ListUsersOutput{}
	if last < len(f.ours) {
		out.IsTruncated, out.Marker = true, aws.String(strconv.Itoa(last))
	}
	for _, user := range f.ours[first:last] {
		path := user.path
		if path == "" {
			path = aws.ToString(in.PathPrefix)
		}
		out.Users = append(out.Users, iamtypes.User{UserName: &user.name, Path: &path})
	}
	return out, f.listErr
}

// find returns a user, or the error of IAM that there is no such user.
func (f *fakeUsers) find(name string) (fakeUser, error) {
	for _, user := range f.ours {
		if user.name == name && !user.isGone {
			return user, nil
		}
	}
	return fakeUser{}, errNoSuchEntity
}

func (f *fakeUsers) GetUser(_ context.Context, in *iam.GetUserInput, _ ...func(*iam.Options)) (*iam.GetUserOutput, error) {
	user, err := f.find(*in.UserName)
	if f.userErr != nil {
		err = f.userErr
	}
	if err != nil {
		return nil, err
	}
	out := &iam.GetUserOutput{User: &iamtypes.User{UserName: in.UserName}}
	if !user.lastSignIn.IsZero() {
		out.User.PasswordLastUsed = &user.lastSignIn
	}
	for key, value := range map[string]string{"onboarding": user.tag, "onboarding-issued": user.issued} {
		if value != "" {
			out.User.Tags = append(out.User.Tags, iamtypes.Tag{Key: &key, Value: &value})
		}
	}
	return out, nil
}

func (f *fakeUsers) GetLoginProfile(_ context.Context, in *iam.GetLoginProfileInput, _ ...func(*iam.Options)) (*iam.GetLoginProfileOutput, error) {
	user, err := f.find(*in.UserName)
	if f.profileErr != nil {
		err = f.profileErr
	}
	if err == nil && user.profile == nil {
		err = errNoSuchEntity
	}
	return &iam.GetLoginProfileOutput{LoginProfile: user.profile}, err
}

func (f *fakeUsers) ListGroupsForUser(_ context.Context, in *iam.ListGroupsForUserInput, _ ...func(*iam.Options)) (*iam.ListGroupsForUserOutput, error) {
	user, err := f.find(*in.UserName)
	if f.groupsErr != nil {
		err = f.groupsErr
	}
	out := &iam.ListGroupsForUserOutput{}
	for _, group := range user.groups {
		out.Groups = append(out.Groups, iamtypes.Group{GroupName: &group})
	}
	return out, err
}

func (f *fakeUsers) ListMFADevices(_ context.Context, in *iam.ListMFADevicesInput, _ ...func(*iam.Options)) (*iam.ListMFADevicesOutput, error) {
	user, err := f.find(*in.UserName)
	if f.mfaErr != nil {
		err = f.mfaErr
	}
	return &iam.ListMFADevicesOutput{MFADevices: make([]iamtypes.MFADevice, user.devices)}, err
}
