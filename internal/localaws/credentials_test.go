package localaws_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestDeleteConflict gives a user one thing at a time. IAM must not delete the user until the thing is gone.
func TestDeleteConflict(t *testing.T) {
	reset(t)
	client, ctx := iam.NewFromConfig(server.Config()), t.Context()
	createUser(t, "jane")
	name := aws.String("jane")
	_, err := client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: name})
	must(t, err)
	var id *string // of the thing
	for _, test := range []struct {
		want      string // what IAM says
		give, rid func() error
	}{
		{"delete login profile", func() error {
			_, err := client.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: name, Password: aws.String("Password-1")})
			return err
		}, func() error {
			_, err := client.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: name})
			return err
		}},
		{"delete access keys", func() error {
			made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: name})
			must(t, err)
			id = made.AccessKey.AccessKeyId
			_, err = client.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: name, AccessKeyId: id, Status: iamtypes.StatusTypeInactive})
			return err
		}, func() error {
			_, err := client.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: name, AccessKeyId: id})
			return err
		}},
		{"remove referenced objects", func() error {
			made, err := client.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: name, SSHPublicKeyBody: aws.String("ssh-rsa x")})
			id = made.SSHPublicKey.SSHPublicKeyId
			return err
		}, func() error {
			_, err := client.DeleteSSHPublicKey(ctx, &iam.DeleteSSHPublicKeyInput{UserName: name, SSHPublicKeyId: id})
			return err
		}},
		{"remove referenced objects", func() error {
			made, err := client.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: name, ServiceName: aws.String("new.amazonaws.com")})
			id = made.ServiceSpecificCredential.ServiceSpecificCredentialId
			return err
		}, func() error {
			_, err := client.DeleteServiceSpecificCredential(ctx, &iam.DeleteServiceSpecificCredentialInput{UserName: name, ServiceSpecificCredentialId: id})
			return err
		}},
		{"delete MFA device", func() error {
			made, err := client.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: name})
			must(t, err)
			id = made.VirtualMFADevice.SerialNumber
			_, err = client.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: name, SerialNumber: id,
				AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321")})
			must(t, err)
			if _, err := client.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: id}); code(err) != "DeleteConflict" {
				t.Errorf("got %v, want DeleteConflict for a device in use", err)
			}
			return nil
		}, func() error {
			_, err := client.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: name, SerialNumber: id})
			must(t, err)
			_, err = client.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: id})
			return err
		}},
		{"remove users from group", func() error {
			_, err := client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: name, GroupName: name})
			return err
		}, func() error {
			_, err := client.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{UserName: name, GroupName: name})
			return err
		}},
		{"delete policies", func() error {
			_, err := client.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: name, PolicyName: name,
				PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}`)})
			return err
		}, func() error {
			_, err := client.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: name, PolicyName: name})
			return err
		}},
		{"detach all policies", func() error {
			_, err := client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AWSDenyAll")})
			return err
		}, func() error {
			_, err := client.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: name, PolicyArn: aws.String("arn:aws:iam::aws:policy/AWSDenyAll")})
			return err
		}},
	} {
		must(t, test.give())
		if _, err := client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name}); code(err) != "DeleteConflict" ||
			!strings.Contains(err.Error(), "Cannot delete entity, must "+test.want+" first.") {
			t.Errorf("%s: got %v, want DeleteConflict", test.want, err)
		}
		must(t, test.rid())
	}
	_, err = client.DeleteUser(ctx, &iam.DeleteUserInput{UserName: name})
	must(t, err)
}

// TestPagesOfUser checks that a list of what a user has comes in pages, and that a quota holds.
func TestPagesOfUser(t *testing.T) {
	reset(t)
	client, ctx := iam.NewFromConfig(server.Config()), t.Context()
	createUser(t, "jane")
	name := aws.String("jane")
	for i := range 3 {
		group := aws.String(fmt.Sprint("group", i))
		_, err := client.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: group})
		must(t, err)
		_, err = client.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: name, GroupName: group})
		must(t, err)
	}
	var groups []string
	pages := 0
	for all := iam.NewListGroupsForUserPaginator(client, &iam.ListGroupsForUserInput{UserName: name}); all.HasMorePages(); pages++ {
		page, err := all.NextPage(ctx)
		must(t, err)
		for _, group := range page.Groups {
			groups = append(groups, *group.GroupName)
		}
	}
	slices.Sort(groups)
	if want := []string{"group0", "group1", "group2"}; !slices.Equal(groups, want) || pages != 3 {
		t.Errorf("got %v on %d pages, want %v on three", groups, pages, want)
	}
	policies := iam.NewListPoliciesPaginator(client, &iam.ListPoliciesInput{Scope: iamtypes.PolicyScopeTypeAws, MaxItems: aws.Int32(11)})
	page, err := policies.NextPage(ctx)
	must(t, err)
	for i, policy := range page.Policies {
		_, err := client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: policy.Arn})
		if want := []string{"", "LimitExceeded"}[i/10]; code(err) != want {
			t.Errorf("policy %d: got %v, want %q", i+1, err, want)
		}
	}
	_, err = client.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: name, PolicyArn: page.Policies[0].Arn})
	must(t, err) // it is attached already
}
