package cli_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/cli"
)

func TestListBecomesTheInput(t *testing.T) {
	tests := map[string]struct {
		path, list string
		args       []string
		want       string
	}{
		"object": {"users.json", `{"Resend": true, "IAMUserNames": ["ada@example.com"]}`, nil, `{"IAMUserNames":["ada@example.com"],"Resend":true}`},
		"array":  {"USERS.JSON", `["ada@example.com"]`, nil, `{"IAMUserNames":["ada@example.com"]}`},
		"CSV":    {"users.csv", "email,user_name\r\nada@example.com,ada\r\n", nil, `{"IAMUserNames":[{"UserName":"ada","Email":"ada@example.com"}]}`},
		"text":   {"users.txt", "ada@example.com # Ada\n", nil, `{"IAMUserNames":["ada@example.com"]}`},
		"input":  {"-", "ada@example.com", nil, `{"IAMUserNames":["ada@example.com"]}`},
		"resend": {"users.txt", "ada@example.com", []string{"--resend"}, `{"IAMUserNames":["ada@example.com"],"Resend":true}`},
		"notes":  {"users", "ada@example.com\nmailto:ada@example.com", nil, `{"IAMUserNames":["ada@example.com"]}`},
		"lines":  {"users.jsonl", `{"Email":"ada@example.com"}`, nil, `{"IAMUserNames":["ada@example.com"]}`},
		"tabs":   {"users.tsv", "Name\tE-Mail\nAda\tada@example.com\n", nil, `{"IAMUserNames":["ada@example.com"]}`},
		"format": {"users.csv", "[\"ada@example.com\"]", []string{"--format", "json"}, `{"IAMUserNames":["ada@example.com"]}`},
		"column": {"users.csv", "Login,Mail 2,Mail,Team\nada,ada@example.com,x@example.com,Staff\n",
			[]string{"--email-column", "Mail 2", "--user-column", "login", "--group-column", "Team"},
			`{"IAMUserNames":[{"UserName":"ada","Email":"ada@example.com","Group":"Staff"}]}`},
		"no columns": {"users.csv", "email,user name,Group,Language\nada@example.com,Ada Lovelace,all of them,x!\n",
			[]string{"--user-column", "", "--group-column=", "--lang-column", ""}, `{"IAMUserNames":["ada@example.com"]}`},
		"language": {"users.csv", "email,Speaks,Language\nada@example.com,Japanese,x!\n",
			[]string{"--lang-column", "Speaks"}, `{"IAMUserNames":[{"UserName":"ada@example.com","Email":"ada@example.com","Language":"ja"}]}`},
		"encoding": {"users.csv", "\xa5\xe1\xa1\xbc\xa5\xeb,Name\nada@example.com,\xbb\xb3\n",
			[]string{"--encoding", "euc-jp"}, `{"IAMUserNames":["ada@example.com"]}`},
		"confirm": {"users.txt", "ada@example.com", []string{"--yes"}, `{"IAMUserNames":["ada@example.com"]}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if test.path != "-" {
				write(t, test.path, test.list)
			}
			fake := &fakeAWS{looks: succeeded(created)}
			got := runWith(t, fake, test.list, append([]string{"run", test.path}, test.args...)...)
			if got.Code != 0 {
				t.Fatalf("got the exit code %d, and %s", got.Code, got.Stderr)
			}
			if *fake.started[0].Input != test.want {
				t.Errorf("input of the execution: got %s, want %s", *fake.started[0].Input, test.want)
			}
		})
	}
}

func TestListErrors(t *testing.T) {
	const expected = "LIST must be a file that you can read, or - for standard input"
	var firstProblems strings.Builder
	for i := range 20 {
		fmt.Fprintf(&firstProblems, "  users.txt:%d: must have an e-mail address such as user@example.com, got: \"ada\"\n", i+1)
	}
	tests := map[string]struct {
		path, list string
		want       string
	}{
		"directory":    {".", "", "read .: is a directory: " + expected},
		"missing file": {"nobody.json", "", "open nobody.json: no such file or directory: " + expected},
		"another kind of file": {"users.xlsx", "PK\x03\x04\x00xl/workbook.xml", "1 problem in the list:\n" +
			"  users.xlsx: is an Excel workbook (.xlsx), not a list: open it, and save it as CSV UTF-8"},
		"a file that is too large": {"users.txt", strings.Repeat("\n", 16<<20+1),
			"users.txt is larger than 16 MiB: check that it is a list of users"},
		"a problem": {"users.csv", "email\nada", "1 problem in the list:\n" +
			`  users.csv:2: must have an e-mail address such as user@example.com, got: "ada"`},
		"many problems": {"users.txt", strings.Repeat("ada\n", 10_000), "10000 problems in the list:\n" + firstProblems.String() + "  and 9980 more"},
		"problems of standard input": {"-", "ada@example.com\n\nbob\ncy", "2 problems in the list:\n" +
			`  standard input:3: must have an e-mail address such as user@example.com, got: "bob"` + "\n" +
			`  standard input:4: must have an e-mail address such as user@example.com, got: "cy"`},
	}
	for name, test := range tests {
		for _, command := range []string{"run", "check"} {
			t.Run(name+", "+command, func(t *testing.T) {
				t.Chdir(t.TempDir())
				if strings.HasPrefix(test.path, "users") {
					write(t, test.path, test.list)
				}
				fake := &fakeAWS{looks: succeeded(created)}
				got := runWith(t, fake, test.list, command, test.path)
				expect(t, got, result{"", "onboard: " + test.want + "\n", 2})
				if fake.started != nil {
					t.Error("started an execution")
				}
			})
		}
	}
}

const alsoName = "; the address is also the user name, unless you choose a column with --user-column\n"

// TestNotices runs a list that the command had to interpret. The notices come before the question.
func TestNotices(t *testing.T) {
	got := runWith(t, &fakeAWS{looks: succeeded(created)}, "email,Name\nada@example.com,M\xfcller\nada@example.com,Muller\n", "run", "-")
	expect(t, got, result{createdTable, "note: standard input: the list is read as Windows-1252: if that is wrong, name its encoding with --encoding\n" +
		"note: standard input: this column is used: \"email\" for the address" + alsoName +
		"note: standard input: this column is ignored: \"Name\"\n" +
		"note: standard input: users that are in the list again with the same values are counted once: \"ada@example.com\" (lines 2 and 3)\n" +
		stderrStart, 0})
}

func TestInterruptedWhileWaitingForStandardInput(t *testing.T) {
	for command, want := range map[string]string{"run": "interrupted, nothing was started", "check": "interrupted"} {
		ctx, interrupt := context.WithCancel(t.Context())
		stdin, typed := io.Pipe()
		t.Cleanup(func() { _ = typed.Close() }) // it never fails
		go func() {
			_, _ = typed.Write([]byte("[")) // fails if the command ends before it reads
			interrupt()
		}()
		var stderr strings.Builder
		code := cli.Main(ctx, []string{command, "-"}, stdin, io.Discard, &stderr)
		expect(t, result{"", stderr.String(), code}, result{"", "onboard: " + want + "\n", 1})
	}
}

func TestNameOfTheListIsSafeForATerminal(t *testing.T) {
	t.Chdir(t.TempDir())
	const name = "a\x1b[2J\u202e"
	write(t, name+".txt", "ada@example.com")
	write(t, name+".csv", "email\nada")
	write(t, name+".yaml", "email,\x1b[2J\n,x")
	tests := map[string]result{
		name + ".txt": {"a [2J .txt: 1 user, no problems\n  ada@example.com: mail to ada@example.com, default group, default language\n" + notChecked, "", 0},
		name + ".csv": {"", "onboard: 1 problem in the list:\n  a [2J .csv:2: must have an e-mail address such as user@example.com, got: \"ada\"\n", 2},
		name + ".yaml": {"", "note: a [2J .yaml: this column is used: \"email\" for the address" + alsoName +
			"note: a [2J .yaml: this column is ignored: \"\\x1b[2J\"\n" +
			"onboard: 1 problem in the list:\n  a [2J .yaml:2: must have an e-mail address such as user@example.com, got: \"\"\n", 2},
		name: {"", "onboard: open a [2J : no such file or directory: " +
			"LIST must be a file that you can read, or - for standard input\n", 2},
	}
	for path, want := range tests {
		expect(t, runWith(t, &fakeAWS{}, "", "check", path), want)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
