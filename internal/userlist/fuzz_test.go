package userlist_test

import (
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// FuzzParse checks that every list has either users, all of them valid, or an error. It checks that each address is in the text: no
// correction may make another one.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"ada@example.com # Ada\r\"Doe, Jane\" <jane@example.com>; bob@example.com", "sep=;\nemail;user_name\nada@example.com;ada\n",
		`[{"Email": "ada@example.com", "Group": null}, "bob@example.com"]`, "{\"mail\": \"ada@example.com\"}\n{}", "\xff\xfea\x00@\x00",
		"\x83\x81\x81\x5b\x83\x8b,a\nada@example.com,\x8e\x52", "E-Mail;\"Na\nme\"\n#;\n;;\n", "<mailto:a@b.c?d>a@b.c", "[\"a\",}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := userlist.Parse("users", userlist.Options{}, []byte(text))
		if err != nil {
			return
		}
		if len(list.Users) == 0 {
			t.Error("got neither users nor an error")
		}
		inText := !strings.ContainsAny(text, "\x00\\%") // no UTF-16, and no escapes of JSON and of links
		for _, user := range list.Users {
			if !rules.EmailAddress.Holds(user.Email) || !rules.UserName.Holds(user.UserName) || user.Group != "" && !rules.GroupName.Holds(user.Group) {
				t.Errorf("got the invalid user %+v", user)
			}
			if inText && !strings.Contains(text, user.Email) {
				t.Errorf("got the address %q, which is not in the text", user.Email)
			}
		}
	})
}
