package localaws_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// TestListUsers lists the users below a path in pages, while users are deleted and created.
func TestListUsers(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	create := func(name, path string) {
		_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &name, Path: &path,
			Tags: []iamtypes.Tag{{Key: aws.String("k"), Value: aws.String("v")}}})
		must(t, err)
	}
	var below []string
	for i := range 6 {
		below = append(below, fmt.Sprint("below", i))
		create(below[i], "/p/q/")
		create(fmt.Sprint("other", i), "/pq/")
	}
	all := listUsers(t, &iam.ListUsersInput{})
	if len(all) != 1 || len(all[0]) != 12 {
		t.Fatalf("got the pages %v, want 12 users on one page", all)
	}
	if slices.IsSorted(all[0]) {
		t.Errorf("got %v in the order of the names, which AWS does not promise", all[0])
	}
	pages := listUsers(t, &iam.ListUsersInput{PathPrefix: aws.String("/p/"), MaxItems: aws.Int32(2)})
	if names := slices.Sorted(slices.Values(slices.Concat(pages...))); !slices.Equal(names, below) {
		t.Errorf("got %v, want %v", names, below)
	}
	if len(pages) != 6 {
		t.Errorf("got the pages %v, want one for each two users of the account", pages)
	}

	first, err := client.ListUsers(t.Context(), &iam.ListUsersInput{MaxItems: aws.Int32(4)})
	must(t, err)
	seen := namesOf(first.Users)
	_, err = client.DeleteUser(t.Context(), &iam.DeleteUserInput{UserName: &seen[3]})
	must(t, err)
	create("new", "/")
	rest, err := client.ListUsers(t.Context(), &iam.ListUsersInput{Marker: first.Marker})
	must(t, err)
	seen = append(seen, namesOf(rest.Users)...)
	for _, name := range all[0] {
		if !slices.Contains(seen, name) {
			t.Errorf("%s is on no page", name)
		}
	}

	user := first.Users[0]
	if user.Tags != nil || user.PasswordLastUsed != nil || user.PermissionsBoundary != nil {
		t.Errorf("got %+v, want no tags, no boundary, and no last use of the password", user)
	}
	if time.Since(*user.CreateDate) > time.Hour || user.CreateDate.Nanosecond() != 0 || *user.Arn != "arn:aws:iam::123456789012:user"+*user.Path+*user.UserName {
		t.Errorf("got %+v", user)
	}

	for name, in := range map[string]*iam.ListUsersInput{
		"at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1": {MaxItems: aws.Int32(0)},
		"at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000": {MaxItems: aws.Int32(1001)},
		"Invalid Marker.":                             {Marker: first.Marker, PathPrefix: aws.String("/p/")},
		"ValidationError: Invalid Marker.":            {Marker: aws.String("made-up")},
		"The specified value for pathPrefix is inval": {PathPrefix: aws.String("/p")},
	} {
		if _, err := client.ListUsers(t.Context(), in); code(err) != "ValidationError" || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want a ValidationError with %s", err, name)
		}
	}
}

// TestListUsersOnOnePage checks how many users a page has if the request does not say it.
func TestListUsersOnOnePage(t *testing.T) {
	reset(t)
	for i := range 101 {
		createUser(t, fmt.Sprint("user", i))
	}
	if pages := listUsers(t, &iam.ListUsersInput{}); len(pages) != 2 || len(pages[0]) != 100 || len(pages[1]) != 1 {
		t.Errorf("got %v, want a page with 100 users and one with 1", pages)
	}
}

func listUsers(t *testing.T, in *iam.ListUsersInput) (pages [][]string) {
	t.Helper()
	for paginator := iam.NewListUsersPaginator(iam.NewFromConfig(server.Config()), in); paginator.HasMorePages(); {
		page, err := paginator.NextPage(t.Context())
		must(t, err)
		if page.IsTruncated != (page.Marker != nil) {
			t.Errorf("got IsTruncated %t and the marker %v", page.IsTruncated, page.Marker)
		}
		pages = append(pages, namesOf(page.Users))
	}
	return pages
}

func namesOf(users []iamtypes.User) (names []string) {
	for _, user := range users {
		names = append(names, *user.UserName)
	}
	return names
}

// TestUsersInTasks reads and changes a user with tasks, as the machine that withdraws first passwords does.
func TestUsersInTasks(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("jane"), Path: aws.String("/p/"),
		Tags: []iamtypes.Tag{{Key: aws.String("mark"), Value: aws.String("pending")}, {Key: aws.String("issued"), Value: aws.String("2026-11-25T07:12:13Z")}}})
	must(t, err)
	_, err = client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{
		UserName: aws.String("jane"), Password: aws.String("Abcd1234"), PasswordResetRequired: true})
	must(t, err)

	const jane = `{"UserName": "jane"}`
	date := regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)
	listed := succeeded(t, call(t, "iam:listUsers", `{"PathPrefix": "/p/"}`))
	page := listed["Users"].([]any)[0].(object)
	if keys := slices.Sorted(maps.Keys(page)); !slices.Equal(keys, []string{"Arn", "CreateDate", "Path", "UserId", "UserName"}) {
		t.Errorf("got the fields %v", keys)
	}
	if keys := slices.Sorted(maps.Keys(listed)); !slices.Equal(keys, []string{"IsTruncated", "Users"}) || listed["IsTruncated"] != false {
		t.Errorf("got %v, want no marker", listed)
	}
	if !date.MatchString(page["CreateDate"].(string)) {
		t.Errorf("got the date %v", page["CreateDate"])
	}
	profile := succeeded(t, call(t, "iam:getLoginProfile", jane))["LoginProfile"].(object)
	if profile["UserName"] != "jane" || profile["PasswordResetRequired"] != true || !date.MatchString(profile["CreateDate"].(string)) {
		t.Errorf("got %v", profile)
	}

	succeeded(t, call(t, "iam:tagUser", `{"UserName": "jane", "Tags": [{"Key": "Mark", "Value": "expired"}]}`))
	user := succeeded(t, call(t, "iam:getUser", jane))["User"].(object)
	if got := fmt.Sprint(user["Tags"]); got != "[map[Key:issued Value:2026-11-25T07:12:13Z] map[Key:Mark Value:expired]]" {
		t.Errorf("got the tags %s", got)
	}
	if user["PasswordLastUsed"] != nil {
		t.Errorf("got %v, want a password that was never used", user)
	}
	must(t, server.SignIn(t.Context(), "jane", "Abcd1234", "Efgh5678"))
	user = succeeded(t, call(t, "iam:getUser", jane))["User"].(object)
	if used, _ := user["PasswordLastUsed"].(string); !date.MatchString(used) {
		t.Errorf("got %v after the sign-in", user)
	}

	succeeded(t, call(t, "iam:deleteLoginProfile", jane))
	const missing = "Login Profile for User jane cannot be found. (Service: Iam, Status Code: 404,"
	for _, test := range []struct{ resource, arguments, cause string }{
		{"iam:getLoginProfile", jane, missing},
		{"iam:deleteLoginProfile", jane, missing},
		{"iam:updateLoginProfile", jane, missing},
		{"iam:getUser", `{"UserName": "joe"}`, "The user with name joe cannot be found. (Service: Iam, Status Code: 404,"},
		{"iam:getLoginProfile", `{"UserName": "joe"}`, "The user with name joe cannot be found."},
		{"iam:deleteLoginProfile", `{"UserName": "joe"}`, "The user with name joe cannot be found."},
		{"iam:tagUser", `{"UserName": "joe", "Tags": []}`, "The user with name joe cannot be found."},
	} {
		got := call(t, test.resource, test.arguments)
		if got.error != "Iam.NoSuchEntityException" || !strings.HasPrefix(got.cause, test.cause) {
			t.Errorf("%s: got %+v, want %s", test.resource, got, test.cause)
		}
	}
	if got := call(t, "iam:listUsers", `{"Marker": "made-up"}`); got.error != "Iam.IamException" {
		t.Errorf("got %+v for a marker that is not valid, want Iam.IamException", got)
	}
}

// TestDateOfLoginProfile checks that the date is that of the creation of the login profile, whatever the date of the user.
func TestDateOfLoginProfile(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	before := time.Now().Truncate(time.Second)
	createUser(t, "jane")
	create := func() time.Time {
		t.Helper()
		created, err := client.CreateLoginProfile(t.Context(), &iam.CreateLoginProfileInput{UserName: aws.String("jane"), Password: aws.String("Abcd1234")})
		must(t, err)
		return *created.LoginProfile.CreateDate
	}
	read := func() time.Time {
		t.Helper()
		read, err := client.GetLoginProfile(t.Context(), &iam.GetLoginProfileInput{UserName: aws.String("jane")})
		must(t, err)
		return *read.LoginProfile.CreateDate
	}

	must(t, server.MoveTime(t.Context(), time.Hour))
	created := create()
	if created.Before(before.Add(time.Hour)) || !read().Equal(created) {
		t.Errorf("got the dates %v and %v, want one an hour after %v", created, read(), before)
	}
	must(t, server.MoveTime(t.Context(), time.Hour))
	_, err := client.UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{UserName: aws.String("jane"), Password: aws.String("Efgh5678")})
	must(t, err)
	if got := read(); !got.Equal(created) {
		t.Errorf("got %v after UpdateLoginProfile, want %v", got, created)
	}
	_, err = client.DeleteLoginProfile(t.Context(), &iam.DeleteLoginProfileInput{UserName: aws.String("jane")})
	must(t, err)
	if again := create(); again.Before(before.Add(2*time.Hour)) || !read().Equal(again) {
		t.Errorf("got %v for the second login profile, want two hours after %v", again, before)
	}
}

// TestTagsOfUsers checks what IAM refuses of tags.
func TestTagsOfUsers(t *testing.T) {
	reset(t)
	client := iam.NewFromConfig(server.Config())
	createUser(t, "jane")
	many := func(prefix string, count int) (tags []iamtypes.Tag) {
		for i := range count {
			tags = append(tags, iamtypes.Tag{Key: aws.String(fmt.Sprint(prefix, i)), Value: aws.String("")})
		}
		return tags
	}
	one := func(key, value string) []iamtypes.Tag { return []iamtypes.Tag{{Key: &key, Value: &value}} }
	for _, test := range []struct {
		name string
		tags []iamtypes.Tag
		want string
	}{
		{"long key", one(strings.Repeat("k", 129), ""), "ValidationError"},
		{"long value", one("k", strings.Repeat("v", 257)), "ValidationError"},
		{"wrong key", one("a,b", ""), "ValidationError"},
		{"wrong value", one("k", "a,b"), "ValidationError"},
		{"the same key twice", append(one("k", "a"), one("K", "b")...), "InvalidInput"},
		{"50", many("k", 50), ""},
		{"50 again", many("K", 50), ""},
		{"51", one("more", ""), "LimitExceeded"},
	} {
		_, err := client.TagUser(t.Context(), &iam.TagUserInput{UserName: aws.String("jane"), Tags: test.tags})
		if got := code(err); got != test.want {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
	_, err := client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("joe"), Tags: one("k", "a,b")})
	if code(err) != "ValidationError" {
		t.Errorf("CreateUser: got %v, want ValidationError", err)
	}
}

// call makes a call of the AWS SDK with a task.
func call(t *testing.T, resource, arguments string) result {
	t.Helper()
	return execute(t, `{"StartAt": "Call", "QueryLanguage": "JSONata", "States": {"Call": {
		"Type": "Task", "End": true, "Resource": "arn:aws:states:::aws-sdk:`+resource+`", "Arguments": `+arguments+`}}}`, `{}`)
}

// succeeded returns the output of a successful execution.
func succeeded(t *testing.T, got result) (output object) {
	t.Helper()
	if got.status != "SUCCEEDED" {
		t.Fatalf("got %+v", got)
	}
	must(t, json.Unmarshal([]byte(got.output), &output))
	return output
}
