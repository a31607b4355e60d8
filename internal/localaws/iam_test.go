package localaws_test

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

func TestUserNames(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	createUser(t, "jane")
	for name, want := range map[string]string{
		"Jane":                  "EntityAlreadyExists",
		strings.Repeat("a", 65): "ValidationError",
		"a b":                   "ValidationError",
		strings.Repeat("a", 64): "",
		"a.b+c=d,e@f-g_h":       "",
	} {
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		if got := code(err); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	_, err := client.TagUser(t.Context(), &iam.TagUserInput{UserName: aws.String("jane"),
		Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
	must(t, err)
	user, err := client.GetUser(t.Context(), &iam.GetUserInput{UserName: aws.String("jane")})
	must(t, err)
	if len(user.User.Tags) != 1 || *user.User.Tags[0].Value != "v" {
		t.Errorf("got the tags %v", user.User.Tags)
	}
}

// TestUserQuota makes 5,000 users inside of the server, because 5,000 requests would take much longer.
func TestUserQuota(t *testing.T) {
	python, err := localaws.Python(t.Context())
	must(t, err)
	cmd := exec.CommandContext(t.Context(), python, "-B", "-c", `
from extensions import iam
from moto.iam.exceptions import LimitExceededException
from moto.iam.models import iam_backends

iam.install()
backend = iam_backends["123456789012"]["aws"]
for number in range(5000):
    backend.create_user("us-east-1", f"user{number}", "/")
try:
    backend.create_user("us-east-1", "one-more", "/")
except LimitExceededException as error:
    print(error.code)
`)
	cmd.Dir, cmd.Stderr = "server", os.Stderr
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != "LimitExceeded" {
		t.Errorf("got %q and %v, want LimitExceeded", out, err)
	}
}

func TestGroupNames(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	for _, test := range []struct{ path, name, want string }{
		{"/", "Staff", ""}, {"/", "STAFF", "EntityAlreadyExists"}, {"/teams/", "Staff", "EntityAlreadyExists"}, {"/teams/", "Guests", ""},
	} {
		_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{Path: &test.path, GroupName: &test.name})
		if got := code(err); got != test.want {
			t.Errorf("%s%s: got %q, want %q", test.path, test.name, got, test.want)
		}
	}
}

// TestGetGroup reads the users of a group in pages, as the task of a state machine may.
func TestGetGroup(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	_, err := client.CreateGroup(t.Context(), &iam.CreateGroupInput{GroupName: aws.String("Group")})
	must(t, err)
	for _, name := range []string{"a", "b", "c"} {
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name})
		must(t, err)
		_, err = client.AddUserToGroup(t.Context(), &iam.AddUserToGroupInput{GroupName: aws.String("Group"), UserName: &name})
		must(t, err)
	}
	var got [][]string
	pages := iam.NewGetGroupPaginator(client, &iam.GetGroupInput{GroupName: aws.String("Group"), MaxItems: aws.Int32(2)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		must(t, err)
		var names []string
		for _, user := range page.Users {
			names = append(names, *user.UserName)
		}
		got = append(got, names)
	}
	if want := [][]string{{"a", "b"}, {"c"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got the pages %v, want %v", got, want)
	}
}

func TestLoginProfile(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	createUser(t, "jane")
	create := func(password string) string {
		_, err := client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
			UserName: aws.String("jane"), Password: &password, PasswordResetRequired: true})
		return code(err)
	}
	resetRequired := func() bool {
		out, err := client.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: aws.String("jane")})
		must(t, err)
		return out.LoginProfile.PasswordResetRequired
	}

	_, err := client.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: aws.String("jane")})
	if code(err) != "NoSuchEntity" {
		t.Errorf("got %v, want NoSuchEntity", err)
	}
	_, err = client.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("jane"), Password: aws.String("Abcd1234")})
	if code(err) != "NoSuchEntity" {
		t.Errorf("got %v, want NoSuchEntity", err)
	}
	for _, password := range []string{"Ab1!", "abcdefgh1", strings.Repeat("Ab1", 43), "abcdEFGH;:<>"} {
		if got := create(password); got != "PasswordPolicyViolation" {
			t.Errorf("%s: got %q, want PasswordPolicyViolation", password, got)
		}
	}
	_, err = client.UpdateAccountPasswordPolicy(t.Context(), &iam.UpdateAccountPasswordPolicyInput{
		MinimumPasswordLength: aws.Int32(10), RequireSymbols: true})
	must(t, err)
	for _, password := range []string{"Abcd1234!", "Abcdefgh12"} {
		if got := create(password); got != "PasswordPolicyViolation" {
			t.Errorf("%s: got %q, want PasswordPolicyViolation", password, got)
		}
	}
	if got := create("abcdefghi!"); got != "" {
		t.Errorf("got %q for a password that satisfies the policy, want no error", got)
	}
	if got := create("abcdefghi!"); got != "EntityAlreadyExists" {
		t.Errorf("got %q, want EntityAlreadyExists", got)
	}
	if !resetRequired() {
		t.Error("the new login profile requires no reset of the password")
	}

	if err := server.SignIn(t.Context(), "jane", "another", "my own one!"); err == nil {
		t.Error("the user signed in with a wrong password")
	}
	if err := server.SignIn(t.Context(), "jane", "abcdefghi!", "short!"); err == nil {
		t.Error("the user chose a password that violates the policy")
	}
	must(t, server.SignIn(t.Context(), "jane", "abcdefghi!", "my own one!"))
	if resetRequired() {
		t.Error("the login profile requires a reset after the first sign-in")
	}

	_, err = client.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{
		UserName: aws.String("jane"), Password: aws.String("abcdefghij!"), PasswordResetRequired: aws.Bool(true)})
	must(t, err)
	user, err := server.User(t.Context(), "jane")
	must(t, err)
	if want := (localaws.LoginProfile{Password: "abcdefghij!", ResetRequired: true}); *user.LoginProfile != want {
		t.Errorf("got %+v, want %+v", *user.LoginProfile, want)
	}
}
