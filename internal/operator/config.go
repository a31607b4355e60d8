package operator

import (
	"cmp"
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/smithy-go/logging"
	"github.com/aws/smithy-go/middleware"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Connect makes the clients for a region and a profile. The parameters, the defaults and the errors are those of [LoadConfig].
func Connect(ctx context.Context, region, profile string, mfaCode func() (string, error)) (*Clients, error) {
	cfg, err := LoadConfig(ctx, region, profile, mfaCode)
	if err != nil {
		return nil, err
	}
	return NewClients(cfg), nil
}

// ErrNoTerminal is the error of a function for MFA codes that there is nobody to ask.
var ErrNoTerminal = errors.New("there is no terminal")

// LoadConfig returns the configuration of the AWS SDK for a region and a profile. The default of each is that of the AWS CLI:
// from the environment or the shared configuration files. mfaCode asks for the code of a profile that has an MFA device. LoadConfig
// returns a [RefusalError] if there is no such profile, no region, or no credentials, and [ErrInterrupted] if ctx ends.
func LoadConfig(ctx context.Context, region, profile string, mfaCode func() (string, error)) (aws.Config, error) {
	cfg, err := config.LoadDefaultConfig(ctx,
		config.WithRegion(region),
		config.WithSharedConfigProfile(profile),
		config.WithAssumeRoleCredentialOptions(func(o *stscreds.AssumeRoleOptions) {
			o.TokenProvider = mfaCode
			o.Duration = cmp.Or(o.Duration, sessionDuration)
		}),
		config.WithAPIOptions([]func(*middleware.Stack) error{boundCalls}),
		config.WithLogger(logging.Nop{}), // without it, the SDK writes warnings to standard error
	)
	if err != nil {
		return aws.Config{}, refusalf("%s: check --profile and AWS_PROFILE", text.OneLine(err.Error()))
	}
	if cfg.Region == "" {
		return aws.Config{}, refusalf("no AWS region: name one with --region or AWS_REGION, or in the profile")
	}
	_, err = cfg.Credentials.Retrieve(ctx)
	switch {
	case ctx.Err() != nil:
		return aws.Config{}, ErrInterrupted
	case errors.Is(err, ErrNoTerminal):
		return aws.Config{}, refusalf("the profile needs an MFA code, and there is no terminal to ask for it: at a terminal, sign in with "+
			`eval "$(%s)"; then run this command there with --region, and without --profile`, withProfile("aws configure export-credentials --format env", profile))
	case err != nil && strings.Contains(err.Error(), "MultiFactorAuthentication failed"): // a message of AWS STS, which it does not document
		return aws.Config{}, refusalf("no AWS credentials: %s: wait for the next code of the device, because a code works once, and enter it",
			text.OneLine(err.Error()))
	case err != nil:
		return aws.Config{}, refusalf("no AWS credentials: %s: %s", text.OneLine(err.Error()), signIn)
	}
	return cfg, nil
}

// sessionDuration is how long the credentials of a role work, unless the profile has a duration_seconds. Every role allows one hour
// (IAM API Reference, CreateRole, MaxSessionDuration), which is also the most for a role that a role assumes. The SDK asks for 15
// minutes, after which a profile with MFA needs another code.
const sessionDuration = time.Hour

// ConfigurationFiles returns the paths of the shared configuration files of AWS (AWS SDKs and Tools Reference Guide, "Location of the
// shared config and credentials files").
func ConfigurationFiles() []string {
	return []string{
		cmp.Or(os.Getenv("AWS_CONFIG_FILE"), config.DefaultSharedConfigFilename()),
		cmp.Or(os.Getenv("AWS_SHARED_CREDENTIALS_FILE"), config.DefaultSharedCredentialsFilename()),
	}
}
