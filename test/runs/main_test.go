// Package runs deploys the app to the local AWS, and runs lists and the command there.
package runs

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// iamARN is the start of the ARNs of IAM.
const iamARN = "arn:aws:iam::" + localaws.Account + ":"

var update = flag.Bool("update", false, "write the generated parts of the READMEs and docs, instead of comparing them")

type (
	account    = deployedtest.Account
	report     = deployedtest.Report
	userReport = deployedtest.UserReport
)

func TestMain(m *testing.M) {
	flag.Parse()
	status := m.Run()
	for _, stop := range stops {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the local AWS did not stop:", err)
			status = 1
		}
	}
	os.Exit(status)
}

var (
	// shared is an account for several tests. Each test must use other user names.
	shared = sharedWith()
	// separate is an account for the tests of a stack with a configuration set that sends two mails to each user, and with a topic for
	// reports.
	separate = sharedWith("separatePassword=true", "bounceEmail=it@example.com", "reportEmail=it@example.com")

	stopsLock sync.Mutex
	stops     []func() error // stop the shared accounts
)

// sharedWith returns a function that starts an account at its first call, and returns it.
func sharedWith(settings ...string) func() (*account, error) {
	return sync.OnceValues(func() (*account, error) {
		ctx := context.Background() // the account outlives the test that starts it
		account, err := deployedtest.Open(ctx)
		if err != nil {
			return nil, err
		}
		stopsLock.Lock()
		stops = append(stops, account.Stop)
		stopsLock.Unlock()
		return account, account.Create(ctx, settings...)
	})
}

func sharedAccount(t *testing.T) *account {
	t.Helper()
	return started(t, shared)
}

func separatePasswordAccount(t *testing.T) *account {
	t.Helper()
	return started(t, separate)
}

func started(t *testing.T, start func() (*account, error)) *account {
	t.Helper()
	account, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// listOf returns the input with these users.
func listOf(items ...any) map[string]any { return map[string]any{"IAMUserNames": items} }
