package test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/modfile"
	modulepath "golang.org/x/mod/module"
	"golang.org/x/mod/zip"
)

// TestConsumer runs the app of another module that imports the construct, from the files that the module proxy serves.
func TestConsumer(t *testing.T) {
	t.Parallel()
	consumer := filepath.Join("..", "examples", "consumer")
	published := withPublishedModule(t, consumer)

	// The go command downloads a module if it compiles a package of it (Go Modules Reference, "Module cache"). So an importer
	// downloads the CDK, and nothing that only the command, the local AWS or the tests need.
	list := exec.CommandContext(t.Context(), "go", "list", published, "-deps", "-f", "{{with .Module}}{{.Path}}{{end}}", ".")
	list.Dir, list.Stderr = consumer, t.Output()
	listed, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := strings.Fields(string(listed))
	slices.Sort(modules)
	if diff := cmp.Diff([]string{
		"example.com/consumer",
		"github.com/Masterminds/semver/v3", // of jsii
		"github.com/aws/aws-cdk-go/awscdk/v2",
		"github.com/aws/constructs-go/constructs/v10",
		"github.com/aws/jsii-runtime-go",
		"github.com/cdklabs/awscdk-asset-awscli-go/awscliv1/v2",                     // of awscdk
		"github.com/cdklabs/awscdk-asset-node-proxy-agent-go/nodeproxyagentv6/v2",   // of awscdk
		"github.com/cdklabs/cloud-assembly-schema-go/awscdkcloudassemblyschema/v54", // of awscdk
		module,
	}, slices.Compact(modules)); diff != "" {
		t.Errorf("an importer compiles other modules (-want +got):\n%s", diff)
	}

	output, outdir, err := runAppIn(t, consumer, `{}`, "GOFLAGS="+os.Getenv("GOFLAGS")+" "+published)
	if err != nil {
		t.Fatalf("the app failed: %v\n%s", err, output)
	}
	template := readTemplate(t, filepath.Join(outdir, "Access.template.json"))

	// The stack has two instances. Neither makes a resource that it was given.
	for resourceType, want := range map[string]int{
		"AWS::StepFunctions::StateMachine": 4, // each instance has one that onboards and one that withdraws first passwords
		"AWS::IAM::Group":                  2, // the group of the consumer, and the group of the contractors
		"AWS::SES::EmailIdentity":          1,
		"AWS::Scheduler::Schedule":         2,
		"AWS::Events::Rule":                2,
	} {
		if got := template.count(resourceType); got != want {
			t.Errorf("got %d resources of type %s, want %d", got, resourceType, want)
		}
	}
	// Each instance may change its own users and group, and not those of the other one.
	staff := strings.Join(template.statements(t, "OnboardStaffExecutionRoleDefaultPolicy"), "\n")
	contractors := strings.Join(template.statements(t, "OnboardContractorsExecutionRoleDefaultPolicy"), "\n")
	for _, test := range []struct {
		statements, want string
		isThere          bool
	}{
		{staff, "iam:CreateUser on " + iamARN + "user/staff/*", true},
		{staff, "iam:AddUserToGroup on <Staff.Arn>", true},
		{staff, "ses:GetEmailIdentity on " + sesARN + "identity/<Identity>", true},
		{staff, "ontractors", false},
		{contractors, "iam:CreateUser on " + iamARN + "user/contractors/*", true},
		{contractors, "iam:AddUserToGroup on <OnboardContractorsGroup.Arn>", true},
		{contractors, "ses:GetEmailIdentity on " + sesARN + "identity/<Identity>", true},
		{contractors, "taff", false},
	} {
		if strings.Contains(test.statements, test.want) != test.isThere {
			t.Errorf("want %q to be there: %v, got the statements\n%s", test.want, test.isThere, test.statements)
		}
	}
	wantLines(t, template.statements(t, "StaffDefaultPolicy"), []string{
		"StaffDefaultPolicy: Allow iam:ChangePassword on " + iamARN + "user/staff/${aws:username}",
		"StaffDefaultPolicy: Allow iam:GetAccountPasswordPolicy on *",
	})
	operators := strings.Join(template.statements(t, "OperatorsDefaultPolicy"), "\n")
	for _, machine := range []string{"<OnboardStaffStateMachine>", "<OnboardContractorsStateMachine>"} {
		for _, action := range []string{"states:StartExecution", "states:DescribeStateMachine, states:ListExecutions"} {
			if want := "Allow " + action + " on " + machine; !strings.Contains(operators, want) {
				t.Errorf("there is no statement\n%s\nin\n%s", want, operators)
			}
		}
	}
}

// TestLowestGo checks that this module and the example need no newer Go than the CDK for Go, which each importer has.
func TestLowestGo(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.GoVersion}}", "github.com/aws/jsii-runtime-go")
	list.Stderr = t.Output()
	needed, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"../go.mod", "../examples/consumer/go.mod"} {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if want := "\ngo " + strings.TrimSpace(string(needed)) + "\n"; !strings.Contains(string(content), want) {
			t.Errorf("%s needs another Go than the CDK: want the line %q", file, strings.TrimSpace(want))
		}
	}
}

// moduleFile is a file of the repository, under its name in the zip of the module.
type moduleFile string

func (f moduleFile) Path() string                 { return string(f) }
func (f moduleFile) Lstat() (os.FileInfo, error)  { return os.Lstat(filepath.Join("..", string(f))) }
func (f moduleFile) Open() (io.ReadCloser, error) { return os.Open(filepath.Join("..", string(f))) }

// withPublishedModule returns the flag with which a module of the repository is built with the published form of this module:
// the files of the zip that the module proxy makes from the repository.
func withPublishedModule(t *testing.T, dir string) (flag string) {
	t.Helper()
	tracked := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate")
	tracked.Dir, tracked.Stderr = "..", t.Output()
	names, err := tracked.Output()
	if err != nil {
		t.Fatal(err)
	}
	var files []zip.File
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names), "\x00"), "\x00") {
		if _, err := os.Lstat(filepath.Join("..", name)); err == nil { // it is not deleted in the work tree
			files = append(files, moduleFile(name))
		}
	}
	version := modulepath.Version{Path: module, Version: "v0.0.0"}
	var archive bytes.Buffer
	if err := zip.Create(&archive, version, files); err != nil {
		t.Fatal(err)
	}
	temp := t.TempDir()
	zipped, unzipped := filepath.Join(temp, "module.zip"), filepath.Join(temp, "module")
	if err := os.WriteFile(zipped, archive.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := zip.Unzip(unzipped, version, zipped); err != nil {
		t.Fatal(err)
	}

	content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse("go.mod", content, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := mod.AddReplace(module, "", unzipped, ""); err != nil {
		t.Fatal(err)
	}
	if content, err = mod.Format(); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(dir, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"go.mod": content, "go.sum": sums} {
		if err := os.WriteFile(filepath.Join(temp, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return "-modfile=" + filepath.Join(temp, "go.mod")
}

// readTemplate reads the template of an app from a file.
func readTemplate(t *testing.T, file string) template {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var synthesized map[string]any
	if err := json.Unmarshal(content, &synthesized); err != nil {
		t.Fatal(err)
	}
	return decode[template](t, resolve(synthesized, synthesized))
}
