package askaws

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/aws-cdk-go/awscdk/v2/regioninfo"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/workload"
)

const account = "123456789012"

// definitions holds the definitions of the state machine that onboards users and of the one that withdraws first passwords, with no
// option and with every option.
type definitions struct{ noOption, everyOption, expiry, expiryWithEveryOption definition }

// definition is the definition of a state machine. It has names instead of references, as after a deployment.
type definition struct {
	text   string
	states map[string]map[string]any // by name, including the states inside of maps
}

// synthesize returns the definitions for a region. It needs Node.js.
func synthesize(region string) (synthesized definitions, err error) {
	outdir, err := os.MkdirTemp("", "cdk.out-")
	if err != nil {
		return definitions{}, err
	}
	defer os.RemoveAll(outdir)
	defer func() {
		if problem := recover(); problem != nil { // the CDK for Go panics instead of returning errors
			err = fmt.Errorf("synthesize the definition: %v: check that Node.js is on the PATH", problem)
		}
	}()
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: &outdir})
	environment := &awscdk.Environment{Account: jsii.String(account), Region: &region}
	noOption := awscdk.NewStack(app, jsii.String("NoOption"), &awscdk.StackProps{Env: environment})
	onboarding.NewUserOnboarding(noOption, jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
		Sender: jsii.String(sender), GroupName: jsii.String(workload.Group),
	})
	everyOption := awscdk.NewStack(app, jsii.String("EveryOption"), &awscdk.StackProps{Env: environment})
	onboarding.NewUserOnboarding(everyOption, jsii.String("UserOnboarding"), everyProp(everyOption))
	assembly := app.Synth(nil)
	for _, of := range []struct {
		stack      awscdk.Stack
		isOfExpiry bool
		definition *definition
	}{
		{noOption, false, &synthesized.noOption}, {everyOption, false, &synthesized.everyOption},
		{noOption, true, &synthesized.expiry}, {everyOption, true, &synthesized.expiryWithEveryOption},
	} {
		template := assembly.GetStackArtifact(of.stack.ArtifactId()).Template()
		if *of.definition, err = definitionOf(template, region, of.isOfExpiry); err != nil {
			return definitions{}, fmt.Errorf("synthesize the definition: %w", err)
		}
	}
	return synthesized, nil
}

const (
	sender = "sender@example.com"
	// hostile is text with characters that could break an expression.
	hostile = `"quotes" 'n' \back\ {% $states.input %} %} {%% 100% ${aws:username} $1 <b>&amp;</b> "; "漢字 😀`
	// lastWords follow the last placeholder of the longest mail.
	lastWords = "the end"
)

// longTemplate has nearly the largest number of placeholders that a template may have.
var longTemplate = hostile + "\n" + strings.Repeat("{{UserName}} {{SignInUrl}}\n", 20) + "{{UserName}} " + lastWords

// everyProp returns props that set every prop, except those that exclude another one.
func everyProp(stack awscdk.Stack) *onboarding.UserOnboardingProps {
	topic := sns.Topic_FromTopicArn(stack, jsii.String("Topic"), jsii.String("arn:"+partitionOf(*stack.Region())+":sns:"+*stack.Region()+":"+account+":Topic"))
	return &onboarding.UserOnboardingProps{
		Sender: jsii.String(sender), SenderName: jsii.String(hostile), ReplyTo: jsii.String("reply@example.com"),
		Organization: jsii.String("Example"), AccountName: jsii.String("Test"), Contact: jsii.String("IT"), Signature: jsii.String("Ada\nIT"),
		SenderIdentity:   ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
		ConfigurationSet: ses.ConfigurationSet_FromConfigurationSetName(stack, jsii.String("Set"), jsii.String("Set")),
		GroupName:        jsii.String(workload.Group),
		AllowedGroups:    &[]iam.IGroup{iam.Group_FromGroupName(stack, jsii.String("Guests"), jsii.String("Guests"))},
		RequireMfa:       jsii.Bool(true), UserPath: jsii.String("/every/option/"),
		PermissionsBoundary: iam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), jsii.String("Boundary")),
		UserTags:            &map[string]*string{"Department": jsii.String("IT")},
		PasswordLength:      jsii.Number(128), ExcludeLookAlikes: jsii.Bool(false), MaxConcurrency: jsii.Number(40),
		PasswordValidity: awscdk.Duration_Days(jsii.Number(30)), TimeZoneOffset: jsii.String("-03:30"),
		SignInUrl: jsii.String("https://example.com/?a={%1%}"), Language: jsii.String("ja"), SeparatePassword: jsii.Bool(true),
		Subject: jsii.String(hostile), TextTemplate: &longTemplate, HtmlTemplate: &longTemplate,
		PasswordSubject: jsii.String(hostile), PasswordTextTemplate: jsii.String("{{Password}}, {{ValidUntil}}{{EarlierMails}}"), PasswordHtmlTemplate: jsii.String("{{Password}}"),
		BounceTopic: topic, BounceEmail: jsii.String("bounces@example.com"), AlarmTopic: topic, AlarmEmail: jsii.String("alarms@example.com"),
		ReportTopic: topic, ReportEmail: jsii.String("reports@example.com"),
		EncryptionKey: kms.NewKey(stack, jsii.String("Key"), nil), LogRetention: logs.RetentionDays_ONE_YEAR,
	}
}

// definitionOf returns the definition of a state machine in a template: of the one that withdraws first passwords if isOfExpiry is true,
// otherwise of the one that onboards users.
func definitionOf(template any, region string, isOfExpiry bool) (definition, error) {
	var decoded cloudFormation
	if err := json.Unmarshal(encode(template), &decoded); err != nil {
		return definition{}, err
	}
	decoded.region = region
	for _, id := range slices.Sorted(maps.Keys(decoded.Resources)) {
		resource := decoded.Resources[id]
		if resource.Type != "AWS::StepFunctions::StateMachine" || strings.Contains(id, "PasswordExpiry") != isOfExpiry {
			continue
		}
		text, err := decoded.resolve(resource.Properties["DefinitionString"])
		if err != nil {
			return definition{}, err
		}
		states, err := operator.StatesOf(text)
		return definition{text, states}, err
	}
	return definition{}, fmt.Errorf("the template has no state machine")
}

// state returns the state of that name. It panics if there is none.
func (d definition) state(name string) map[string]any {
	state, ok := d.states[name]
	if !ok {
		panic("the definition has no state " + name)
	}
	return state
}

// cloudFormation is a template.
type cloudFormation struct {
	Resources map[string]struct {
		Type       string
		Properties map[string]any
	}
	region string
}

// resolve returns the text of a value, with names instead of references. The name of a resource is the one that its properties
// set, otherwise its logical ID.
func (c cloudFormation) resolve(value any) (string, error) {
	if text, ok := value.(string); ok {
		return text, nil
	}
	function, _ := value.(map[string]any)
	switch {
	case function["Ref"] != nil:
		return c.name(function["Ref"].(string)), nil
	case function["Fn::GetAtt"] != nil:
		return c.name(function["Fn::GetAtt"].([]any)[0].(string)), nil
	case function["Fn::Join"] != nil:
		var joined strings.Builder
		for _, part := range function["Fn::Join"].([]any)[1].([]any) {
			text, err := c.resolve(part)
			if err != nil {
				return "", err
			}
			joined.WriteString(text)
		}
		return joined.String(), nil
	}
	return "", fmt.Errorf("the definition has %s: expected a text, Ref, Fn::GetAtt or Fn::Join", encode(value))
}

func (c cloudFormation) name(id string) string {
	switch id {
	case "AWS::Region":
		return c.region
	case "AWS::AccountId":
		return account
	case "AWS::Partition":
		return partitionOf(c.region)
	}
	for _, property := range []string{"GroupName", "EmailIdentity", "Name"} {
		if name, ok := c.Resources[id].Properties[property].(string); ok {
			return name
		}
	}
	return id
}

// partitionOf returns the partition of a region. It returns aws for a region that is newer than the CDK.
func partitionOf(region string) string {
	if name := regioninfo.RegionInfo_Get(&region).Partition(); name != nil {
		return *name
	}
	return "aws"
}
