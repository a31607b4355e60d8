// Package deployed deploys the app of this repository to the local AWS, and runs lists there. The tests, the demo and the benchmark
// use it.
package deployed

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// Sender is the sender of the deployed app, unless a setting names another one.
const Sender = "it@example.com"

// Account is a local AWS to which the app is deployed.
type Account struct {
	*localaws.Server
	IAM *iam.Client
	SFN *sfn.Client
	// StateMachine is the ARN of the state machine.
	StateMachine string

	bootstrapped bool
}

// NewAccount returns the account of a local AWS. It deploys nothing.
func NewAccount(server *localaws.Server) *Account {
	return &Account{Server: server, IAM: iam.NewFromConfig(server.Config()), SFN: sfn.NewFromConfig(server.Config())}
}

// Deploy deploys the app with the stock CDK CLI, and verifies [Sender]. The first call also bootstraps the account. A setting is a
// setting of the app's context, such as language=ja. If a setting names another sender, the caller must verify it.
func (a *Account) Deploy(ctx context.Context, settings ...string) error {
	// Another CDK CLI may use cdk.out at the same time.
	output, err := os.MkdirTemp("", "cdk.out-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(output)
	commands := [][]string{{"bootstrap", "aws://" + localaws.Account + "/" + a.Config().Region}, {"deploy", "--require-approval", "never"}}
	if a.bootstrapped {
		commands = commands[1:]
	}
	app := []string{"--output", output}
	for _, setting := range withSender(settings) {
		app = append(app, "--context", setting)
	}
	for _, arguments := range commands {
		if err := a.CDK(ctx, append(arguments, app...)...); err != nil {
			return err
		}
		a.bootstrapped = true
		app = []string{"--app", output} // The bootstrap has also run the app, and its output is the same each time.
	}
	return a.deployed(ctx, settings)
}

// Create makes the stack of the app as [Account.Deploy] does, except that it does not use the CDK CLI, which takes longer than all
// the rest.
func (a *Account) Create(ctx context.Context, settings ...string) error {
	template, err := a.template(ctx, withSender(settings))
	if err != nil {
		return err
	}
	if err := a.CreateStack(ctx, stackOf(settings), template); err != nil {
		return err
	}
	return a.deployed(ctx, settings)
}

// CreateStack makes a stack from a template of the CDK. The account needs no bootstrap stack. It returns an error unless the stack
// is CREATE_COMPLETE.
func (a *Account) CreateStack(ctx context.Context, name string, template map[string]any) error {
	template = maps.Clone(template)
	delete(template, "Parameters") // the parameter is the version of the bootstrap stack
	delete(template, "Rules")      // the rule checks that version
	body, err := json.Marshal(template)
	if err != nil {
		return err
	}
	stacks := cloudformation.NewFromConfig(a.Config())
	if _, err := stacks.CreateStack(ctx, &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: aws.String(string(body)), Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
	}); err != nil {
		return err
	}
	described, err := stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &name})
	if err != nil {
		return err
	}
	// The local AWS answers CreateStack only after it has made the stack.
	if status := described.Stacks[0].StackStatus; status != types.StackStatusCreateComplete {
		return fmt.Errorf("the stack %s is in the status %s: %s", name, status, aws.ToString(described.Stacks[0].StackStatusReason))
	}
	return nil
}

// withSender returns the settings, with [Sender] if they have no sender.
func withSender(settings []string) []string {
	if slices.ContainsFunc(settings, isSender) {
		return settings
	}
	return append([]string{"sender=" + Sender}, settings...)
}

// stackOf returns the name of the stack that the app makes with the settings.
func stackOf(settings []string) string {
	for _, setting := range settings {
		if name, ok := strings.CutPrefix(setting, "stackName="); ok {
			return name
		}
	}
	return contract.StackName
}

func isSender(setting string) bool { return strings.HasPrefix(setting, "sender=") }

// deployed completes a deployment: it finds the state machine, and verifies [Sender] unless the settings name another sender.
func (a *Account) deployed(ctx context.Context, settings []string) (err error) {
	if a.StateMachine, err = a.StackOutput(ctx, stackOf(settings), "StateMachineArn"); err != nil || slices.ContainsFunc(settings, isSender) {
		return err
	}
	return a.Verify(ctx, Sender)
}

var (
	templatesLock sync.Mutex
	templates     = map[string]map[string]any{} // by region and settings
)

// template returns the template of the app with the settings. It synthesizes each template once for all accounts of this process.
func (a *Account) template(ctx context.Context, settings []string) (template map[string]any, err error) {
	templatesLock.Lock()
	defer templatesLock.Unlock()
	key := fmt.Sprintf("%s %q", a.Config().Region, settings)
	if templates[key] == nil {
		if template, err = a.synthesize(ctx, settings); err != nil {
			return nil, err
		}
		templates[key] = template
	}
	return templates[key], nil
}

// synthesize runs the app as the CDK CLI does, and returns the template.
func (a *Account) synthesize(ctx context.Context, settings []string) (template map[string]any, err error) {
	root, err := localaws.Root()
	if err != nil {
		return nil, err
	}
	var app struct{ Context map[string]any }
	if err := readJSON(filepath.Join(root, "cdk.json"), &app); err != nil {
		return nil, err
	}
	for _, setting := range settings {
		key, value, _ := strings.Cut(setting, "=")
		app.Context[key] = value
	}
	appContext, err := json.Marshal(app.Context)
	if err != nil {
		return nil, err
	}
	output, err := os.MkdirTemp("", "cdk.out-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(output)
	command := exec.CommandContext(ctx, "go", "run", ".")
	command.Dir = root
	command.Env = append(a.env(), "CDK_OUTDIR="+output, "CDK_CONTEXT_JSON="+string(appContext),
		"CDK_DEFAULT_REGION="+a.Config().Region, "CDK_DEFAULT_ACCOUNT="+localaws.Account)
	if printed, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", command, err, printed)
	}
	return template, readJSON(filepath.Join(output, stackOf(settings)+".template.json"), &template)
}

func readJSON(file string, value any) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, value)
}

// CDK runs the CDK CLI in the root of this repository. An error quotes its output.
func (a *Account) CDK(ctx context.Context, arguments ...string) error {
	root, err := localaws.Root()
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, filepath.Join(root, "node_modules", ".bin", "cdk"), arguments...)
	command.Dir, command.Env = root, a.env()
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w (npm ci installs the CDK CLI)\n%s", command, err, output)
	}
	return nil
}

// env returns the environment for the CDK CLI and the app. It turns off the CDK's validation of templates, because that takes longer
// to start than all the rest takes, and the process that tells AWS how the CLI is used.
func (a *Account) env() []string {
	return append(a.Env(), "CDK_VALIDATION=false", "CDK_DISABLE_CLI_TELEMETRY=true")
}

// StackOutput returns the value of an output of a stack.
func (a *Account) StackOutput(ctx context.Context, stack, key string) (string, error) {
	found, err := cloudformation.NewFromConfig(a.Config()).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &stack})
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
