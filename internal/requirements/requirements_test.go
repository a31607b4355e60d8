package requirements_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/requirements"
)

// onPath sets the PATH to a directory with these commands only. Each command prints its version.
func onPath(t *testing.T, versions map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, version := range versions {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\necho "+version+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir)
	return dir
}

func TestCheck(t *testing.T) {
	const (
		node   = "20.16 or later is needed: install Node.js 22 or later, see https://nodejs.org/en/download, and put it first on the PATH"
		python = "Python 3.10 to 3.14 is needed: install one of these, see https://www.python.org/downloads/, and put it first on the PATH"
		npm    = "there is no npm on the PATH: install it, it comes with most packages of Node.js"
	)
	tests := map[string]struct {
		versions map[string]string
		want     []string
	}{
		"the oldest":           {map[string]string{"node": "v20.16.0", "npm": "10.8.1", "python3": "Python 3.10.0"}, nil},
		"the newest":           {map[string]string{"node": "v30.0.0", "npm": "12.0.0", "python3": "Python 3.14.99"}, nil},
		"the second Python":    {map[string]string{"node": "v24.0.0", "npm": "11.0.0", "python3": "Python 3.9.20", "python": "Python 3.12.1"}, nil},
		"nothing":              {nil, []string{"there is no node on the PATH, Node.js " + node, npm, "there is no python3 and no python on the PATH, " + python}},
		"too old":              {map[string]string{"node": "v20.15.1", "npm": "10.8.1", "python3": "Python 3.9.20"}, []string{"DIR/node is Node.js 20.15.1, " + node, "DIR/python3 is Python 3.9.20, " + python}},
		"too new and too old":  {map[string]string{"node": "v24.0.0", "npm": "11.0.0", "python3": "Python 3.15.0", "python": "Python 2.7.18"}, []string{"DIR/python3 is Python 3.15.0, DIR/python is Python 2.7.18, " + python}},
		"not a version number": {map[string]string{"node": "nodejs", "npm": "11.0.0", "python3": "Python 3.12.1"}, []string{`DIR/node --version: no version, got: "nodejs\n"`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := onPath(t, test.versions)
			got := ""
			if err := requirements.Check(t.Context()); err != nil {
				got = strings.ReplaceAll(err.Error(), dir, "DIR")
			}
			if want := strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestForApp checks that jsii's warning about an unknown version is turned off only for the versions with which the app is
// tested.
func TestForApp(t *testing.T) {
	const variable = "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION"
	for version, want := range map[string]string{
		"v20.20.2": "", "v22.0.0": "1", "v24.9.0": "1", "v25.1.0": "", "v26.10.0": "1", "v27.0.0": "",
	} {
		onPath(t, map[string]string{"node": version})
		t.Setenv(variable, "")
		if err := os.Unsetenv(variable); err != nil {
			t.Fatal(err)
		}
		if err := requirements.ForApp(t.Context()); err != nil || os.Getenv(variable) != want {
			t.Errorf("%s: got %v and %s=%s, want %q", version, err, variable, os.Getenv(variable), want)
		}
	}

	dir := onPath(t, map[string]string{"node": "v26.10.0", "old": "v18.20.8"})
	t.Setenv("JSII_NODE", filepath.Join(dir, "old"))
	if err := requirements.ForApp(t.Context()); err == nil || !strings.HasPrefix(err.Error(), dir+"/old is Node.js 18.20.8, 20.16 or later is needed") {
		t.Errorf("got %v for the Node.js of JSII_NODE", err)
	}
}

// TestOneVersionEverywhere checks that the READMEs, package.json and the Makefile have the versions of this package.
func TestOneVersionEverywhere(t *testing.T) {
	read := func(name string) string {
		text, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	golang := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read("go.mod"))[1]
	for _, test := range []struct{ file, want string }{
		{"README.md", "You need Go " + golang + " or later, Node.js " + requirements.Node + " or later, and Python " + requirements.Python +
			" to " + requirements.NewestPython + "."},
		{"README.md", "To deploy to AWS, use Node.js " + requirements.NodeToDeploy + " or later,"},
		{"README.ja.md", "Go " + golang + " 以降、Node.js " + requirements.Node + " 以降、Python " + requirements.Python + " から " +
			requirements.NewestPython + " が必要です。"},
		{"README.ja.md", "AWS へのデプロイには、Node.js " + requirements.NodeToDeploy + " 以降を"},
	} {
		if !strings.Contains(read(test.file), test.want) {
			t.Errorf("%s lacks: %s", test.file, test.want)
		}
	}
	var manifest struct{ Engines map[string]string }
	if err := json.Unmarshal([]byte(read("package.json")), &manifest); err != nil {
		t.Fatal(err)
	}
	if got, want := manifest.Engines["node"], ">="+requirements.Node; got != want {
		t.Errorf("package.json: engines.node is %q, want %q", got, want)
	}
	major, _, _ := strings.Cut(requirements.Node, ".")
	if want := "export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := " + major + "\n"; !strings.Contains(read("Makefile"), want) {
		t.Errorf("Makefile lacks: %s", want)
	}
	var lock struct {
		Packages map[string]struct{ Engines json.RawMessage }
	}
	if err := json.Unmarshal([]byte(read("package-lock.json")), &lock); err != nil {
		t.Fatal(err)
	}
	isNeeded := false
	for _, pkg := range lock.Packages {
		isNeeded = isNeeded || strings.Contains(string(pkg.Engines), `">= `+requirements.Node+`.0"`)
	}
	if !isNeeded {
		t.Errorf("no package needs Node.js %s any more: lower it to the newest version that a package needs", requirements.Node)
	}
}
