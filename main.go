// This app deploys one stack, which onboards IAM users from a list. Its settings are in docs/configuration.md.
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/config"
	"github.com/iam-onboarding/iam-onboarding/internal/requirements"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if err := requirements.ForApp(context.Background()); err != nil {
		return err
	}
	jsii.Close() // jsii read the environment before main; closed, it reads again what ForApp may have changed
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	settings, _ := app.Node().GetAllContext(nil).(map[string]any)
	config, err := config.Read(func(key string) any { return settings[key] }, slices.Collect(maps.Keys(settings))...)
	if err != nil {
		return err
	}
	stacks.NewOnboardingStack(app, config.StackName, propsOf(config))
	app.Synth(nil)
	return nil
}

// propsOf converts the configuration into the props of the stack.
func propsOf(config config.Config) *stacks.OnboardingStackProps {
	return &stacks.OnboardingStackProps{
		Users: onboarding.UserOnboardingProps{
			Sender:               config.Sender,
			SenderName:           config.SenderName,
			ReplyTo:              config.ReplyTo,
			GroupName:            config.GroupName,
			RequireMfa:           config.RequireMfa,
			UserPath:             config.UserPath,
			PasswordLength:       config.PasswordLength,
			ExcludeLookAlikes:    config.ExcludeLookAlikes,
			MaxConcurrency:       config.MaxConcurrency,
			SignInUrl:            config.SignInUrl,
			Language:             config.Language,
			Subject:              config.Subject,
			TextTemplate:         config.TextTemplate,
			HtmlTemplate:         config.HtmlTemplate,
			SeparatePassword:     config.SeparatePassword,
			PasswordSubject:      config.PasswordSubject,
			PasswordTextTemplate: config.PasswordTextTemplate,
			PasswordHtmlTemplate: config.PasswordHtmlTemplate,
			AlarmEmail:           config.AlarmEmail,
			BounceEmail:          config.BounceEmail,
		},
		GroupNameOrArn:         config.Group,
		SenderIdentityName:     config.Identity,
		SenderDomain:           config.SenderDomain,
		HostedZoneId:           config.HostedZoneId,
		PermissionsBoundaryArn: config.PermissionsBoundary,
	}
}
