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

	"github.com/iam-onboarding/iam-onboarding/internal/config"
	"github.com/iam-onboarding/iam-onboarding/internal/requirements"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

func main() {
	err := run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err) // before jsii is closed, which may write text without a line break
	}
	jsii.Close()
	if err != nil {
		os.Exit(1)
	}
}

func run() error {
	if err := requirements.ForApp(context.Background()); err != nil {
		return err
	}
	jsii.Close() // jsii read the environment before main; closed, it reads again what ForApp may have changed
	app := awscdk.NewApp(nil)
	settings, _ := app.Node().GetAllContext(nil).(map[string]any)
	stackName, props, err := config.Read(func(key string) any { return settings[key] }, slices.Collect(maps.Keys(settings))...)
	if err != nil {
		return err
	}
	stacks.NewOnboardingStack(app, stackName, props)
	app.Synth(nil)
	return nil
}
