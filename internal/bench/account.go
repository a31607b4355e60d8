package bench

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
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
	stateMachine, err := deploy(ctx, server)
	if err != nil {
		return err
	}
	account, err := NewAccount(ctx, server, stateMachine)
	if err != nil {
		return err
	}
	return use(account)
}

// deploy deploys the app, and returns the ARN of its state machine.
func deploy(ctx context.Context, server *localaws.Server) (stateMachine string, err error) {
	assembly, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(assembly)
	for _, arguments := range [][]string{{"bootstrap"}, {"deploy", "--require-approval", "never"}} {
		arguments = append(arguments, "--context", "sender="+sender, "--output", assembly)
		if err := run(ctx, command{env: server.Env(), name: cdkCLI, args: arguments}); err != nil {
			return "", err
		}
	}
	found, err := cloudformation.NewFromConfig(server.Config()).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{})
	if err != nil {
		return "", err
	}
	for _, stack := range found.Stacks {
		for _, output := range stack.Outputs {
			if *output.OutputKey == "StateMachineArn" {
				return *output.OutputValue, server.Verify(ctx, sender)
			}
		}
	}
	return "", fmt.Errorf("no stack has the output StateMachineArn, got: %d stacks", len(found.Stacks))
}
