package cli_test

import (
	"regexp"
	"testing"
	"time"
)

func TestRunLinksToTheConsole(t *testing.T) {
	tests := map[string]struct{ arn, want string }{
		"AWS": {"arn:aws:states:us-east-1:123456789012:execution:A:b",
			"https://us-east-1.console.aws.amazon.com/states/home?region=us-east-1#/v2/executions/details/arn:aws:states:us-east-1:123456789012:execution:A:b"},
		"a partition whose console is not known": {"arn:aws-eusc:states:eusc-de-east-1:123456789012:execution:A:b",
			"arn:aws-eusc:states:eusc-de-east-1:123456789012:execution:A:b"},
		"GovCloud": {"arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:A:b",
			"https://us-gov-west-1.console.amazonaws-us-gov.com/states/home?region=us-gov-west-1#/v2/executions/details/arn:aws-us-gov:states:us-gov-west-1:123456789012:execution:A:b"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, &fakeAWS{executionARN: test.arn, looks: succeeded(created)}, `["ada@example.com"]`, "run", "-")
			expect(t, got, result{createdTable, announced + "started b, see " + test.want + "\n", 0})
		})
	}
}

func TestNameOfTheExecution(t *testing.T) {
	defer func(zone *time.Location) { time.Local = zone }(time.Local)
	time.Local = time.FixedZone("far from UTC", 5*60*60)
	names := map[string]bool{}
	for range 2 {
		fake := &fakeAWS{looks: succeeded(created)}
		runWith(t, fake, `["ada@example.com"]`, "run", "-")
		name := *fake.started[0].Name
		if !regexp.MustCompile(`^onboard-20000101T000000Z-[0-9a-f]{6}$`).MatchString(name) { // synctest begins in 2000
			t.Errorf("got the name %s", name)
		}
		names[name] = true
	}
	if len(names) != 2 {
		t.Errorf("two executions at the same time got the same name: %v", names)
	}
}
