// The app deploys one stack that onboards IAM users from a list. See README.md for its configuration.
package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/config"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

func main() {
	defer jsii.Close()
	app := awscdk.NewApp(nil)
	context, _ := app.Node().GetAllContext(nil).(map[string]any)
	config, err := config.Read(func(key string) any { return context[key] }, slices.Collect(maps.Keys(context))...)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		jsii.Close()
		os.Exit(1)
	}
	stacks.NewOnboardingStack(app, config)
	app.Synth(nil)
}
