// Package askaws asks AWS whether Step Functions does what this project relies on: whether it takes the definition, what its
// states answer to the longest lists and reports, and what each construct does that AWS does not document.
//
// It calls TestState and ValidateStateMachineDefinition, and nothing else. Neither creates anything, and no state is tested
// with a role: so nothing but Step Functions is called. A caller needs the permissions states:TestState and
// states:ValidateStateMachineDefinition on the resource *.
package askaws

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

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
  1  AWS does something else: the output says what, and what follows
  2  a wrong flag or argument, or the definition could not be synthesized
  3  AWS could not be asked: credentials, permissions, region or network
`

// DefaultPace is the time from one call to the next. TestState takes about one call a second; AWS does not document its
// quota. test_state_mock.json of radkawar/stackd has 30 calls in a row that were throttled, and others, one a second, that
// were not.
const DefaultPace = 1200 * time.Millisecond

// API is all that the command calls.
type API interface {
	TestState(context.Context, *sfn.TestStateInput, ...func(*sfn.Options)) (*sfn.TestStateOutput, error)
	ValidateStateMachineDefinition(context.Context, *sfn.ValidateStateMachineDefinitionInput, ...func(*sfn.Options)) (*sfn.ValidateStateMachineDefinitionOutput, error)
}

// Main runs the command with the arguments behind its name, and returns its exit code.
func Main(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	defer jsii.Close()
	return App{Stdout: stdout, Stderr: stderr, Connect: Connect, Pace: DefaultPace, Questions: Questions}.Run(ctx, args)
}

// Connect makes the client for a region and a profile, either of which may be empty, and returns it with the region.
func Connect(ctx context.Context, region, profile string) (API, string, error) {
	cfg, err := operator.LoadConfig(ctx, region, profile)
	if err != nil {
		return nil, "", err
	}
	return sfn.NewFromConfig(cfg, func(o *sfn.Options) {
		if o.BaseEndpoint != nil {
			o.APIOptions = append(o.APIOptions, onehost.Option)
		}
	}), cfg.Region, nil
}

// App is the command and what it touches.
type App struct {
	Stdout, Stderr io.Writer

	// Connect makes the client for a region and a profile, and returns it with the region.
	Connect func(ctx context.Context, region, profile string) (api API, foundRegion string, err error)
	// Pace is the least time from one call to the next.
	Pace time.Duration
	// Questions are what is asked in a region. They fail where the definition cannot be synthesized.
	Questions func(region string) ([]Question, error)
}

// Run is [Main] with the streams and the client of the App. It leaves the kernel of jsii running.
func (a App) Run(ctx context.Context, args []string) int {
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

func (a App) run(ctx context.Context, args []string) (differ int, err error) {
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

// ask asks one question after the other, with a line for each, and then says what differs.
func (a App) ask(ctx context.Context, api API, questions []Question) (differ int, err error) {
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
	Question
	what []string
}

func (a App) report(asked int, differences []difference) {
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

// paced calls AWS as often as it allows. The AWS SDK repeats a throttled call twice, within seconds; paced goes on for longer.
type paced struct {
	api  API
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
