package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	"github.com/aws/jsii-runtime-go"
	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/iampolicy"
)

// The parts of the statements below. A name that begins with "of" is the resource that has the policy.
const (
	trust    = "UserOnboardingExecutionRole: "
	ofRole   = "UserOnboardingExecutionRoleDefaultPolicy: "
	ofMapRun = "UserOnboardingMapRunPolicy: "
	ofGroup  = "UserOnboardingGroupDefaultPolicy: "
	ofKey    = "Key: "
	ofAlarm  = "AlarmPolicy: "
	ofBounce = "BouncePolicy: "
	// The topics that the construct makes for an address.
	ofMadeAlarm  = "UserOnboardingAlarmTopicPolicy: "
	ofMadeBounce = "UserOnboardingBounceTopicPolicy: "

	iamARN  = "arn:aws:iam::123456789012:"
	sesARN  = "arn:aws:ses:us-east-1:123456789012:"
	logsARN = "arn:aws:logs:us-east-1:123456789012:"
	users   = " on " + iamARN + "user/onboarded/*"
	self    = iamARN + "user/onboarded/${aws:username}"

	ofExpiry         = "UserOnboardingPasswordExpiryExecutionRoleDefaultPolicy: "
	ofExpiryMapRun   = "UserOnboardingPasswordExpiryMapRunPolicy: "
	ofExpirySchedule = "UserOnboardingPasswordExpiryScheduleRole"
	theExpiry        = "<UserOnboardingPasswordExpiryStateMachine>"

	onlyMark   = " if ForAllValues:StringEquals aws:TagKeys = onboarding"
	onlyMarks  = " if ForAllValues:StringEquals aws:TagKeys = onboarding, onboarding-issued"
	atATime    = " if StringLike aws:RequestTag/onboarding-issued = 20??-??-??T??:??:??Z"
	pending    = " if StringEquals aws:RequestTag/onboarding = pending"
	complete   = " if StringEquals aws:RequestTag/onboarding = complete"
	bounded    = " if StringEquals iam:PermissionsBoundary = " + iamARN + "policy/Boundary"
	fromSender = " if StringEquals ses:FromAddress = sender@example.com"
	withoutMFA = " if BoolIfExists aws:MultiFactorAuthPresent = false"
	userTags   = " if ForAllValues:StringEquals aws:TagKeys = onboarding, onboarding-issued, Cost center, Department" +
		" if StringEquals aws:RequestTag/Cost center =  if StringEquals aws:RequestTag/Department = IT" + pending
)

// permissions has every statement without options, by a name that options use.
var permissions = map[string]string{
	"trust":    trust + "Allow to Service:states.amazonaws.com sts:AssumeRole if StringEquals aws:SourceAccount = 123456789012",
	"create":   ofRole + "Allow iam:CreateUser" + users + onlyMarks + pending + atATime,
	"pending":  ofRole + "Allow iam:TagUser" + users + onlyMarks + pending + atATime,
	"complete": ofRole + "Allow iam:TagUser" + users + onlyMarks + complete + atATime,
	"get":      ofRole + "Allow iam:GetUser on " + iamARN + "user/*",
	"join":     ofRole + "Allow iam:AddUserToGroup on <UserOnboardingGroup.Arn>",
	"group":    ofRole + "Allow iam:GetGroup on <UserOnboardingGroup.Arn>",
	"policy":   ofRole + "Allow iam:GetAccountPasswordPolicy on *",
	"access":   ofRole + "Allow iam:GetLoginProfile" + users,
	"login":    ofRole + "Allow iam:CreateLoginProfile" + users,
	"reset":    ofRole + "Allow iam:UpdateLoginProfile" + users + " if StringEquals aws:ResourceTag/onboarding = pending",
	"draw":     ofRole + "Allow secretsmanager:GetRandomPassword on *",
	"account":  ofRole + "Allow ses:GetAccount on *",
	"identity": ofRole + "Allow ses:GetEmailIdentity on " + sesARN + "identity/<UserOnboardingSenderIdentity>",
	"mail":     ofRole + "Allow ses:SendEmail on " + sesARN + "identity/*" + fromSender,
	"log": ofRole + "Allow logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, " +
		"logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups on *",
	"turn":  ofMapRun + "Allow states:ListExecutions on <UserOnboardingStateMachine>",
	"start": ofMapRun + "Allow states:StartExecution on <UserOnboardingStateMachine>",
	"children": ofMapRun + "Allow states:DescribeExecution, states:StopExecution on arn:aws:states:us-east-1:123456789012:" +
		"execution:split(<UserOnboardingStateMachine>)[6]:*",
	"expiry trust": "UserOnboardingPasswordExpiryExecutionRole: Allow to Service:states.amazonaws.com sts:AssumeRole if StringEquals " +
		"aws:SourceAccount = 123456789012",
	"expiry lists":  ofExpiry + "Allow states:ListExecutions on <UserOnboardingStateMachine>",
	"expiry users":  ofExpiry + "Allow iam:ListUsers" + users,
	"expiry get":    ofExpiry + "Allow iam:GetUser" + users,
	"expiry access": ofExpiry + "Allow iam:GetLoginProfile" + users,
	"expiry mark": ofExpiry + "Allow iam:TagUser" + users + onlyMark + " if StringEquals aws:RequestTag/onboarding = expired" +
		" if StringEquals aws:ResourceTag/onboarding = pending, complete, expired",
	"expiry withdraw": ofExpiry + "Allow iam:DeleteLoginProfile" + users + " if StringEquals aws:ResourceTag/onboarding = expired",
	"expiry log": ofExpiry + "Allow logs:CreateLogDelivery, logs:GetLogDelivery, logs:UpdateLogDelivery, logs:DeleteLogDelivery, " +
		"logs:ListLogDeliveries, logs:PutResourcePolicy, logs:DescribeResourcePolicies, logs:DescribeLogGroups on *",
	"expiry start": ofExpiryMapRun + "Allow states:StartExecution on " + theExpiry,
	"expiry children": ofExpiryMapRun + "Allow states:DescribeExecution, states:StopExecution on arn:aws:states:us-east-1:123456789012:" +
		"execution:split(" + theExpiry + ")[6]:*",
	"expiry schedule trust": ofExpirySchedule + ": Allow to Service:scheduler.amazonaws.com sts:AssumeRole if StringEquals " +
		"aws:SourceAccount = 123456789012",
	"expiry schedule": ofExpirySchedule + "DefaultPolicy: Allow states:StartExecution on " + theExpiry,
	"own password":    ofGroup + "Allow iam:ChangePassword on " + self,
	"password policy": ofGroup + "Allow iam:GetAccountPasswordPolicy on *",
}

type props = onboarding.UserOnboardingProps

// option is a prop, with the statements that it adds or changes. An empty statement is one that it removes.
type option struct {
	name    string
	set     func(awscdk.Stack, *props)
	changes map[string]string
}

var options = []option{
	{"GroupName", func(_ awscdk.Stack, p *props) { p.GroupName = jsii.String("Staff") }, nil},
	{"Group", func(stack awscdk.Stack, p *props) { p.Group = givenGroup(stack, "Given") }, map[string]string{
		"join":            ofRole + "Allow iam:AddUserToGroup on " + iamARN + "group/Given",
		"group":           ofRole + "Allow iam:GetGroup on " + iamARN + "group/Given",
		"own password":    "",
		"password policy": "",
	}},
	{"AllowedGroups", func(stack awscdk.Stack, p *props) {
		p.AllowedGroups = &[]iam.IGroup{givenGroup(stack, "Admins"), givenGroup(stack, "Guests")}
	}, map[string]string{
		"join": ofRole + "Allow iam:AddUserToGroup on <UserOnboardingGroup.Arn>, " + iamARN + "group/Admins, " + iamARN + "group/Guests",
		"2nd":  ofRole + "Allow iam:GetGroup on " + iamARN + "group/Admins",
		"3rd":  ofRole + "Allow iam:GetGroup on " + iamARN + "group/Guests",
	}},
	{"RequireMfa", func(_ awscdk.Stack, p *props) { p.RequireMfa = jsii.Bool(true) }, map[string]string{
		"own MFA": ofGroup + "Allow iam:EnableMFADevice, iam:GetMFADevice, iam:GetUser, iam:ListMFADevices, " +
			"iam:ResyncMFADevice on " + self,
		"new device":  ofGroup + "Allow iam:CreateVirtualMFADevice on " + iamARN + "mfa/*",
		"all devices": ofGroup + "Allow iam:ListVirtualMFADevices on *",
		"before MFA": ofGroup + "Deny all except iam:ChangePassword, iam:GetAccountPasswordPolicy, iam:EnableMFADevice, " +
			"iam:GetMFADevice, iam:GetUser, iam:ListMFADevices, iam:ResyncMFADevice, iam:CreateVirtualMFADevice, " +
			"iam:ListVirtualMFADevices, sts:GetSessionToken on *" + withoutMFA,
		"others before MFA": ofGroup + "Deny iam:ChangePassword, iam:EnableMFADevice, iam:GetMFADevice, iam:GetUser, " +
			"iam:ListMFADevices, iam:ResyncMFADevice on all except " + self + withoutMFA,
	}},
	{"PermissionsBoundary", func(stack awscdk.Stack, p *props) {
		p.PermissionsBoundary = iam.ManagedPolicy_FromManagedPolicyName(stack, jsii.String("Boundary"), jsii.String("Boundary"))
	}, map[string]string{
		"create": ofRole + "Allow iam:CreateUser" + users + onlyMarks + pending + bounded + atATime,
	}},
	{"UserTags", func(_ awscdk.Stack, p *props) {
		p.UserTags = &map[string]*string{"Department": jsii.String("IT"), "Cost center": jsii.String("")}
	}, map[string]string{
		"create": ofRole + "Allow iam:CreateUser" + users + userTags + atATime,
		"new":    ofRole + "Allow iam:TagUser" + users + userTags + atATime,
	}},
	{"SenderIdentity", func(stack awscdk.Stack, p *props) {
		p.SenderIdentity = ses.EmailIdentity_FromEmailIdentityName(stack, jsii.String("Identity"), jsii.String("example.com"))
	}, map[string]string{
		"identity": ofRole + "Allow ses:GetEmailIdentity on " + sesARN + "identity/example.com",
		"mail":     ofRole + "Allow ses:SendEmail on " + sesARN + "identity/*, " + sesARN + "configuration-set/*" + fromSender,
	}},
	{"Identity", func(_ awscdk.Stack, p *props) { p.Identity = ses.Identity_Domain(jsii.String("example.com")) }, nil},
	{"ConfigurationSet", func(stack awscdk.Stack, p *props) {
		p.ConfigurationSet = ses.ConfigurationSet_FromConfigurationSetName(stack, jsii.String("Set"), jsii.String("Set"))
	}, map[string]string{
		"mail": ofRole + "Allow ses:SendEmail on " + sesARN + "identity/*, " + sesARN + "configuration-set/Set" + fromSender,
	}},
	{"EncryptionKey", func(stack awscdk.Stack, p *props) {
		p.EncryptionKey = kms.NewKey(stack, jsii.String("Key"), &kms.KeyProps{EnableKeyRotation: jsii.Bool(true)})
	}, map[string]string{
		"administer": ofKey + "Allow to AWS:" + iamARN + "root kms:* on *", // the CDK adds this, so that IAM policies apply
		"deliver": ofKey + "Allow to Service:delivery.logs.amazonaws.com kms:Decrypt on * if StringEquals " +
			"kms:EncryptionContext:SourceArn = " + logsARN + "*",
		"encrypt": ofKey + "Allow to Service:logs.us-east-1.amazonaws.com kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom, " +
			"kms:ReEncryptTo, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:DescribeKey on * if ArnLike " +
			"kms:EncryptionContext:aws:logs:arn = " + logsARN + "log-group:/aws/vendedlogs/states/Stack-UserOnboarding-2F5CE66B-*",
		"expiry encrypt": ofKey + "Allow to Service:logs.us-east-1.amazonaws.com kms:Encrypt, kms:Decrypt, kms:ReEncryptFrom, " +
			"kms:ReEncryptTo, kms:GenerateDataKey, kms:GenerateDataKeyWithoutPlaintext, kms:DescribeKey on * if ArnLike " +
			"kms:EncryptionContext:aws:logs:arn = " + logsARN + "log-group:/aws/vendedlogs/states/Stack-UserOnboarding-PasswordExpiry-3D7F0003-*",
		"expiry data": ofExpiryMapRun + "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn> if StringLike " +
			"kms:EncryptionContext:aws:states:stateMachineArn = " + theExpiry + ", " + theExpiry + "/*",
		"expiry delivery": ofExpiryMapRun + "Allow kms:GenerateDataKey on <Key.Arn> if StringEquals kms:EncryptionContext:SourceArn = " + logsARN + "*",
		"data": ofMapRun + "Allow kms:Decrypt, kms:GenerateDataKey on <Key.Arn> if StringLike " +
			"kms:EncryptionContext:aws:states:stateMachineArn = <UserOnboardingStateMachine>, <UserOnboardingStateMachine>/*",
		"delivery": ofMapRun + "Allow kms:GenerateDataKey on <Key.Arn> if StringEquals kms:EncryptionContext:SourceArn = " + logsARN + "*",
	}},
	{"PasswordValidity", func(_ awscdk.Stack, p *props) { p.PasswordValidity = awscdk.Duration_Days(jsii.Number(7)) }, nil},
	{"LogRetention", func(_ awscdk.Stack, p *props) { p.LogRetention = logs.RetentionDays_ONE_WEEK }, nil},
	{"AlarmTopic", func(stack awscdk.Stack, p *props) {
		p.AlarmTopic = sns.NewTopic(stack, jsii.String("Alarm"), &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
	}, map[string]string{
		"enforce": ofAlarm + "Deny to * sns:Publish on <Alarm> if Bool aws:SecureTransport = false",
		"alarm":   ofAlarm + "Allow to Service:events.amazonaws.com sns:Publish on <Alarm>",
	}},
	{"AlarmEmail", func(_ awscdk.Stack, p *props) { p.AlarmEmail = jsii.String("alarm@example.com") }, map[string]string{
		"enforce made alarm": ofMadeAlarm + "Deny to * sns:Publish on <UserOnboardingAlarmTopic> if Bool aws:SecureTransport = false",
		"made alarm":         ofMadeAlarm + "Allow to Service:events.amazonaws.com sns:Publish on <UserOnboardingAlarmTopic>",
	}},
	{"ReportTopic", func(stack awscdk.Stack, p *props) {
		p.ReportTopic = sns.NewTopic(stack, jsii.String("Report"), &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
	}, map[string]string{
		"enforce report": "ReportPolicy: Deny to * sns:Publish on <Report> if Bool aws:SecureTransport = false",
		"report":         ofRole + "Allow sns:Publish on <Report>",
	}},
	{"ReportEmail", func(_ awscdk.Stack, p *props) { p.ReportEmail = jsii.String("report@example.com") }, map[string]string{
		"enforce made report": "UserOnboardingReportTopicPolicy: Deny to * sns:Publish on <UserOnboardingReportTopic> if Bool aws:SecureTransport = false",
		"report":              ofRole + "Allow sns:Publish on <UserOnboardingReportTopic>",
	}},
	{"BounceTopic", func(stack awscdk.Stack, p *props) {
		p.BounceTopic = sns.NewTopic(stack, jsii.String("Bounce"), &sns.TopicProps{EnforceSSL: jsii.Bool(true)})
	}, map[string]string{
		"enforce bounce": ofBounce + "Deny to * sns:Publish on <Bounce> if Bool aws:SecureTransport = false",
		"bounce":         ofBounce + sesMayPublish + "<Bounce>" + fromSet + "<UserOnboardingConfigurationSet>",
		"mail":           mailWithSet + "<UserOnboardingConfigurationSet>" + fromSender,
	}},
	{"BounceEmail", func(_ awscdk.Stack, p *props) { p.BounceEmail = jsii.String("bounce@example.com") }, map[string]string{
		"enforce made bounce": ofMadeBounce + "Deny to * sns:Publish on <UserOnboardingBounceTopic> if Bool aws:SecureTransport = false",
		"made bounce":         ofMadeBounce + sesMayPublish + "<UserOnboardingBounceTopic>" + fromSet + "<UserOnboardingConfigurationSet>",
		"mail":                mailWithSet + "<UserOnboardingConfigurationSet>" + fromSender,
	}},
}

const (
	mailWithSet   = ofRole + "Allow ses:SendEmail on " + sesARN + "identity/*, " + sesARN + "configuration-set/"
	sesMayPublish = "Allow to Service:ses.amazonaws.com sns:Publish on "
	fromSet       = " if StringEquals AWS:SourceAccount = 123456789012 if StringEquals AWS:SourceArn = " + sesARN + "configuration-set/"
)

// combinations are options of which one changes a statement that another one adds.
var combinations = []struct {
	options []string
	changes map[string]string
}{
	{[]string{"Group", "AllowedGroups"}, map[string]string{
		"join": ofRole + "Allow iam:AddUserToGroup on " + iamARN + "group/Given, " + iamARN + "group/Admins, " + iamARN + "group/Guests",
	}},
	{[]string{"PermissionsBoundary", "UserTags"}, map[string]string{
		"create": ofRole + "Allow iam:CreateUser" + users + userTags + bounded + atATime,
	}},
	{[]string{"SenderIdentity", "ConfigurationSet"}, map[string]string{
		"mail": mailWithSet + "Set" + fromSender,
	}},
	{[]string{"ConfigurationSet", "BounceTopic"}, map[string]string{
		"bounce": ofBounce + sesMayPublish + "<Bounce>" + fromSet + "Set",
		"mail":   mailWithSet + "Set" + fromSender,
	}},
	{[]string{"ConfigurationSet", "BounceEmail"}, map[string]string{
		"made bounce": ofMadeBounce + sesMayPublish + "<UserOnboardingBounceTopic>" + fromSet + "Set",
		"mail":        mailWithSet + "Set" + fromSender,
	}},
	{[]string{"BounceTopic", "BounceEmail"}, map[string]string{"enforce made bounce": "", "made bounce": ""}},
	{[]string{"AlarmTopic", "AlarmEmail"}, map[string]string{"enforce made alarm": "", "made alarm": ""}},
	{[]string{"ReportTopic", "ReportEmail"}, map[string]string{"enforce made report": "", "report": ofRole + "Allow sns:Publish on <Report>"}},
}

func givenGroup(stack awscdk.Stack, name string) iam.IGroup {
	return iam.Group_FromGroupName(stack, &name, &name)
}

// withOptions returns props with these options, and the statements of their template.
func withOptions(stack awscdk.Stack, names ...string) (props, []string) {
	var p props
	statements := maps.Clone(permissions)
	for _, option := range options {
		if slices.Contains(names, option.name) {
			option.set(stack, &p)
			maps.Copy(statements, option.changes)
		}
	}
	isOff := func(name string) bool { return !slices.Contains(names, name) }
	for _, combination := range combinations {
		if !slices.ContainsFunc(combination.options, isOff) {
			maps.Copy(statements, combination.changes)
		}
	}
	lines := slices.DeleteFunc(slices.Collect(maps.Values(statements)), func(line string) bool { return line == "" })
	slices.Sort(lines)
	return p, lines
}

// everyOption returns the names of all options, except two. Group would leave out the group of the stack. Identity excludes
// SenderIdentity.
func everyOption() (names []string) {
	for _, option := range options {
		if option.name != "Group" && option.name != "Identity" {
			names = append(names, option.name)
		}
	}
	return names
}

// optionSets returns the sets of options to test: none, all, each one, and the combinations.
func optionSets() [][]string {
	sets := [][]string{nil, everyOption()}
	for _, option := range options {
		sets = append(sets, []string{option.name})
	}
	for _, combination := range combinations {
		sets = append(sets, combination.options)
	}
	return sets
}

// synthesized is the cache of templateWith.
var synthesized = map[string]struct {
	template   template
	statements []string
}{}

// templateWith returns the template with these options, and its wanted statements. It synthesizes each template once for all
// tests.
func templateWith(t *testing.T, names []string) (template, []string) {
	t.Helper()
	key := strings.Join(names, ",")
	made, ok := synthesized[key]
	if !ok {
		stack := newStack(t)
		p, statements := withOptions(stack, names...)
		made.template, made.statements = synthesize(t, stack, p), statements
		synthesized[key] = made
	}
	return made.template, made.statements
}

// TestPermissions compares every statement of every synthesized policy.
func TestPermissions(t *testing.T) {
	for _, names := range optionSets() {
		t.Run(strings.Join(names, ","), func(t *testing.T) {
			template, want := templateWith(t, names)
			wantPermissions(t, template, want)
		})
	}
}

func wantPermissions(t testing.TB, template template, statements []string) {
	t.Helper()
	got := template.statements(t)
	for _, statement := range got {
		if !slices.Contains(statements, statement) {
			t.Errorf("the template must not have the statement\n%s", statement)
		}
	}
	wantLines(t, got, statements)
	template.wantNoOtherPermissions(t)
}

// TestOptionsAreAllProps checks that the table of options has every prop.
func TestOptionsAreAllProps(t *testing.T) {
	var others []string
	for _, prop := range reflect.VisibleFields(reflect.TypeFor[props]()) {
		if !slices.ContainsFunc(options, func(option option) bool { return option.name == prop.Name }) {
			others = append(others, prop.Name)
		}
	}
	wantLines(t, others, []string{
		"Sender", "SenderName", "ReplyTo", // TestPermissionsOfSender has these
		"Organization", "AccountName", "Contact", "Signature",
		"UserPath", // TestPermissionsOfUserPath has this
		"PasswordLength", "ExcludeLookAlikes", "TimeZoneOffset", "MaxConcurrency", "SignInUrl", "Language", "Subject", "TextTemplate", "HtmlTemplate",
		"SeparatePassword", "PasswordSubject", "PasswordTextTemplate", "PasswordHtmlTemplate",
	})
}

func TestPermissionsOfSender(t *testing.T) {
	stack := newStack(t)
	_, statements := withOptions(stack)
	template := synthesize(t, stack, props{Sender: jsii.String("staff@example.org"), SenderName: jsii.String("Staff"),
		ReplyTo: jsii.String("help@example.org")})
	wantLines(t, template.statements(t), replaced(statements, "sender@example.com", "staff@example.org"))
}

func TestPermissionsOfUserPath(t *testing.T) {
	stack := newStack(t)
	p, statements := withOptions(stack, "RequireMfa")
	p.UserPath = jsii.String("/staff/new/")
	wantLines(t, synthesize(t, stack, p).statements(t), replaced(statements, "user/onboarded/", "user/staff/new/"))
}

func TestPermissionsOfOtherPartition(t *testing.T) {
	inPartition(t, "aws-us-gov")
	stack := newStack(t)
	p, statements := withOptions(stack, everyOption()...)
	wantLines(t, synthesize(t, stack, p).statements(t), replaced(statements, "arn:aws:", "arn:aws-us-gov:"))
}

func replaced(lines []string, old, replacement string) (changed []string) {
	for _, line := range lines {
		changed = append(changed, strings.ReplaceAll(line, old, replacement))
	}
	slices.Sort(changed)
	return changed
}

func wantLines(t testing.TB, got, want []string) {
	t.Helper()
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got):\n%s", difference)
	}
}

// wantNoOtherPermissions checks that permissions are only in policy documents that [template.statements] reads.
func (tpl template) wantNoOtherPermissions(t testing.TB) {
	t.Helper()
	for id, resource := range tpl.Resources {
		for _, property := range []string{"ManagedPolicyArns", "Policies"} {
			if resource.Properties[property] != nil {
				t.Errorf("%s has %s", id, property)
			}
		}
	}
	// The roles of both state machines, and of the schedule.
	if got := tpl.count("AWS::IAM::Role"); got != 3 {
		t.Errorf("got %d roles, want 3", got)
	}
}

func TestGrantStartExecution(t *testing.T) {
	stack := newStack(t)
	operators := iam.NewGroup(stack, jsii.String("Operators"), nil)
	newUserOnboarding(stack, props{}).GrantStartExecution(operators)
	wantLines(t, templateOf(t, stack).statements(t, "OperatorsDefaultPolicy"), []string{
		"OperatorsDefaultPolicy: Allow states:StartExecution on <UserOnboardingStateMachine>",
	})
}

// TestGrantChangePassword grants to a group of another stack. The policy of the group is then in this stack.
func TestGrantChangePassword(t *testing.T) {
	stack := newStack(t)
	group := givenGroup(stack, "Staff")
	newUserOnboarding(stack, props{Group: group, UserPath: jsii.String("/staff/")}).GrantChangePassword(group)
	wantLines(t, templateOf(t, stack).statements(t, "StaffDefaultPolicy"), []string{
		"StaffDefaultPolicy: Allow iam:ChangePassword on " + iamARN + "user/staff/${aws:username}",
		"StaffDefaultPolicy: Allow iam:GetAccountPasswordPolicy on *",
	})
}

// TestGroupsWithPath checks groups that have a path. Policies have the path, and the calls of IAM have only the name.
func TestGroupsWithPath(t *testing.T) {
	stack := newStack(t)
	group := iam.Group_FromGroupArn(stack, jsii.String("Staff"), jsii.String(iamARN+"group/teams/Staff"))
	guests := iam.Group_FromGroupArn(stack, jsii.String("Guests"), jsii.String(iamARN+"group/Guests"))
	inPath := givenGroup(stack, "teams/east/Interns")
	users := newUserOnboarding(stack, props{Group: group, AllowedGroups: &[]iam.IGroup{guests, inPath}})
	users.GrantChangePassword(group)
	template := templateOf(t, stack)

	var got []string
	for _, line := range template.statements(t, strings.TrimSuffix(ofRole, ": ")) {
		if strings.Contains(line, "Group on ") {
			got = append(got, line)
		}
	}
	wantLines(t, got, []string{
		ofRole + "Allow iam:AddUserToGroup on " + iamARN + "group/teams/Staff, " + iamARN + "group/Guests, " + iamARN + "group/teams/east/Interns",
		ofRole + "Allow iam:GetGroup on " + iamARN + "group/Guests",
		ofRole + "Allow iam:GetGroup on " + iamARN + "group/teams/Staff",
		ofRole + "Allow iam:GetGroup on " + iamARN + "group/teams/east/Interns",
	})
	wantLines(t, template.statements(t, "StaffDefaultPolicy"), []string{
		"StaffDefaultPolicy: Allow iam:ChangePassword on " + self, "StaffDefaultPolicy: Allow iam:GetAccountPasswordPolicy on *",
	})
	for id, resource := range template.Resources {
		if groups := resource.Properties["Groups"]; groups != nil && fmt.Sprint(groups) != "[Staff]" {
			t.Errorf("%s is attached to the groups %v, want [Staff]", id, groups)
		}
	}

	machine := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string))
	for state, want := range map[string]string{"GetGroup": "Staff", "GetGroup 2": "Guests", "GetGroup 3": "Interns"} {
		if got := machine.States[state].Arguments["GroupName"]; got != want {
			t.Errorf("%s reads the group %v, want %s", state, got, want)
		}
	}
	jsonata := startJSONata(t)
	list := func(group string) map[string]any {
		return map[string]any{"IAMUserNames": []any{map[string]any{"UserName": "u", "Email": "u@example.net", "Group": group}}}
	}
	problemsOf := func(input map[string]any) string {
		return string(jsonata.evaluate(t, machine.States["ValidateList"].Assign["problems"].(string),
			inputOfList(t, machine, madeGroup, input)))
	}
	if got := problemsOf(list("Interns")); got != "[]" {
		t.Errorf("a list that names the group Interns has the problems %s, want none", got)
	}
	want := `["item 1 must have a Group out of Staff, Guests, Interns, got: \"teams/Staff\""]`
	if got := problemsOf(list("teams/Staff")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	selected := jsonata.text(t, machine.EachUser().ItemSelector["GroupName"].(string), map[string]any{"states": map[string]any{
		"context": map[string]any{"Map": map[string]any{"Item": map[string]any{"Value": "u@example.net"}}},
	}})
	if selected != "Staff" {
		t.Errorf("users are added to %q, want Staff", selected)
	}
}

// TestDeniedGroup checks what the preflight says about a group that the role may not read, and about other failures of
// GetGroup.
func TestDeniedGroup(t *testing.T) {
	const (
		denied    = "User: arn:aws:sts::123456789012:assumed-role/Role/x is not authorized to perform: iam:GetGroup on resource: group Staff"
		throttled = "Rate exceeded (Service: Iam, Status Code: 400)"
		again     = "; fix the cause, then run the same list again"
	)
	remedy := func(resource string) string {
		return "; the role of the state machine may use " + iamARN + resource + " alone: if the group has a path, or its name has another " +
			"letter case, configure the group by the ARN that IAM shows, and deploy the stack, then run the same list again"
	}
	jsonata := startJSONata(t)
	for _, test := range []struct {
		name   string
		group  func(awscdk.Stack) iam.IGroup
		denied string // the remedy after a denial
	}{
		{"by name", func(stack awscdk.Stack) iam.IGroup { return givenGroup(stack, "Staff") }, remedy("group/Staff")},
		{"by ARN", func(stack awscdk.Stack) iam.IGroup {
			return iam.Group_FromGroupArn(stack, jsii.String("Staff"), jsii.String(iamARN+"group/teams/Staff"))
		}, remedy("group/teams/Staff")},
		{"made", func(awscdk.Stack) iam.IGroup { return nil }, again},
		{"of the same app", func(stack awscdk.Stack) iam.IGroup { return iam.NewGroup(stack, jsii.String("Staff"), nil) }, again},
	} {
		stack := newStack(t)
		template := synthesize(t, stack, props{Group: test.group(stack)})
		machine := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string))
		catches := machine.States["GetGroup"].Catch
		told := func(errorOutput map[string]any) string {
			var problems []string
			if err := json.Unmarshal(jsonata.evaluate(t, catches[len(catches)-1].Assign["problems"].(string), map[string]any{
				"problems": []any{},
				"states":   map[string]any{"context": map[string]any{"State": map[string]any{"Name": "GetGroup"}}, "errorOutput": errorOutput},
			}), &problems); err != nil || len(problems) != 1 {
				t.Fatalf("got the problems %q and %v, want one", problems, err)
			}
			return problems[0]
		}
		for _, failure := range []struct {
			errorOutput map[string]any
			want        string
		}{
			{map[string]any{"Error": "Iam.IamException", "Cause": denied}, "GetGroup failed with Iam.IamException: " + denied + test.denied},
			{map[string]any{"Error": "Iam.IamException", "Cause": throttled}, "GetGroup failed with Iam.IamException: " + throttled + again},
			{map[string]any{"Error": "States.Timeout"}, "GetGroup failed with States.Timeout: " + again},
			{map[string]any{"Error": "States.Timeout", "Cause": ""}, "GetGroup failed with States.Timeout: " + again},
		} {
			if got := told(failure.errorOutput); got != failure.want {
				t.Errorf("%s: got\n%s\nwant\n%s", test.name, got, failure.want)
			}
		}
	}
}

// TestWrongGroups checks groups that are the same group in IAM, and ARNs that are not the ARN of a group.
func TestWrongGroups(t *testing.T) {
	stack := newStack(t)
	byARN := func(id, resource string) iam.IGroup {
		return iam.Group_FromGroupArn(stack, &id, jsii.String(iamARN+resource))
	}
	const isNoGroup = " must be the ARN of an IAM group, such as arn:aws:iam::123456789012:group/teams/Staff, got: "
	mustPanic(t, `UserOnboarding: the ARN of Group`+isNoGroup+`"arn:aws:iam::123456789012:role/Staff"
an ARN in AllowedGroups`+isNoGroup+`"arn:aws:iam::123456789012:group/teams/*"
a name in AllowedGroups must be 1 to 128 letters, digits and _+=,.@-, after the path of the group if it has one, such as `+
		`teams/Staff, got: "te*ms/Guests"
AllowedGroups must have each group once, and not the default one, got: "STAFF"
AllowedGroups must have each group once, and not the default one, got: "Interns"`, func() {
		newUserOnboarding(stack, props{Group: byARN("Role", "role/Staff"), AllowedGroups: &[]iam.IGroup{
			byARN("Same", "group/guests/STAFF"), byARN("InternsByARN", "group/teams/Interns"), givenGroup(stack, "Interns"),
			byARN("Wildcard", "group/teams/*"), givenGroup(stack, "te*ms/Guests"),
		}})
	})
}

func TestGrantRead(t *testing.T) {
	const reader = "ReadersDefaultPolicy: "
	for _, test := range []struct {
		options []string
		hasKey  bool
	}{{nil, false}, {[]string{"EncryptionKey"}, true}} {
		stack := newStack(t)
		readers := iam.NewGroup(stack, jsii.String("Readers"), nil)
		p, _ := withOptions(stack, test.options...)
		newUserOnboarding(stack, p).GrantRead(readers)
		var want []string
		for _, machine := range []string{"<UserOnboardingStateMachine>", "<UserOnboardingPasswordExpiryStateMachine>"} {
			execution := "arn:aws:states:us-east-1:123456789012:execution:split(" + machine + ")[6]"
			mapRun := "arn:aws:states:us-east-1:123456789012:mapRun:split(" + machine + ")[6]"
			want = append(want,
				reader+"Allow states:DescribeExecution, states:DescribeStateMachineForExecution, states:GetExecutionHistory, "+
					"states:ListMapRuns on "+execution+":*, "+execution+"/*",
				reader+"Allow states:DescribeMapRun, states:ListExecutions on "+mapRun+"/*",
				reader+"Allow states:DescribeStateMachine, states:ListExecutions on "+machine,
			)
			if test.hasKey {
				want = append(want, reader+"Allow kms:Decrypt on <Key.Arn> if StringLike kms:EncryptionContext:aws:states:stateMachineArn = "+
					machine+", "+machine+"/*")
			}
		}
		slices.Sort(want)
		wantLines(t, templateOf(t, stack).statements(t, "ReadersDefaultPolicy"), want)
	}
}

func TestGrantStopExecution(t *testing.T) {
	stack := newStack(t)
	operators := iam.NewGroup(stack, jsii.String("Operators"), nil)
	newUserOnboarding(stack, props{}).GrantStopExecution(operators)
	wantLines(t, templateOf(t, stack).statements(t, "OperatorsDefaultPolicy"), []string{
		"OperatorsDefaultPolicy: Allow states:StopExecution on arn:aws:states:us-east-1:123456789012:execution:split(<UserOnboardingStateMachine>)[6]:*",
	})
}

func TestGrantReadUsers(t *testing.T) {
	stack := newStack(t)
	readers := iam.NewGroup(stack, jsii.String("Readers"), nil)
	newUserOnboarding(stack, props{UserPath: jsii.String("/staff/")}).GrantReadUsers(readers)
	template := templateOf(t, stack)
	wantLines(t, template.statements(t, "ReadersDefaultPolicy"), []string{
		"ReadersDefaultPolicy: Allow iam:ListUsers, iam:GetUser, iam:GetLoginProfile, iam:ListGroupsForUser, iam:ListMFADevices on " +
			iamARN + "user/staff/*",
	})
	policy := template.policies(t)["ReadersDefaultPolicy"]
	for resource, want := range map[string]bool{"user/staff/": true, "user/": false, "user/staff2/": false} {
		if policy.Allows(t, iampolicy.Request{Action: "iam:ListUsers", Resource: iamARN + resource}) != want {
			t.Errorf("the grant allows to list %s: %v, want %v", resource, !want, want)
		}
	}
}

func TestGrantPreview(t *testing.T) {
	stack := newStack(t)
	readers := iam.NewGroup(stack, jsii.String("Readers"), nil)
	newUserOnboarding(stack, props{}).GrantPreview(readers)
	wantLines(t, templateOf(t, stack).statements(t, "ReadersDefaultPolicy"), []string{"ReadersDefaultPolicy: Allow states:TestState on *"})
}

// TestGrantsPermitTheCommand checks that the grants allow every action of Step Functions, and on users, that docs/operators.md
// allows.
func TestGrantsPermitTheCommand(t *testing.T) {
	stack := newStack(t)
	operators := iam.NewGroup(stack, jsii.String("Operators"), nil)
	users := newUserOnboarding(stack, props{})
	users.GrantStartExecution(operators)
	users.GrantRead(operators)
	users.GrantStopExecution(operators)
	users.GrantReadUsers(operators)
	users.GrantPreview(operators)
	var granted []string
	for _, statement := range templateOf(t, stack).policies(t)["OperatorsDefaultPolicy"] {
		granted = append(granted, iampolicy.Texts(statement.Action)...)
	}
	for _, statement := range iampolicy.OfOperators(t, "../docs/operators.md") {
		for _, action := range iampolicy.Texts(statement.Action) {
			isOnUsers := strings.Contains(iampolicy.Texts(statement.Resource)[0], ":user/")
			if (isOnUsers || strings.HasPrefix(action, "states:")) && !slices.Contains(granted, action) {
				t.Errorf("the grants do not allow %s, got %s", action, granted)
			}
		}
	}
}

// TestLongestPolicyFits checks the policy with the most groups and tags, which have names of usual lengths.
func TestLongestPolicyFits(t *testing.T) {
	const maxPolicies = 10240 // characters of all policies in a role (IAM User Guide, "IAM and AWS STS quotas")
	stack := newStack(t)
	p, _ := withOptions(stack, everyOption()...)
	var groups []iam.IGroup
	tags := map[string]*string{}
	for i := range 10 {
		groups = append(groups, givenGroup(stack, fmt.Sprintf("Group-%d-%s", i, strings.Repeat("g", 32))))
		tags[fmt.Sprintf("Key-%d-%s", i, strings.Repeat("k", 16))] = jsii.String(strings.Repeat("v", 32))
	}
	p.AllowedGroups, p.UserTags = &groups, &tags
	length := 0
	for _, resource := range synthesize(t, stack, p).Resources {
		if resource.Properties["Roles"] != nil {
			length += len(encode(t, resource.Properties["PolicyDocument"]))
		}
	}
	t.Logf("%d of %d characters", length, maxPolicies)
	if length == 0 || length > maxPolicies {
		t.Errorf("the policies of the role have %d characters, want at most %d", length, maxPolicies)
	}
}
