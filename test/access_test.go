package test

import (
	"cmp"
	"maps"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

// requestsOf returns the requests that IAM authorizes when a task makes its call: one for each resource and each action.
func requestsOf(t testing.TB, s asl.State, machine asl.Machine) (requests []iampolicy.Request) {
	t.Helper()
	_, api, _ := strings.Cut(s.Resource, ":aws-sdk:")
	service, name, _ := strings.Cut(api, ":")
	action := cmp.Or(iamPrefixes[service], service) + ":" + strings.ToUpper(name[:1]) + name[1:]
	context := map[string][]string{}
	if tags, ok := s.Arguments["Tags"].([]any); ok {
		for _, tag := range tags {
			key := tag.(map[string]any)["Key"].(string)
			context["aws:TagKeys"] = append(context["aws:TagKeys"], key)
			value := tag.(map[string]any)["Value"].(string)
			if key == contract.IssuedTagKey {
				value = issued // instead of the expression
			}
			context["aws:RequestTag/"+key] = []string{value}
		}
	}
	on := func(resources ...string) []iampolicy.Request {
		for _, resource := range resources {
			requests = append(requests, requestTo(action, resource, context))
		}
		return requests
	}
	switch action {
	case "iam:CreateUser":
		arn := iamARN + "user" + s.Arguments["Path"].(string) + "new@example.com"
		requests = append(requests, requestTo("iam:TagUser", arn, maps.Clone(context)))
		if boundary, ok := s.Arguments["PermissionsBoundary"].(string); ok {
			context["iam:PermissionsBoundary"] = []string{boundary}
		}
		return on(arn)
	case "iam:GetUser":
		if _, isRemoval := machine.States["RemoveUsers"]; isRemoval {
			return on(ours, iamARN+"user/somebody")
		}
		if _, isOfExpiry := machine.States["ListUsers"]; isOfExpiry {
			return on(ours)
		}
		return on(ours, iamARN+"user/somebody")
	case "iam:ListUsers":
		return on(iamARN + "user" + s.Arguments["PathPrefix"].(string))
	case "iam:AttachUserPolicy":
		context["iam:PolicyARN"] = []string{s.Arguments["PolicyArn"].(string)}
		context["aws:ResourceTag/onboarding"] = []string{"complete"}
		return on(ours)
	case "iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:DeleteSigningCertificate", "iam:DeleteSSHPublicKey", "iam:DeleteServiceSpecificCredential",
		"iam:DeactivateMFADevice", "iam:DeleteUserPolicy", "iam:DetachUserPolicy", "iam:DeleteUser", "iam:ListAccessKeys", "iam:ListSigningCertificates",
		"iam:ListSSHPublicKeys", "iam:ListServiceSpecificCredentials", "iam:ListMFADevices", "iam:ListGroupsForUser", "iam:ListUserPolicies",
		"iam:ListAttachedUserPolicies":
		context["aws:ResourceTag/onboarding"] = []string{"disabled"}
		return on(ours)
	case "iam:RemoveUserFromGroup":
		return on(iamARN+"group/Staff", iamARN+"group/teams/Staff")
	case "iam:DeleteVirtualMFADevice":
		return on(iamARN+"mfa/phone", iamARN+"mfa/onboarded/phone")
	case "iam:DeleteLoginProfile":
		context["aws:ResourceTag/onboarding"] = []string{"expired"}
		return on(ours)
	case "iam:UpdateLoginProfile":
		context["aws:ResourceTag/onboarding"] = []string{"pending"}
		return on(ours)
	case "iam:TagUser":
		context["aws:ResourceTag/onboarding"] = []string{"pending"}
		return on(ours)
	case "iam:CreateLoginProfile", "iam:GetLoginProfile":
		return on(ours)
	case "iam:GetGroup":
		return on(groupARN(s.Arguments["GroupName"].(string)))
	case "iam:AddUserToGroup":
		for name, state := range machine.States {
			if strings.HasPrefix(name, "GetGroup") {
				on(groupARN(state.Arguments["GroupName"].(string)))
			}
		}
		return requests
	case "ses:GetEmailIdentity":
		return on(sesARN + "identity/" + s.Arguments["EmailIdentity"].(string))
	case "ses:SendEmail":
		from, err := mail.ParseAddress(s.Arguments["FromEmailAddress"].(string))
		if err != nil {
			t.Fatal(err)
		}
		context["ses:FromAddress"] = []string{from.Address}
		on(sesARN+"identity/"+from.Address, sesARN+"identity/recipient@example.net")
		if set, ok := s.Arguments["ConfigurationSetName"].(string); ok {
			return on(sesARN + "configuration-set/" + set)
		} else if machine.States["GetEmailIdentity"].Arguments["EmailIdentity"] != "<UserOnboardingSenderIdentity>" {
			return on(sesARN + "configuration-set/DefaultOfIdentity")
		}
		return requests
	case "states:ListExecutions":
		got := s.Arguments["StateMachineArn"]
		if _, isRemoval := machine.States["RemoveUsers"]; isRemoval {
			return on(theRemover)
		}
		if _, isOfExpiry := machine.States["ListUsers"]; isOfExpiry != (got == "<UserOnboardingStateMachine>") ||
			!isOfExpiry && got != "{% $states.context.StateMachine.Id %}" {
			t.Errorf("%s is about %s, want the state machine that onboards users", action, got)
		}
		return on("<UserOnboardingStateMachine>")
	case "sns:Publish":
		return on(s.Arguments["TopicArn"].(string))
	case "ses:GetAccount", "iam:GetAccountPasswordPolicy", "secretsmanager:GetRandomPassword":
		return on("*")
	}
	t.Fatalf("the test does not know the resource of %s", action)
	return nil
}

// iamPrefixes has the prefixes of IAM actions that differ from the name of the service in the resource of a task.
var iamPrefixes = map[string]string{"sesv2": "ses", "sfn": "states"}

const ours = iamARN + "user/onboarded/user@example.com"

func groupARN(name string) string {
	if made, ok := strings.CutSuffix(name, ">"); ok {
		return made + ".Arn>"
	}
	return iamARN + "group/" + name
}

// TestPermissionsAreThoseOfTheTasks evaluates the policies of the role for every call of the definition. They must allow every
// call, and nothing that no call needs.
func TestPermissionsAreThoseOfTheTasks(t *testing.T) {
	for _, names := range optionSets() {
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			template, _ := templateWith(t, names)
			wantPermissionsOfTasks(t, template)
			wantPermissionsOf(t, template.ofExpiry(t, stateMachineType), slices.Concat(template.policyOf(t, ofExpiry), template.policyOf(t, ofExpiryMapRun)))
		})
	}
}

func wantPermissionsOfTasks(t testing.TB, template template) {
	t.Helper()
	wantPermissionsOf(t, template.ofType(t, stateMachineType), slices.Concat(template.policyOf(t, ofRole), template.policyOf(t, ofMapRun)))
}

func wantPermissionsOf(t testing.TB, stateMachine map[string]any, role iampolicy.Policy) {
	t.Helper()
	machine := asl.Parse(t, stateMachine["DefinitionString"].(string))
	var requests []iampolicy.Request
	for name, state := range machine.EveryState() {
		if state.Type != "Task" {
			continue
		}
		for _, request := range requestsOf(t, state, machine) {
			if !role.Allows(t, request) {
				t.Errorf("%s may not %s on %s", name, request.Action, request.Resource)
			}
			requests = append(requests, request)
		}
	}
	for _, idle := range idle(t, role, requests) {
		if !neededByStepFunctions.MatchString(idle) {
			t.Errorf("no task needs %s", idle)
		}
	}
}

// neededByStepFunctions matches the permissions that Step Functions itself needs: for the log, for the child executions, and for
// the encryption of both.
var neededByStepFunctions = regexp.MustCompile(`^Allow (logs|kms):|^Allow states:(StartExecution|DescribeExecution|StopExecution) `)

// idle returns every action and resource that a policy allows and that no request has.
func idle(t testing.TB, p iampolicy.Policy, requests []iampolicy.Request) (idle []string) {
	t.Helper()
	for _, s := range p {
		for _, action := range iampolicy.Texts(s.Action) {
			for _, resource := range iampolicy.Texts(s.Resource) {
				one := iampolicy.Statement{Effect: s.Effect, Action: action, Resource: resource, Condition: s.Condition}
				if !slices.ContainsFunc(requests, func(r iampolicy.Request) bool { return one.Matches(t, r) }) {
					idle = append(idle, one.String())
				}
			}
		}
	}
	return idle
}

// TestTakenOverRole checks that the policy of the role allows no abuse, with any options.
func TestTakenOverRole(t *testing.T) {
	for _, names := range optionSets() {
		template, _ := templateWith(t, names)
		wantNoAbuse(t, template, names)
	}
}

func wantNoAbuse(t testing.TB, template template, names []string) {
	t.Helper()
	const path = iamARN + "user/onboarded/"
	mark := func(value string) map[string][]string {
		return map[string][]string{"aws:TagKeys": {"onboarding", "onboarding-issued"}, "aws:RequestTag/onboarding": {value},
			"aws:RequestTag/onboarding-issued": {issued}}
	}
	wrongTime := mark("pending")
	wrongTime["aws:RequestTag/onboarding-issued"] = []string{"never"}
	otherTag := map[string][]string{
		"aws:TagKeys": {"onboarding", "onboarding-issued", "Department"}, "aws:RequestTag/onboarding": {"pending"},
		"aws:RequestTag/onboarding-issued": {issued}, "aws:RequestTag/Department": {"Admin"},
		"iam:PermissionsBoundary": {iamARN + "policy/Boundary"},
	}
	otherBoundary := map[string][]string{
		"aws:TagKeys": {"onboarding", "onboarding-issued", "Department", "Cost center"}, "aws:RequestTag/onboarding": {"pending"},
		"aws:RequestTag/onboarding-issued": {issued},
		"aws:RequestTag/Department":        {"IT"}, "aws:RequestTag/Cost center": {""}, "iam:PermissionsBoundary": {iamARN + "policy/Other"},
	}
	requests := []iampolicy.Request{
		requestTo("iam:CreateUser", iamARN+"user/new", mark("pending")),
		requestTo("iam:CreateUser", iamARN+"user/onboarded", mark("pending")),
		requestTo("iam:CreateUser", path+"new", nil),
		requestTo("iam:CreateUser", path+"new", mark("complete")),
		requestTo("iam:CreateUser", path+"new", otherTag),
		requestTo("iam:TagUser", iamARN+"user/somebody", mark("pending")),
		requestTo("iam:TagUser", path+"user", mark("mine")),
		requestTo("iam:TagUser", path+"user", mark("expired")),
		requestTo("iam:TagUser", path+"user", wrongTime),
		requestTo("iam:TagUser", path+"user", otherTag),
		requestTo("iam:TagUser", path+"user", map[string][]string{"aws:TagKeys": {"Department"}, "aws:RequestTag/Department": {"IT"}}),
		requestTo("iam:UpdateLoginProfile", path+"user", nil),
		requestTo("iam:UpdateLoginProfile", path+"user", map[string][]string{"aws:ResourceTag/onboarding": {"complete"}}),
		requestTo("iam:UpdateLoginProfile", iamARN+"user/somebody", map[string][]string{"aws:ResourceTag/onboarding": {"pending"}}),
		requestTo("iam:CreateLoginProfile", iamARN+"user/somebody", nil),
		requestTo("iam:AddUserToGroup", iamARN+"group/Administrators", nil),
		requestTo("ses:SendEmail", sesARN+"identity/example.com", map[string][]string{"ses:FromAddress": {"ceo@example.com"}}),
		requestTo("ses:SendEmail", sesARN+"identity/example.com", nil),
		requestTo("sts:AssumeRole", iamARN+"role/Admin", nil),
		requestTo("iam:PassRole", iamARN+"role/Admin", nil),
		requestTo("secretsmanager:GetSecretValue", "*", nil),
		requestTo("states:StartExecution", "arn:aws:states:us-east-1:123456789012:stateMachine:Other", nil),
	}
	for _, action := range []string{"iam:DeleteUser", "iam:DeleteLoginProfile", "iam:CreateAccessKey", "iam:AttachUserPolicy",
		"iam:PutUserPolicy", "iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary", "iam:UpdateUser", "iam:UntagUser",
		"iam:RemoveUserFromGroup", "iam:DeactivateMFADevice", "iam:EnableMFADevice", "iam:UploadSSHPublicKey"} {
		requests = append(requests, requestTo(action, path+"user", map[string][]string{"aws:ResourceTag/onboarding": {"pending"}}))
	}
	for _, action := range []string{"iam:PutGroupPolicy", "iam:AttachGroupPolicy", "iam:DeleteGroup", "iam:UpdateGroup"} {
		requests = append(requests, requestTo(action, "<UserOnboardingGroup.Arn>", nil))
	}
	role := slices.Concat(template.policyOf(t, ofRole), template.policyOf(t, ofMapRun))
	for _, request := range requests {
		if role.Allows(t, request) {
			t.Errorf("with the options %v the role may %s on %s with %v", names, request.Action, request.Resource, request.Context)
		}
	}
	if slices.Contains(names, "PermissionsBoundary") {
		for _, context := range []map[string][]string{mark("pending"), otherBoundary} {
			if role.Allows(t, requestTo("iam:CreateUser", path+"new", context)) {
				t.Errorf("with the options %v the role may create a user with %v", names, context)
			}
		}
	}
}

// TestTakenOverExpiryRole checks that the policy of the role that withdraws first passwords allows nothing else, with any options.
func TestTakenOverExpiryRole(t *testing.T) {
	const path = iamARN + "user/onboarded/"
	mark := func(value, of string) map[string][]string {
		context := map[string][]string{"aws:TagKeys": {"onboarding"}, "aws:RequestTag/onboarding": {value}}
		if of != "" {
			context["aws:ResourceTag/onboarding"] = []string{of}
		}
		return context
	}
	tagged := func(value string) map[string][]string {
		return map[string][]string{"aws:ResourceTag/onboarding": {value}}
	}
	twoTags := mark("expired", "complete")
	twoTags["aws:TagKeys"] = []string{"onboarding", "onboarding-issued"}
	requests := []iampolicy.Request{
		requestTo("iam:DeleteLoginProfile", path+"user", nil),
		requestTo("iam:DeleteLoginProfile", path+"user", tagged("pending")),
		requestTo("iam:DeleteLoginProfile", path+"user", tagged("complete")),
		requestTo("iam:DeleteLoginProfile", iamARN+"user/somebody", tagged("expired")),
		requestTo("iam:TagUser", path+"user", mark("expired", "")),
		requestTo("iam:TagUser", path+"user", mark("expired", "mine")),
		requestTo("iam:TagUser", path+"user", mark("pending", "complete")),
		requestTo("iam:TagUser", path+"user", mark("complete", "pending")),
		requestTo("iam:TagUser", path+"user", twoTags),
		requestTo("iam:TagUser", iamARN+"user/somebody", mark("expired", "complete")),
		requestTo("iam:GetUser", iamARN+"user/somebody", nil),
		requestTo("iam:GetLoginProfile", iamARN+"user/somebody", nil),
		requestTo("iam:ListUsers", iamARN+"user/", nil),
		requestTo("states:StartExecution", "<UserOnboardingStateMachine>", nil),
		requestTo("secretsmanager:GetRandomPassword", "*", nil),
		requestTo("ses:SendEmail", sesARN+"identity/example.com", map[string][]string{"ses:FromAddress": {"sender@example.com"}}),
		requestTo("iam:AddUserToGroup", "<UserOnboardingGroup.Arn>", nil),
		requestTo("iam:PassRole", iamARN+"role/Admin", nil),
		requestTo("sts:AssumeRole", iamARN+"role/Admin", nil),
	}
	for _, action := range []string{"iam:CreateUser", "iam:DeleteUser", "iam:CreateLoginProfile", "iam:UpdateLoginProfile", "iam:CreateAccessKey",
		"iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:UpdateUser", "iam:UntagUser", "iam:RemoveUserFromGroup", "iam:DeactivateMFADevice"} {
		for _, mark := range []string{"pending", "complete", "expired"} {
			requests = append(requests, requestTo(action, path+"user", tagged(mark)))
		}
	}
	for _, names := range optionSets() {
		template, _ := templateWith(t, names)
		role := slices.Concat(template.policyOf(t, ofExpiry), template.policyOf(t, ofExpiryMapRun))
		if !role.Allows(t, requestTo("iam:DeleteLoginProfile", path+"user", tagged("expired"))) {
			t.Fatal("the role may withdraw no password, so this test shows nothing")
		}
		for _, request := range requests {
			if role.Allows(t, request) {
				t.Errorf("with the options %v the role may %s on %s with %v", names, request.Action, request.Resource, request.Context)
			}
		}
	}
}

// memberRequest returns a request of a member of the group. mfa is "true" if the session has MFA.
func memberRequest(action, resource, mfa string) iampolicy.Request {
	return iampolicy.Request{Action: action, Resource: resource, Context: map[string][]string{
		"aws:username": {"new@example.com"}, "aws:MultiFactorAuthPresent": {mfa},
	}}
}

// TestFirstSignIn checks which calls the group of the app allows its members at the first sign-in, and after it.
func TestFirstSignIn(t *testing.T) {
	const path = "/staff/"
	own, other := iamARN+"user"+path+"new@example.com", iamARN+"user"+path+"other@example.com"
	device := iamARN + "mfa/phone"
	setPassword := [][2]string{{"iam:ChangePassword", own}, {"iam:GetAccountPasswordPolicy", "*"}}
	setUpMFA := [][2]string{
		{"iam:GetUser", own}, {"iam:ListMFADevices", own}, {"iam:GetMFADevice", own}, {"iam:ListVirtualMFADevices", "*"},
		{"iam:CreateVirtualMFADevice", device}, {"iam:CreateVirtualMFADevice", iamARN + "mfa" + path + "phone"},
		{"iam:EnableMFADevice", own}, {"iam:ResyncMFADevice", own},
	}
	never := [][2]string{
		{"iam:ChangePassword", other}, {"iam:EnableMFADevice", other}, {"iam:ResyncMFADevice", other}, {"iam:GetUser", other},
		{"iam:ListMFADevices", other}, {"iam:GetMFADevice", other}, {"iam:DeactivateMFADevice", own}, {"iam:DeleteVirtualMFADevice", device},
		{"iam:UpdateLoginProfile", own}, {"iam:CreateAccessKey", own}, {"iam:TagUser", own}, {"iam:AddUserToGroup", iamARN + "group/Admins"},
		{"iam:ListUsers", "*"}, {"s3:ListAllMyBuckets", "*"}, {"ec2:RunInstances", "*"},
	}
	admin := iampolicy.Policy{{Effect: "Allow", Action: "*", Resource: "*"}}
	for _, test := range []struct {
		name           string
		requireMFA     bool
		others         iampolicy.Policy // other policies of the member
		mfa            string
		allowed, other [][2]string
		otherAllowed   bool
	}{
		{"member", false, nil, "false", setPassword, slices.Concat(setUpMFA, never), false},
		{"member with MFA", false, nil, "true", setPassword, slices.Concat(setUpMFA, never), false},
		{"member who needs MFA", true, nil, "false", slices.Concat(setPassword, setUpMFA), never, false},
		{"member who has MFA", true, nil, "true", slices.Concat(setPassword, setUpMFA), never, false},
		{"administrator who needs MFA", true, admin, "false", slices.Concat(setPassword, setUpMFA), never, false},
		{"administrator who has MFA", true, admin, "true", slices.Concat(setPassword, setUpMFA), never, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			template := synthesize(t, newStack(t), props{UserPath: jsii.String(path), RequireMfa: jsii.Bool(test.requireMFA)})
			member := slices.Concat(template.policyOf(t, ofGroup), test.others)
			for _, wanted := range test.allowed {
				if !member.Allows(t, memberRequest(wanted[0], wanted[1], test.mfa)) {
					t.Errorf("may not %s on %s", wanted[0], wanted[1])
				}
			}
			for _, wanted := range test.other {
				if got := member.Allows(t, memberRequest(wanted[0], wanted[1], test.mfa)); got != test.otherAllowed {
					t.Errorf("may %s on %s: got %v, want %v", wanted[0], wanted[1], got, test.otherAllowed)
				}
			}
		})
	}
}

// TestAccessKeyIsNoMFA checks requests with an access key, which have no MFA key in their context.
func TestAccessKeyIsNoMFA(t *testing.T) {
	template := synthesize(t, newStack(t), props{RequireMfa: jsii.Bool(true)})
	member := append(template.policyOf(t, ofGroup), iampolicy.Statement{Effect: "Allow", Action: "*", Resource: "*"})
	request := iampolicy.Request{Action: "s3:ListAllMyBuckets", Resource: "*", Context: map[string][]string{"aws:username": {"user"}}}
	if member.Allows(t, request) {
		t.Error("an access key allows calls without MFA")
	}
	request.Action = "sts:GetSessionToken"
	if !member.Allows(t, request) {
		t.Error("an access key cannot be used to sign in with MFA")
	}
}

func requestTo(action, resource string, context map[string][]string) iampolicy.Request {
	return iampolicy.Request{Action: action, Resource: resource, Context: context}
}
