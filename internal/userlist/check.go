package userlist

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// check checks the items by the rules of the state machine, with its sentences, and makes users of them. Only the state
// machine knows which groups a list may name; check accepts every group name that IAM accepts.
func (d *draft) check() {
	if len(d.items) == 0 && len(d.problems) == 0 {
		d.add(0, contract.MustHaveAUser+", got: none")
	}
	for _, item := range d.items {
		switch value := item.value.(type) {
		case string:
			d.checkUser(item, map[string]any{"UserName": value, "Email": value})
		case map[string]any:
			d.checkUser(item, value)
		default:
			d.addTo(item, contract.MustBeUser+", got: %s", show(value))
		}
	}
	d.checkTwins()
}

func (d *draft) checkUser(item item, user map[string]any) {
	name, _ := user["UserName"].(string)
	if !rules.UserName.Holds(name) {
		d.addTo(item, contract.MustHaveUserName+", got: %s", showKey(user, "UserName"))
	}
	email, _ := user["Email"].(string)
	if !rules.EmailAddress.Holds(email) {
		d.addTo(item, contract.MustHaveEmail+", got: %s", showKey(user, "Email"))
	}
	group, _ := user["Group"].(string)
	if _, ok := user["Group"]; ok && !rules.GroupName.Holds(group) {
		d.addTo(item, contract.MustHaveGroupName+", got: %s", showKey(user, "Group"))
	}
	for _, key := range slices.Sorted(maps.Keys(user)) {
		if key != "UserName" && key != "Email" && key != "Group" {
			d.addTo(item, contract.MustHaveNoOtherKey+", got: %s", show(key))
		}
	}
	d.list.Users = append(d.list.Users, User{name, email, group, item.line})
}

// checkTwins adds a problem for each user name that occurs more than once without regard to letter case, as IAM compares
// names. The line of the problem is the line of the second occurrence.
func (d *draft) checkTwins() {
	same := map[string][]item{}
	for _, item := range d.items {
		if name, ok := userName(item.value); ok {
			key := strings.ToLower(name)
			same[key] = append(same[key], item)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(same)) {
		if twins := same[key]; len(twins) > 1 {
			name, _ := userName(twins[0].value)
			d.add(twins[1].line, contract.MustBeUnique+", got %d times: %s (%s)",
				len(twins), show(name), places(twins))
		}
	}
}

func userName(value any) (string, bool) {
	if user, ok := value.(map[string]any); ok {
		value = user["UserName"]
	}
	name, ok := value.(string)
	return name, ok
}

// places returns the positions of items, such as "lines 3 and 9".
func places(items []item) string {
	kind, numbers := "lines", make([]string, len(items))
	for i, item := range items {
		numbers[i] = strconv.Itoa(item.line)
		if item.index > 0 {
			kind, numbers[i] = "items", strconv.Itoa(item.index)
		}
	}
	last := len(numbers) - 1
	return kind + " " + strings.Join(numbers[:last], ", ") + " and " + numbers[last]
}

// addTo adds a problem of an item. In JSON, the problem has the number of the item, as the state machine reports it.
func (d *draft) addTo(item item, format string, args ...any) {
	if item.index > 0 {
		format = fmt.Sprintf("%s%d ", contract.Item, item.index) + format
	}
	d.add(item.line, format, args...)
}

const shown = 64 // characters

// show returns the start of a value as JSON, without characters that a terminal would obey.
func show(value any) string {
	if text, ok := value.(string); ok {
		return strconv.Quote(fmt.Sprintf("%.*s", shown, text))
	}
	encoded, _ := json.Marshal(value)
	return fmt.Sprintf("%.*s", shown, strings.Map(printable, string(encoded)))
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

func showKey(user map[string]any, key string) string {
	value, ok := user[key]
	if !ok {
		return "nothing"
	}
	return show(value)
}
