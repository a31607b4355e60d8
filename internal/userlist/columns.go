package userlist

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// column is what a column of a CSV list has.
type column struct {
	key   string   // of the state machine's input
	what  string   // in a message
	flag  string   // with which the operator chooses the column
	names []string // its usual names, as [plain] returns them
}

var columns = []column{
	{"Email", "address", "--email-column", []string{"email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse",
		"メール", "eメール", "電子メール", "メールアドレス", "eメールアドレス", "電子メールアドレス"}},
	{"UserName", "user name", "--user-column", []string{"username", "benutzername", "ユーザー名", "ユーザ名"}},
	{"Group", "group", "--group-column", []string{"group", "groupname", "gruppe", "gruppenname", "グループ", "グループ名"}},
	{"Language", "language", "--lang-column", []string{"language", "sprache", "言語"}},
}

// chosen returns the name that the operator gave to the column of a key, or an empty string.
func (c Columns) chosen(key string) string {
	switch key {
	case "Email":
		return c.Email
	case "UserName":
		return c.UserName
	case "Group":
		return c.Group
	default:
		return c.Language
	}
}

// keyOf returns the key of the state machine's input that a name of a column or of a JSON key usually stands for, or an empty string.
func keyOf(name string) string {
	for _, column := range columns {
		if slices.Contains(column.names, plain(name)) {
			return column.key
		}
	}
	return ""
}

// plain returns the letters and digits of a name in lower case. It makes full-width and half-width characters equal.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) || r == 'ー' {
			return r
		}
		return -1
	}, strings.ToLower(norm.NFKC.String(name)))
}

// find returns the indexes of the columns in a header that can be the column. A name that the operator chose must be equal, or else
// be equal as [plain] returns it.
func (c column) find(header []string, chosen string) (found []int) {
	var similar []int
	for i, name := range header {
		switch {
		case chosen == "" && keyOf(name) == c.key, chosen != "" && name == clean(chosen):
			found = append(found, i)
		case chosen != "" && plain(name) != "" && plain(name) == plain(chosen):
			similar = append(similar, i)
		}
	}
	if len(found) == 0 {
		return similar
	}
	return found
}

// findColumns returns the index of the column for each key. It adds a problem, and returns false, if it is not clear which columns
// have the addresses, the user names, the groups and the languages.
func (d *draft) findColumns(line int, header []string) (map[string]int, bool) {
	found, before := map[string]int{}, len(d.problems)
	for _, column := range columns {
		chosen := d.options.Columns.chosen(column.key)
		indexes := column.find(header, chosen)
		switch {
		case len(indexes) == 1:
			found[column.key] = indexes[0]
		case len(indexes) > 1 && chosen == "":
			d.add(line, "must have one column for the %s, got: %s: choose one with %s", column.what, some(at(header, indexes)), column.flag)
		case len(indexes) > 1:
			d.add(line, "must have the column of %s once, got: %s", column.flag, some(at(header, indexes)))
		case chosen != "":
			d.add(line, "must have the column %s of %s, got: %s", show(chosen), column.flag, some(header))
		case column.key == "Email" && strings.Contains(strings.Join(header, ""), "@"):
			d.add(line, "has no header: the first line must name the columns, such as email,user_name,group, got: %s%s", some(header),
				ifAddresses(header))
		case column.key == "Email":
			d.add(line, "has no column email: the first line must name the columns, with a comma, semicolon or tab between them; if another "+
				"column has the addresses, choose it with --email-column, got: %s", some(header))
		}
	}
	if len(d.problems) == before {
		d.checkSeparators(line, others(header, found))
	}
	return found, len(d.problems) == before
}

// ifAddresses says how to read a list whose first line has addresses only, or returns an empty string.
func ifAddresses(header []string) string {
	if len(header) > 1 && !slices.ContainsFunc(header, func(field string) bool { return !strings.Contains(field, "@") }) {
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

// some shows the names of columns that have one.
func some(names []string) string {
	var shown []string
	for _, name := range names {
		if name != "" {
			shown = append(shown, show(name))
		}
	}
	return text.Some(shown)
}
