package test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

// The longest values that a list may have.
var (
	longestName    = strings.Repeat("_+=,.@-9aZ", 7)[:64]
	longestGroup   = strings.Repeat("_+=,.@-9aZ", 13)[:128]
	longestAddress = strings.Repeat("!#$%&'*+/=?^_{|}~-9aZ.", 3)[:64] + "@" + strings.Repeat(strings.Repeat("d", 61)+".", 3) + "com"
	longestText    = hostileShort + strings.Repeat(`"`, 100-utf8.RuneCountInString(hostileShort))
	// longestPassword has every printable character of ASCII.
	longestPassword = ascii() + ascii()[:128-len(ascii())]
)

func ascii() string {
	var text strings.Builder
	for char := '!'; char <= '~'; char++ {
		text.WriteRune(char)
	}
	return text.String()
}

// issued is a value of the tag onboarding-issued.
const issued = "2026-11-25T07:12:13Z"
const stateMachineARN = "arn:aws:states:us-east-1:123456789012:stateMachine:"

// argumentValues are three values for each path that an expression in the arguments of a task reads. The key is the end of the
// path, in any letter case: a value is a field of the input in one place, and a variable in another. An expression that reads
// another path fails the test.
var argumentValues = map[string]map[string]any{
	"usual": {
		"Execution.Id":    "arn:aws:states:us-east-1:123456789012:express:Machine/Run:4f2c:1d9e",
		"StateMachine.Id": stateMachineARN + "Machine",
		"UserName":        "ada@example.com", "Email": "ada@example.com", "GroupName": "Staff",
		"PasswordLength": 20, "Password": "Drawn-password-1",
		"SignInUrl": "https://123456789012.signin.aws.amazon.com/console", "Groups.Name": []any{"Staff", "Guests"},
		"Issued": issued, "Outcome.Status": "Created", "Input.Language": "en", "Marker": "marker",
		"Execution.Name": "Run", "StateMachine.Name": "Machine",
		"Total": 15, "Created": 5, "Resumed": 4, "Resent": 3, "Skipped": 2, "Failed": 1,
		"Items": []any{"AKIAIOSFODNN7EXAMPLE0000"}, "Removed": iamARN + "mfa/phone",
	},
	"shortest": {
		"Execution.Id":    "arn:aws:states:us-east-1:123456789012:express:M:1",
		"StateMachine.Id": stateMachineARN + "M",
		"UserName":        "a", "Email": "a@b.cd", "GroupName": "g", "PasswordLength": 8, "Password": "!", "SignInUrl": "https://a",
		"Groups.Name": "g", "Issued": "2026-11-05T07:12:13Z", "Outcome.Status": "Created", "Input.Language": "ja", "Marker": "m",
		"Execution.Name": "1", "StateMachine.Name": "M", "Total": 1, "Created": 0, "Resumed": 0, "Resent": 0, "Skipped": 0, "Failed": 1,
		"Items": []any{strings.Repeat("A", 24)}, "Removed": iamARN + "mfa/p",
	},
	"longest": {
		"Execution.Id":    "arn:aws:states:us-east-1:123456789012:express:" + strings.Repeat("m", 80) + "/" + strings.Repeat("r", 80),
		"StateMachine.Id": stateMachineARN + strings.Repeat("m", 80),
		"UserName":        longestName, "Email": longestAddress, "GroupName": longestGroup,
		"PasswordLength": 128, "Password": longestPassword, "SignInUrl": "https://a/" + strings.Repeat("&", 2000),
		"Groups.Name": slices.Repeat([]any{longestGroup}, 11), "Issued": issued, "Outcome.Status": "Resumed", "Input.Language": "de", "Marker": strings.Repeat("m", 320),
		"Execution.Name": strings.Repeat("r", 80), "StateMachine.Name": strings.Repeat("m", 80),
		"Total": 1000, "Created": 1000, "Resumed": 1000, "Resent": 1000, "Skipped": 1000, "Failed": 1000,
		"Items": []any{strings.Repeat("A", 128)}, "Removed": iamARN + "mfa/" + strings.Repeat("p", 200),
	},
}

// TestArgumentValuesAreAllowed checks that a list may have the values of the table, and that they are as long as a list may
// have.
func TestArgumentValuesAreAllowed(t *testing.T) {
	for name, values := range argumentValues {
		for key, rule := range map[string]rules.Rule[string]{
			"UserName": rules.UserName, "Email": rules.EmailAddress, "GroupName": rules.GroupName, "SignInUrl": rules.HTTPSURL,
		} {
			if value := values[key].(string); !rule.Holds(value) {
				t.Errorf("%s: %s must %s, got: %q", name, key, rule.Expected, value)
			}
		}
	}
	longest := argumentValues["longest"]
	for key, want := range map[string]int{"UserName": 64, "Email": 254, "GroupName": 128, "Password": 128} {
		if got := len(longest[key].(string)); got != want {
			t.Errorf("the longest %s has %d characters, want %d", key, got, want)
		}
	}
}

// bind returns the bindings for an expression that reads these paths.
func bind(paths []string, values map[string]any) (map[string]any, error) {
	bindings := map[string]any{}
	for _, path := range paths {
		value, ok := any(nil), false
		for end, known := range values {
			if strings.HasSuffix(strings.ToLower("."+path), strings.ToLower("."+end)) {
				value, ok = known, true
			}
		}
		if !ok {
			return nil, fmt.Errorf("it reads $%s, for which argumentValues has no value", path)
		}
		steps := strings.Split(path, ".")
		fields := bindings
		for _, step := range steps[:len(steps)-1] {
			if fields[step] == nil {
				fields[step] = map[string]any{}
			}
			fields = fields[step].(map[string]any)
		}
		fields[steps[len(steps)-1]] = value
	}
	return bindings, nil
}

// modelMachines returns two definitions: without options, and with every option and the longest values that props may have.
func modelMachines(t *testing.T) map[string]asl.Machine {
	t.Helper()
	machines := map[string]asl.Machine{}
	for options, definition := range modelDefinitions(t) {
		machines[options] = asl.Parse(t, definition)
	}
	return machines
}

func modelDefinitions(t *testing.T) map[string]string {
	t.Helper()
	stack, offboardingStack := newStack(t), newStack(t)
	without, with := synthesize(t, newStack(t), props{}), synthesize(t, stack, propsOfEveryOption(t, stack))
	offboarding, offboardingWith := synthesizeOffboarding(t, newStack(t), nil), synthesizeOffboarding(t, offboardingStack, removalPropsOfEveryOption(offboardingStack))
	return map[string]string{
		"no option":                         deployedDefinition(t, without, without.ofType(t, stateMachineType)),
		"every option":                      deployedDefinition(t, with, with.ofType(t, stateMachineType)),
		"password expiry":                   deployedDefinition(t, without, without.ofExpiry(t, stateMachineType)),
		"password expiry with every option": deployedDefinition(t, with, with.ofExpiry(t, stateMachineType)),
		"offboarding":                       deployedDefinition(t, offboarding, offboarding.ofType(t, stateMachineType)),
		"offboarding with every option":     deployedDefinition(t, offboardingWith, offboardingWith.ofType(t, stateMachineType)),
	}
}

const stateMachineType = "AWS::StepFunctions::StateMachine"

// propsOfEveryOption returns props with each prop set, except props that exclude others.
func propsOfEveryOption(t *testing.T, stack awscdk.Stack) props {
	t.Helper()
	p, _ := withOptions(stack, everyOption()...)
	p.Sender, p.SenderName, p.ReplyTo = &longestAddress, jsii.String(hostileText), &longestAddress
	p.Organization, p.AccountName, p.Contact, p.Signature = &longestText, &longestText, &longestText, jsii.String(strings.Repeat(longestText+"\n", 9)+longestText)
	_, domain, _ := strings.Cut(longestAddress, "@")
	p.SenderIdentity = ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Longest"), &domain)
	p.ConfigurationSet = ses.ConfigurationSet_FromConfigurationSetName(stack, jsii.String("Longest set"), jsii.String(strings.Repeat("S", 64)))
	p.GroupName = &longestGroup
	p.AllowedGroups = &[]iam.IGroup{givenGroup(stack, strings.Repeat("G", 128))}
	p.UserPath = jsii.String("/" + strings.Repeat("_+=,.@-9aZ/", 46)[:505] + "/path/")
	p.PermissionsBoundary = iam.ManagedPolicy_FromManagedPolicyArn(stack, jsii.String("Longest boundary"),
		jsii.String(iamARN+"policy"+*p.UserPath+strings.Repeat("B", 128)))
	p.UserTags = &map[string]*string{strings.Repeat("Ü _.:/=+-@9 ab9Z", 8): jsii.String(strings.Repeat("ü _.:/=+-@9 ab9Z", 16))}
	p.PasswordLength, p.ExcludeLookAlikes, p.MaxConcurrency = jsii.Number(128), jsii.Bool(false), jsii.Number(40)
	p.PasswordValidity, p.TimeZoneOffset = awscdk.Duration_Days(jsii.Number(30)), jsii.String("-03:30")
	p.SignInUrl, p.Language, p.SeparatePassword = jsii.String(hostileURL), jsii.String("ja"), jsii.Bool(true)
	p.Subject, p.PasswordSubject = jsii.String(hostileText), jsii.String(hostileText)
	p.TextTemplate = jsii.String(strings.ReplaceAll(hostileTemplate, "{{Password}}", ""))
	p.HtmlTemplate = p.TextTemplate
	p.PasswordTextTemplate, p.PasswordHtmlTemplate = jsii.String(hostileTemplate), jsii.String(hostileTemplate)
	for i := range reflect.TypeOf(p).NumField() {
		if name := reflect.TypeOf(p).Field(i).Name; reflect.ValueOf(p).Field(i).IsZero() && name != "Group" && name != "Identity" {
			t.Errorf("propsOfEveryOption does not set %s", name)
		}
	}
	return p
}

// deployedDefinition returns the definition of a state machine of a template. References become names like those that CloudFormation makes.
func deployedDefinition(t testing.TB, template template, stateMachine map[string]any) string {
	t.Helper()
	definition := stateMachine["DefinitionString"].(string)
	for id, resource := range template.Resources {
		id = hash.ReplaceAllString(id, "")
		name := "Stack-" + id + "-1A2B3C4D5E6F"
		for _, property := range []string{"GroupName", "EmailIdentity", "Name"} {
			if given, ok := resource.Properties[property].(string); ok {
				name = given
			}
		}
		definition = strings.ReplaceAll(definition, "<"+id+">", name)
	}
	return definition
}

// TestCallsMatchTheModel compares every state of the definitions with the models of the AWS SDKs: the arguments of a task, the
// fields of the result that it reads, and the errors that it retries and catches.
func TestCallsMatchTheModel(t *testing.T) {
	services, jsonata := sdkServices{}, startJSONata(t)
	for options, machine := range modelMachines(t) {
		states := machine.EveryState()
		paths := pathsOfTasks(t, states)
		for _, name := range slices.Sorted(maps.Keys(states)) {
			state := states[name]
			t.Run(options+"/"+name, func(t *testing.T) {
				wantMatchesModel(t, services, jsonata, paths, state)
			})
		}
	}
}

// pathsOfTasks returns the paths that the expressions of tasks read, by expression.
func pathsOfTasks(t testing.TB, states map[string]asl.State) map[string][]string {
	t.Helper()
	var read []string
	for _, state := range states {
		if state.Type == "Task" {
			read = append(read, expressions([]any{state.Arguments, state.Assign, state.Output})...)
		}
	}
	return references(t, read)
}

// wantMatchesModel compares a state with the model. paths has the paths that each expression reads.
func wantMatchesModel(t testing.TB, services sdkServices, jsonata *jsonata, paths map[string][]string, state asl.State) {
	t.Helper()
	if state.Type != "Task" {
		wantErrors(t, state, nil, "")
		return
	}
	service, operation := services.operation(t, state.Resource)
	for _, values := range slices.Sorted(maps.Keys(argumentValues)) {
		arguments := argumentsOf(t, state, jsonata, paths, argumentValues[values])
		for _, problem := range service.arguments(operation, arguments) {
			t.Errorf("with the %s values: %s", values, problem)
		}
	}
	for _, expression := range expressions([]any{state.Assign, state.Output}) {
		for _, path := range paths[expression] {
			if fields, ok := strings.CutPrefix(path, "states.result."); ok {
				if problem := service.result(operation, strings.Split(fields, ".")); problem != "" {
					t.Errorf("%.200s: %s", expression, problem)
				}
			}
		}
	}
	modelled, other := service.errors(operation)
	wantErrors(t, state, modelled, other)
	if !triesAgain(state) {
		wantRetries(t, state, modelled, other)
	}
}

// triesAgain reports whether a state has no retrier, because its catcher counts the attempts, and leads back to it.
func triesAgain(s asl.State) bool {
	return len(s.Retry) == 0 && slices.ContainsFunc(s.Catch, func(c asl.Catcher) bool { return c.Assign["deletions"] != nil })
}

// expressions returns every expression in a value.
func expressions(value any) (found []string) {
	switch value := value.(type) {
	case string:
		if isExpression(value) {
			found = append(found, value)
		}
	case []any:
		for _, element := range value {
			found = append(found, expressions(element)...)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			found = append(found, expressions(value[key])...)
		}
	}
	return found
}

// references returns the paths that expressions read, such as states.input.UserName, by expression.
func references(t testing.TB, expressions []string) map[string][]string {
	t.Helper()
	paths := ofTrees(t, "references.js", expressions)
	found := map[string][]string{}
	for i, expression := range expressions {
		found[expression] = paths[i]
	}
	return found
}

// ofTrees runs a script of testdata on the syntax trees of expressions, and returns its output for each.
func ofTrees(t testing.TB, script string, expressions []string) (said [][]string) {
	t.Helper()
	codes := make([]string, len(expressions))
	for i, expression := range expressions {
		codes[i] = code(t, expression)
	}
	var problem bytes.Buffer
	command := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", script))
	command.Stdin, command.Stderr = bytes.NewReader(encode(t, codes)), &problem
	output, err := command.Output()
	if err != nil {
		t.Fatalf("node testdata/%s: %v (npm ci installs what it needs)\n%s", script, err, &problem)
	}
	if err := json.Unmarshal(output, &said); err != nil {
		t.Fatal(err)
	}
	return said
}

func isExpression(text string) bool {
	return strings.HasPrefix(text, "{%") || strings.HasSuffix(text, "%}")
}

// code returns an expression without the marks {% and %}. Step Functions refuses a string that has only one of them (Developer
// Guide, "Transforming data with JSONata").
func code(t testing.TB, expression string) string {
	t.Helper()
	code, opened := strings.CutPrefix(expression, "{%")
	code, closed := strings.CutSuffix(code, "%}")
	if !opened || !closed {
		t.Fatalf("an expression must start with {%% and end with %%}, got: %.200s", expression)
	}
	return code
}

// argumentsOf returns the arguments of the call that a task makes. paths has the paths that each expression reads.
func argumentsOf(t testing.TB, s asl.State, jsonata *jsonata, paths map[string][]string, values map[string]any) map[string]any {
	t.Helper()
	return evaluated(s.Arguments, func(expression string) (value any) {
		bindings, err := bind(paths[expression], values)
		if err != nil {
			t.Fatalf("%.200s: %v", expression, err)
		}
		if err := json.Unmarshal(jsonata.evaluate(t, expression, bindings), &value); err != nil {
			t.Fatal(err)
		}
		return value
	}).(map[string]any)
}

// evaluated returns a copy of a value in which each expression is replaced with its value.
func evaluated(value any, evaluate func(expression string) any) any {
	return replaceIn(value, func(part any) (any, bool) {
		if text, ok := part.(string); ok && isExpression(text) {
			return evaluate(text), true
		}
		return nil, false
	})
}

// ownErrors are the errors of Step Functions itself that a Retry or a Catch may name (Developer Guide, "Handling errors in
// Step Functions workflows").
var ownErrors = []string{
	"States.ALL", "States.DataLimitExceeded", "States.ExceedToleratedFailureThreshold", "States.HeartbeatTimeout",
	"States.ItemReaderFailed", "States.Permissions", "States.QueryEvaluationError", "States.ResultWriterFailed", "States.Runtime",
	"States.TaskFailed", "States.Timeout",
}

// wantErrors checks that the call of a state can fail with every error that the state retries or catches: a modelled error, or
// the common name of all other errors. With a wrong name, the definition would not handle the error.
func wantErrors(t testing.TB, s asl.State, modelled []string, other string) {
	t.Helper()
	var handled []string
	for _, retrier := range s.Retry {
		handled = append(handled, retrier.ErrorEquals...)
	}
	for _, catcher := range s.Catch {
		handled = append(handled, catcher.ErrorEquals...)
	}
	for _, name := range handled {
		if !slices.Contains(ownErrors, name) && !slices.Contains(modelled, name) && name != other {
			t.Errorf("it retries or catches %s, and fails only with %v, %q or an error of Step Functions", name, modelled, other)
		}
	}
}

// The modelled errors, by whether a retry helps.
var (
	transient = []string{
		"Iam.ConcurrentModificationException", "Iam.EntityTemporarilyUnmodifiableException", "Iam.ServiceFailureException",
		"SecretsManager.InternalServiceErrorException", "SesV2.TooManyRequestsException",
		"Sns.InternalErrorException", "Sns.KmsThrottlingException",
	}
	permanent = []string{
		"Iam.EntityAlreadyExistsException", "Iam.InvalidInputException", "Iam.LimitExceededException",
		"Iam.PasswordPolicyViolationException", "Iam.PolicyNotAttachableException", "Iam.ServiceNotSupportedException",
		"SecretsManager.InvalidParameterException", "SecretsManager.InvalidRequestException",
		"Sfn.InvalidArnException", "Sfn.InvalidTokenException", "Sfn.StateMachineTypeNotSupportedException", "Sfn.ValidationException",
		"SesV2.AccountSuspendedException", "SesV2.BadRequestException", "SesV2.LimitExceededException",
		"SesV2.MailFromDomainNotVerifiedException", "SesV2.MessageRejectedException", "SesV2.NotFoundException",
		"SesV2.SendingPausedException",
		"Sns.EndpointDisabledException", "Sns.InvalidParameterException", "Sns.InvalidParameterValueException", "Sns.InvalidSecurityException",
		"Sns.NotFoundException", "Sns.PlatformApplicationDisabledException", "Sns.ValidationException",
	}
	// A retry of these errors helps if the call is about something that was made or deleted right before, such as a permission.
	either = []string{"Iam.NoSuchEntityException", "Iam.DeleteConflictException", "Sfn.ResourceNotFoundException",
		"Sfn.StateMachineDoesNotExistException",
		"Sns.AuthorizationErrorException", "Sns.KmsAccessDeniedException", "Sns.KmsDisabledException", "Sns.KmsInvalidStateException",
		"Sns.KmsNotFoundException", "Sns.KmsOptInRequiredException"}
)

// wantRetries checks that a task retries every transient error, and no permanent one.
func wantRetries(t testing.TB, s asl.State, modelled []string, other string) {
	t.Helper()
	for _, name := range append(modelled, other) {
		retries := retriesOf(s, name)
		switch {
		case slices.Contains(permanent, name):
			if retries > 0 {
				t.Errorf("it retries %s %d times, and no retry helps", name, retries)
			}
		case slices.Contains(transient, name) || name == other:
			if retries == 0 {
				t.Errorf("it does not retry %s, and a retry may help", name)
			}
		case !slices.Contains(either, name):
			t.Errorf("add %s to transient, permanent or either", name)
		}
	}
}

// retriesOf returns how often a task retries an error of a service.
func retriesOf(s asl.State, name string) int {
	for _, retrier := range s.Retry {
		for _, pattern := range retrier.ErrorEquals {
			if pattern == name || pattern == "States.TaskFailed" || pattern == "States.ALL" {
				return retrier.Retries()
			}
		}
	}
	return 0
}
