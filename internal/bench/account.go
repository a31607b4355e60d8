package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/localaws"
)

const (
	sender    = "it@example.com"
	groupName = "NoAuthorityIAMGroup" // the one that the stack makes
)

// Account is a local AWS that has our state machine and the baseline.
type Account struct {
	*localaws.Server
	sfn            *sfn.Client
	ours, baseline string // their ARNs
}

// NewAccount adds the baseline to a local AWS to which the stack is deployed, with a sender that is verified.
func NewAccount(ctx context.Context, server *localaws.Server, stateMachine string) (*Account, error) {
	a := &Account{Server: server, sfn: sfn.NewFromConfig(server.Config()), ours: stateMachine}
	created, err := a.sfn.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name:       aws.String("Baseline"),
		Definition: aws.String(baseline(groupName, sender)),
		RoleArn:    aws.String("arn:aws:iam::" + localaws.Account + ":role/Baseline"),
		Type:       types.StateMachineTypeStandard,
	})
	if err != nil {
		return nil, fmt.Errorf("create the baseline: %w", err)
	}
	a.baseline = *created.StateMachineArn
	return a, nil
}

// withAccount starts a local AWS, deploys the app to it with the CDK CLI, adds the baseline, and stops it after use.
func withAccount(ctx context.Context, use func(*Account) error) (err error) {
	server, err := localaws.Start(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	stateMachine, err := server.DeployApp(ctx, sender)
	if err != nil {
		return err
	}
	account, err := NewAccount(ctx, server, stateMachine)
	if err != nil {
		return err
	}
	return use(account)
}
