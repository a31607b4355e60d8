package operator

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go/logging"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Connect makes the clients for a region and a profile. Defaults and errors are those of [LoadConfig].
func Connect(ctx context.Context, region, profile string) (*Clients, error) {
	cfg, err := LoadConfig(ctx, region, profile)
	if err != nil {
		return nil, err
	}
	return NewClients(cfg), nil
}

// LoadConfig returns the configuration of the AWS SDK for a region and a profile. The default of each is that of the AWS CLI:
// from the environment or the shared configuration files. LoadConfig returns a [RefusalError] if there is no such profile, no
// region, or no credentials.
func LoadConfig(ctx context.Context, region, profile string) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region),
		config.WithSharedConfigProfile(profile),
		config.WithLogger(logging.Nop{}), // without it, the SDK writes warnings to standard error
	)
	if err != nil {
		return aws.Config{}, refusalf("%s: check --profile and AWS_PROFILE", text.OneLine(err.Error()))
	}
	if cfg.Region == "" {
		return aws.Config{}, refusalf("no AWS region: name one with --region or AWS_REGION, or in the profile")
	}
	if _, err := cfg.Credentials.Retrieve(ctx); err != nil {
		return aws.Config{}, refusalf("no AWS credentials: %s: %s", text.OneLine(err.Error()), signIn)
	}
	return cfg, nil
}
