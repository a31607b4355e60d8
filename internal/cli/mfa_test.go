package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
	"github.com/iam-onboarding/iam-onboarding/internal/operator"
)

// fakeSTS is AWS with a role that needs the MFA code 123456. It permits nothing else, with the credentials of that role.
func fakeSTS(t *testing.T) (asked *[]string) {
	t.Helper()
	asked = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action, code := r.FormValue("Action"), r.FormValue("TokenCode")
		*asked = append(*asked, strings.Join(strings.Fields(strings.Join([]string{action, r.FormValue("SerialNumber"), code, r.FormValue("DurationSeconds")}, " ")), " "))
		switch {
		case action == "AssumeRole" && code == "123456":
			fmt.Fprint(w, `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>`+
				`<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`)
			return
		case action == "AssumeRole":
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>MultiFactorAuthentication failed with "+
				"invalid MFA one time pass code. </Message></Error></ErrorResponse>")
			return
		case !strings.Contains(r.Header.Get("Authorization"), "ASIAROLE"):
			t.Errorf("%s is not signed with the credentials of the role", action)
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>")
	}))
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[profile admin]\nrole_arn = arn:aws:iam::123456789012:role/Admin\nsource_profile = me\n"+
		"mfa_serial = arn:aws:iam::123456789012:mfa/me\n[profile me]\naws_access_key_id = AKIAME\naws_secret_access_key = s\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	setAWSEnvironment(t, map[string]string{
		"AWS_REGION": "eu-west-1", "AWS_CONFIG_FILE": file, "AWS_ENDPOINT_URL": server.URL, "AWS_ENDPOINT_URL_STS": server.URL, "AWS_MAX_ATTEMPTS": "1",
	})
	return asked
}

// TestProfileWithMFA checks that a code is asked for at the terminal, not from standard input, which is the list.
func TestProfileWithMFA(t *testing.T) {
	const (
		question = "MFA code of the AWS profile: "
		role     = "AssumeRole arn:aws:iam::123456789012:mfa/me"
		denied   = "onboard: find the stack IamUserOnboarding: AccessDenied: not you: ask an administrator of the account for this permission\n"
	)
	tests := map[string]struct {
		typed, question string
		noTerminal      bool
		asked           []string // of AWS
		want            string   // stderr has it
	}{
		"the code":     {"123456", question, false, []string{role + " 123456 3600", "DescribeStacks"}, denied},
		"a wrong code": {"654321", question, false, []string{role + " 654321 3600"}, "MultiFactorAuthentication failed with invalid MFA one time pass code.: wait for the next code of the device, because a code works once, and enter it\n"},
		"no terminal": {"", "", true, nil, "onboard: the profile needs an MFA code, and there is no terminal to ask for it: at a terminal, sign in with " +
			`eval "$(aws configure export-credentials --format env --profile admin)"; then run this command there with --region, and without --profile` + "\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			asked := fakeSTS(t)
			var stderr, screen strings.Builder
			app := cli.App{Stdin: strings.NewReader("ada@example.com"), Stdout: io.Discard, Stderr: &stderr, Connect: operator.Connect,
				Terminal: func() (io.ReadWriteCloser, error) {
					if test.noTerminal {
						return nil, errors.New("no such device")
					}
					return struct {
						io.ReadCloser
						io.Writer
					}{io.NopCloser(strings.NewReader(test.typed + "\n")), &screen}, nil
				}}
			if code := app.Run(t.Context(), []string{"run", "-", "--yes", "--profile", "admin"}); code != 3 || !strings.HasSuffix(stderr.String(), test.want) {
				t.Errorf("got the exit code %d and %s, want at the end %s", code, stderr.String(), test.want)
			}
			if got := screen.String(); got != test.question {
				t.Errorf("asked %q, want %q", got, test.question)
			}
			if got := strings.Join(*asked, "; "); got != strings.Join(test.asked, "; ") {
				t.Errorf("asked AWS for %s, want %q", got, test.asked)
			}
		})
	}
}

func TestInterruptedAtTheQuestionForTheMFACode(t *testing.T) {
	fakeSTS(t)
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	answers, typed := io.Pipe()
	t.Cleanup(func() { _ = typed.Close() }) // it never fails
	var stderr strings.Builder
	app := cli.App{Stdout: io.Discard, Stderr: &stderr, Connect: operator.Connect, Terminal: func() (io.ReadWriteCloser, error) {
		return struct {
			io.ReadCloser
			io.Writer
		}{answers, writerFunc(interrupt)}, nil
	}}
	code := app.Run(ctx, []string{"list", "--profile", "admin"})
	expect(t, result{"", stderr.String(), code}, result{"", "onboard: interrupted\n", 1})
}

// writerFunc is called when something is written.
type writerFunc func()

func (f writerFunc) Write(data []byte) (int, error) {
	f()
	return len(data), nil
}
