package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// recent is how many executions are listed.
const recent = 20

// atATime is for how many of them AWS is asked at a time: each takes a call or two, and Step Functions throttles.
const atATime = 5

func (a App) listCommand() *cobra.Command {
	var where target
	cmd := &cobra.Command{
		Use:   "list [flags]",
		Short: "List recent executions, and how many users they onboarded",
		Long:  fmt.Sprintf("List the %d most recent executions of the state machine, and what became of their users.", recent),
		Example: `  onboard list
  onboard list --stack Mine --region eu-west-1`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := where.resolve(cmd); err != nil {
				return err
			}
			return a.list(cmd.Context(), where)
		},
	}
	where.addFlags(cmd)
	return cmd
}

func (a App) list(ctx context.Context, where target) error {
	clients, machine, err := a.find(ctx, where)
	if err != nil {
		return err
	}
	listed, err := clients.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine, MaxResults: recent})
	if err != nil {
		return refused("list the executions of "+machine, err)
	}
	if len(listed.Executions) == 0 {
		fmt.Fprintln(a.Stderr, "no executions yet: see onboard run --help")
		return nil
	}
	users, err := countUsers(ctx, clients.Executions, listed.Executions)
	if ctx.Err() != nil {
		return errInterrupted
	}
	printExecutions(a.Stdout, listed.Executions, users)
	return err
}

func printExecutions(w io.Writer, executions []types.ExecutionListItem, users []string) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "EXECUTION\tSTARTED\tSTATUS\tUSERS")
	for i, listed := range executions {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", text.OneLine(aws.ToString(listed.Name)),
			aws.ToTime(listed.StartDate).Local().Format(time.DateTime), listed.Status, users[i])
	}
	table.Flush()
}

// countUsers says of each execution what became of its users, or ? where AWS refuses to tell, and returns all refusals.
func countUsers(ctx context.Context, api ExecutionAPI, executions []types.ExecutionListItem) ([]string, error) {
	users, errs := make([]string, len(executions)), make([]error, len(executions))
	var all sync.WaitGroup
	slots := make(chan struct{}, atATime)
	for i, listed := range executions {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			execution := &execution{api: api, arn: aws.ToString(listed.ExecutionArn)}
			if users[i], errs[i] = execution.users(ctx); errs[i] != nil {
				users[i] = "?"
			}
		})
	}
	all.Wait()
	return users, errors.Join(errs...)
}

func (e *execution) users(ctx context.Context) (string, error) {
	described, err := e.api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &e.arn})
	if err != nil {
		return "", refused("look at the execution "+e.arn, err)
	}
	if !hasEnded(described.Status) {
		return e.usersDone(ctx), nil
	}
	outcome, err := e.outcome(ctx, described)
	switch {
	case errors.As(err, new(awsError)):
		return "", err
	case err != nil: // there is no report
		return text.Join(", ", text.OneLine(aws.ToString(described.Error)), e.usersDone(ctx)), nil
	default:
		return outcome.summary(), nil
	}
}

func (e *execution) usersDone(ctx context.Context) string {
	if done := e.done(ctx); done != "" {
		return done + " done"
	}
	return ""
}
