package userlist

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// Column is what a column of a CSV list has.
type Column struct {
	Key  string // of the state machine's input
	What string // in a message
	Flag string // with which the operator chooses the column

	names []string // its usual names, as [letters] returns them
}

// Columns has the columns that a CSV list may have. The first one is the address, without which there is no list.
var Columns = []Column{
	{"Email", "address", "email-column", []string{"email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse",
		"メール", "eメール", "電子メール", "メールアドレス", "eメールアドレス", "電子メールアドレス"}},
	{"UserName", "user name", "user-column", []string{"username", "benutzername", "ユーザー名", "ユーザ名"}},
	{"Group", "group", "group-column", []string{"group", "groupname", "gruppe", "gruppenname", "グループ", "グループ名"}},
	{"Language", "language", "lang-column", []string{"language", "sprache", "言語"}},
}

// keyOf returns the key of the state machine's input that a name of a column or of a JSON key usually stands for, or an empty string.
func keyOf(name string) string {
	for _, column := range Columns {
		if slices.Contains(column.names, letters(name)) {
			return column.Key
		}
	}
	return ""
}

// letters returns the letters and digits of a name in lower case. It makes full-width and half-width characters equal.
func letters(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == 'ー' {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(name)))
}

// find returns the indexes of the columns in a header that can be the column. A name that the operator chose must be equal, or else
// be equal as [letters] returns it.
func (c Column) find(header []string, chosen string) (found []int) {
	var similar []int
	for i, name := range header {
		switch {
		case chosen == "" && keyOf(name) == c.Key, chosen != "" && name == clean(chosen):
			found = append(found, i)
		case chosen != "" && letters(name) != "" && letters(name) == letters(chosen):
			similar = append(similar, i)
		}
	}
	if len(found) == 0 {
		return similar
	}
	return found
}

// findColumns returns the index of the column for each key. header is the first record of text. It adds a problem, and returns false, if it
// is not clear which columns have the addresses, the user names, the groups and the languages.
func (d *draft) findColumns(line int, header []string, text string) (map[string]int, bool) {
	found, before := map[string]int{}, len(d.problems)
	for _, column := range Columns {
		chosen, isChosen := d.options.Columns[column.Key]
		if isChosen && clean(chosen) == "" {
			continue
		}
		indexes := column.find(header, chosen)
		got := some(at(header, indexes))
		switch {
		case len(indexes) == 1:
			found[column.Key] = indexes[0]
		case len(indexes) > 1 && twice(at(header, indexes)) != "":
			d.add(line, "has two columns named %s: rename one", show(twice(at(header, indexes))))
		case len(indexes) > 1 && !isChosen:
			d.add(line, "must have one column for the %s, got: %s: choose one with --%s", column.What, got, column.Flag)
		case len(indexes) > 1:
			d.add(line, "must have the column of --%s once, got: %s", column.Flag, got)
		case isChosen:
			d.add(line, "must have the column %s of --%s, got: %s%s", show(chosen), column.Flag, some(header), d.ifTitle(text))
		case column.Key == "Email" && strings.Contains(strings.Join(header, ""), "@"):
			d.add(line, "has no header: the first line must name the columns, such as email,user_name,group, got: %s%s%s", some(header),
				ifAddresses(header), d.ifTitle(text))
		case column.Key == "Email":
			d.add(line, "has no column email: the first line must name the columns, with a comma, semicolon or tab between them; if another "+
				"column has the addresses, choose it with --email-column, got: %s%s", some(header), d.ifTitle(text))
		}
	}
	if len(d.problems) == before {
		d.checkSeparators(line, others(header, found))
	}
	return found, len(d.problems) == before
}

// twice returns the first name that is in names again, or an empty string.
func twice(names []string) string {
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return name
		}
	}
	return ""
}

// ifTitle says what to do about the lines above the header, or returns an empty string.
func (d *draft) ifTitle(text string) string {
	if number := d.headerLine(text); number > 1 {
		return fmt.Sprintf(": if line %d is the header, delete the lines above the header", number)
	}
	return ""
}

// noticeColumns says which columns the list uses, and which it does not, if there are such columns.
func (d *draft) noticeColumns(header []string, found map[string]int, ignored []string) {
	ignored = named(ignored)
	if len(ignored) == 0 {
		return
	}
	var used []string
	for _, column := range Columns {
		if i, ok := found[column.Key]; ok {
			used = append(used, show(header[i])+" for the "+column.What)
		}
	}
	sentence := these(used, "used")
	if _, ok := found["UserName"]; !ok {
		sentence += "; the address is also the user name, unless you choose a column with --user-column"
	}
	d.notice("%s", sentence)
	d.notice("%s", these(ignored, "ignored"))
}

// these says what happens to columns, such as "these columns are ignored: "a" and "b"".
func these(columns []string, what string) string {
	if len(columns) == 1 {
		return "this column is " + what + ": " + columns[0]
	}
	return "these columns are " + what + ": " + text.And(columns)
}

// ifAddresses says how to read a list whose first line has several addresses and nothing else, or returns an empty string.
func ifAddresses(header []string) string {
	all := 0
	for _, field := range header {
		found, ok := addresses(field)
		if !ok {
			return ""
		}
		all += len(found)
	}
	if all > 1 {
		return ": if each address is a user, choose --format text"
	}
	return ""
}

// checkSeparators adds a problem for each ignored column that is a usual one and another one with a wrong separator between them.
func (d *draft) checkSeparators(line int, ignored []string) {
	for _, name := range ignored {
		parts := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune(separators+"|", r) })
		if len(parts) > 1 && slices.ContainsFunc(parts, func(part string) bool { return keyOf(part) != "" }) {
			d.add(line, "must have the same separator between all columns, got: %s", show(name))
		}
	}
}

// others returns the columns of a header that are not in found.
func others(header []string, found map[string]int) (names []string) {
	used := slices.Collect(maps.Values(found))
	for i, name := range header {
		if !slices.Contains(used, i) {
			names = append(names, name)
		}
	}
	return names
}

func at(header []string, indexes []int) (names []string) {
	for _, i := range indexes {
		names = append(names, header[i])
	}
	return names
}

// some shows the first names of columns that have one.
func some(names []string) string { return text.Some(named(names)) }

// named shows the names of columns that have one.
func named(names []string) (shown []string) {
	for _, name := range names {
		if name != "" {
			shown = append(shown, show(name))
		}
	}
	return shown
}
