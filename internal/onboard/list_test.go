package onboard_test

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/onboard"
)

func TestListBecomesTheInput(t *testing.T) {
	tests := map[string]struct{ list, want string }{
		"object":              {`{"IAMUserNames": ["ada@example.com"], "Resend": true}`, `{"IAMUserNames": ["ada@example.com"], "Resend": true}`},
		"array":               {`["ada@example.com", {"UserName": "bob"}]`, `{"IAMUserNames": ["ada@example.com", {"UserName": "bob"}]}`},
		"around white space":  {"\n [1]\n", `{"IAMUserNames": [1]}`},
		"behind the BOM":      {"\ufeff[1]", `{"IAMUserNames": [1]}`},
		"all keys and values": {`{"x":1.50,"IAMUserNames":[null],"Resend":"é\u00e9"}`, `{"x":1.50,"IAMUserNames":[null],"Resend":"é\u00e9"}`},
	}
	for name, test := range tests {
		for _, source := range []string{"-", "users.json", "USERS.JSON"} {
			t.Run(name+" from "+source, func(t *testing.T) {
				t.Chdir(t.TempDir())
				stdin := test.list
				if source != "-" {
					write(t, source, test.list)
					stdin = ""
				}
				fake := &fakeAWS{looks: succeeded(created)}
				got := runWith(t, fake, stdin, "run", source)
				expect(t, got, result{stdoutStart + createdTable, stderrStart, 0})
				if *fake.started.Input != test.want {
					t.Errorf("input of the execution: got %s, want %s", *fake.started.Input, test.want)
				}
			})
		}
	}
}

func TestListErrors(t *testing.T) {
	const expected = `users.json: expected an array of users or {"IAMUserNames": [...]}, got `
	tests := map[string]struct {
		path, list string
		want       string
	}{
		"bad JSON":              {"users.json", "[\n  \"é\", }\n]", "users.json: line 2, column 8: invalid character '}' looking for beginning of value"},
		"bad JSON at the start": {"users.json", "hello", "users.json: line 1, column 1: invalid character 'h' looking for beginning of value"},
		"cut off":               {"users.json", "[\n\"ada\",", "users.json: line 2, column 6: unexpected end of JSON input"},
		"two documents":         {"users.json", "[1]\n[2]", "users.json: line 2, column 1: invalid character '[' after top-level value"},
		"empty file":            {"users.json", "", expected + "nothing"},
		"blank file":            {"users.json", " \n", expected + "nothing"},
		"a string":              {"users.json", `"ada@example.com"`, expected + "a string"},
		"a number":              {"users.json", `-1`, expected + "a number"},
		"true":                  {"users.json", `true`, expected + "a boolean"},
		"false":                 {"users.json", `false`, expected + "a boolean"},
		"null":                  {"users.json", `null`, expected + "null"},
		"no IAMUserNames":       {"users.json", `{"iamusernames": ["ada@example.com"]}`, expected + "an object without IAMUserNames"},
		"IAMUserNames no array": {"users.json", `{"IAMUserNames": {"UserName": "ada"}}`, expected + "an object as IAMUserNames"},
		"IAMUserNames null":     {"users.json", `{"IAMUserNames": null}`, expected + "null as IAMUserNames"},
		"empty array":           {"users.json", `[]`, "users.json: expected at least one user, got an empty array"},
		"empty IAMUserNames":    {"users.json", `{"IAMUserNames": [ ]}`, "users.json: expected at least one user, got an empty array"},
		"standard input":        {"-", `[`, "standard input: line 1, column 1: unexpected end of JSON input"},
		"directory":             {".", "", "read .: is a directory: LIST must be a .json file, or - for standard input"},
		"missing file":          {"nobody.json", "", "open nobody.json: no such file or directory: LIST must be a .json file, or - for standard input"},
		"another kind of file":  {"users.yaml", "- ada@example.com", "LIST must be a .json file, or - for standard input, got: users.yaml"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if strings.HasPrefix(test.path, "users") {
				write(t, test.path, test.list)
			}
			fake := &fakeAWS{looks: succeeded(created)}
			got := runWith(t, fake, test.list, "run", test.path)
			expect(t, got, result{"", "onboard: " + test.want + "\n", 2})
			if fake.started != nil {
				t.Error("started an execution")
			}
		})
	}
}

func TestInterruptedWhileWaitingForStandardInput(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	stdin, typed := io.Pipe()
	defer typed.Close()
	go func() {
		typed.Write([]byte("["))
		interrupt()
	}()
	var stderr strings.Builder
	code := onboard.Main(ctx, []string{"run", "-"}, stdin, io.Discard, &stderr)
	expect(t, result{"", stderr.String(), code}, result{"", "onboard: interrupted, nothing was started\n", 1})
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
