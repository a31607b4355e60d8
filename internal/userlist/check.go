package userlist

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// check makes users of the items, and checks them by the rules of the state machine, with its sentences. Only the state machine
// knows which groups a list may name; check accepts every group name that IAM accepts.
func (d *draft) check() {
	if len(d.items) == 0 && len(d.problems) == 0 {
		d.add(0, contract.MustHaveAUser+", got: none")
	}
	var read []entry
	for _, item := range d.items {
		switch value := item.value.(type) {
		case string:
			read = append(read, entry{item, d.user(item, map[string]any{"Email": value})})
		case map[string]any:
			read = append(read, entry{item, d.user(item, value)})
		default:
			d.addTo(item, contract.MustBeUser+", got: "+show(value))
		}
	}
	read = d.merge(read)
	d.checkTwins(read)
	for _, entry := range read {
		d.list.Users = append(d.list.Users, entry.user)
	}
}

// entry is an item with the user that it stands for. Without a valid user name, the name is empty.
type entry struct {
	item item
	user User
}

// user checks the user of an item.
func (d *draft) user(item item, fields map[string]any) User {
	email, ok := d.email(item, fields)
	_, hasName := fields["UserName"]
	name, _ := fields["UserName"].(string)
	name = clean(name)
	switch {
	case !hasName && ok && !rules.UserName.Holds(email):
		d.addTo(item, fmt.Sprintf("%s, got: %s, because the user name is the address by default: %s", contract.MustHaveUserName,
			describe(email), cmp.Or(d.options.NameRemedy, item.remedy())))
	case !hasName && ok:
		name = email
	case hasName && !rules.UserName.Holds(name):
		d.addTo(item, contract.MustHaveUserName+", got: "+describe(fields["UserName"])+item.orNoColumn("UserName"))
		name = ""
	}
	group, _ := fields["Group"].(string)
	group = clean(group)
	if value, ok := fields["Group"]; ok && !rules.GroupName.Holds(group) {
		d.addTo(item, contract.MustHaveGroupName+", got: "+describe(value)+item.orNoColumn("Group"))
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !slices.ContainsFunc(Columns, func(column Column) bool { return column.Key == key }) {
			d.addTo(item, contract.MustHaveNoOtherKey+", got: "+show(key))
		}
	}
	return User{name, email, group, d.language(item, fields), item.line}
}

// languages has the names of the languages that the built-in mails have, in these languages, as [letters] returns them.
var languages = map[string]string{
	"english": "en", "englisch": "en", "英語": "en",
	"german": "de", "deutsch": "de", "ドイツ語": "de",
	"japanese": "ja", "japanisch": "ja", "日本語": "ja",
}

// language returns the language of an item by its tag without the region, such as ja for ja-JP, or by its name. It adds a problem if the
// item has something else.
func (d *draft) language(item item, fields map[string]any) string {
	value, ok := fields["Language"]
	written, _ := value.(string)
	tag, err := language.Parse(cmp.Or(languages[letters(written)], clean(written)))
	if ok && (err != nil || tag == language.Und) {
		d.addTo(item, contract.MustHaveLanguageTag+", got: "+describe(value)+item.orNoColumn("Language"))
	}
	if !ok || err != nil {
		return ""
	}
	base, _ := tag.Base()
	return base.String()
}

// email returns the address of an item. It adds a problem, and returns false, if the item has not exactly one valid address.
func (d *draft) email(item item, fields map[string]any) (string, bool) {
	value, hasValue := fields["Email"]
	written, _ := value.(string)
	found, ok := addresses(written)
	got := describe(value)
	switch {
	case !hasValue:
		got = "nothing"
	case ok && len(found) > 1:
		got += fmt.Sprintf(" (%d addresses)", len(found))
	case ok && len(found) == 1 && rules.EmailAddress.Holds(found[0]) && begins.MatchString(found[0]):
		return found[0], true
	case ok && len(found) == 1 && rules.EmailAddress.Holds(found[0]):
		got += ": delete it if it is a comment, otherwise the character at its start"
	}
	d.addTo(item, contract.MustHaveEmail+", got: "+got)
	return "", false
}

// begins rejects an address that begins with a mark. The mark makes it a comment, a list item or a formula in files of other kinds,
// and mailboxes do not begin like that, although they could.
var begins = regexp.MustCompile(`\A\w`)

// remedy says how to give a user a name, in the words of the list's format.
func (i item) remedy() string {
	switch {
	case i.index > 0:
		return "add a UserName"
	case i.inText:
		return "write the list as CSV, with the columns email and user_name"
	default:
		return "add a user_name"
	}
}

// orNoColumn says what to do about a wrong value for a key, if it comes from a column that the list need not have, or returns an empty
// string.
func (i item) orNoColumn(key string) string {
	if i.index > 0 || i.inText {
		return ""
	}
	at := slices.IndexFunc(Columns, func(column Column) bool { return column.Key == key })
	return fmt.Sprintf(": correct it, or leave the column out with --%s ''", Columns[at].Flag)
}

// merge returns the entries without those that occur again with the same values, and adds a notice of them.
func (d *draft) merge(read []entry) (unique []entry) {
	same := map[User][]item{}
	for _, entry := range read {
		user := entry.user
		user.Line = 0
		if user.UserName == "" || same[user] == nil {
			unique = append(unique, entry)
		}
		same[user] = append(same[user], entry.item)
	}
	var twice []string
	for _, entry := range unique {
		user := entry.user
		user.Line = 0
		if items := same[user]; user.UserName != "" && len(items) > 1 {
			twice = append(twice, show(user.UserName)+" ("+places(items)+")")
		}
	}
	if len(twice) > 0 {
		d.notice("users that are in the list again with the same values are counted once: %s", text.Some(twice))
	}
	return unique
}

// checkTwins adds a problem for each user name that occurs more than once without regard to letter case, as IAM compares
// names. The line of the problem is the line of the second occurrence.
func (d *draft) checkTwins(read []entry) {
	same := map[string][]item{}
	names := map[string]string{}
	for _, entry := range read {
		if name := entry.user.UserName; name != "" {
			key := strings.ToLower(name)
			if same[key] == nil {
				names[key] = name
			}
			same[key] = append(same[key], entry.item)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(same)) {
		twins := same[key]
		if len(twins) < 2 {
			continue
		}
		sentence := fmt.Sprintf("%s, got %d times: %s (%s)", contract.MustBeUnique, len(twins), show(names[key]), places(twins))
		if second := twins[1]; second.index == 0 {
			d.addTo(second, sentence)
		} else {
			d.add(second.line, "%s", sentence)
		}
	}
}

// places returns the positions of items, such as "lines 3 and 9".
func places(items []item) string {
	kind, numbers := "lines ", make([]string, len(items))
	for i, item := range items {
		numbers[i] = strconv.Itoa(item.line)
		if item.index > 0 {
			kind, numbers[i] = "items ", strconv.Itoa(item.index)
		}
	}
	return kind + text.Some(numbers)
}

// maxSentences is the number of sentences in a problem. A line of a text list may have any number of addresses.
const maxSentences = 5

// addTo adds a sentence to the problem of an item, which has one problem for everything. In JSON, the problem has the number of the
// item, as the state machine reports it.
func (d *draft) addTo(item item, sentence string) {
	place := [2]int{item.line, item.index}
	if at, ok := d.problemAt[place]; ok {
		problem := &d.problems[at]
		if problem.sentences++; problem.sentences <= maxSentences {
			problem.Text += "; " + sentence
		}
		return
	}
	if item.index > 0 {
		sentence = fmt.Sprintf("%s%d %s", contract.Item, item.index, sentence)
	}
	d.problemAt[place] = len(d.problems)
	d.problems = append(d.problems, Problem{Line: item.line, Text: sentence, sentences: 1})
}

const shown = 64 // characters

// show returns the start of a value as JSON, without characters that a terminal would obey. A backslash of a text stays as it is written. An
// ellipsis marks what is cut.
func show(value any) string {
	ellipsis := func(text string) string {
		if utf8.RuneCountInString(text) > shown {
			return "…"
		}
		return ""
	}
	if text, ok := value.(string); ok {
		return strings.ReplaceAll(strconv.Quote(fmt.Sprintf("%.*s", shown, text)), `\\`, `\`) + ellipsis(text)
	}
	encoded, _ := json.Marshal(value)
	return fmt.Sprintf("%.*s", shown, strings.Map(printable, string(encoded))) + ellipsis(string(encoded))
}

func printable(r rune) rune {
	if unicode.IsPrint(r) {
		return r
	}
	return unicode.ReplacementChar
}

// describe shows a value, and says about a text what an operator may not see: its length, if it is cut, and the first character
// outside ASCII.
func describe(value any) string {
	written, _ := value.(string)
	var details []string
	if length := utf8.RuneCountInString(written); length > shown {
		details = append(details, text.Count(length, "character"))
	}
	for _, r := range clean(written) {
		if r > unicode.MaxASCII || unicode.IsControl(r) {
			details = append(details, fmt.Sprintf("with %#U", r))
			break
		}
	}
	if len(details) == 0 {
		return show(value)
	}
	return show(value) + " (" + strings.Join(details, ", ") + ")"
}
