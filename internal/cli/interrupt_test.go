package cli_test

import (
	"strings"
	"testing"
)

func TestRunInterruptedAfterTheStart(t *testing.T) {
	fake := &fakeAWS{interruptOn: 3}
	got := runWith(t, fake, `["ada@example.com"]`, "run", "-")
	expect(t, got, result{"", stderrStart + "onboard: stopped watching; " + stillThere, 1})
	if fake.lookNumber != 3 {
		t.Errorf("got %d calls of DescribeExecution, want 3", fake.lookNumber)
	}
}

func TestReportCommandHasTheProfile(t *testing.T) {
	tests := map[string]string{
		"admin":           "admin",
		"a.b_c-d@e":       "a.b_c-d@e",
		"our admins":      "'our admins'",
		"$(reboot)":       "'$(reboot)'",
		"Ada's; rm -rf ~": `'Ada'\''s; rm -rf ~'`,
	}
	for profile, quoted := range tests {
		got := runWith(t, &fakeAWS{interruptOn: 1}, "ada@example.com", "run", "-", "--profile", profile)
		if want := "onboard watch " + executionARN + " --profile " + quoted + "\n"; !strings.HasSuffix(got.Stderr, want) {
			t.Errorf("stderr lacks %q at the end, got: %s", want, got.Stderr)
		}
	}
}

func TestRunInterruptedDuringTheStart(t *testing.T) {
	got := runWith(t, &fakeAWS{interruptOn: starting}, `["ada@example.com"]`, "run", "-")
	expect(t, got, result{"", stderrStart + "onboard: stopped watching; " + stillThere, 1})
}

func TestRunInterruptedBeforeTheStart(t *testing.T) {
	fake := &fakeAWS{interruptOn: connecting}
	got := runWith(t, fake, `["ada@example.com"]`, "run", "-")
	expect(t, got, result{"", "onboard: interrupted, nothing was started\n", 1})
	if fake.started != nil {
		t.Error("started an execution")
	}
}

func TestInterruptedWhileAskingAWS(t *testing.T) {
	for _, args := range [][]string{{"check", "-", "--aws"}, {"report", "run"}, {"list"}} {
		got := runWith(t, &fakeAWS{interruptOn: connecting}, "ada@example.com", args...)
		expect(t, got, result{"", "onboard: interrupted\n", 1})
	}
}
