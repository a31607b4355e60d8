package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// TestCommandAndMachineAgree checks inputs both with the rules of the command and with the expression of the state machine. The
// command corrects what can have one meaning only, so it accepts more inputs; the state machine must accept what it makes of them.
// An input that the state machine accepts must stay as it is. If both find problems, the command must use the words of the state
// machine. [TestProblemsOfOneOnly] and [TestProblemsInOtherWords] have the exceptions.
func TestCommandAndMachineAgree(t *testing.T) {
	const good = "user@example.com"
	var inputs []any
	add := func(items ...any) { inputs = append(inputs, listOf(items...)) }
	for _, text := range []string{
		"", " ", "a", good, "USER@EXAMPLE.COM", " " + good, good + " ", good + "\n", "a b@example.com", "a@b", "a@b.c", "a@b..c", "@b.c", "a@.c",
		"a@b.c.", "a@@b.c", "a@b.c,d@e.f", "a@b.c;d@e.f", "<a@b.c>", "\"a\"@b.c", "a\\@b.c", "a@b_c.d", "a@-b.c", "jürgen@example.com", "a@bücher.example",
		"名前", "ſ@example.com", "K@example.com", "İ", "😀@example.com", "a\u0000@b.c", "a\u001b[2J@b.c", "a\u202e@b.c", "a\u00a0@b.c", "a\ufeff@b.c",
		"o'neil@example.com", "a+b=c,d.e@example.com", "a/b@example.com", "a!#$%&*?^_{|}~-@example.com", "=1+1", "-", "+", ".", "_", "null", "true", "7",
		strings.Repeat("l", 64) + "@b.c", strings.Repeat("l", 65) + "@b.c", "a@" + strings.Repeat("d.", 125) + "co", "a@" + strings.Repeat("d.", 125) + "com",
		strings.Repeat("n", 64), strings.Repeat("n", 65), strings.Repeat("ü", 65), strings.Repeat("😀", 33), "../root", "user:root", "a*", "a?",
	} {
		add(text)
		add(user(text, good))
		add(user("user", text))
		add(map[string]any{"UserName": "user", "Email": good, text: text})
	}
	for _, value := range []any{nil, 0, 7, -1.5, true, false, []any{}, []any{good}, map[string]any{}, map[string]any{"a": 1}} {
		add(value)
		add(good, value, user("user", good))
		add(user(value, good))
		add(user("user", value))
		inputs = append(inputs, map[string]any{"IAMUserNames": []any{good}, "Resend": value})
		if _, ok := value.([]any); !ok {
			inputs = append(inputs, map[string]any{"IAMUserNames": value})
		}
	}
	add(user("user", good), map[string]any{"UserName": "other", "EMail": good}, map[string]any{"Email": good}, map[string]any{"UserName": "third"})
	add(map[string]any{"UserName": "user", "Email": good, "Resend": true, "Admin": 1})
	add(good, good)
	add(good, "User@Example.com", user("USER@EXAMPLE.COM", "other@example.com"))
	add("a@b.c", "b@b.c", "A@b.c", "B@b.c", "c@b.c")
	add(user("a", good), user("b", good))
	add("", "", 7, 7)
	add("no address", "NO ADDRESS", "ß", "ẞ")
	add(times(1000, address)...)
	inputs = append(inputs,
		map[string]any{}, map[string]any{"IAMUserNames": good}, map[string]any{"iamusernames": []any{good}},
		map[string]any{"IAMUserNames": []any{good}, "resend": true}, map[string]any{"IAMUserNames": []any{"no address"}, "Resent": true, "Comment": ""})

	var corrected []any
	for i, machine := range listProblems(t, inputs...) {
		list, command := readByCommand(t, inputs[i])
		switch {
		case len(machine) == 0 && len(command) == 0:
			if diff := cmp.Diff(itemsOf(t, inputs[i]), itemsOf(t, list)); diff != "" {
				t.Errorf("%.200v: the command changes a valid input (-before +after):\n%s", inputs[i], diff)
			}
		case len(machine) == 0:
			t.Errorf("%.200v: the state machine accepts it, and the command finds %q", inputs[i], command)
		case len(command) == 0:
			corrected = append(corrected, list)
		}
		for _, problem := range command {
			if !slices.Contains(machine, problem) {
				t.Errorf("%.200v: the command finds %q, and the state machine %q", inputs[i], problem, machine)
			}
		}
	}
	if len(corrected) == 0 {
		t.Error("the command corrects no input")
	}
	for i, problems := range listProblems(t, corrected...) {
		if len(problems) > 0 {
			t.Errorf("%.200v: the command made this input, and the state machine finds %q", corrected[i], problems)
		}
	}
}

// readByCommand returns the input that the command makes of an input, and the problems that it finds instead, as the state machine
// writes them.
func readByCommand(t *testing.T, input any) (made any, problems []string) {
	t.Helper()
	encoded, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	list, err := userlist.Parse("users.json", userlist.Options{Format: userlist.JSON}, encoded)
	var wrong *userlist.Error
	if errors.As(err, &wrong) {
		for _, problem := range wrong.Problems {
			problems = append(problems, asMachine(problem.Text)...)
		}
		return nil, problems
	}
	return map[string]any{"IAMUserNames": list.Users, "Resend": list.Resend}, nil
}

// itemsOf returns the items of an input, as encoding/json decodes them. An object whose user name is its address is that address.
func itemsOf(t *testing.T, input any) (items []any) {
	t.Helper()
	encoded, err := json.Marshal(input)
	if err != nil {
		t.Fatal(err)
	}
	var decoded struct{ IAMUserNames []any }
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	for _, item := range decoded.IAMUserNames {
		if user, ok := item.(map[string]any); ok && user["UserName"] == user["Email"] && user["Group"] == nil {
			item = user["Email"]
		}
		items = append(items, item)
	}
	return items
}

var (
	itemNumber = regexp.MustCompile(`^item \d+ `)
	details    = regexp.MustCompile(`…?( \([^"]*\))?(, because .*)?$`)
	quoted     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"$`)
)

// asMachine converts a problem of the command to the sentences of the state machine: one for each value of an item, without the
// details that only the command adds, and without the changes for a terminal.
func asMachine(problem string) (sentences []string) {
	item := itemNumber.FindString(problem)
	for sentence := range strings.SplitSeq(strings.TrimPrefix(problem, item), "; ") {
		sentence = quoted.ReplaceAllStringFunc(details.ReplaceAllString(sentence, ""), func(literal string) string {
			if text, err := strconv.Unquote(literal); err == nil {
				return `"` + text + `"`
			}
			return literal
		})
		sentences = append(sentences, item+sentence)
	}
	return sentences
}

// TestProblemsInOtherWords checks lists that both refuse, in different words, because the words of one do not fit the other.
func TestProblemsInOtherWords(t *testing.T) {
	inputs := []any{nil, "list", 7, true, map[string]any{"IAMUserNames": []any{}}}
	for _, group := range []any{"a b", "ü", 7, []any{"Staff"}, strings.Repeat("g", 129)} {
		inputs = append(inputs, listOf(map[string]any{"UserName": "user", "Email": "user@example.com", "Group": group}))
	}
	for i, machine := range listProblems(t, inputs...) {
		if _, command := readByCommand(t, inputs[i]); len(machine) != 1 || len(command) != 1 {
			t.Errorf("%v: the state machine finds %q, the command %q, want one problem each", inputs[i], machine, command)
		}
	}
}

// TestProblemsOfOneOnly checks lists that one of them accepts as they are, and the other one refuses. The command does not know the
// groups, puts an array into an object, and splits a list that is too long. It refuses an address that begins like a comment.
func TestProblemsOfOneOnly(t *testing.T) {
	inputs := []any{
		listOf(map[string]any{"UserName": "user", "Email": "user@example.com", "Group": "Administrators"}),
		[]any{"user@example.com"},
		listOf(times(1001, address)...),
		listOf(user("user", "#user@example.com")),
	}
	for i, machine := range listProblems(t, inputs...) {
		_, command := readByCommand(t, inputs[i])
		if isLast := i == len(inputs)-1; (len(machine) == 0) != isLast || (len(command) == 0) == isLast {
			t.Errorf("%.200v: the state machine finds %q, the command %q", inputs[i], machine, command)
		}
	}
}

// TestMachineAcceptsInputsOfTheCommand checks the inputs that the command makes from lists in every format.
func TestMachineAcceptsInputsOfTheCommand(t *testing.T) {
	lists := map[userlist.Format]string{
		userlist.JSON: `["a@example.com", {"UserName": "b", "Email": "a@example.com"}]`,
		userlist.CSV:  "email;user_name\na@example.com;\na&b@example.com;b\n",
		userlist.Text: "a@example.com\nb@example.com\n",
	}
	var inputs []any
	for format, text := range lists {
		list, err := userlist.Parse("users", userlist.Options{Format: format}, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, map[string]any{"IAMUserNames": list.Users, "Resend": list.Resend})
	}
	for i, problems := range listProblems(t, inputs...) {
		if len(problems) > 0 {
			t.Errorf("%s: got the problems %q, want none", fmt.Sprint(inputs[i]), problems)
		}
	}
}
