package cli_test

import (
	"cmp"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/smithy-go"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
)

// setAWSEnvironment sets the variables, and removes every other variable that the AWS SDK reads.
func setAWSEnvironment(t *testing.T, variables map[string]string) {
	t.Helper()
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") {
			t.Setenv(name, "")
			if err := os.Unsetenv(name); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

func TestConnectErrors(t *testing.T) {
	tests := map[string]struct {
		environment map[string]string
		args        []string
		want        string // a regular expression; the text in the middle is from the SDK
	}{
		"no region": {
			want: `no AWS region: name one with --region or AWS_REGION, or in the profile`,
		},
		"no credentials": {
			environment: map[string]string{"AWS_REGION": "eu-west-1"},
			want:        `no AWS credentials: .+: sign in, for example with aws sso login, or choose a profile with --profile`,
		},
		"no credentials, region by flag": {
			args: []string{"--region", "eu-west-1"},
			want: `no AWS credentials: .+: sign in, for example with aws sso login, or choose a profile with --profile`,
		},
		"no such profile": {
			args: []string{"--region", "eu-west-1", "--profile", "nobody"},
			want: `.+ profile, nobody: check --profile and AWS_PROFILE`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			setAWSEnvironment(t, test.environment)
			got := runMain(t, append([]string{"run", "-", "--yes"}, test.args...)...)
			want := regexp.MustCompile(`\Aonboard: ` + test.want + `\n\z`)
			if !want.MatchString(got.Stderr) {
				t.Errorf("stderr: got %s, want %s", got.Stderr, want)
			}
			got.Stderr = ""
			expect(t, got, result{"", "", 3})
		})
	}
}

func TestErrorsOfTheHTTPAPIs(t *testing.T) {
	tests := map[string]struct {
		args    []string
		body    string
		status  int    // default: 400
		warning string // before the end of stderr
		want    string // the end of stderr
	}{
		"no such stack": {
			body: "<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code>" +
				"<Message>Stack with id IamUserOnboarding does not exist</Message></Error></ErrorResponse>",
			want: `there is no stack "IamUserOnboarding" in this account, eu-west-1: deploy it, or choose another with --stack, --state-machine, --region or --profile`,
		},
		"not permitted": {
			body: "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>",
			want: "find the stack IamUserOnboarding: AccessDenied: not you: ask an administrator of the account for this permission",
		},
		"server fault": {
			body:   "<ErrorResponse><Error><Code>Odd</Code><Message>oops</Message></Error></ErrorResponse>",
			status: http.StatusServiceUnavailable,
			want:   "find the stack IamUserOnboarding: Odd: oops: try again",
		},
		"no such state machine": {
			args: []string{"--state-machine", machineARN},
			body: `{"__type": "com.amazonaws.states#StateMachineDoesNotExist", "message": "State Machine Does Not Exist"}`,
			warning: "warning: could not check which addresses SES suppresses (states:DescribeStateMachine): read the definition of " + machineARN +
				": StateMachineDoesNotExist: State Machine Does Not Exist: check --state-machine and --region\n",
			want: "start " + machineARN + ": StateMachineDoesNotExist: State Machine Does Not Exist: check --state-machine and --region",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(cmp.Or(test.status, http.StatusBadRequest))
				fmt.Fprint(w, test.body)
			}))
			defer server.Close()
			setAWSEnvironment(t, map[string]string{
				"AWS_REGION":            "eu-west-1",
				"AWS_ACCESS_KEY_ID":     "test",
				"AWS_SECRET_ACCESS_KEY": "test",
				"AWS_ENDPOINT_URL":      server.URL,
				"AWS_MAX_ATTEMPTS":      "1",
			})
			got := runMain(t, append([]string{"run", "-", "--yes"}, test.args...)...)
			got.Stderr = strings.TrimPrefix(got.Stderr, announced)
			expect(t, got, result{"", test.warning + "onboard: " + test.want + "\n", 3})
		})
	}
}

func TestWhatToDoWhenAWSRefuses(t *testing.T) {
	const check = "check --stack, --state-machine, --region and --profile"
	tests := map[string]struct{ code, message, want string }{
		"throttling":        {"ThrottlingException", "Rate exceeded", "ThrottlingException: Rate exceeded: try again"},
		"our mistake":       {"InvalidName", "no name", "InvalidName: no name: " + check},
		"without a message": {"InvalidName", "", "InvalidName: " + check},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{listErr: &smithy.GenericAPIError{Code: test.code, Message: test.message}}
			expect(t, runWith(t, fake, "", "list"), result{"", "onboard: list the executions of " + machineARN + ": " + test.want + "\n", 3})
		})
	}
}

func runMain(t *testing.T, args ...string) result {
	t.Helper()
	var stdout, stderr strings.Builder
	code := cli.Main(t.Context(), args, strings.NewReader(`["ada@example.com"]`), &stdout, &stderr)
	return result{stdout.String(), stderr.String(), code}
}
