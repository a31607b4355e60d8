package onboard_test

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestOutputAsJSON(t *testing.T) {
	got := runWith(t, &fakeAWS{looks: succeeded(mixed)}, addresses(3), "run", "-", "--output", "json")
	var decoded, want any
	if err := json.Unmarshal([]byte(got.Stdout), &decoded); err != nil {
		t.Fatalf("%v, got: %s", err, got.Stdout)
	}
	// A terminal gets no line breaks from AWS.
	if err := json.Unmarshal([]byte(oneLineMixed), &want); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(decoded, want) {
		t.Errorf("got %s, want %s", got.Stdout, oneLineMixed)
	}
	got.Stdout = ""
	expect(t, got, result{"", start(3) + oneFailed, 1})
}

func TestOutputAsCSV(t *testing.T) {
	const skipped = `{"Total":2,"Skipped":1,"Failed":1,"Users":[{"UserName":"=1+1","Status":"Skipped","Reason":"NotOurs"},` +
		`{"UserName":"bob","Status":"Failed","Step":"GetUser","Error":"Iam.IamException","Cause":"a \"b\",\nc\u001b[2J\u202e"}]}`
	got := runWith(t, &fakeAWS{looks: succeeded(skipped)}, addresses(2), "run", "-", "-o", "csv")
	want := `user_name,status,reason,step,error,cause
=1+1,Skipped,NotOurs,,,
bob,Failed,,GetUser,Iam.IamException,"a ""b"", c [2J"
`
	expect(t, got, result{want, start(2) + oneFailed, 1})
}

func TestWhatToDoAboutFailures(t *testing.T) {
	tests := map[string]struct{ step, error, cause, want string }{
		"known":         {"SendEmail", "SesV2.SendingPausedException", "Paused.", "have sending enabled again in the SES console, and run the same list again"},
		"run again":     {"unknown", "ChildExecutionFailed", "no status", "run the same list again"},
		"no permission": {"CreateUser", "Iam.IamException", "User: x is not authorized to perform: iam:CreateUser", "have the role of the state machine permitted to do this, and run the same list again"},
		"unknown":       {"CreateUser", "Iam.IamException", "Rate exceeded", "mend the cause, and run the same list again"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			report, _ := json.Marshal(map[string]any{"Total": 1, "Failed": 1, "Users": []any{map[string]string{
				"UserName": "ada", "Status": "Failed", "Step": test.step, "Error": test.error, "Cause": test.cause}}})
			got := runWith(t, &fakeAWS{looks: succeeded(string(report))}, "ada@example.com", "run", "-")
			want := "USER  STATUS  WHAT TO DO\nada   Failed  " + test.want + "\n              " +
				test.step + " failed: " + test.error + ": " + test.cause + "\n1 user: 1 failed\n"
			expect(t, got, result{want, stderrStart + oneFailed, 1})
		})
	}
}
