package test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// Step Functions names services, errors and parameters in Pascal case, and every error with the suffix Exception (Developer
// Guide, "Learning to use AWS service SDK integrations"). AWS does not document how it writes abbreviations. Definitions in
// use have DbInstanceIdentifier for DBInstanceIdentifier, and Rds.DbInstanceAlreadyExistsException for
// DBInstanceAlreadyExistsFault. The AWS SDK for Java 2.x makes the same names (DefaultNamingStrategy), and so do these
// functions.
var (
	capitals = regexp.MustCompile(`([A-Z])([A-Z]*?)([A-Z][a-z]|[^A-Z]|$)`)
	version  = regexp.MustCompile(`v([0-9])`)
)

// serviceName returns the name of a service in errors. In lower case, it is the name in the resource of a task.
func serviceName(serviceID string) string {
	return pascalCase(version.ReplaceAllString(serviceID, " V$1"))
}

// errorName returns the name of an error, without its service.
func errorName(shape string) string {
	name, isFault := strings.CutSuffix(shape, "Fault")
	if !isFault {
		name = strings.TrimSuffix(shape, "Exception")
	}
	return pascalCase(name) + "Exception"
}

// parameterName returns the name of a member of a structure.
func parameterName(member string) string {
	name := strings.ToUpper(member[:1]) + member[1:]
	if run := capitals.FindString(name); strings.HasPrefix(name, run) {
		name = pascalCase(run) + name[len(run):]
	}
	return name
}

// pascalCase returns a name with one capital for each abbreviation, and without spaces.
func pascalCase(name string) string {
	name = capitals.ReplaceAllStringFunc(name, func(run string) string {
		parts := capitals.FindStringSubmatch(run)
		return parts[1] + strings.ToLower(parts[2]) + parts[3]
	})
	return strings.ReplaceAll(name, " ", "")
}

func TestNamesOfStepFunctions(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{serviceName("IAM"), "Iam"}, {serviceName("SFN"), "Sfn"}, {serviceName("SESv2"), "SesV2"}, {serviceName("Secrets Manager"), "SecretsManager"},
		{serviceName("DynamoDB"), "DynamoDb"}, {serviceName("ACM PCA"), "AcmPca"},
		{errorName("NoSuchEntityException"), "NoSuchEntityException"}, {errorName("MessageRejected"), "MessageRejectedException"},
		{errorName("DBInstanceAlreadyExistsFault"), "DbInstanceAlreadyExistsException"},
		{parameterName("UserName"), "UserName"}, {parameterName("cluster"), "Cluster"},
		{parameterName("DBInstanceIdentifier"), "DbInstanceIdentifier"}, {parameterName("SSHPublicKeyId"), "SshPublicKeyId"},
		{parameterName("KMSKeyARN"), "KmsKeyARN"}, {parameterName("MFA"), "Mfa"},
	} {
		if test.got != test.want {
			t.Errorf("got %s, want %s", test.got, test.want)
		}
	}
}

// sdkService is the model of a service.
type sdkService struct {
	Metadata   struct{ ServiceID string }
	Operations map[string]sdkOperation
	Shapes     map[string]sdkShape
}

type sdkOperation struct {
	Input, Output sdkReference
	Errors        []sdkReference
}

type sdkReference struct{ Shape string }

type sdkShape struct {
	Type     string
	Members  map[string]sdkReference
	Required []string
	Member   sdkReference // the items of a list
	Pattern  string
	Min, Max *float64 // of a number, or of the length of a string or a list
	Enum     []string
}

// saidInWords has limits that are only in the documentation, and not in the model (SES API v2 Reference, "MessageTag",
// "Destination" and "CreateConfigurationSet").
var saidInWords = map[string]map[string]sdkShape{"sesv2": {
	"MessageTagName":       {Pattern: "[A-Za-z0-9_-]+", Max: jsii.Number(256)},
	"MessageTagValue":      {Pattern: "[A-Za-z0-9_-]+", Max: jsii.Number(256)},
	"EmailAddress":         {Pattern: "[ -~]+"},
	"ConfigurationSetName": {Pattern: "[A-Za-z0-9_-]+", Max: jsii.Number(64)},
}}

// sdkServices has the models of services, by the name of the service in the resource of a task.
type sdkServices map[string]sdkService

// botocoreNames has the names of services in botocore that differ from the name in the resource of a task.
var botocoreNames = map[string]string{"sfn": "stepfunctions"}

// readSDKModel is a Python program that prints botocore's model of a service.
const readSDKModel = `
import json, sys
from botocore.loaders import Loader
json.dump(Loader().load_service_model(sys.argv[1], "service-2"), sys.stdout)
`

// of returns the model of a service. It reads it from the Python packages of the local AWS.
func (s sdkServices) of(t testing.TB, name string) sdkService {
	t.Helper()
	if service, ok := s[name]; ok {
		return service
	}
	python, err := localaws.Python(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var problem bytes.Buffer
	command := exec.CommandContext(t.Context(), python, "-c", readSDKModel, cmp.Or(botocoreNames[name], name))
	command.Stderr = &problem
	model, err := command.Output()
	if err != nil {
		t.Fatalf("read the model of the service %s: %v\n%s", name, err, &problem)
	}
	var service sdkService
	if err := json.Unmarshal(model, &service); err != nil {
		t.Fatal(err)
	}
	if got := strings.ToLower(serviceName(service.Metadata.ServiceID)); got != name {
		t.Fatalf("Step Functions has %s under the name %s, got: %s", service.Metadata.ServiceID, got, name)
	}
	for shape, words := range saidInWords[name] {
		modelled, ok := service.Shapes[shape]
		if !ok || modelled.Pattern != "" || modelled.Max != nil {
			t.Fatalf("%s must be a shape of the model without pattern and maximum: correct saidInWords, got: %+v", shape, modelled)
		}
		modelled.Pattern, modelled.Max = words.Pattern, words.Max
		service.Shapes[shape] = modelled
	}
	s[name] = service
	return service
}

var sdkResource = regexp.MustCompile(`^arn:aws:states:::aws-sdk:([a-z0-9]+):([a-z])([A-Za-z0-9]*)$`)

// operation returns the operation that a task calls, and its service.
func (s sdkServices) operation(t testing.TB, resource string) (sdkService, sdkOperation) {
	t.Helper()
	match := sdkResource.FindStringSubmatch(resource)
	if match == nil {
		t.Fatalf("a resource must match %s, got: %s", sdkResource, resource)
	}
	service := s.of(t, match[1])
	operation, ok := service.Operations[strings.ToUpper(match[2])+match[3]]
	if !ok {
		t.Fatalf("%s has no such operation: %s", service.Metadata.ServiceID, resource)
	}
	return service, operation
}

// errors returns the names of the errors of an operation: its modelled errors, and the common name of all other errors of the
// service, such as throttling and missing permissions.
func (s sdkService) errors(operation sdkOperation) (modelled []string, other string) {
	name := serviceName(s.Metadata.ServiceID)
	for _, shape := range operation.Errors {
		modelled = append(modelled, name+"."+errorName(shape.Shape))
	}
	return modelled, name + "." + name + "Exception"
}

// arguments returns the problems of the arguments of a call.
func (s sdkService) arguments(operation sdkOperation, arguments map[string]any) []string {
	if operation.Input.Shape == "" {
		if len(arguments) > 0 {
			return []string{fmt.Sprintf("the operation takes no arguments, got: %v", arguments)}
		}
		return nil
	}
	return s.check(operation.Input.Shape, arguments, "Arguments")
}

// check returns the problems of a value that must have this shape. where is the place of the value.
func (s sdkService) check(name string, value any, where string) (problems []string) {
	shape := s.Shapes[name]
	must := func(expected string) []string {
		return append(problems, fmt.Sprintf("%s must %s, got: %.200v", where, expected, value))
	}
	var size float64
	var unit string
	switch shape.Type {
	case "structure":
		fields, ok := value.(map[string]any)
		if !ok {
			return must("be an object")
		}
		members := s.members(name)
		for _, field := range slices.Sorted(maps.Keys(fields)) {
			if member, ok := members[field]; ok {
				problems = append(problems, s.check(member, fields[field], where+"."+field)...)
			} else {
				problems = append(problems, fmt.Sprintf("%s has no field %s, only: %v", where, field, slices.Sorted(maps.Keys(members))))
			}
		}
		for _, member := range shape.Required {
			if _, ok := fields[parameterName(member)]; !ok {
				problems = must("have the field " + parameterName(member))
			}
		}
		return problems
	case "list":
		items, ok := value.([]any)
		if !ok {
			return must("be an array")
		}
		for i, item := range items {
			problems = append(problems, s.check(shape.Member.Shape, item, fmt.Sprintf("%s[%d]", where, i))...)
		}
		size, unit = float64(len(items)), " items"
	case "string":
		text, ok := value.(string)
		if !ok {
			return must("be a string")
		}
		if shape.Pattern != "" && !matches(shape.Pattern, text) {
			problems = must("match " + shape.Pattern)
		}
		if len(shape.Enum) > 0 && !slices.Contains(shape.Enum, text) {
			problems = must(fmt.Sprintf("be one of %v", shape.Enum))
		}
		size, unit = float64(utf8.RuneCountInString(text)), " characters"
	case "integer", "long":
		number, ok := value.(float64)
		if !ok || number != float64(int64(number)) {
			return must("be a whole number")
		}
		size = number
	case "boolean":
		if _, ok := value.(bool); !ok {
			return must("be true or false")
		}
		return nil
	default:
		return must(fmt.Sprintf("be of a type that this test knows, not of %q", shape.Type))
	}
	if shape.Min != nil && size < *shape.Min {
		problems = must(fmt.Sprintf("have at least %v%s", *shape.Min, unit))
	}
	if shape.Max != nil && size > *shape.Max {
		problems = must(fmt.Sprintf("have at most %v%s", *shape.Max, unit))
	}
	return problems
}

// members returns the shapes of the members of a structure, by their names in Step Functions.
func (s sdkService) members(structure string) map[string]string {
	members := map[string]string{}
	for name, member := range s.Shapes[structure].Members {
		members[parameterName(name)] = member.Shape
	}
	return members
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// matches reports whether a whole text matches a pattern of a model. The patterns have the syntax of Java.
func matches(pattern, text string) bool {
	return regexp.MustCompile(`\A(?:` + unicodeEscape.ReplaceAllString(pattern, `\x{$1}`) + `)\z`).MatchString(text)
}

// result returns the problem of a path into the result of a call, or an empty string. A path goes through a list into its
// items, as in JSONata.
func (s sdkService) result(operation sdkOperation, path []string) string {
	shape := operation.Output.Shape
	for i, step := range path {
		for s.Shapes[shape].Type == "list" {
			shape = s.Shapes[shape].Member.Shape
		}
		member, ok := s.members(shape)[step]
		if !ok {
			return fmt.Sprintf("the result has no %s, only: %v", strings.Join(path[:i+1], "."), slices.Sorted(maps.Keys(s.members(shape))))
		}
		shape = member
	}
	return ""
}
