// Package askaws asks AWS whether Step Functions does what this project relies on. It asks whether AWS accepts the definition,
// what the states answer to the longest lists and reports, and what AWS does with constructs that it does not document.
//
// The package calls only TestState and ValidateStateMachineDefinition. Neither creates anything. No state is tested with a
// role, so no service except Step Functions is called. The caller needs the permissions states:TestState and
// states:ValidateStateMachineDefinition on the resource *.
package askaws

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/jsii-runtime-go"
	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/onehost"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

const usage = `Usage: askaws [--region REGION] [--profile PROFILE]

Asks AWS whether Step Functions does what this project relies on. It takes two
to three minutes and creates nothing. It needs the permissions states:TestState
and states:ValidateStateMachineDefinition on the resource *, and no others.

Flags:
  --region   the AWS region (default: as the AWS CLI finds it)
  --profile  the AWS profile (default: as the AWS CLI finds it)

Exit codes:
  0  AWS does everything as expected
  1  AWS does something else: the output lists each difference and what follows
  2  a flag or an argument is wrong, or the definition cannot be synthesized
  3  AWS cannot be asked: check the credentials, permissions, region and network
`

// defaultPace is the time from the start of one call to the start of the next. AWS does not document the quota of TestState. It
// accepts about one call a second: test_state_mock.json of radkawar/stackd records 30 calls in a row, which were throttled, and
// calls at one a second, which were not.
const defaultPace = 1200 * time.Millisecond

// client is the part of the Step Functions client that the command calls.
type client interface {
	TestState(context.Context, *sfn.TestStateInput, ...func(*sfn.Options)) (*sfn.TestStateOutput, error)
	ValidateStateMachineDefinition(context.Context, *sfn.ValidateStateMachineDefinitionInput, ...func(*sfn.Options)) (*sfn.ValidateStateMachineDefinitionOutput, error)
}

// Main runs the command and returns its exit code. The arguments do not include the name of the command.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	defer jsii.Close()
	return app{Stdout: stdout, Stderr: stderr, Connect: connect, Pace: defaultPace, Questions: questionsFor}.Run(ctx, args)
}

// connect returns a client for a region and a profile, and the region that the client uses. Region and profile may be empty: the
// AWS SDK then finds them.
func connect(ctx context.Context, region, profile string) (client, string, error) {
	cfg, err := operator.LoadConfig(ctx, region, profile, stscreds.StdinTokenProvider)
	if err != nil {
		return nil, "", err
	}
	return sfn.NewFromConfig(cfg, func(o *sfn.Options) {
		if o.BaseEndpoint != nil {
			o.APIOptions = append(o.APIOptions, onehost.Option)
		}
	}), cfg.Region, nil
}

// app is the command, with its streams and its connection to AWS.
type app struct {
	Stdout, Stderr io.Writer

	// Connect returns a client for a region and a profile, and the region that the client uses: see [connect].
	Connect func(ctx context.Context, region, profile string) (api client, foundRegion string, err error)
	// Pace is the shortest time from the start of one call to the start of the next.
	Pace time.Duration
	// Questions returns the questions for a region, or an error if the definition cannot be synthesized.
	Questions func(region string) ([]question, error)
}

// Run does what [Main] does, with the streams and the client of the app. It does not stop the jsii kernel.
func (a app) Run(ctx context.Context, args []string) int {
	differ, err := a.run(ctx, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(a.Stdout, usage)
		return 0
	case err != nil:
		fmt.Fprintf(a.Stderr, "askaws: %v\n", err)
		if errors.As(err, new(usageError)) {
			return 2
		}
		return 3
	case differ > 0:
		return 1
	}
	return 0
}

// usageError is a mistake of the caller.
type usageError struct{ error }

func (a app) run(ctx context.Context, args []string) (differ int, err error) {
	flags := flag.NewFlagSet("askaws", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	region, profile := flags.String("region", "", ""), flags.String("profile", "", "")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0, err
		}
		return 0, usageError{fmt.Errorf("%w: see askaws --help", err)}
	}
	if flags.NArg() > 0 {
		return 0, usageError{fmt.Errorf("expected no argument, got %q: see askaws --help", flags.Arg(0))}
	}
	api, found, err := a.Connect(ctx, *region, *profile)
	if err != nil {
		return 0, err
	}
	fmt.Fprintf(a.Stdout, "Asking Step Functions in %s. Nothing is created.\n", found)
	questions, err := a.Questions(found)
	if err != nil {
		return 0, usageError{err}
	}
	return a.ask(ctx, &paced{api: api, pace: a.Pace}, questions)
}

// ask asks the questions one after the other and prints a line for each. Then it prints every difference, and returns how many
// answers differ.
func (a app) ask(ctx context.Context, api client, questions []question) (differ int, err error) {
	var differences []difference
	for i, question := range questions {
		answer, err := question.ask(ctx, api)
		if err != nil {
			fmt.Fprintf(a.Stdout, "\n%d of %d questions were asked. ", i, len(questions))
			a.report(i, differences)
			return len(differences), operator.Refused(fmt.Sprintf("ask %q", question.Name), err, "check --region and --profile")
		}
		word := "ok     "
		if len(answer.differences) > 0 {
			word = "DIFFERS"
			differences = append(differences, difference{question, answer.differences})
		}
		note := ""
		if answer.note != "" {
			note = " (" + answer.note + ")"
		}
		fmt.Fprintf(a.Stdout, "%3d/%d  %s  %s%s\n", i+1, len(questions), word, question.Name, note)
	}
	fmt.Fprintln(a.Stdout)
	a.report(len(questions), differences)
	return len(differences), nil
}

// difference is a question whose answer is not as expected.
type difference struct {
	question
	what []string
}

func (a app) report(asked int, differences []difference) {
	for _, difference := range differences {
		fmt.Fprintf(a.Stdout, "%s\n", difference.Name)
		if difference.Expression != "" {
			fmt.Fprintf(a.Stdout, "  expression  %.400s\n", difference.Expression)
		}
		fmt.Fprintf(a.Stdout, "  assumed     %s\n", difference.Assumed)
		for _, what := range difference.what {
			fmt.Fprintf(a.Stdout, "  %s\n", what)
		}
		fmt.Fprintf(a.Stdout, "  so          %s\n\n", difference.IfNot)
	}
	fmt.Fprintf(a.Stdout, "%d as expected, %d different.\n", asked-len(differences), len(differences))
}

// paced is a client that keeps the pace between calls and repeats a throttled call, [throttledCalls] times in all. The AWS SDK
// repeats a throttled call only twice, within seconds.
type paced struct {
	api  client
	pace time.Duration
	next time.Time
}

const throttledCalls = 6

func (p *paced) TestState(ctx context.Context, input *sfn.TestStateInput, options ...func(*sfn.Options)) (output *sfn.TestStateOutput, err error) {
	return output, p.call(ctx, func() error { output, err = p.api.TestState(ctx, input, options...); return err })
}

func (p *paced) ValidateStateMachineDefinition(ctx context.Context, input *sfn.ValidateStateMachineDefinitionInput, options ...func(*sfn.Options)) (output *sfn.ValidateStateMachineDefinitionOutput, err error) {
	return output, p.call(ctx, func() error { output, err = p.api.ValidateStateMachineDefinition(ctx, input, options...); return err })
}

func (p *paced) call(ctx context.Context, call func() error) (err error) {
	for attempt := range throttledCalls {
		if err := p.wait(ctx); err != nil {
			return err
		}
		err = call()
		var refusal smithy.APIError
		if !errors.As(err, &refusal) || refusal.ErrorCode() != "ThrottlingException" {
			return err
		}
		p.next = p.next.Add(p.pace << attempt)
	}
	return err
}

func (p *paced) wait(ctx context.Context) error {
	select {
	case <-time.After(time.Until(p.next)):
		p.next = time.Now().Add(p.pace)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
