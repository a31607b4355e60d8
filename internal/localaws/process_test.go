package localaws_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

// TestEndsWithItsParent checks that the server and its Node.js process end when the process that started them is killed.
func TestEndsWithItsParent(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	parent := exec.CommandContext(t.Context(), self)
	parent.Env = append(os.Environ(), "LOCALAWS_TEST_START=1")
	stdout, err := parent.StdoutPipe()
	must(t, err)
	must(t, parent.Start())
	var endpoint string
	_, err = fmt.Fscanln(stdout, &endpoint)
	must(t, err)
	python := children(t, fmt.Sprint(parent.Process.Pid))
	if len(python) != 1 {
		t.Fatalf("got the children %v, want one", python)
	}
	node := children(t, python[0])
	if len(node) != 1 {
		t.Fatalf("got the grandchildren %v, want one", node)
	}

	must(t, parent.Process.Kill())
	_ = parent.Wait()
	// This loop needs no wait, because ps takes a while. If the processes never end, the time-out of the tests ends it.
	running := true
	for running {
		running = alive(t, python[0]) || alive(t, node[0])
	}
}

func startAndWait() {
	started, err := localaws.Start(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return
	}
	fmt.Println(started.Endpoint())
	<-started.Done()
}

func TestStop(t *testing.T) {
	started, err := localaws.Start(t.Context())
	must(t, err)
	must(t, get(t, started.Endpoint()+"/_localaws/mails"))
	must(t, started.Stop())
	if err := get(t, started.Endpoint()); err == nil {
		t.Error("the server answers after Stop")
	}
	must(t, started.Stop())
}

// get returns an error if the server does not answer.
func get(t *testing.T, url string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	must(t, err)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	return response.Body.Close()
}

// TestStartFails checks that the error of a failed start has the message of the server.
func TestStartFails(t *testing.T) {
	t.Setenv("PYTHONPATH", brokenModule(t))
	_, err := localaws.Start(t.Context())
	if err == nil || !strings.Contains(err.Error(), "the module is broken") {
		t.Errorf("got %v, want the message of the server", err)
	}
}

// brokenModule returns a folder with a module werkzeug that cannot be imported.
func brokenModule(t *testing.T) string {
	dir := t.TempDir()
	must(t, os.WriteFile(dir+"/werkzeug.py", []byte(`raise SystemExit("the module is broken")`), 0o600))
	return dir
}

func children(t *testing.T, parent string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-A", "-o", "pid=,ppid=").Output()
	must(t, err)
	var pids []string
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); len(fields) == 2 && fields[1] == parent {
			pids = append(pids, fields[0])
		}
	}
	return pids
}

func alive(t *testing.T, pid string) bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ps", "-o", "stat=", "-p", pid).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(out)), "Z")
}
