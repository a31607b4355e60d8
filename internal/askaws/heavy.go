package askaws

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/workload"
)

const (
	succeeded = types.TestExecutionStatusSucceeded
	failed    = types.TestExecutionStatusFailed
	caught    = types.TestExecutionStatusCaughtError
	retriable = types.TestExecutionStatusRetriable
)

// questionsFor returns all questions for a region: about the definitions, about their states, and about constructs. It returns an
// error if the definition cannot be synthesized.
func questionsFor(region string) ([]question, error) {
	definitions, err := synthesize(region)
	if err != nil {
		return nil, err
	}
	return append(definitions.questions(), doubtful(definitions.noOption)...), nil
}

func (d definitions) questions() (all []question) {
	ofDefinition := func(options string, of definition) question {
		return question{
			Name: "the definition, " + options, Assumed: "AWS creates the state machine",
			IfNot: "the stack cannot be deployed: correct what AWS names in its answer",
			ask:   validated(of.text, types.ValidateStateMachineDefinitionResultCodeOk),
		}
	}
	all = append(all, ofDefinition("no option", d.noOption), ofDefinition("every option", d.everyOption),
		ofDefinition("password expiry", d.expiry), ofDefinition("password expiry with every option", d.expiryWithEveryOption))
	all = append(all, d.noOption.lists()...)
	all = append(all, d.noOption.preflight()...)
	all = append(all, d.noOption.maps()...)
	all = append(all, d.noOption.user()...)
	all = append(all, d.everyOption.mails(d.noOption)...)
	all = append(all, d.noOption.reports()...)
	all = append(all, d.everyOption.messages()...)
	return append(all, d.expiry.sweeps()...)
}

// sweeps returns questions about the state machine that withdraws first passwords.
func (d definition) sweeps() []question {
	const noSweep = "first passwords are withdrawn too early, or never: change the state, and make the local AWS do what AWS does"
	const issued = "2026-11-25T07:12:13Z"
	inPath := func(name, path string) map[string]any {
		return map[string]any{"UserName": name, "Path": path, "UserId": "AIDA", "Arn": "arn", "CreateDate": issued}
	}
	user := func(tags ...any) map[string]any {
		user := inPath("ada", contract.DefaultUserPath)
		user["Tags"] = append([]any{}, tags...)
		return map[string]any{"User": user}
	}
	tag := func(key, value string) map[string]any { return map[string]any{"Key": key, "Value": value} }
	signedIn := user(tag(contract.TagKey, contract.TagComplete), tag(contract.IssuedTagKey, issued))
	signedIn["User"].(map[string]any)["PasswordLastUsed"] = "2026-11-25T07:12:14Z"
	status := func(name, status string) any { return map[string]any{"UserName": name, "Status": status} }
	silent := map[string]any{"UserName": "bob", "Step": contract.UnknownStep, "Error": contract.ChildExecutionFailed, "Cause": contract.NoStatus}
	input := map[string]any{"UserName": "ada", "IssuedBefore": issued, "CauseLength": 100}
	return []question{
		ofState("ListUsers: a page", noSweep,
			test{state: d.state("ListUsers"), mock: map[string]any{"IsTruncated": true, "Marker": "m", "Users": []any{
				inPath("ada", contract.DefaultUserPath), inPath("bob", contract.DefaultUserPath+"x/")}}},
			want{status: succeeded, next: "SweepUsers", variables: map[string]any{"users": []any{"ada"}, "marker": "m"}}),
		ofState("ListUsers: nobody", noSweep, test{state: d.state("ListUsers"), mock: map[string]any{"IsTruncated": false, "Users": []any{}}},
			want{status: succeeded, next: "SweepUsers", variables: map[string]any{"users": []any{}, "marker": ""}}),
		ofState("SweepUsers: a user expired, and one is silent", noSweep,
			test{state: d.state("SweepUsers"), variables: map[string]any{"users": []any{"ada", "bob"}, "issuedBefore": issued},
				mock: []any{[]any{status("ada", contract.Expired)}}},
			want{status: succeeded, next: "Tally", output: map[string]any{"Expired": []any{"ada"}, "Failed": []any{silent}}, said: []string{issued}}),
		ofState("Tally: a page", noSweep,
			test{state: d.state("Tally"), input: map[string]any{"Expired": []any{"ada"}, "Failed": []any{}}, variables: map[string]any{
				"users": []any{"ada", "bob"}, "checked": 100, "pages": 1, "expired": []any{"eve"}, "failed": []any{}, "notListed": 0}},
			want{status: succeeded, variables: map[string]any{"checked": 102, "pages": 2, "expired": []any{"eve", "ada"}, "failed": []any{}, "notListed": 0}}),
		ofState("Summary: everyone checked", noSweep,
			test{state: d.state("Summary"), variables: map[string]any{
				"checked": 2, "expired": []any{}, "failed": []any{silent}, "notListed": 0, "activeExecution": ""}},
			want{status: succeeded, output: map[string]any{"Checked": 2, "Expired": []any{}, "Failed": []any{silent}, "NotListed": 0}}),
		ofState("PasswordsNotWithdrawn: a user", noSweep,
			test{state: d.state("PasswordsNotWithdrawn"), input: map[string]any{"Failed": []any{silent, map[string]any{"Step": "ListUsers", "Error": "E", "Cause": "c"}}}},
			want{status: failed, error: contract.PasswordsNotWithdrawn, cause: []string{"\nbob: unknown failed with", "\nListUsers failed with E: c"}}),
		ofState("GetUser: ours", noSweep,
			test{state: d.state("GetUser"), input: input, mock: user(tag(contract.TagKey, contract.TagComplete), tag(contract.IssuedTagKey, issued))},
			want{status: succeeded, next: "Is the password old?", output: input,
				variables: map[string]any{"isOurs": true, "issued": issued, "hasSignedIn": false}}),
		ofState("GetUser: signed in", noSweep, test{state: d.state("GetUser"), input: input, mock: signedIn},
			want{status: succeeded, next: "Is the password old?", output: input, variables: map[string]any{"hasSignedIn": true}}),
		ofState("GetUser: without a tag", noSweep, test{state: d.state("GetUser"), input: input, mock: user()},
			want{status: succeeded, next: "Is the password old?", output: input, variables: map[string]any{"isOurs": false, "issued": ""}}),
		ofState("GetLoginProfile: a date", noSweep,
			test{state: d.state("GetLoginProfile"), input: input, mock: map[string]any{"LoginProfile": map[string]any{
				"UserName": "ada", "CreateDate": issued, "PasswordResetRequired": true}}},
			want{status: succeeded, next: "Is the password overdue?", output: input, variables: map[string]any{"isUnused": true, "profileMade": issued}}),
		ofState("DeleteLoginProfile: denied", noSweep,
			test{state: d.state("DeleteLoginProfile"), input: input, variables: map[string]any{"deletions": 1},
				context:   map[string]any{"State": map[string]any{"Name": "DeleteLoginProfile"}},
				mockError: "Iam.IamException", cause: "not \"authorized\""},
			want{status: caught, error: "Iam.IamException", next: "Was it the last attempt?", output: input, variables: map[string]any{
				"deletions": 2, "failure": map[string]any{"UserName": "ada", "Status": contract.Failed, "Step": "DeleteLoginProfile",
					"Error": "Iam.IamException", "Cause": "not 'authorized'"}}}),
	}
}

// ofState returns a question about a state. Its name has the name of the state, then the input or the mock.
func ofState(name, ifNot string, test test, want want) question {
	return question{Name: name, Assumed: "the state answers as on the local AWS", IfNot: ifNot, ask: asked(test, want)}
}

const (
	noList = "every list is refused, or a wrong list is accepted: change problems.jsonata, and make the local AWS do what AWS does"
	noRun  = "executions stop, or continue when they must stop: change the state, and make the local AWS do what AWS does"
	noTurn = "two lists run at the same time, or none can run: change machine.OlderExecution, and make the local AWS do what AWS does"
	noUser = "users fail: change the state, and make the local AWS do what AWS does"
)

func (d definition) lists() (all []question) {
	settings := d.state("Settings")["Assign"].(map[string]any)
	all = append(all, ofState("Settings", noRun, test{state: d.state("Settings")}, want{status: succeeded, next: "ValidateList", variables: settings}))
	for _, list := range workload.Lists() {
		problems := list.Problems
		if problems == nil {
			problems = []string{}
		}
		all = append(all, ofState("ValidateList: "+list.Kind, noList,
			test{state: d.state("ValidateList"), input: list.Input(), variables: settings},
			want{status: succeeded, next: "Is the list valid?", output: list.Input(), variables: map[string]any{"problems": problems}}))
	}
	problems := workload.Lists()[3].Problems
	return append(all,
		ofState("Is the list valid?: with problems", noRun, test{state: d.state("Is the list valid?"), variables: map[string]any{"problems": problems}},
			want{status: succeeded, next: "InvalidInput"}),
		ofState("Is the list valid?: without problems", noRun, test{state: d.state("Is the list valid?"), variables: map[string]any{"problems": []any{}}},
			want{status: succeeded, next: "ListExecutions"}),
		ofState("InvalidInput: the longest cause", noRun, test{state: d.state("InvalidInput"), variables: map[string]any{"problems": problems}},
			want{status: failed, error: "InvalidInput", cause: []string{strings.Join(problems[:20], "\n")}}))
}

// executionAt returns an execution of an answer of ListExecutions. second is when it started.
func executionAt(name, second string) map[string]any {
	return map[string]any{"Name": name, "ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:Machine:" + name, "Status": "RUNNING",
		"StateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:Machine", "StartDate": "2026-11-26T04:05:" + second + "Z"}
}

func (d definition) preflight() []question {
	none := map[string]any{"problems": []any{}}
	stateNamed := func(name string) any { return map[string]any{"State": map[string]any{"Name": name}} }
	getAccount := d.state("GetAccount")
	older, own, younger := executionAt("older", "05.9"), executionAt("own", "06"), executionAt("younger", "06.001")
	turn := func(executions ...any) test {
		return test{state: d.state("ListExecutions"), variables: none, mock: map[string]any{"Executions": append([]any{}, executions...)}, context: map[string]any{
			"StateMachine": map[string]any{"Id": "arn:aws:states:us-east-1:123456789012:stateMachine:Machine"},
			"Execution":    map[string]any{"Id": own["ExecutionArn"]}}}
	}
	active := func(name string) want {
		return want{status: succeeded, next: "Is an older execution running?", variables: map[string]any{"problems": []any{}, "activeExecution": name}}
	}
	return []question{
		ofState("ListExecutions: an older one", noTurn, turn(younger, own, older), active("older")),
		ofState("ListExecutions: a younger one", noTurn, turn(younger, own), active("")),
		ofState("ListExecutions: the latest is missing", noTurn, turn(older), active("older")),
		ofState("ListExecutions: none", noTurn, turn(), active("")),
		ofState("Is an older execution running?: yes", noTurn,
			test{state: d.state("Is an older execution running?"), variables: map[string]any{"activeExecution": "older"}},
			want{status: succeeded, next: "AnotherRunIsActive"}),
		ofState("Is an older execution running?: no", noTurn,
			test{state: d.state("Is an older execution running?"), variables: map[string]any{"activeExecution": ""}},
			want{status: succeeded, next: "GetAccount"}),
		ofState("AnotherRunIsActive", noTurn, test{state: d.state("AnotherRunIsActive"), variables: map[string]any{"activeExecution": "older"}},
			want{status: failed, error: contract.AnotherRunIsActive, cause: []string{contract.AnotherRun("older")}}),
		ofState("GetAccount: SES sends", noRun, test{state: getAccount, variables: none, mock: map[string]any{"SendingEnabled": true}},
			want{status: succeeded, next: "GetEmailIdentity", variables: none}),
		ofState("GetAccount: SES does not send", noRun, test{state: getAccount, variables: none, mock: map[string]any{"SendingEnabled": false}},
			want{status: succeeded, next: "GetEmailIdentity", said: []string{"SES does not send from this account"}}),
		ofState("GetAccount: an error that is retried", noRun,
			test{state: getAccount, variables: none, mockError: "SesV2.SesV2Exception", cause: "Rate exceeded", attempts: 8},
			want{status: retriable, error: "SesV2.SesV2Exception"}),
		ofState("GetAccount: an error that stays", noRun,
			test{state: getAccount, variables: none, context: stateNamed("GetAccount"), mockError: "SesV2.SesV2Exception", cause: strings.Repeat("c", 32_768), attempts: 9},
			want{status: caught, error: "SesV2.SesV2Exception", next: "GetEmailIdentity",
				said: []string{"GetAccount failed with SesV2.SesV2Exception: " + strings.Repeat("c", 1000) + ";"}}),
		ofState("GetAccount: a time-out without a cause", noRun,
			test{state: getAccount, variables: none, context: stateNamed("GetAccount"), mockError: "States.Timeout", attempts: 1, isCauseLeftOut: true},
			want{status: caught, error: "States.Timeout", next: "GetEmailIdentity", said: []string{"GetAccount failed with States.Timeout: ;"}}),
		ofState("GetEmailIdentity: no identity", noRun,
			test{state: d.state("GetEmailIdentity"), variables: none, mockError: "SesV2.NotFoundException", cause: "because"},
			want{status: caught, error: "SesV2.NotFoundException", next: "GetGroup", said: []string{"SES has no identity " + sender}}),
		ofState("GetGroup: no group", noRun,
			test{state: d.state("GetGroup"), variables: none, mockError: "Iam.NoSuchEntityException", cause: "because"},
			want{status: caught, error: "Iam.NoSuchEntityException", next: "GetAccountPasswordPolicy", said: []string{"IAM has no group " + workload.Group}}),
		ofState("GetAccountPasswordPolicy: a long password", noRun,
			test{state: d.state("GetAccountPasswordPolicy"), variables: none, mock: map[string]any{"PasswordPolicy": map[string]any{"MinimumPasswordLength": 90}}},
			want{status: succeeded, next: "Is everything ready?", variables: map[string]any{"passwordLength": 90}}),
		ofState("GetAccountPasswordPolicy: no policy", noRun,
			test{state: d.state("GetAccountPasswordPolicy"), variables: none, mockError: "Iam.NoSuchEntityException", cause: "because"},
			want{status: caught, error: "Iam.NoSuchEntityException", next: "Is everything ready?", variables: map[string]any{"passwordLength": 20}}),
		ofState("Is everything ready?: yes", noRun, test{state: d.state("Is everything ready?"), variables: none}, want{status: succeeded, next: "OnboardUsers"}),
		ofState("PreflightFailed", noRun, test{state: d.state("PreflightFailed"), variables: map[string]any{"problems": []any{"a", "b"}}},
			want{status: failed, error: "PreflightFailed", cause: []string{"a\nb"}}),
	}
}

// maps returns the questions about the two maps. The mock of OnboardUsers has a result for each child execution, which gets five
// users. The mock of OnboardUser has a result for each user. The items that AWS shows are compared in parts, because the form of
// that data was recorded for JSONPath only.
func (d definition) maps() []question {
	list := workload.Lists()[2].Items[:10]
	return []question{
		ofState("OnboardUsers: batches, with what is common to them", noRun,
			test{state: d.state("OnboardUsers"), input: map[string]any{"IAMUserNames": list, "Resend": true},
				variables: map[string]any{"passwordLength": 90, "problems": []any{}}, mock: make([]any, 2)},
			want{status: succeeded, next: "Summary", output: make([]any, 2),
				said: []string{`"PasswordLength":90`, `"Resend":true`, `"CauseLength":1000`, `"user-8@example.com"`}}),
		ofState("OnboardUser: addresses and objects", noUser,
			test{state: d.state("OnboardUser"), input: map[string]any{"Items": list[:5],
				"BatchInput": map[string]any{"Resend": false, "PasswordLength": 90, "CauseLength": 60}}, mock: make([]any, 5)},
			want{status: succeeded, output: make([]any, 5),
				said: []string{`"UserName":"user-0@example.com"`, `"UserName":"user-1"`, `"Email":"user-1@example.com"`, `"GroupName":"` + workload.Group + `"`, `"CauseLength":60`, `"Language":"en"`, `"Language":"ja"`}}),
	}
}

func (d definition) user() []question {
	user := map[string]any{"UserName": "ada", "Email": "ada@example.com", "GroupName": workload.Group, "Resend": false,
		"PasswordLength": 20, "CauseLength": 60, "SignInUrl": "https://example.com", "Issued": "2026-11-25T07:12:13Z"}
	stateNamed := func(name string) any { return map[string]any{"State": map[string]any{"Name": name}} }
	getUser := func(tags []any) any {
		return map[string]any{"User": map[string]any{"Path": contract.DefaultUserPath, "UserName": "Ada", "UserId": "AIDA", "Arn": "arn",
			"CreateDate": "2026-01-02T03:04:05Z", "Tags": tags}}
	}
	tag := func(key, value string) any { return map[string]any{"Key": key, "Value": value} }
	status := func(step, cause string) any {
		return map[string]any{"UserName": "ada", "Status": "Failed", "Step": step, "Error": "Iam.IamException", "Cause": cause}
	}
	password := map[string]any{"password": "Drawn+password1!!!!!", "draws": 1}
	quoting := strings.Repeat("c", 20_000) + " Drawn%2Bpassword1 " + strings.Repeat("c", 12_000)
	return []question{
		ofState("CreateUser: a user that is there", noUser, test{state: d.state("CreateUser"), input: user, mockError: "Iam.EntityAlreadyExistsException", cause: "because"},
			want{status: caught, error: "Iam.EntityAlreadyExistsException", next: "GetUser", output: user}),
		ofState("CreateUser: an error that stays", noUser,
			test{state: d.state("CreateUser"), input: user, context: stateNamed("CreateUser"), mockError: "Iam.IamException", cause: strings.Repeat("&", 32_768), attempts: 6},
			want{status: caught, error: "Iam.IamException", next: "Failed", output: status("CreateUser", strings.Repeat("&", 60))}),
		ofState("GetUser: a user of ours", noUser, test{state: d.state("GetUser"), input: user, mock: getUser([]any{tag("a", "b"), tag("onboarding", "pending")})},
			want{status: succeeded, output: user, variables: map[string]any{"existingName": "Ada", "onboarding": "pending"}}),
		ofState("GetUser: a user without tags", noUser, test{state: d.state("GetUser"), input: user, mock: getUser([]any{})},
			want{status: succeeded, output: user, variables: map[string]any{"existingName": "Ada", "onboarding": "none"}}),
		ofState("Is the user ours to finish?: yes", noUser,
			test{state: d.state("Is the user ours to finish?"), input: user, variables: map[string]any{"existingName": "ada", "onboarding": "pending"}},
			want{status: succeeded, next: "GetLoginProfile", output: user, variables: map[string]any{"outcome": map[string]any{"Status": "Resumed"}}}),
		ofState("Is the password good?: yes", noUser, test{state: d.state("Is the password good?"), input: user, variables: password},
			want{status: succeeded, next: "CreateLoginProfile"}),
		ofState("Is the password good?: no", noUser, test{state: d.state("Is the password good?"), input: user, variables: map[string]any{"password": "no", "draws": 1}},
			want{status: succeeded, next: "GetRandomPassword"}),
		ofState("CreateLoginProfile: an error that quotes the password", "the report shows a password: change catchAllWithoutPassword",
			test{state: d.state("CreateLoginProfile"), input: user, variables: password, context: stateNamed("CreateLoginProfile"), mockError: "Iam.IamException", cause: quoting, attempts: 6},
			want{status: caught, error: "Iam.IamException", next: "Failed", said: []string{`"Cause":"withheld`}}),
		ofState("CreateLoginProfile: an error that does not", noUser,
			test{state: d.state("CreateLoginProfile"), input: user, variables: password, context: stateNamed("CreateLoginProfile"), mockError: "Iam.IamException",
				cause: strings.Repeat("c", 32_768), attempts: 6},
			want{status: caught, error: "Iam.IamException", next: "Failed", output: status("CreateLoginProfile", strings.Repeat("c", 60))}),
		ofState("Done", noUser, test{state: d.state("Done"), input: user, variables: map[string]any{"outcome": map[string]any{"Status": "Created"}}},
			want{status: succeeded, output: map[string]any{"UserName": "ada", "Status": "Created"}}),
	}
}

// mails returns the questions about the longest mails, and about a built-in mail.
func (d definition) mails(builtIn definition) []question {
	user := map[string]any{"UserName": `ada"<{%1%}&`, "Email": "ada@example.com", "SignInUrl": "https://example.com/?a={%1%}", "CauseLength": 60,
		"Issued": "2026-11-25T07:12:13Z", "Resend": true}
	mock, outcome := map[string]any{"MessageId": "1"}, map[string]any{"outcome": map[string]any{"Status": contract.Resent}}
	return []question{
		ofState("SendEmail: the longest mail", noUser, test{state: d.state("SendEmail"), input: user, variables: outcome, mock: mock},
			want{status: succeeded, output: user, said: []string{
				`https://example.com/?a={%1%}\nada"<{%1%}& ` + lastWords, `ada&quot;&lt;{%1%}&amp; ` + lastWords,
				`"Subject":{"Charset":"UTF-8","Data":"` + strings.Trim(string(encode(hostile)), `"`),
			}}),
		ofState("OnboardUser: the input of a user, in a task", "onboard preview fails: change inputOfUser in internal/operator/preview.go",
			test{state: map[string]any{"Type": "Task", "QueryLanguage": "JSONata", "Resource": d.state("GetAccount")["Resource"],
				"Output": d.state("OnboardUser")["ItemSelector"], "End": true},
				input:   map[string]any{"BatchInput": map[string]any{"Resend": false, "PasswordLength": 90, "CauseLength": 60}},
				context: map[string]any{"Map": map[string]any{"Item": map[string]any{"Index": 0, "Value": map[string]any{"UserName": "ada", "Email": "ada@example.com"}}}},
				mock:    map[string]any{}},
			want{status: succeeded, said: []string{`"UserName":"ada"`, `"Email":"ada@example.com"`, `"Language":"ja"`, `"SignInUrl":"https://example.com/?a={%1%}"`}}),
		ofState("SendEmail: in another language", noUser, test{state: builtIn.state("SendEmail"), input: map[string]any{"UserName": "ada", "Email": "ada@example.com",
			"SignInUrl": "https://example.com", "Issued": "2026-11-25T07:12:13Z", "Language": "de"},
			variables: map[string]any{"password": "p", "outcome": outcome["outcome"]}, mock: mock},
			want{status: succeeded, said: []string{`"Data":"Ihre Zugangsdaten für AWS"`, "gilt bis zum 28.11.2026, 07:12 Uhr (UTC). "}}),
		ofState("SendEmail password", noUser, test{state: d.state("SendEmail password"), input: user, variables: map[string]any{
			"password": `p"<&`, "outcome": outcome["outcome"]}, mock: mock},
			want{status: succeeded, output: user, said: []string{`p"<&, 2026年12月25日 03:42 (UTC-3:30)以前の`, `p&quot;&lt;&amp;`}}),
	}
}

const noReport = "an execution fails after it has onboarded its users, or its report is wrong: change report.jsonata, and make the " +
	"local AWS do what AWS does"

// reports returns the questions about reports. The expression of *Summary* is in a Task here, because TestState accepts a context
// only for a mocked state.
func (d definition) reports() (all []question) {
	summary := map[string]any{"Type": "Task", "QueryLanguage": "JSONata", "Resource": d.state("GetAccount")["Resource"],
		"Output": d.state("Summary")["Output"], "End": true}
	for _, report := range workload.Reports() {
		all = append(all, ofState("Summary: "+report.Kind, noReport,
			test{state: summary, input: report.Results, context: report.Context(), mock: map[string]any{}},
			want{status: succeeded, output: report.Summary}))
	}
	allFailed := workload.Reports()[1].Summary
	return append(all,
		ofState("Is everyone onboarded?: no", noReport, test{state: d.state("Is everyone onboarded?"), input: map[string]any{"Failed": 1}},
			want{status: succeeded, next: "UsersNotOnboarded"}),
		ofState("Is everyone onboarded?: yes", noReport, test{state: d.state("Is everyone onboarded?"), input: map[string]any{"Failed": 0}},
			want{status: succeeded, next: "EveryoneOnboarded"}),
		ofState("UsersNotOnboarded: the longest cause", noReport, test{state: d.state("UsersNotOnboarded"), input: allFailed},
			want{status: failed, error: "UsersNotOnboarded", cause: []string{
				fmt.Sprintf("%d of %[1]d users are not onboarded", allFailed.Failed),
				"user-0@example.com: CreateLoginProfile failed with Iam.IamException: " + strings.Repeat("c", 60),
			}}))
}

// messages returns the questions about the message with the counts of a report.
func (d definition) messages() []question {
	allFailed := workload.Reports()[1].Summary
	publish := test{state: d.state("Publish"), input: allFailed, mock: map[string]any{"MessageId": "1"}, context: map[string]any{
		"Execution": map[string]any{"Id": "arn", "Name": "Run"}, "StateMachine": map[string]any{"Name": "Machine"}}}
	unpublished := publish
	unpublished.mock, unpublished.mockError, unpublished.attempts = nil, "Sns.SnsException", 6
	return []question{
		ofState("Publish: the counts", noReport, publish, want{status: succeeded, next: "Is everyone onboarded?", output: allFailed, said: []string{
			fmt.Sprintf(`"Subject":"IAM users: 0 onboarded, 0 skipped, %d failed"`, allFailed.Failed), "The execution Run of the state machine Machine has",
			contract.ReportCommand + `arn"`}}),
		ofState("Publish: an error that stays", noReport, unpublished,
			want{status: caught, error: "Sns.SnsException", next: "Is everyone onboarded?", output: allFailed}),
	}
}
