package localaws

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"

	"github.com/iam-onboarding/iam-onboarding/internal/requirements"
)

const module = "module github.com/iam-onboarding/iam-onboarding\n"

// hasMoto is a Python program. It fails if the interpreter lacks a package that the local AWS needs. It prints the path of the
// interpreter, because the command may be a script that starts another file, as with pyenv.
const hasMoto = `
import importlib.metadata, importlib.util, sys
needed = ["antlr4", "boto3", "cfnlint", "docker", "flask", "flask_cors", "graphql", "joserfc", "jsonpath_ng", "yaml"]
found = all(importlib.util.find_spec(name) for name in needed) and importlib.util.find_spec("moto")
print(sys.executable)
sys.exit(0 if found and importlib.metadata.version("moto") == "5.2.1" else 1)
`

// Python returns the path of an interpreter that has the packages of requirements.txt in this folder, such as moto and cfn-lint. It
// is python3 or python on the PATH if that has the packages. Otherwise it is the interpreter of the virtual environment .venv in
// this folder, which the first call makes.
func Python(ctx context.Context) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	folder := filepath.Join(root, "internal", "localaws")
	venv, list := filepath.Join(folder, ".venv"), filepath.Join(folder, "requirements.txt")
	for _, name := range []string{"python3", "python"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if python := usable(ctx, path); python != "" {
			return python, nil
		}
	}
	if python := usable(ctx, interpreter(venv)); python != "" {
		return python, nil
	}
	base, err := requirements.FindPython(ctx)
	if err != nil {
		return "", err
	}
	if err := makeVenv(ctx, base, venv, list); err != nil {
		return "", fmt.Errorf("make a virtual environment for the local AWS (or put a python3 that has %s on the PATH): %w", list, err)
	}
	return interpreter(venv), nil
}

// usable returns the path of the interpreter that a command runs, or an empty text if it lacks a package that the local AWS needs.
func usable(ctx context.Context, command string) string {
	printed, err := exec.CommandContext(ctx, command, "-c", hasMoto).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(printed))
}

func interpreter(venv string) string {
	return filepath.Join(venv, "bin", "python")
}

// makeVenv makes the virtual environment under another name, and renames it when it is complete. So another process finds it either
// complete or not at all.
func makeVenv(ctx context.Context, base, venv, requirements string) error {
	aside, err := os.MkdirTemp(filepath.Dir(venv), ".venv-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(aside)
	for _, command := range [][]string{
		{base, "-m", "venv", aside},
		{interpreter(aside), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "-r", requirements},
	} {
		output, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, output)
		}
	}
	if usable(ctx, interpreter(venv)) == "" {
		if err := os.RemoveAll(venv); err != nil {
			return err
		}
	}
	if err := os.Rename(aside, venv); err != nil && usable(ctx, interpreter(venv)) == "" {
		return err
	}
	return nil
}

var (
	toolsLock   sync.Mutex
	toolsPython string // the interpreter, after the first check of the tools
)

// tools returns the interpreter of [Python], or an error that lists every missing tool. A process checks the tools once, because a
// check takes a tenth of the time of a start.
func tools(ctx context.Context, root string) (string, error) {
	toolsLock.Lock()
	defer toolsLock.Unlock()
	if toolsPython != "" {
		return toolsPython, nil
	}
	python, err := Python(ctx)
	if err := errors.Join(checkNode(ctx, root), err); err != nil {
		return "", err
	}
	toolsPython = python
	return python, nil
}

func checkNode(ctx context.Context, root string) error {
	if _, err := requirements.NodeVersion(ctx, "node"); err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, "node_modules", "jsonata")); err != nil {
		return fmt.Errorf("the local AWS needs the npm package jsonata: run `npm ci` in %s", root)
	}
	return nil
}

// Root returns the folder of this module. It searches from the working directory upwards.
func Root() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), module) {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("the local AWS runs only in the repository of iam-onboarding, got: %s: change to a folder of the repository", start)
		}
	}
}
