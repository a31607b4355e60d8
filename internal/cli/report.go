package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"
)

func (a App) reportCommand() *cobra.Command {
	var where target
	var output output
	cmd := &cobra.Command{
		Use:   "report EXECUTION [flags]",
		Short: "Tell what became of the users of an execution",
		Long: `Tell what became of the users of an execution that has ended, well or not.

EXECUTION is its ARN, or its name as onboard list has it. Step Functions keeps an
execution for 90 days.`,
		Example: `  onboard report onboard-20261124T081502Z-a1b2c3
  onboard report arn:aws:states:eu-west-1:123456789012:execution:Name:run --output csv`,
		Args:              oneArgument("EXECUTION"),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(where.resolve(cmd), where.resolveExecution(args[0]), output.check()); err != nil {
				return err
			}
			return a.report(cmd.Context(), args[0], where, output)
		},
	}
	where.addFlags(cmd)
	output.addFlag(cmd)
	return cmd
}

func (a App) report(ctx context.Context, name string, where target, output output) error {
	clients, err := a.Connect(ctx, where.region, where.profile)
	if err != nil {
		return err
	}
	executionARN, err := where.findExecution(ctx, clients.Stacks, name)
	if err != nil {
		return err
	}
	execution := &execution{api: clients.Executions, arn: executionARN, profile: where.profile}
	ended, err := execution.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution.arn})
	var missing *types.ExecutionDoesNotExist
	switch {
	case errors.As(err, &missing):
		return awsErrorf("there is no execution %s: see onboard list, and check --stack, --region and --profile", executionARN)
	case err != nil:
		return refused("look at the execution "+executionARN, err)
	case !hasEnded(ended.Status):
		return execution.stillRunning(ctx)
	}
	outcome, err := execution.outcome(ctx, ended)
	if err != nil {
		return err
	}
	return errors.Join(outcome.err(), output.print(a.Stdout, outcome))
}

func (e *execution) stillRunning(ctx context.Context) error {
	progress := ""
	if done := e.done(ctx); done != "" {
		progress = ", " + done + " are done"
	}
	return fmt.Errorf("the execution is still running%s: ask again later, or see %s", progress, e.consoleLink())
}
