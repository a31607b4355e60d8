package test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/stacks"
)

// runApp runs the app without the CDK CLI. It returns the output, and the folder of the cloud assembly.
func runApp(t *testing.T, context string, environment ...string) (output, outdir string, err error) {
	t.Helper()
	return runAppIn(t, "..", context, environment...)
}

// runAppIn runs the app of another module as [runApp] does.
func runAppIn(t *testing.T, module, context string, environment ...string) (output, outdir string, err error) {
	t.Helper()
	outdir = filepath.Join(t.TempDir(), "out")
	app := exec.CommandContext(t.Context(), "go", "run", ".")
	app.Dir = module
	app.Env = append(append(os.Environ(), "CDK_OUTDIR="+outdir, "CDK_CONTEXT_JSON="+context), environment...)
	combined, err := app.CombinedOutput()
	return string(combined), outdir, err
}

func TestAppWithoutConfiguration(t *testing.T) {
	t.Parallel()
	output, outdir, err := runApp(t, `{}`)
	if err == nil {
		t.Error("the app succeeded, want it to fail")
	}
	want := "the configuration is wrong; set a value with -c key=value, or in the context of cdk.json:\n" +
		"sender must be an e-mail address such as user@example.com, got: nothing\n"
	if !strings.Contains(output, want) {
		t.Errorf("got the output\n%s\nwant in it\n%s", output, want)
	}
	if _, err := os.Stat(filepath.Join(outdir, "manifest.json")); err == nil {
		t.Error("the app wrote a cloud assembly")
	}
}

// TestAppErrorComesFirst checks that the app writes its error before it closes jsii. A message of jsii about the end of its process
// has no line break (jsii-runtime-go 1.139.0), so the error would otherwise continue that line.
func TestAppErrorComesFirst(t *testing.T) {
	t.Parallel()
	const closed = "jsii is closed"
	node := filepath.Join(t.TempDir(), "node")
	if err := os.WriteFile(node, []byte("#!/bin/sh\nnode \"$@\"\necho "+closed+" >&2\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	output, _, _ := runApp(t, `{}`, "JSII_NODE="+node)
	problem, end := strings.Index(output, "the configuration is wrong"), strings.Index(output, closed)
	if problem < 0 || end >= 0 && end < problem { // the app may end before that message
		t.Errorf("want the error, and nothing before it, got:\n%s", output)
	}
}

func TestAppWithWrongValues(t *testing.T) {
	t.Parallel()
	output, _, err := runApp(t, `{"sender": "sender", "passwordLength": "7", "userPath": "onboarded"}`)
	if err == nil {
		t.Error("the app succeeded, want it to fail")
	}
	want := `sender must be an e-mail address such as user@example.com, got: "sender"
userPath must be an IAM path below the root, such as /onboarded/, got: "onboarded"
passwordLength must be a whole number from 8 to 128, got: "7"
`
	if !strings.Contains(output, want) {
		t.Errorf("got the output\n%s\nwant in it\n%s", output, want)
	}
}

// TestAppTakesContextOfTheCLI checks that the app accepts the context keys that commands of the CDK CLI write to a project,
// and those of ~/.cdk.json.
func TestAppTakesContextOfTheCLI(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	caches, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(string(caches))
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	project, home := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".cdk.json"), []byte(`{"context": {"cli-telemetry": false}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	cdk := func(arguments ...string) string {
		t.Helper()
		command := exec.CommandContext(t.Context(), filepath.Join(root, "node_modules", ".bin", "cdk"), arguments...)
		command.Dir = project
		command.Env = append(os.Environ(), "HOME="+home, "GOCACHE="+lines[0], "GOMODCACHE="+lines[1],
			"JSII_RUNTIME_PACKAGE_CACHE_ROOT="+filepath.Join(cache, "aws", "jsii", "package-cache"), "AWS_EC2_METADATA_DISABLED=true")
		output, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("cdk %v: %v (npm ci installs the CDK CLI)\n%s", arguments, err, output)
		}
		return string(output)
	}
	app := []string{"--app", fmt.Sprintf("go -C '%s' run .", root), "--output", filepath.Join(project, "out"), "-c", "sender=sender@example.com"}
	cdk("cli-telemetry", "--disable")
	cdk("acknowledge", "12345")
	kept, err := os.ReadFile(filepath.Join(project, "cdk.context.json"))
	if err != nil || !strings.Contains(string(kept), "cli-telemetry") || !strings.Contains(string(kept), "acknowledged-issue-numbers") {
		t.Errorf("cdk.context.json: %s %v", kept, err)
	}
	if got := cdk(append(app, "ls")...); !strings.Contains(got, "IamUserOnboarding") {
		t.Errorf("cdk ls has no stack IamUserOnboarding:\n%s", got)
	}
}

// TestAppTemplate checks the template of the app with the validation of the CDK, and with cfn-lint. A warning is a failure.
// Every context key is set, except one that excludes others.
func TestAppTemplate(t *testing.T) {
	t.Parallel()
	file := func(name, template string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(file, []byte(template), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	context := map[string]any{
		"sender": "sender@example.com", "senderName": "IT", "replyTo": "help@example.com", "senderDomain": "example.com",
		"hostedZoneId": "Z0123456789ABC", "groupName": "Staff", "allowedGroups": []string{"Guests"}, "requireMfa": true, "userPath": "/staff/",
		"permissionsBoundary": "arn:aws:iam::123456789012:policy/Boundary", "passwordLength": 24, "excludeLookAlikes": false,
		"maxConcurrency": 3, "passwordValidityHours": 24, "timeZoneOffset": "+09:00", "signInUrl": "https://example.signin.aws.amazon.com/console", "language": "ja",
		"subject": "Welcome", "textTemplate": file("mail.txt", "{{UserName}} {{ValidUntil}}"), "htmlTemplate": file("mail.html", "<p>{{UserName}}</p>"),
		"separatePassword": true, "passwordSubject": "Secret", "passwordTextTemplate": file("password.txt", "{{Password}}"),
		"passwordHtmlTemplate": file("password.html", "<p>{{Password}}</p>"),
		"alarmEmail":           "alarm@example.com", "bounceEmail": "bounce@example.com", "reportEmail": "report@example.com", "stackName": "Staff",
		"@aws-cdk/core:strictCfnValidateErrors": true,
	}
	encoded, err := json.Marshal(context)
	if err != nil {
		t.Fatal(err)
	}
	output, outdir, err := runApp(t, string(encoded), validation+"=true")
	if err != nil {
		t.Fatalf("the app failed: %v\n%s", err, output)
	}
	template := filepath.Join(outdir, "Staff.template.json")
	wantOutputsInDocs(t, readTemplate(t, template))
	python, err := localaws.Python(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	findings, err := exec.CommandContext(t.Context(), python, "-c", "from cfnlint.runner import main; main()", "--ignore-checks", redundantDependency, "--",
		template).CombinedOutput()
	if err != nil {
		t.Errorf("cfn-lint: %v\n%s", err, findings)
	}
}

// TestAppWithGroup checks that the app lets the members of a group that exists choose a new password.
func TestAppWithGroup(t *testing.T) {
	app := newApp(t)
	template := templateOf(t, stackOfApp(app, stacks.OnboardingStackProps{GroupNameOrArn: jsii.String("Staff")}))
	wantLines(t, template.statements(t, "GivenGroupDefaultPolicy"), []string{
		"GivenGroupDefaultPolicy: Allow iam:ChangePassword on " + self, "GivenGroupDefaultPolicy: Allow iam:GetAccountPasswordPolicy on *",
	})
	if got := template.count("AWS::IAM::Group"); got != 0 {
		t.Errorf("got %d groups, want none", got)
	}
}

// TestAppWithGroupByARN checks that the app uses a group that has a path. Policies have the path, and calls of IAM do not.
func TestAppWithGroupByARN(t *testing.T) {
	app := newApp(t)
	template := templateOf(t, stackOfApp(app, stacks.OnboardingStackProps{GroupNameOrArn: jsii.String(iamARN + "group/teams/Staff")}))
	for _, want := range []string{"iam:GetGroup", "iam:AddUserToGroup"} {
		want = ofRole + "Allow " + want + " on " + iamARN + "group/teams/Staff"
		if statements := template.statements(t); !slices.Contains(statements, want) {
			t.Errorf("there is no statement\n%s\nin\n%s", want, strings.Join(statements, "\n"))
		}
	}
	for id, resource := range template.Resources {
		if groups := resource.Properties["Groups"]; groups != nil && fmt.Sprint(groups) != "[Staff]" {
			t.Errorf("%s is attached to the groups %v, want [Staff]", id, groups)
		}
	}
	if got := template.Outputs["GroupName"].Value; got != "Staff" {
		t.Errorf("got the output GroupName %q, want Staff", got)
	}
}

// TestAppWithDomain checks that the app makes the identity of a domain, and that an output has its DNS records.
func TestAppWithDomain(t *testing.T) {
	app := newApp(t)
	template := templateOf(t, stackOfApp(app, stacks.OnboardingStackProps{SenderDomain: jsii.String("example.com")}))
	want := "<UserOnboardingSenderIdentity.DkimDNSTokenName3> CNAME <UserOnboardingSenderIdentity.DkimDNSTokenValue3>"
	if got := template.Outputs["DkimRecord3"].Value; got != want {
		t.Errorf("got the output %q, want %q", got, want)
	}
}

// stackOfApp makes the stack of the app with a sender.
func stackOfApp(app awscdk.App, props stacks.OnboardingStackProps) awscdk.Stack {
	props.Users.Sender = jsii.String("sender@example.com")
	return stacks.NewOnboardingStack(app, jsii.String("Stack"), &props)
}

// TestAppWithValidity checks that the definition publishes the validity of the first passwords, and nothing if they do not expire.
func TestAppWithValidity(t *testing.T) {
	for hours, want := range map[*float64]string{nil: "72", jsii.Number(24): "24", jsii.Number(0): ""} {
		app := newApp(t)
		template := templateOf(t, stackOfApp(app, stacks.OnboardingStackProps{PasswordValidityHours: hours}))
		got := regexp.MustCompile(`"ValidityHours":(\d+)`).FindStringSubmatch(deployedDefinition(t, template, template.ofType(t, stateMachineType)))
		if len(got) == 0 {
			got = []string{"", ""}
		}
		if got[1] != want {
			t.Errorf("got %q hours, want %q", got[1], want)
		}
	}
}

// TestAppWithAllowedGroups checks that a list may name these groups, and that their members may choose a new password.
func TestAppWithAllowedGroups(t *testing.T) {
	app := newApp(t)
	teams := iamARN + "group/teams/Admins"
	template := templateOf(t, stackOfApp(app, stacks.OnboardingStackProps{
		Users: props{GroupName: jsii.String("Staff")}, AllowedGroupNamesOrArns: jsii.Strings("Guests", teams),
	}))
	statements := template.statements(t)
	for _, want := range []string{
		ofRole + "Allow iam:AddUserToGroup on <UserOnboardingGroup.Arn>, " + iamARN + "group/Guests, " + teams,
		"AllowedGroupGuestsDefaultPolicy: Allow iam:ChangePassword on " + self, "AllowedGroupAdminsDefaultPolicy: Allow iam:ChangePassword on " + self,
	} {
		if !slices.Contains(statements, want) {
			t.Errorf("there is no statement\n%s\nin\n%s", want, strings.Join(statements, "\n"))
		}
	}
	attached := map[string]bool{}
	for _, resource := range template.Resources {
		for _, group := range []string{"Guests", "Admins"} {
			attached[group] = attached[group] || fmt.Sprint(resource.Properties["Groups"]) == "["+group+"]"
		}
	}
	if !attached["Guests"] || !attached["Admins"] {
		t.Errorf("policies are attached to %v, want to both groups", attached)
	}
	definition := deployedDefinition(t, template, template.ofType(t, stateMachineType))
	for _, want := range []string{`"Name":"Guests"`, `"Name":"Admins"`} {
		if !strings.Contains(definition, want) {
			t.Errorf("the definition lacks %s", want)
		}
	}
}

// TestTextAndResource checks that a prop with a text or a number excludes the props with the resource.
func TestTextAndResource(t *testing.T) {
	stack := newStack(t)
	mustPanic(t, `OnboardingStack: GroupNameOrArn must be left out if Users.Group is given, got: "Staff"
SenderIdentityName must be left out if Users.SenderIdentity or Users.Identity is given, got: "example.com"
PermissionsBoundaryArn must be left out if Users.PermissionsBoundary is given, got: "`+iamARN+`policy/Boundary"
AllowedGroupNamesOrArns must be left out if Users.AllowedGroups is given, got: [Guests]
PasswordValidityHours must be left out if Users.PasswordValidity is given, got: 24`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{
			Users: props{
				Group:               iam.Group_FromGroupName(stack, jsii.String("Group"), jsii.String("Staff")),
				AllowedGroups:       &[]iam.IGroup{iam.Group_FromGroupName(stack, jsii.String("Allowed"), jsii.String("Interns"))},
				SenderIdentity:      ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com")),
				PermissionsBoundary: iam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), jsii.String("Boundary")),
				PasswordValidity:    awscdk.Duration_Hours(jsii.Number(24)),
			},
			GroupNameOrArn: jsii.String("Staff"), SenderIdentityName: jsii.String("example.com"), AllowedGroupNamesOrArns: jsii.Strings("Guests"),
			PermissionsBoundaryArn: jsii.String(iamARN + "policy/Boundary"), PasswordValidityHours: jsii.Number(24),
		})
	})
	mustPanic(t, `OnboardingStack: SenderDomain must be left out if Users.SenderIdentity or Users.Identity is given, got: "example.com"`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{
			Users: props{Identity: ses.Identity_Domain(jsii.String("example.com"))}, SenderDomain: jsii.String("example.com"),
		})
	})
}

// TestStackListsEveryProblem checks that the stack lists the problems of its texts together with those of the construct.
func TestStackListsEveryProblem(t *testing.T) {
	mustPanic(t, `OnboardingStack: Sender must be an e-mail address such as user@example.com, got: nothing`, func() {
		stacks.NewOnboardingStack(awscdk.NewApp(nil), jsii.String("Stack"), nil)
	})
	mustPanic(t, `OnboardingStack: GroupNameOrArn must be 1 to 128 letters, digits and _+=,.@-, or be the ARN of an IAM group, such as `+
		`arn:aws:iam::123456789012:group/teams/Staff, got: "a/b"
SenderIdentityName must be an e-mail address or a domain that SES has as an identity, got: "no domain"
SenderDomain must be a domain such as example.com, got: "other@example.com"
HostedZoneId must be the id of a hosted zone such as Z0123456789ABCDEFGHIJ, got: "zone"
PermissionsBoundaryArn must be the ARN of a managed policy such as arn:aws:iam::123456789012:policy/Boundary, got: "policy"
AllowedGroupNamesOrArns must be 1 to 128 letters, digits and _+=,.@-, or be the ARN of an IAM group, such as `+
		`arn:aws:iam::123456789012:group/teams/Staff, got: ""
AllowedGroupNamesOrArns must have each group once, and not the default one, got: "B"
PasswordValidityHours must be a whole number of hours from 1 to 720, or 0 for passwords that do not expire, got: 0.5
Users.GroupName must be left out if GroupNameOrArn is given, got: "Staff"
Users.RequireMfa must be left out if GroupNameOrArn is given, got: true
SenderDomain must be left out if SenderIdentityName is given, got: "other@example.com"
SenderDomain must be the sender sender@example.com, or its domain, got: "other@example.com"
PasswordSubject must be left out unless SeparatePassword is true, got: "Secret"
Language must be one of de, en, ja, got: "fr"`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{
			Users: props{GroupName: jsii.String("Staff"), RequireMfa: jsii.Bool(true), Language: jsii.String("fr"),
				PasswordSubject: jsii.String("Secret")},
			GroupNameOrArn: jsii.String("a/b"), SenderIdentityName: jsii.String("no domain"), SenderDomain: jsii.String("other@example.com"),
			HostedZoneId: jsii.String("zone"), PermissionsBoundaryArn: jsii.String("policy"), AllowedGroupNamesOrArns: &[]*string{nil, jsii.String("B")},
			PasswordValidityHours: jsii.Number(0.5),
		})
	})
	mustPanic(t, `OnboardingStack: PasswordValidityHours must be left out if Users.PasswordValidity is given, got: 0
TextTemplate must not have {{ValidUntil}} if PasswordValidity is 0, because no password expires then, got: [{{UserName}} {{Password}} {{ValidUntil}}]`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{
			Users: props{PasswordValidity: awscdk.Duration_Hours(jsii.Number(1)),
				TextTemplate: jsii.String("{{UserName}} {{Password}} {{ValidUntil}}")},
			PasswordValidityHours: jsii.Number(0),
		})
	})
	mustPanic(t, `OnboardingStack: HostedZoneId must be left out if no SenderDomain is given, got: "Z1"`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{HostedZoneId: jsii.String("Z1")})
	})
	mustPanic(t, `OnboardingStack: SenderIdentityName must be the sender sender@example.com, or its domain, got: "example.org"`, func() {
		stackOfApp(awscdk.NewApp(nil), stacks.OnboardingStackProps{SenderIdentityName: jsii.String("example.org")})
	})
}

// wantOutputsInDocs checks that docs/configuration.md has every output of the app.
func wantOutputsInDocs(t *testing.T, template template) {
	t.Helper()
	docs, err := os.ReadFile("../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, outputs, _ := strings.Cut(string(docs), "\n## Outputs\n")
	for output := range template.Outputs {
		if !strings.Contains(outputs, "`"+output+"`") {
			t.Errorf("docs/configuration.md does not have the output %s", output)
		}
	}
}

// redundantDependency is a finding on a dependency that the CDK always adds: the state machine depends on its role, although
// it also has the ARN of the role.
const redundantDependency = "W3005"

// TestSenderThatTakesNoAnswers checks that the stack takes a sender whose mails nobody can reply to if the mails say who answers
// questions, and says it once if they do not.
func TestSenderThatTakesNoAnswers(t *testing.T) {
	sender := jsii.String("no-reply@example.com")
	newStackOf := func(users props) {
		stacks.NewOnboardingStack(awscdk.NewApp(nil), jsii.String("Stack"), &stacks.OnboardingStackProps{Users: users})
	}
	newStackOf(props{Sender: sender, Contact: jsii.String("IT")})
	newStackOf(props{Sender: sender, ReplyTo: jsii.String("it@example.com")})
	mustPanic(t, "OnboardingStack: Contact must be given, or ReplyTo, because users cannot reply to no-reply@example.com: "+
		"say who answers questions instead, got: nothing", func() { newStackOf(props{Sender: sender}) })
}
