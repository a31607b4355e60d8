// The app deploys one stack that onboards IAM users from a list. See docs/configuration.md for its configuration.
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
	if err := requirements.ForApp(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	jsii.Close() // before main it has read the environment, which ForApp may have changed; it now reads it again
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	settings, _ := app.Node().GetAllContext(nil).(map[string]any)
	config, err := config.Read(func(key string) any { return settings[key] }, slices.Collect(maps.Keys(settings))...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		jsii.Close()
		os.Exit(1)
	}
	stacks.NewOnboardingStack(app, config)
	app.Synth(nil)
}
