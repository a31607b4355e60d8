package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/sabotage"
	"github.com/iam-onboarding/iam-onboarding/internal/workload"
)

// definitionCheck is a check of a definition.
type definitionCheck func(t testing.TB, definition string)

// ofMachine returns the check of a definition that checks the state machine. [ofChild] checks the states of a user.
func ofMachine(check func(testing.TB, asl.Machine)) definitionCheck {
	return func(t testing.TB, definition string) {
		t.Helper()
		check(t, asl.Parse(t, definition))
	}
}

func ofChild(check func(testing.TB, asl.Machine)) definitionCheck {
	return ofMachine(func(t testing.TB, machine asl.Machine) {
		t.Helper()
		check(t, machine.Child())
	})
}

func littleEffort(t testing.TB, definition string) {
	t.Helper()
	wantLittleEffort(t, "no option", definition)
}

func flatExpressions(t testing.TB, definition string) {
	t.Helper()
	wantFlatExpressions(t, "no option", definition)
}

func littleEffortOfLongLists(t testing.TB, definition string) {
	t.Helper()
	wantLittleEffortOfLongLists(t, asl.Parse(t, definition))
}

func reportFits(users int, char string) definitionCheck {
	return ofMachine(func(t testing.TB, machine asl.Machine) {
		t.Helper()
		wantReportFits(t, startJSONata(t), machine, users, char)
	})
}

func invalidInputFits(kind string) definitionCheck {
	return ofMachine(func(t testing.TB, machine asl.Machine) {
		t.Helper()
		wantInvalidInputFits(t, startJSONata(t), machine, workload.Group, kind)
	})
}

func causesWithoutPassword(step string) definitionCheck {
	return ofChild(func(t testing.TB, child asl.Machine) {
		t.Helper()
		wantCausesWithoutPassword(t, startJSONata(t), rand.New(rand.NewPCG(1, 2)), child, step)
	})
}

// bounds returns the end of the error of a check about the bounds of an evaluation.
func bounds(steps int) string {
	return fmt.Sprintf("steps, want at most %d and %d", mostDepth, steps)
}

// TestSabotageOfDefinition breaks the definition, and checks that the check for each mistake finds it.
func TestSabotageOfDefinition(t *testing.T) {
	template := synthesize(t, newStack(t), props{GroupName: jsii.String(workload.Group)})
	definition := deployedDefinition(t, template, template.ofType(t, stateMachineType))
	type states = sabotage.States
	type fields = map[string]any
	retriers := func(state fields) []any { return state["Retry"].([]any) }
	last := func(state fields) fields { return retriers(state)[len(retriers(state))-1].(fields) }
	// beforeUsers adds a call that a child makes once, before its users.
	beforeUsers := func(list states, more fields) {
		processor := list["OnboardUsers"]["ItemProcessor"].(fields)
		call := fields{"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:sesv2:getAccount", "Next": processor["StartAt"]}
		maps.Copy(call, more)
		processor["StartAt"], processor["States"].(fields)["Before"] = "Before", call
	}
	services := sdkServices{} // parallel tests only read it
	for _, name := range []string{"iam", "sesv2"} {
		services.of(t, name)
	}
	matchesModel := func(name string) definitionCheck {
		return ofMachine(func(t testing.TB, machine asl.Machine) {
			t.Helper()
			state := machine.EveryState()[name]
			wantMatchesModel(t, services, startJSONata(t), pathsOfTasks(t, map[string]asl.State{name: state}), state)
		})
	}
	for _, test := range []struct {
		name   string
		change func(list, user states)
		want   string
		check  definitionCheck
	}{
		// The flow.
		{"a login profile without the group", func(_, user states) {
			user["CreateUser"]["Next"] = "GetRandomPassword"
		}, "a path leads to CreateLoginProfile without AddUserToGroup", ofChild(wantGroupBeforeLoginProfile)},
		{"a mail without the group", func(_, user states) {
			user["TagUser pending"]["Next"] = "SendEmail"
		}, "a path leads to SendEmail without AddUserToGroup", ofChild(wantGroupBeforeLoginProfile)},
		{"the group after the login profile", func(_, user states) {
			user["CreateUser"]["Next"], user["TagUser pending"]["Next"] = "GetRandomPassword", "GetRandomPassword"
			user["Has the user taken over?"]["Default"] = "GetRandomPassword"
			user["CreateLoginProfile"]["Next"], user["AddUserToGroup"]["Next"] = "AddUserToGroup", "SendEmail"
		}, "a path leads to CreateLoginProfile without AddUserToGroup", ofChild(wantGroupBeforeLoginProfile)},
		{"a mail to nobody", func(_, user states) {
			user["CreateLoginProfile"]["Next"], user["UpdateLoginProfile"]["Next"] = "TagUser complete", "TagUser complete"
		}, "no path leads to SendEmail", ofChild(wantGroupBeforeLoginProfile)},
		{"users before the preflight", func(list, _ states) {
			list["Is the list valid?"]["Default"] = "OnboardUsers"
		}, "a path leads to OnboardUsers without GetAccount", ofMachine(wantPreflightBeforeChanges)},
		{"users without one call of the preflight", func(list, _ states) {
			for _, catch := range list["GetEmailIdentity"]["Catch"].([]any) {
				catch.(fields)["Next"] = "GetAccountPasswordPolicy"
			}
		}, "a path leads to OnboardUsers without GetGroup", ofMachine(wantPreflightBeforeChanges)},
		{"a change in the preflight", func(list, _ states) {
			list["GetGroup"]["Resource"] = "arn:aws:states:::aws-sdk:iam:createGroup"
		}, "a path leads to GetGroup without Is everything ready?", ofMachine(wantPreflightBeforeChanges)},
		{"a state that is missing", func(list, _ states) {
			list["GetAccount"]["Next"] = "GetIdentity"
		}, "GetIdentity", wantNoFindingOfTools},

		// The bounds of each call.
		{"no time-out", func(_, user states) {
			delete(user["GetUser"], "TimeoutSeconds")
		}, "GetUser: got a TimeoutSeconds of 0", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"no time-out in the preflight", func(list, _ states) {
			delete(list["GetGroup"], "TimeoutSeconds")
		}, "GetGroup: got a TimeoutSeconds of 0", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"a retry without bound", func(_, user states) {
			last(user["CreateUser"])["MaxAttempts"] = 1000
		}, "CreateUser: its retries differ", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"a retry of the preflight without bound", func(list, _ states) {
			last(list["GetAccount"])["MaxAttempts"] = 1000
		}, "GetAccount: its retries differ", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"a mail again after a time-out", func(_, user states) {
			user["SendEmail"]["Retry"] = append([]any{fields{"ErrorEquals": []any{"States.Timeout"}, "MaxAttempts": 1}}, retriers(user["SendEmail"])...)
		}, "SendEmail: its retries differ", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"a mail again after any error", func(_, user states) {
			last(user["SendEmail"])["ErrorEquals"] = []any{"States.ALL"}
		}, "SendEmail: its retries differ", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"no catch", func(_, user states) {
			delete(user["TagUser complete"], "Catch")
		}, "TagUser complete: no error is caught", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"no catch of every error", func(_, user states) {
			user["GetUser"]["Catch"] = user["GetUser"]["Catch"].([]any)[:1]
		}, "GetUser: its last catch takes", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"no catch in the preflight", func(list, _ states) {
			delete(list["GetEmailIdentity"], "Catch")
		}, "GetEmailIdentity: no error is caught", ofMachine(wantEveryTaskBoundedAndCaught)},

		// The child.
		{"a user that makes the child fail", func(_, user states) {
			user["NoGoodPassword"]["Type"] = "Fail"
		}, "NoGoodPassword is of type Fail", ofMachine(wantChildNeverFails)},
		{"a child that fails at its end", func(list, _ states) {
			processor := list["OnboardUsers"]["ItemProcessor"].(fields)["States"].(fields)
			processor["Stop"] = fields{"Type": "Fail"}
			processor["OnboardUser"].(fields)["Next"] = "Stop"
		}, "Stop is of type Fail", ofMachine(wantChildNeverFails)},
		{"a choice without a default", func(_, user states) {
			delete(user["Is the password good?"], "Default")
		}, "Is the password good? has no default", ofMachine(wantChildNeverFails)},
		{"a call before the users", func(list, _ states) {
			beforeUsers(list, fields{})
		}, "Before: got a TimeoutSeconds of 0", ofMachine(wantEveryTaskBoundedAndCaught)},
		{"a longer call before the users than a child has time for", func(list, _ states) {
			beforeUsers(list, fields{"TimeoutSeconds": maxChildSeconds})
		}, "the longest path takes", ofMachine(wantChildInTime)},
		{"more retries than a child has time for", func(_, user states) {
			last(user["GetUser"])["MaxAttempts"] = 1000
		}, "the longest path takes", ofMachine(wantChildInTime)},
		{"a longer call than a child has time for", func(_, user states) {
			user["SendEmail"]["TimeoutSeconds"] = maxChildSeconds
		}, "the longest path takes", ofMachine(wantChildInTime)},
		{"waits that grow past the time of a child", func(_, user states) {
			last(user["AddUserToGroup"])["BackoffRate"] = 3
		}, "the longest path takes", ofMachine(wantChildInTime)},
		{"more draws than a child has time for", func(_, user states) {
			sabotage.Replace(t, user["Is the password good?"], "Choices", "$draws < 2", "$draws < 20")
		}, "the longest path takes", ofMachine(wantChildInTime)},
		{"draws without end", func(_, user states) {
			sabotage.Replace(t, user["Is the password good?"], "Choices", "$draws < 2", "true")
		}, "this loop has no bound", ofMachine(wantChildInTime)},
		{"too few retries", func(_, user states) {
			last(user["CreateUser"])["MaxAttempts"] = 1
		}, "users were lost", ofMachine(wantNobodyLost)},

		// The bounds of expressions.
		{"an expression that nests too deep", func(_, user states) {
			user["Done"]["Output"] = "{% " + strings.Repeat("(1+", mostDepth/2) + "1" + strings.Repeat(")", mostDepth/2) + " %}"
		}, bounds(mostSteps), littleEffort},
		{"an expression of too many steps", func(_, user states) {
			user["Done"]["Output"] = "{% $sum($map([1..20000], function($i) { $i + 1 })) %}"
		}, bounds(mostSteps), littleEffort},
		{"an expression that cannot be evaluated", func(_, user states) {
			user["Done"]["Output"] = "{% $states.input.UserName + 1 %}"
		}, "{% $states.input.UserName + 1 %}: ", littleEffort},
		{"a variable that no state sets", func(_, user states) {
			sabotage.Replace(t, user["SendEmail"], "Arguments", ":= $password", ":= $passwort")
		}, "it reads $passwort", littleEffort},
		{"a report of too many steps", func(list, _ states) {
			sabotage.Replace(t, list["Summary"], "Output", "$words := ", "$map($users, function($user) { $map([1..60], function($i) { $i }) }); $words := ")
		}, "Summary, ", littleEffortOfLongLists},
		{"a search of the whole list for every item", func(list, _ states) {
			sabotage.Replace(t, list["ValidateList"], "Assign", "$list := $exists($shapeProblem) ? [] : $given;",
				"$list := $exists($shapeProblem) ? [] : $given; $map($list, function($item) { $count($list[$ = $item]) });")
		}, "Expression evaluation timeout", littleEffortOfLongLists},
		{"a group-by", func(_, user states) {
			user["Done"]["Output"] = "{% $states.input{UserName: $count($)} %}"
		}, "has a group-by", flatExpressions},
		{"a constructor inside of a function", func(_, user states) {
			user["Done"]["Output"] = "{% $map([$states.input], function($i) { [$i, $i] }) %}"
		}, "has a constructor of 2 members inside of a function", flatExpressions},
		{"a comment", func(_, user states) {
			user["Done"]["Output"] = "{% /* the end */ $states.input %}"
		}, "has the comment /* the end */", wantNoComments},

		// The models of the SDKs.
		{"an operation that does not exist", func(_, user states) {
			user["CreateUser"]["Resource"] = "arn:aws:states:::aws-sdk:iam:createUsers"
		}, "has no such operation", matchesModel("CreateUser")},
		{"an argument that the operation does not have", func(_, user states) {
			user["CreateUser"]["Arguments"].(fields)["Username"] = "user"
		}, "Arguments has no field Username", matchesModel("CreateUser")},
		{"an argument too few", func(_, user states) {
			delete(user["AddUserToGroup"]["Arguments"].(fields), "GroupName")
		}, "Arguments must have the field GroupName", matchesModel("AddUserToGroup")},
		{"an argument of another type", func(_, user states) {
			user["CreateLoginProfile"]["Arguments"].(fields)["PasswordResetRequired"] = "true"
		}, "Arguments.PasswordResetRequired must be true or false", matchesModel("CreateLoginProfile")},
		{"an argument that does not fit the pattern", func(_, user states) {
			sabotage.Replace(t, user["SendEmail"], "Arguments", " ~> $encodeUrlComponent", "")
		}, "must match [A-Za-z0-9_-]+", matchesModel("SendEmail")},
		{"a field that the result does not have", func(_, user states) {
			sabotage.Replace(t, user["GetUser"], "Assign", "User.UserName", "User.Username")
		}, "the result has no User.Username", matchesModel("GetUser")},
		{"an error that is not caught under its name", func(_, user states) {
			sabotage.Replace(t, user["CreateUser"], "Catch", "Iam.EntityAlreadyExistsException", "Iam.EntityAlreadyExists")
		}, "it retries or catches Iam.EntityAlreadyExists,", matchesModel("CreateUser")},
		{"an error that is not retried under its name", func(list, _ states) {
			sabotage.Replace(t, list["GetGroup"], "Retry", "Iam.NoSuchEntityException", "Iam.NoSuchEntity")
		}, "it retries or catches Iam.NoSuchEntity,", matchesModel("GetGroup")},
		{"a retry that never helps", func(_, user states) {
			user["CreateUser"]["Retry"] = retriers(user["CreateUser"])[1:]
		}, "it retries Iam.EntityAlreadyExistsException", matchesModel("CreateUser")},
		{"a retry that would help", func(_, user states) {
			delete(user["GetUser"], "Retry")
		}, "it does not retry Iam.ServiceFailureException", matchesModel("GetUser")},

		// The report.
		{"a report that counts wrongly", func(list, _ states) {
			sabotage.Replace(t, list["Summary"], "Output", `\"Failed\": $failed`, `\"Failed\": 0`)
		}, "got the report", ofMachine(wantReportOfEveryone)},
		{"a user without a status", func(list, _ states) {
			sabotage.Replace(t, list["Summary"], "Output", "[$map($names, $statusOf)]", "$statuses")
		}, "got the report", ofMachine(wantReportOfEveryone)},

		// What AWS allows of inputs, outputs and causes.
		{"causes that are not cut", func(_, user states) {
			for _, state := range user {
				if state["Catch"] != nil && strings.Contains(fmt.Sprint(state["Catch"]), "CauseLength") {
					sabotage.Replace(t, state, "Catch", "0, $states.input.CauseLength", "0, 100000")
				}
			}
		}, "the output of the map has", reportFits(26, "x")},
		{"causes that are as long in a long list", func(list, _ states) {
			list["OnboardUsers"]["ItemBatcher"].(fields)["BatchInput"].(fields)["CauseLength"] = "{% 1000 %}"
		}, "the report has", reportFits(1000, "x")},
		{"causes in any letters", func(_, user states) {
			for _, state := range user {
				if state["Catch"] != nil && strings.Contains(fmt.Sprint(state["Catch"]), "CauseLength") {
					sabotage.Replace(t, state, "Catch", `/[^ !#-\\[\\]-~]/`, `/[\\n]/`)
				}
			}
		}, "the report has", reportFits(1000, "漢")},
		{"a cause that lists too many users", func(list, _ states) {
			sabotage.Replace(t, list["UsersNotOnboarded"], "Cause", "0, 16000", "0, 100000")
		}, "the cause has", reportFits(216, "x")},
		{"more problems than a variable holds", func(list, _ states) {
			sabotage.Replace(t, list["ValidateList"], "Assign", "$maxProblems := 200", "$maxProblems := 2000")
		}, "the problems have", invalidInputFits("everything")},
		{"more problems than a failure holds", func(list, _ states) {
			groups, _ := json.Marshal(slices.Repeat([]string{longestGroup}, 10))
			sabotage.Replace(t, list["Settings"], "Assign", `"Name":"`+workload.Group+`"`, `"Name":`+string(groups))
			sabotage.Replace(t, list["InvalidInput"], "Cause", "0, 16000", "0, 100000")
		}, "the cause has", invalidInputFits("group")},
		{"a cause with the password", func(_, user states) {
			sabotage.Replace(t, user["CreateLoginProfile"], "Catch", "$quotes)) > 0", "$quotes)) > 99")
		}, "CreateLoginProfile: the password", causesWithoutPassword("CreateLoginProfile")},
		{"a cause with a part of the password", func(_, user states) {
			sabotage.Replace(t, user["SendEmail"], "Catch", "$start, 4)", "$start, 18)")
		}, "SendEmail: the password", causesWithoutPassword("SendEmail")},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			broken := sabotage.Break(t, definition, test.change)
			sabotage.Want(t, test.want, func(t testing.TB) { test.check(t, broken) })
		})
	}
}

// TestSabotageOfTemplate breaks the policies and the logs, and checks that the checks for each mistake find it.
func TestSabotageOfTemplate(t *testing.T) {
	whole, statements := templateWith(t, nil)
	type fields = map[string]any
	permissions := func(t testing.TB, template template) { wantPermissions(t, template, statements) }
	noAbuse := func(t testing.TB, template template) { wantNoAbuse(t, template, nil) }
	// documentOf returns the policy document of the resource with this prefix, such as ofRole.
	documentOf := func(template template, prefix string) fields {
		for id, resource := range template.Resources {
			if hash.ReplaceAllString(id, "") == strings.TrimSuffix(prefix, ": ") {
				for _, property := range []string{"PolicyDocument", "AssumeRolePolicyDocument"} {
					if document, ok := resource.Properties[property].(fields); ok {
						return document
					}
				}
			}
		}
		t.Fatalf("no resource has the prefix %s", prefix)
		return nil
	}
	statement := func(template template, prefix, action string) fields {
		for _, statement := range documentOf(template, prefix)["Statement"].([]any) {
			if statement.(fields)["Action"] == action {
				return statement.(fields)
			}
		}
		t.Fatalf("no statement of %s has the action %s", prefix, action)
		return nil
	}
	add := func(template template, prefix string, statement fields) {
		document := documentOf(template, prefix)
		document["Statement"] = append(document["Statement"].([]any), statement)
	}
	type caught = map[string]func(testing.TB, template) // by a part of the error of the check
	for _, test := range []struct {
		name   string
		change func(template)
		caught caught
	}{
		{"new users with any path", func(template template) {
			statement(template, ofRole, "iam:CreateUser")["Resource"] = "*"
		}, caught{ofRole + "Allow iam:CreateUser on * if ": permissions, "the role may iam:CreateUser on " + iamARN + "user/new": noAbuse}},
		{"new users without the mark", func(template template) {
			delete(statement(template, ofRole, "iam:CreateUser"), "Condition")
		}, caught{ofRole + "Allow iam:CreateUser" + users + "\n": permissions, "the role may iam:CreateUser": noAbuse}},
		{"a password for any user", func(template template) {
			delete(statement(template, ofRole, "iam:UpdateLoginProfile"), "Condition")
		}, caught{ofRole + "Allow iam:UpdateLoginProfile" + users + "\n": permissions, "the role may iam:UpdateLoginProfile": noAbuse}},
		{"mails from anyone", func(template template) {
			delete(statement(template, ofRole, "ses:SendEmail"), "Condition")
		}, caught{ofRole + "Allow ses:SendEmail on " + sesARN + "identity/*\n": permissions, "the role may ses:SendEmail": noAbuse}},
		{"a statement too many", func(template template) {
			add(template, ofRole, fields{"Effect": "Allow", "Action": "iam:DeleteUser", "Resource": "*"})
		}, caught{
			ofRole + "Allow iam:DeleteUser on *": permissions, "the role may iam:DeleteUser": noAbuse,
			"no task needs Allow iam:DeleteUser on *": wantPermissionsOfTasks,
		}},
		{"every action but one", func(template template) {
			add(template, ofMapRun, fields{"Effect": "Allow", "NotAction": "iam:DeleteUser", "Resource": "*"})
		}, caught{ofMapRun + "Allow all except iam:DeleteUser on *": permissions, "the role may iam:CreateAccessKey": noAbuse}},
		{"a permission too few", func(template template) {
			statement(template, ofRole, "iam:AddUserToGroup")["Resource"] = iamARN + "group/Other"
		}, caught{"AddUserToGroup may not iam:AddUserToGroup on <UserOnboardingGroup.Arn>": wantPermissionsOfTasks}},
		{"a role for anyone", func(template template) {
			statement(template, trust, "sts:AssumeRole")["Principal"] = "*"
		}, caught{trust + "Allow to * sts:AssumeRole": permissions}},
		{"a role for any account", func(template template) {
			delete(statement(template, trust, "sts:AssumeRole"), "Condition")
		}, caught{trust + "Allow to Service:states.amazonaws.com sts:AssumeRole\n": permissions}},
		{"a managed policy", func(template template) {
			template.ofType(t, "AWS::IAM::Role")["ManagedPolicyArns"] = []any{"arn:aws:iam::aws:policy/AdministratorAccess"}
		}, caught{"has ManagedPolicyArns": permissions}},
		{"a policy in the role itself", func(template template) {
			template.ofType(t, "AWS::IAM::Role")["Policies"] = []any{fields{"PolicyName": "More", "PolicyDocument": fields{
				"Statement": []any{fields{"Effect": "Allow", "Action": "*", "Resource": "*"}},
			}}}
		}, caught{"has Policies": permissions}},
		{"another role", func(template template) {
			template.Resources["Other"] = resource{Type: "AWS::IAM::Role"}
		}, caught{"got 4 roles, want 3": permissions}},
		{"inputs and outputs in the log", func(template template) {
			template.ofType(t, stateMachineType)["LoggingConfiguration"].(fields)["IncludeExecutionData"] = true
		}, caught{"IncludeExecutionData:true": wantNoDataInLogs}},
		{"every event in the log", func(template template) {
			template.ofType(t, stateMachineType)["LoggingConfiguration"].(fields)["Level"] = "ALL"
		}, caught{"Level:ALL": wantNoDataInLogs}},
		{"a trace", func(template template) {
			template.ofType(t, stateMachineType)["TracingConfiguration"] = fields{"Enabled": true}
		}, caught{"got the tracing": wantNoDataInLogs}},
		{"logs that are kept for ever", func(template template) {
			delete(template.ofType(t, "AWS::Logs::LogGroup"), "RetentionInDays")
		}, caught{"logs are kept": wantNoDataInLogs}},
	} {
		t.Run(test.name, func(t *testing.T) {
			broken := decode[template](t, whole)
			test.change(broken)
			for said, check := range test.caught {
				sabotage.Want(t, said, func(t testing.TB) { check(t, broken) })
			}
		})
	}
}
