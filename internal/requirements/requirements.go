// Package requirements defines the versions of Node.js and Python that this repository needs, and checks the versions of the
// machine. The version of Go is in go.mod, and the go command checks it.
package requirements

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/semver"
)

const (
	// Node is the oldest Node.js that the CDK library and all packages of package-lock.json accept. The "engines" of jsep have
	// the strictest requirement.
	Node = "20.16"
	// NodeToDeploy is the oldest Node.js that AWS supports for the CDK (CDK Developer Guide, "Supported Node.js versions for
	// the AWS CDK").
	NodeToDeploy = "22"

	// Python is the oldest Python that moto and cfn-lint accept.
	Python = "3.10"
	// NewestPython is the newest Python that moto and cfn-lint accept (Requires-Python of cfn-lint: below 3.15).
	NewestPython = "3.14"
)

// tested are the major versions of Node.js with which the app was tested and makes the same template. AWS supports the CDK on
// them, or they are newer than the pinned jsii.
var tested = []string{"v22", "v24", "v26"}

// Check returns an error that lists everything that the machine lacks, one problem on each line, or nil.
func Check(ctx context.Context) error {
	_, nodeErr := NodeVersion(ctx, "node")
	var npmErr error
	if _, err := exec.LookPath("npm"); err != nil {
		npmErr = errors.New("there is no npm on the PATH: install it, it comes with most packages of Node.js")
	}
	_, pythonErr := FindPython(ctx)
	return errors.Join(nodeErr, npmErr, pythonErr)
}

// NodeVersion returns the version of the Node.js that command runs, such as 22.1.0. It returns an error if the command is not
// found, or if its version is older than [Node].
func NodeVersion(ctx context.Context, command string) (string, error) {
	const remedy = Node + " or later is needed: install Node.js " + NodeToDeploy + " or later, see https://nodejs.org/en/download, " +
		"and put it first on the PATH"
	path, err := exec.LookPath(command)
	if err != nil {
		return "", fmt.Errorf("there is no %s on the PATH, Node.js %s", command, remedy)
	}
	found, err := versionOf(ctx, path, "--version")
	switch {
	case err != nil:
		return "", err
	case semver.Compare(found, "v"+Node) < 0:
		return "", fmt.Errorf("%s is Node.js %s, %s", path, found[1:], remedy)
	}
	return found[1:], nil
}

// CanDeploy reports whether AWS supports the CDK on this version of Node.js.
func CanDeploy(node string) bool {
	return semver.Compare("v"+node, "v"+NodeToDeploy) >= 0
}

// FindPython returns the path of a Python from version [Python] to [NewestPython]. It looks for python3 and then for python
// on the PATH. Its error lists the versions that it found.
func FindPython(ctx context.Context) (path string, err error) {
	var got []string
	for _, name := range []string{"python3", "python"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		found, err := versionOf(ctx, path, "--version")
		switch {
		case err != nil:
			got = append(got, err.Error())
		case semver.Compare(found, "v"+Python) >= 0 && semver.Compare(semver.MajorMinor(found), "v"+NewestPython) <= 0:
			return path, nil
		default:
			got = append(got, path+" is Python "+found[1:])
		}
	}
	if got == nil {
		got = []string{"there is no python3 and no python on the PATH"}
	}
	return "", fmt.Errorf("%s, Python %s to %s is needed: install one of these, see https://www.python.org/downloads/, and put it first on the PATH",
		strings.Join(got, ", "), Python, NewestPython)
}

var number = regexp.MustCompile(`\d+\.\d+\.\d+`)

// versionOf returns the version that a command prints, as three numbers with a v in front.
func versionOf(ctx context.Context, path string, args ...string) (string, error) {
	output, err := exec.CommandContext(ctx, path, args...).CombinedOutput()
	found := number.FindString(string(output))
	if err != nil || found == "" {
		return "", fmt.Errorf("%s %s: %w, got: %q", path, strings.Join(args, " "), cmp.Or(err, errors.New("no version")), output)
	}
	return "v" + found, nil
}

// ForApp returns an error if the Node.js that jsii uses is too old for the app. If the app was tested with this version,
// ForApp turns off jsii's warning about versions that jsii does not know. jsii still warns of other versions, such as
// versions that AWS no longer supports.
func ForApp(ctx context.Context) error {
	found, err := NodeVersion(ctx, cmp.Or(os.Getenv("JSII_NODE"), "node"))
	if err != nil {
		return err
	}
	const silence = "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION" // jsii, packages/@jsii/check-node
	if _, set := os.LookupEnv(silence); !set && slices.Contains(tested, semver.Major("v"+found)) {
		return os.Setenv(silence, "1")
	}
	return nil
}
