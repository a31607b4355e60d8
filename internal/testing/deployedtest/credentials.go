package deployedtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// GiveEverything gives a user two access keys, and something of each other kind that IAM wants gone before it deletes a user, except a login
// profile. With an n above 0, the user has n+1 of each kind, if IAM allows as many: so the local AWS lists them on several pages.
func (a *Account) GiveEverything(t testing.TB, name string, n int) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	ctx := t.Context()
	for range 2 {
		_, err := a.IAM.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &name})
		must(err)
	}
	for i := range min(2, n+1) { // the quota of IAM
		_, err := a.IAM.UploadSigningCertificate(ctx, &iam.UploadSigningCertificateInput{UserName: &name, CertificateBody: aws.String(certificate(t))})
		must(err)
		for _, service := range []string{"codecommit.amazonaws.com", "bedrock.amazonaws.com", "of-the-future.amazonaws.com"}[:n%3+1] {
			_, err := a.IAM.CreateServiceSpecificCredential(ctx, &iam.CreateServiceSpecificCredentialInput{UserName: &name, ServiceName: &service})
			must(err)
		}
		_, err = a.IAM.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: &name,
			PolicyArn: aws.String("arn:aws:iam::aws:policy/" + []string{"ReadOnlyAccess", "IAMUserChangePassword"}[i])})
		must(err)
	}
	for i := range n + 1 {
		_, err := a.IAM.UploadSSHPublicKey(ctx, &iam.UploadSSHPublicKeyInput{UserName: &name, SSHPublicKeyBody: aws.String(fmt.Sprintf("ssh-rsa %s%d", name, i))})
		must(err)
		_, err = a.IAM.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &name, PolicyName: aws.String(fmt.Sprint("inline", i)),
			PolicyDocument: aws.String(`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}}`)})
		must(err)
		group := fmt.Sprintf("%s-%d", name, i)
		_, err = a.IAM.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: &group, Path: aws.String("/teams/")})
		must(err)
		_, err = a.IAM.AddUserToGroup(ctx, &iam.AddUserToGroupInput{UserName: &name, GroupName: &group})
		must(err)
	}
	virtual, err := a.IAM.CreateVirtualMFADevice(ctx, &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: &name, Path: aws.String("/phones/")})
	must(err)
	serials := []string{*virtual.VirtualMFADevice.SerialNumber, "GAHT12345678" + name, "arn:aws:iam::" + localaws.Account + ":u2f/user/" + name + "/key-1"}
	for _, serial := range serials[:min(3, n+1)] {
		_, err := a.IAM.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{UserName: &name, SerialNumber: &serial,
			AuthenticationCode1: aws.String("123456"), AuthenticationCode2: aws.String("654321")})
		must(err)
	}
}

// certificate returns a new certificate in PEM.
func certificate(t testing.TB) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed}))
}
