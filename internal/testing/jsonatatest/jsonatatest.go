// Package jsonatatest evaluates JSONata in tests, with the reference implementation, which the local AWS also uses. It needs
// Node.js, and the packages that npm ci installs.
package jsonatatest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Evaluator evaluates expressions in a process that all evaluators of a test binary share, one expression after the other.
type Evaluator struct {
	process *process

	// Observe, if it is set, is called after each evaluation with its effort.
	Observe func(expression string, effort Effort)
}

// Effort is the depth and the steps of an evaluation, which AWS bounds.
type Effort struct {
	Depth int // the depth of nested evaluations, by the stricter way to count
	Steps int // the number of evaluations
}

type process struct {
	lock     sync.Mutex
	requests io.Writer
	answers  *bufio.Reader
}

// Start returns an evaluator. The first call starts the process, which ends with the test binary, because its input ends.
func Start(t testing.TB) *Evaluator {
	t.Helper()
	process, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return &Evaluator{process: process}
}

var shared = sync.OnceValues(func() (*process, error) {
	root, err := root()
	if err != nil {
		return nil, err
	}
	command := exec.Command("node", filepath.Join(root, "internal", "localaws", "server", "extensions", "jsonata.js"))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &process{requests: stdin, answers: bufio.NewReader(stdout)}, command.Start()
})

// ask sends a request, which ends with a line break, and returns the answer.
func (p *process) ask(request []byte) ([]byte, error) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if _, err := p.requests.Write(request); err != nil {
		return nil, err
	}
	return p.answers.ReadBytes('\n')
}

// Evaluate returns the value of an expression as JSON. The expression may have the marks {% and %} of Step Functions. Evaluate
// returns an error if the value is undefined.
func (e *Evaluator) Evaluate(expression string, bindings map[string]any) (json.RawMessage, error) {
	code := strings.TrimSuffix(strings.TrimPrefix(expression, "{%"), "%}")
	var request bytes.Buffer
	encoder := json.NewEncoder(&request)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(map[string]any{"expression": code, "bindings": bindings}); err != nil {
		return nil, err
	}
	line, err := e.process.ask(request.Bytes())
	if err != nil {
		return nil, fmt.Errorf("the evaluator ended: %w", err)
	}
	var answer struct {
		Value json.RawMessage
		Error string
		Effort
	}
	switch err := json.Unmarshal(line, &answer); {
	case err != nil:
		return nil, err
	case answer.Error != "":
		return nil, errors.New(answer.Error)
	case answer.Value == nil:
		return nil, errors.New("the value is undefined")
	}
	if e.Observe != nil {
		e.Observe(expression, answer.Effort)
	}
	return answer.Value, nil
}

// Text returns the value of an expression that is a string.
func (e *Evaluator) Text(expression string, bindings map[string]any) (text string, err error) {
	value, err := e.Evaluate(expression, bindings)
	if err != nil {
		return "", err
	}
	return text, json.Unmarshal(value, &text)
}

// root returns the folder of the module. It does not use the package localaws, whose modules an importer of internal/mail would then
// have in its go.sum.
func root() (string, error) {
	folder, err := os.Getwd()
	for ; err == nil && folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
	}
	return "", errors.Join(errors.New("no go.mod above the test"), err)
}
