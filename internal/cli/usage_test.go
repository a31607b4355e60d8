package cli_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

func TestUsageErrors(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"unknown command":        {[]string{"walk", "users.json"}, `unknown command "walk": see onboard --help`},
		"mistyped command":       {[]string{"chekc", "users.json"}, `unknown command "chekc" (did you mean check?): see onboard --help`},
		"unknown flag":           {[]string{"run", "--fast", "-"}, "unknown flag: --fast: see onboard run --help"},
		"no list":                {[]string{"run"}, "expected one LIST, or e-mail addresses, got: nothing: see onboard run --help"},
		"two lists":              {[]string{"run", "a.json", "b.json"}, "expected one LIST, or e-mail addresses, got: a.json, b.json: see onboard run --help"},
		"unknown output":         {[]string{"run", "-", "--output", "xml"}, "--output must be one of table, json, csv, got: \"xml\""},
		"unknown format":         {[]string{"check", "-", "--format", "xlsx"}, "--format must be csv, json or text, got: \"xlsx\""},
		"unknown encoding":       {[]string{"run", "-", "--encoding", "dos"}, "--encoding must be the name of an encoding, such as shift_jis, windows-1252 or utf-16le, got: \"dos\""},
		"columns of JSON":        {[]string{"check", "-", "--format", "json", "--user-column", "login"}, "only CSV has columns: leave out --format json, or the flags for columns"},
		"no column of addresses": {[]string{"check", "-", "--email-column", ""}, "--email-column must be the name of a column, got: \"\""},
		"two mistakes": {[]string{"run", "-", "--output", "", "--state-machine", "a"}, "--state-machine must be an ARN such as " +
			"arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"a\"\n--output must be one of table, json, csv, got: \"\""},
		"completion for two shells":       {[]string{"completion", "bash", "x"}, `expected no argument, got "x": see onboard completion bash --help`},
		"completion for an unknown shell": {[]string{"completion", "tcsh"}, `unknown command "tcsh" (did you mean bash or fish or zsh?): see onboard completion --help`},
		"completion for a mistyped shell": {[]string{"completion", "zhs"}, `unknown command "zhs" (did you mean zsh?): see onboard completion --help`},
		"help of nothing known":           {[]string{"help", "nope"}, `unknown command "nope": see onboard --help`},
		"help of something mistyped":      {[]string{"help", "rnu"}, `unknown command "rnu" (did you mean run?): see onboard --help`},
		"help of too much":                {[]string{"help", "run", "x"}, `expected no argument, got "x": see onboard run --help`},
		"report of nothing":               {[]string{"report"}, "expected one EXECUTION, or --last: see onboard report --help"},
		"sweeps of a user": {[]string{"list", "--sweeps", "--user", "ada"},
			"--user and --sweeps exclude each other, because a sweep has no list: see onboard list --help"},
		"watch of nothing":     {[]string{"watch"}, "expected one EXECUTION, or --last: see onboard watch --help"},
		"stop of nothing":      {[]string{"stop"}, "expected one EXECUTION, or --last: see onboard stop --help"},
		"version of something": {[]string{"version", "x"}, `expected no argument, got "x": see onboard version --help`},
		"report of two":        {[]string{"report", "a", "b"}, "expected one EXECUTION, got 2: see onboard report --help"},
		"report of an execution and the last": {[]string{"report", "a", "--last", "--only", "ours"},
			"--last and EXECUTION exclude each other: see onboard report --help\n" +
				"--only must be one of created, resumed, resent, skipped, taken, failed, got: \"ours\""},
		"check of nothing":      {[]string{"check"}, "expected one LIST, or e-mail addresses, got: nothing: see onboard check --help"},
		"list with an argument": {[]string{"list", "users.csv"}, `expected no argument, got "users.csv": see onboard list --help`},
		"no ARN": {[]string{"run", "-", "--state-machine", "Onboarding"}, "--state-machine must be an ARN such as " +
			"arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"Onboarding\""},
		"ARN of an execution": {[]string{"run", "-", "--state-machine", executionARN}, "--state-machine must be an ARN such as " +
			"arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"" + executionARN + `"`},
		"ARN of another service": {[]string{"run", "-", "--state-machine", "arn:aws:iam:eu-west-1:123456789012:stateMachine:Name"},
			"--state-machine must be an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"" +
				"arn:aws:iam:eu-west-1:123456789012:stateMachine:Name\""},
		"ARN without a region": {[]string{"run", "-", "--state-machine", "arn:aws:states::123456789012:stateMachine:Name"},
			"--state-machine must be an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"" +
				"arn:aws:states::123456789012:stateMachine:Name\""},
		"ARN without a name": {[]string{"run", "-", "--state-machine", "arn:aws:states:eu-west-1:123456789012:stateMachine:"},
			"--state-machine must be an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"" +
				"arn:aws:states:eu-west-1:123456789012:stateMachine:\""},
		"empty ARN": {[]string{"run", "-", "--state-machine", ""},
			"--state-machine must be an ARN such as arn:aws:states:eu-west-1:123456789012:stateMachine:Name, got: \"\""},
		"wrong name of a stack": {[]string{"list", "--stack", "a b"}, "--stack must be 1 to 128 letters, digits and hyphens, and start with a letter, got: \"a b\""},
		"empty name of a stack": {[]string{"list", "--stack", ""}, "--stack must be 1 to 128 letters, digits and hyphens, and start with a letter, got: \"\""},
		"another region than that of the state machine": {[]string{"run", "-", "--state-machine", machineARN, "--region", "us-east-1"},
			"--state-machine is in eu-west-1, but --region says us-east-1: leave --region out"},
		"another region than that of the execution": {[]string{"report", executionARN, "--region", "us-east-1"},
			"EXECUTION is in eu-west-1, but --region says us-east-1: leave --region out"},
		"a state machine in another region than the execution": {[]string{"report", executionARN, "--state-machine", strings.ReplaceAll(machineARN, "eu-west-1", "us-east-1")},
			"EXECUTION is in eu-west-1, but --state-machine says us-east-1: leave --state-machine out"},
		"several mistakes": {[]string{"report", "a b", "--stack", "a b", "--state-machine", machineARN, "--region", "us-east-1", "-o", "xml"},
			"--stack and --state-machine exclude each other: see onboard report --help\n" +
				"--stack must be 1 to 128 letters, digits and hyphens, and start with a letter, got: \"a b\"\n" +
				"--state-machine is in eu-west-1, but --region says us-east-1: leave --region out\n" +
				"EXECUTION must be a name that onboard list prints, or an ARN, got: \"a b\"\n" +
				"--output must be one of table, json, csv, got: \"xml\""},
		"stack and state machine": {[]string{"run", "-", "--stack", "Mine", "--state-machine", machineARN},
			"--stack and --state-machine exclude each other: see onboard run --help"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := &fakeAWS{looks: succeeded(created)}
			got := runWith(t, fake, `["ada@example.com"]`, test.args...)
			expect(t, got, result{"", "onboard: " + test.want + "\n", 2})
			if fake.started != nil {
				t.Error("started an execution")
			}
		})
	}
}

// TestHelpFitsATerminal checks the help of our commands. Cobra wrote the help of completion.
func TestHelpFitsATerminal(t *testing.T) {
	const columns = 80
	for _, command := range []string{"", "run", "resend", "check", "report", "list", "users", "preview", "watch", "stop", "version"} {
		got := runWith(t, &fakeAWS{}, "", "help", command)
		for line := range strings.Lines(got.Stdout) {
			if len(strings.TrimSuffix(line, "\n")) > columns {
				t.Errorf("onboard help %s: more than %d columns: %s", command, columns, line)
			}
		}
	}
}

func TestHelpAndVersion(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string // stdout contains it
	}{
		"help":                         {[]string{"--help"}, "Exit codes:\n  0  every user is onboarded"},
		"no command":                   {nil, "Exit codes:\n  0  every user is onboarded"},
		"help of run":                  {[]string{"run", "--help"}, "Usage:\n  onboard run (LIST | ADDRESS...) [flags]\n\nExamples:\n  onboard run users.csv\n"},
		"help of check":                {[]string{"check", "--help"}, "Examples:\n  onboard check users.csv\n"},
		"help of report":               {[]string{"report", "--help"}, "Examples:\n  onboard report onboard-"},
		"help of list":                 {[]string{"list", "--help"}, "Examples:\n  onboard list --status failed\n"},
		"help by command":              {[]string{"help", "run"}, "Usage:\n  onboard run (LIST | ADDRESS...) [flags]\n"},
		"help of users":                {[]string{"users", "--help"}, "Examples:\n  onboard users --waiting\n"},
		"help of preview":              {[]string{"preview", "--help"}, "Examples:\n  onboard preview --language ja --open\n"},
		"no files for a language":      {[]string{"__complete", "preview", "--language", ""}, ":4\n"},
		"help of help":                 {[]string{"help"}, "Exit codes:\n"},
		"help of a shell":              {[]string{"help", "completion", "bash"}, "Usage:\n  onboard completion bash\n"},
		"completion of nothing":        {[]string{"completion"}, "Usage:\n  onboard completion"},
		"completion":                   {[]string{"completion", "bash"}, "__start_onboard()"},
		"completion of lists":          {[]string{"__complete", "run", ""}, ":0\n"},
		"completion of list formats":   {[]string{"__complete", "run", "--format", ""}, "csv\njson\ntext\n:4\n"},
		"no files for an encoding":     {[]string{"__complete", "check", "--encoding", ""}, ":4\n"},
		"no files for a column":        {[]string{"__complete", "check", "--email-column", ""}, ":4\n"},
		"no files for another column":  {[]string{"__complete", "check", "--lang-column", ""}, ":4\n"},
		"completion of formats":        {[]string{"__complete", "report", "--output", ""}, "table\njson\ncsv\n:4\n"},
		"no files for a stack":         {[]string{"__complete", "list", "--stack", ""}, ":4\n"},
		"no files for a state machine": {[]string{"__complete", "report", "--state-machine", ""}, ":4\n"},
		"the version":                  {[]string{"version"}, "(devel), go"},
		"version":                      {[]string{"--version"}, "onboard version "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, &fakeAWS{}, "", test.args...)
			if !strings.Contains(got.Stdout, test.want) {
				t.Errorf("stdout lacks %q, got: %s", test.want, got.Stdout)
			}
			if got.Code != 0 {
				t.Errorf("got the exit code %d", got.Code)
			}
		})
	}
}

// TestCompletion checks what the shell completes from AWS, and from the configuration of the operator.
func TestCompletion(t *testing.T) {
	t.Chdir(t.TempDir())
	t.Setenv("AWS_CONFIG_FILE", "config")
	write(t, "config", "[default]\nregion = eu-west-1\n[profile admin]\nsso_region=us-east-1\n  region = eu-north-1\n"+
		"[sso-session corp]\n[services s3]\n[ profile audit ]\nregion = eu-west-1\n")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "credentials")
	write(t, "credentials", "[default]\n[old]\naws_access_key_id = a\n")
	listed := func() *fakeAWS {
		return &fakeAWS{executions: []types.ExecutionListItem{{Name: aws.String("run-2")}, {Name: aws.String("run-1")}}}
	}
	const order = ":36\n" // no files, in this order
	tests := map[string]struct {
		aws  *fakeAWS
		args []string
		want string
	}{
		"profiles":              {&fakeAWS{}, []string{"run", "--profile", ""}, "admin\naudit\ndefault\nold\n:4\n"},
		"regions":               {&fakeAWS{}, []string{"users", "--region", ""}, "eu-north-1\neu-west-1\nus-east-1\n:4\n"},
		"executions to report":  {listed(), []string{"report", ""}, "run-2\nrun-1\n" + order},
		"executions to watch":   {listed(), []string{"watch", ""}, "run-2\nrun-1\n" + order},
		"executions to stop":    {listed(), []string{"stop", "--stack", "Mine", ""}, "run-2\nrun-1\n" + order},
		"no second execution":   {listed(), []string{"report", "run-1", ""}, ":4\n"},
		"after --last":          {listed(), []string{"report", "--last", ""}, ":4\n"},
		"after a wrong flag":    {listed(), []string{"report", "--stack", "a b", ""}, ":4\n"},
		"executions are denied": {&fakeAWS{listErr: denied}, []string{"report", ""}, order},
		"there is no stack":     {&fakeAWS{stackErr: denied}, []string{"report", ""}, order},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := runWith(t, test.aws, "", append([]string{"__complete"}, test.args...)...)
			got.Stderr = "" // Cobra explains the last line
			expect(t, got, result{test.want, "", 0})
		})
	}
}

func TestStackOfTheEnvironment(t *testing.T) {
	t.Setenv("ONBOARD_STACK", "Mine")
	for want, args := range map[string][]string{"Mine": {"list"}, "Other": {"list", "--stack", "Other"}, "": {"list", "--state-machine", machineARN}} {
		fake := &fakeAWS{}
		if runWith(t, fake, "", args...); fake.stackName != want {
			t.Errorf("onboard %s: asked for the stack %q, want %q", strings.Join(args, " "), fake.stackName, want)
		}
	}
	t.Setenv("ONBOARD_STACK", "a b")
	expect(t, runWith(t, &fakeAWS{}, "", "list"), result{"", "onboard: ONBOARD_STACK must be 1 to 128 letters, digits and hyphens, " +
		"and start with a letter, got: \"a b\"\n", 2})
}
