package askaws

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/jsonatatest"
)

var server *localaws.Server

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	// Every jsii kernel takes five seconds to start the validator of CloudFormation templates.
	if err := os.Setenv("CDK_VALIDATION", "false"); err != nil {
		panic(err)
	}
	jsii.Close() // package initialization has copied the environment for a kernel already; the next kernel gets the variable
	defer jsii.Close()
	var err error
	if server, err = localaws.Start(context.Background(), localaws.Log(os.Stderr)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return m.Run()
}

// askaws runs the command against an endpoint, without a pause between the calls.
func askaws(t *testing.T, endpoint string, questions []question, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	for _, setting := range server.Settings() {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
	}
	t.Setenv("AWS_ENDPOINT_URL", endpoint)
	var output, problems bytes.Buffer
	code = app{Stdout: &output, Stderr: &problems, Connect: connect, Questions: func(region string) ([]question, error) {
		if region != "us-east-1" {
			t.Errorf("got the region %s", region)
		}
		return questions, nil
	}}.Run(t.Context(), args)
	return code, output.String(), problems.String()
}

// passes is a question that AWS answers as expected.
var passes = ofState("a pass", "", test{state: passing("1")}, want{status: succeeded})

// questions returns all questions. It makes them once, because that takes seconds.
var questions = sync.OnceValues(func() ([]question, error) { return questionsFor("us-east-1") })

func allQuestions(t *testing.T) []question {
	t.Helper()
	all, err := questions()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestLocalAWSAnswersAsExpected asks the local AWS every question, through a proxy that records the calls.
func TestLocalAWSAnswersAsExpected(t *testing.T) {
	endpoint, err := url.Parse(server.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	var mutex sync.Mutex
	calls := map[string]int{}
	proxy := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		mutex.Lock()
		defer mutex.Unlock()
		calls[r.In.Header.Get("X-Amz-Target")]++
		r.SetURL(endpoint)
	}})
	defer proxy.Close()

	code, stdout, stderr := askaws(t, proxy.URL, allQuestions(t))
	if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "Asking Step Functions in us-east-1. Nothing is created.\n") ||
		!strings.HasSuffix(stdout, fmt.Sprintf("\n%d as expected, 0 different.\n", len(allQuestions(t)))) {
		t.Errorf("got the exit code %d and\n%s%s", code, stdout, stderr)
	}
	for call, count := range calls {
		if call != "AWSStepFunctions.TestState" && call != "AWSStepFunctions.ValidateStateMachineDefinition" {
			t.Errorf("the command calls %s, %d times", call, count)
		}
	}
	if len(calls) != 2 {
		t.Errorf("got the calls %v, want two", calls)
	}
	for _, figure := range []string{"(120000 steps pass, 240000 steps do not)", "(at least 32 MiB pass)"} {
		if !strings.Contains(stdout, figure) {
			t.Errorf("the output lacks %q:\n%s", figure, stdout)
		}
	}
}

// TestDifferencesAreReported expects a wrong answer for each part of an answer that is compared, and for each kind of question.
func TestDifferencesAreReported(t *testing.T) {
	pass := passing(`"value"`)
	pass["Assign"], pass["Next"] = map[string]any{"x": 1}, "Other"
	delete(pass, "End")
	fail := map[string]any{"Type": "Fail", "QueryLanguage": "JSONata", "Error": "E", "Cause": "because"}
	for _, test := range []struct {
		ask  question
		want string
	}{
		{ofState("status", "", test{state: pass}, want{status: failed, error: "E"}), "got         answer SUCCEEDED\n  want        answer FAILED: E\n"},
		{ofState("error", "", test{state: fail}, want{status: failed, error: "Other"}), "got         answer FAILED: E: because\n  want        answer FAILED: Other\n"},
		{ofState("cause", "", test{state: fail}, want{status: failed, error: "E", cause: []string{"be", "of"}}), "got         cause because\n  want        cause … of …\n"},
		{ofState("output", "", test{state: pass}, want{status: succeeded, output: map[string]any{"v": "vague"}}),
			`got         output {"v":"value"}` + "\n" + `  want        output {"v":"vague"}` + "\n"},
		{ofState("next", "", test{state: pass}, want{status: succeeded, next: "Another"}), "got         next state Other\n  want        next state Another\n"},
		{ofState("variable", "", test{state: pass}, want{status: succeeded, variables: map[string]any{"x": 2, "y": 1}}),
			"got         $x 1\n  want        $x 2\n  got         $y nothing\n  want        $y 1\n"},
		{ofState("data", "", test{state: pass}, want{status: succeeded, said: []string{`"x":2`}}), "  want        data … \"x\":2 …\n"},
		{ofState("refused", "", test{state: map[string]any{"Type": "Odd"}}, want{status: succeeded}), "got         answer InvalidDefinition: "},
		{ofState("not refused", "", test{state: pass}, want{refused: "InvalidDefinition"}), "got         answer SUCCEEDED\n  want        answer InvalidDefinition\n"},
		{question{Name: "valid", ask: validated(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}`, "OK")}, "got         answer FAIL: ERROR MISSING_TRANSITION_TARGET"},
		{question{Name: "not valid", ask: validated(`{"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}}`, "FAIL")}, "got         answer OK\n  want        answer FAIL\n"},
		{question{Name: "another bound", ask: func() func(context.Context, client) (answer, error) {
			most := evaluationSteps
			most.cause = tooMuch
			return most.ask
		}()}, "want        at least 120000 steps, and then: … Expression evaluation memory limit exceeded …"},
		{question{Name: "steps", ask: func() func(context.Context, client) (answer, error) {
			most := evaluationSteps
			most.need = 80_000
			return most.ask
		}()}, "got         120000 steps pass, 240000 steps do not: States.QueryEvaluationError"},
	} {
		test.ask.Assumed, test.ask.IfNot = "that all is well", "do something"
		code, stdout, stderr := askaws(t, server.Endpoint(), []question{test.ask})
		if code != 1 || stderr != "" || !strings.Contains(stdout, "1/1  DIFFERS  "+test.ask.Name+"\n") || !strings.Contains(stdout, test.want) ||
			!strings.Contains(stdout, "  assumed     that all is well\n") || !strings.HasSuffix(stdout, "  so          do something\n\n0 as expected, 1 different.\n") {
			t.Errorf("%s: got the exit code %d and\n%s%s\nwant in it\n%s", test.ask.Name, code, stdout, stderr, test.want)
		}
	}
}

// TestAWSCannotBeAsked checks the command when AWS denies the calls, and when AWS cannot be reached.
func TestAWSCannotBeAsked(t *testing.T) {
	answers := func(status int, body string) *httptest.Server {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
		t.Cleanup(server.Close)
		return server
	}
	denied := answers(400, `{"__type": "com.amazon.coral.service#AccessDeniedException", "message": "User: arn:aws:iam::1:user/ada is not authorized to perform: states:TestState"}`)
	gone := answers(200, "")
	gone.Close()
	for _, test := range []struct {
		endpoint, want string
	}{
		{denied.URL, "AccessDeniedException: User: arn:aws:iam::1:user/ada is not authorized to perform: states:TestState: ask an administrator of the account for this permission\n"},
		{gone.URL, "check the network, --region and AWS_ENDPOINT_URL\n"},
	} {
		code, stdout, stderr := askaws(t, test.endpoint, []question{passes})
		if code != 3 || !strings.HasPrefix(stderr, `askaws: ask "a pass": `) || !strings.HasSuffix(stderr, test.want) ||
			!strings.HasSuffix(stdout, "\n0 of 1 questions were asked. 0 as expected, 0 different.\n") {
			t.Errorf("got the exit code %d and\n%s%s\nwant stderr to end with %s", code, stdout, stderr, test.want)
		}
	}
}

func TestThrottledCallsAreRepeated(t *testing.T) {
	calls := 0
	throttling := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls <= 4 { // The AWS SDK itself makes only three attempts.
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"__type": "com.amazon.coral.availability#ThrottlingException", "message": "Rate exceeded"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"status": "SUCCEEDED"})
	}))
	defer throttling.Close()
	code, stdout, stderr := askaws(t, throttling.URL, []question{passes})
	if code != 0 || calls != 5 {
		t.Errorf("got the exit code %d after %d calls, and\n%s%s", code, calls, stdout, stderr)
	}
}

func TestUsage(t *testing.T) {
	for _, test := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"--help"}, 0, usage, ""},
		{[]string{"--regoin", "x"}, 2, "", "askaws: flag provided but not defined: -regoin: see askaws --help\n"},
		{[]string{"users.csv"}, 2, "", "askaws: expected no argument, got \"users.csv\": see askaws --help\n"},
		{[]string{"--profile", "none"}, 3, "", "askaws: failed to get shared config profile, none: check --profile and AWS_PROFILE\n"},
	} {
		code, stdout, stderr := askaws(t, server.Endpoint(), nil, test.args...)
		if code != test.code || stdout != test.stdout || stderr != test.stderr {
			t.Errorf("%q: got the exit code %d and\n%s%s", test.args, code, stdout, stderr)
		}
	}
}

// TestExitCodesInDocs checks that the documentation has the exit codes of the usage.
func TestExitCodesInDocs(t *testing.T) {
	docs, err := os.ReadFile("../../docs/state-machine.md")
	if err != nil {
		t.Fatal(err)
	}
	_, codes, _ := strings.Cut(usage, "Exit codes:\n")
	for line := range strings.Lines(codes) {
		code, meaning, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if row := "| " + code + " | " + meaning + " |\n"; !strings.Contains(string(docs), row) {
			t.Errorf("docs/state-machine.md has no row %s", row)
		}
	}
}

// TestQuestions checks that every question is complete, and that the documentation names every question about a construct.
func TestQuestions(t *testing.T) {
	documented, err := os.ReadFile("../../docs/state-machine.md")
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, question := range allQuestions(t) {
		if names[question.Name] || question.Name == "" || question.Assumed == "" || question.IfNot == "" {
			t.Errorf("got the question %+v, want a unique Name, an Assumed and an IfNot", question)
		}
		names[question.Name] = true
		if topic, _, _ := strings.Cut(question.Name, ":"); question.IsDoubtful && !strings.Contains(string(documented), "*"+topic+"*") {
			t.Errorf(`docs/state-machine.md does not name *%s* in "What AWS does not document"`, topic)
		}
	}
}

// TestPartition checks that the ARNs of the definition have the partition of the region.
func TestPartition(t *testing.T) {
	govCloud, err := synthesize("us-gov-west-1")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{govCloud.noOption.text, govCloud.everyOption.text} {
		if !strings.Contains(text, "arn:aws-us-gov:states:::aws-sdk:") || strings.Contains(text, "arn:aws:") {
			t.Errorf("the definition has ARNs of another partition than aws-us-gov: %s", text)
		}
	}
}

func TestEveryPropIsSet(t *testing.T) {
	app := awscdk.NewApp(&awscdk.AppProps{Outdir: jsii.String(t.TempDir())})
	props := reflect.ValueOf(everyProp(awscdk.NewStack(app, jsii.String("Stack"), nil))).Elem()
	for i := range props.NumField() {
		if name := props.Type().Field(i).Name; props.Field(i).IsZero() && !slices.Contains([]string{"Group", "Identity"}, name) {
			t.Errorf("everyProp does not set %s", name)
		}
	}
}

// TestStepsPerItem compares stepsPerItem with the steps that the local AWS counts for an item.
func TestStepsPerItem(t *testing.T) {
	var steps []int
	evaluator := jsonatatest.Start(t)
	evaluator.Observe = func(_ string, effort jsonatatest.Effort) { steps = append(steps, effort.Steps) }
	for _, n := range []int{1000, 2000} {
		if _, err := evaluator.Evaluate(evaluationSteps.expression(n), nil); err != nil {
			t.Fatal(err)
		}
	}
	if got := float64(steps[1]-steps[0]) / 1000; got != stepsPerItem {
		t.Errorf("an item takes %v steps, want %d", got, stepsPerItem)
	}
}
