package operator

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// readSettings returns the settings that the definition of a state machine publishes.
func readSettings(ctx context.Context, machine *Machine) (contract.Settings, error) {
	_, settings, err := readDefinition(ctx, machine)
	return settings, err
}

// readDefinition returns the definition of a state machine, and the settings that it publishes.
func readDefinition(ctx context.Context, machine *Machine) (string, contract.Settings, error) {
	described, err := machine.clients.Machines.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &machine.arn})
	if err != nil {
		return "", contract.Settings{}, refused("read the definition of "+machine.arn, err)
	}
	definition := aws.ToString(described.Definition)
	settings := settingsOf(definition)
	if settings.SenderIdentity == "" || len(settings.Groups) == 0 || settings.MailsPerUser == 0 {
		return "", settings, refusalf("this command does not know the state machine %s: check --stack and --state-machine", machine.arn)
	}
	return definition, settings, nil
}

// settingsOf returns the settings that a definition publishes. They are empty if there are none.
func settingsOf(text string) contract.Settings {
	var definition struct {
		States map[string]struct {
			Assign struct{ Settings contract.Settings }
		}
	}
	_ = json.Unmarshal([]byte(text), &definition) // an error leaves the settings empty
	return definition.States[contract.SettingsState].Assign.Settings
}
