// Package runs deploys the app to the local AWS, and runs lists there as a user does.
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

// iamARN is what the ARNs of IAM start with.
const iamARN = "arn:aws:iam::" + localaws.Account + ":"

var update = flag.Bool("update", false, "write what is held in README.md and docs instead of comparing it")

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
	// shared is the account of the tests that have users of their own, and need no account of their own.
	shared = sharedWith()
	// separate is the account of the tests of a stack that sends two mails, with a configuration set.
	separate = sharedWith("separatePassword=true", "bounceEmail=it@example.com")

	stopsLock sync.Mutex
	stops     []func() error // what stops the shared accounts
)

// sharedWith starts an account, once it is asked for.
func sharedWith(settings ...string) func() (*account, error) {
	return sync.OnceValues(func() (*account, error) {
		ctx := context.Background() // not of the test that comes first
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

// listOf is the input of a list.
func listOf(items ...any) map[string]any { return map[string]any{"IAMUserNames": items} }
