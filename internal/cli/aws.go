package cli

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/smithy-go/logging"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Clients is what the command asks of AWS. Stacks and Executions serve every command, Machines and Mail serve run and
// check --aws, and Users serves check --aws alone.
type Clients struct {
	Stacks     StackAPI
	Executions ExecutionAPI
	Machines   MachineAPI
	Mail       MailAPI
	Users      UserAPI
}

// NewClients makes the clients of the AWS SDK.
func NewClients(cfg aws.Config) *Clients {
	states := sfn.NewFromConfig(cfg)
	return &Clients{
		Stacks:     cloudformation.NewFromConfig(cfg),
		Executions: states,
		Machines:   states,
		Mail:       sesv2.NewFromConfig(cfg),
		Users:      iam.NewFromConfig(cfg),
	}
}

// StackAPI is what the command asks of CloudFormation.
type StackAPI interface {
	DescribeStacks(context.Context, *cloudformation.DescribeStacksInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStacksOutput, error)
}

// ExecutionAPI is what the command asks of the executions of Step Functions.
type ExecutionAPI interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
	ListMapRuns(context.Context, *sfn.ListMapRunsInput, ...func(*sfn.Options)) (*sfn.ListMapRunsOutput, error)
	DescribeMapRun(context.Context, *sfn.DescribeMapRunInput, ...func(*sfn.Options)) (*sfn.DescribeMapRunOutput, error)
	GetExecutionHistory(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
	ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error)
}

// MachineAPI is what the command asks of the state machines of Step Functions.
type MachineAPI interface {
	DescribeStateMachine(context.Context, *sfn.DescribeStateMachineInput, ...func(*sfn.Options)) (*sfn.DescribeStateMachineOutput, error)
}

// MailAPI is what the command asks of SES.
type MailAPI interface {
	GetAccount(context.Context, *sesv2.GetAccountInput, ...func(*sesv2.Options)) (*sesv2.GetAccountOutput, error)
	GetEmailIdentity(context.Context, *sesv2.GetEmailIdentityInput, ...func(*sesv2.Options)) (*sesv2.GetEmailIdentityOutput, error)
	GetConfigurationSet(context.Context, *sesv2.GetConfigurationSetInput, ...func(*sesv2.Options)) (*sesv2.GetConfigurationSetOutput, error)
	GetSuppressedDestination(context.Context, *sesv2.GetSuppressedDestinationInput, ...func(*sesv2.Options)) (*sesv2.GetSuppressedDestinationOutput, error)
	ListSuppressedDestinations(context.Context, *sesv2.ListSuppressedDestinationsInput, ...func(*sesv2.Options)) (*sesv2.ListSuppressedDestinationsOutput, error)
}

// UserAPI is what the command asks of IAM.
type UserAPI interface {
	GetGroup(context.Context, *iam.GetGroupInput, ...func(*iam.Options)) (*iam.GetGroupOutput, error)
	GetAccountPasswordPolicy(context.Context, *iam.GetAccountPasswordPolicyInput, ...func(*iam.Options)) (*iam.GetAccountPasswordPolicyOutput, error)
}

// Connect makes the clients for a region and a profile. It fails as [LoadConfig] does.
func Connect(ctx context.Context, region, profile string) (*Clients, error) {
	cfg, err := LoadConfig(ctx, region, profile)
	if err != nil {
		return nil, err
	}
	return NewClients(cfg), nil
}

// LoadConfig is the configuration of the AWS SDK for a region and a profile. Where one is empty, it is found as the AWS CLI
// finds it, in the environment and in the shared configuration files. It fails where there is no region or are no credentials.
func LoadConfig(ctx context.Context, region, profile string) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region),
		config.WithSharedConfigProfile(profile),
		config.WithLogger(logging.Nop{}), // else the SDK writes warnings to the standard error of the process
	)
	if err != nil {
		return aws.Config{}, awsErrorf("%s: check --profile and AWS_PROFILE", text.OneLine(err.Error()))
	}
	if cfg.Region == "" {
		return aws.Config{}, awsErrorf("no AWS region: name one with --region or AWS_REGION, or in the profile")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, awsErrorf("no AWS credentials: %s: %s", text.OneLine(err.Error()), signIn)
	}
	return cfg, nil
}
