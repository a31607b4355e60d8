package localaws

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
)

// DeployApp deploys the app of this repository with the stock CDK CLI, and verifies its sender. The context comes besides
// the sender, such as language=ja. It returns the ARN of the state machine.
func (s *Server) DeployApp(ctx context.Context, sender string, appContext ...string) (stateMachine string, err error) {
	// Not in cdk.out, which another CDK CLI may use at the same time.
	output, err := os.MkdirTemp("", "cdk.out-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(output)
	for _, arguments := range [][]string{{"bootstrap"}, {"deploy", "--require-approval", "never"}} {
		arguments = append(arguments, "--output", output, "--context", "sender="+sender)
		for _, setting := range appContext {
			arguments = append(arguments, "--context", setting)
		}
		if err := s.CDK(ctx, arguments...); err != nil {
			return "", err
		}
	}
	if err := s.Verify(ctx, sender); err != nil {
		return "", err
	}
	return s.StackOutput(ctx, "IamUserOnboarding", "StateMachineArn")
}

// CDK runs the CDK CLI in the root of this repository, without the CDK's validation of templates, whose start takes longer
// than all the rest.
func (s *Server) CDK(ctx context.Context, arguments ...string) error {
	root, err := root()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(root, "node_modules", ".bin", "cdk"), arguments...)
	command.Dir, command.Env = root, append(s.Env(), "CDK_VALIDATION=false")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w (npm ci installs the CDK CLI)\n%s", command, err, output)
	}
	return nil
}

// StackOutput returns an output of a stack.
func (s *Server) StackOutput(ctx context.Context, stack, key string) (string, error) {
	found, err := cloudformation.NewFromConfig(s.Config()).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
	if err != nil {
		return "", err
	}
	for _, output := range found.Stacks[0].Outputs {
		if *output.OutputKey == key {
			return *output.OutputValue, nil
		}
	}
	return "", fmt.Errorf("the stack %s has no output %s", stack, key)
}
