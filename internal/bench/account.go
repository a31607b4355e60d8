package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/deployed"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// account is a local AWS that has both state machines: ours and the baseline.
type account struct {
	*deployed.Account
	baseline string // the ARN of the baseline
}

// newAccount deploys the app to a local AWS with the CDK CLI, and adds the baseline.
func newAccount(ctx context.Context, server *localaws.Server) (*account, error) {
	a := &account{Account: deployed.NewAccount(server)}
	if err := a.Deploy(ctx); err != nil {
		return nil, err
	}
	role, err := newRole(ctx, a.IAM)
	if err != nil {
		return nil, fmt.Errorf("create the role of the baseline: %w", err)
	}
	created, err := a.SFN.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name:       aws.String("Baseline"),
		Definition: aws.String(baseline(contract.DefaultGroupName, deployed.Sender)),
		RoleArn:    role,
		Type:       types.StateMachineTypeStandard,
	})
	if err != nil {
		return nil, fmt.Errorf("create the baseline: %w", err)
	}
	a.baseline = *created.StateMachineArn
	return a, nil
}

// newRole makes the role of the baseline, and returns its ARN. The role has broad permissions, as roles of hand-written state
// machines often have.
func newRole(ctx context.Context, client *iam.Client) (arn *string, err error) {
	name := aws.String("Baseline")
	role, err := client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}}`)})
	if err != nil {
		return nil, err
	}
	_, err = client.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: name, PolicyName: name, PolicyDocument: aws.String(
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*",
			"Action": ["iam:*", "secretsmanager:GetRandomPassword", "ses:SendEmail"]}}`)})
	return role.Role.Arn, err
}

// withAccount starts a local AWS that has both state machines, calls use, and stops the local AWS.
func withAccount(ctx context.Context, use func(*account) error) (err error) {
	server, err := localaws.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	account, err := newAccount(ctx, server)
	if err != nil {
		return err
	}
	return use(account)
}
