// Package userlist reads lists of users from files, in the forms in which programs and people write them. It makes of each user
// what the state machine takes: an address, a user name, a group and a language, exactly. It checks them by the rules of the state machine,
// with the same sentences. Package rules defines what a value must be.
package userlist

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Format is the format of a list.
type Format int

const (
	// Unknown makes [Parse] recognise the format by the content: JSON begins with a bracket or a brace, and CSV has a column
	// of addresses in its header.
	Unknown Format = iota
	// JSON is an array of users, the input of the state machine, whose key IAMUserNames has that array, or users one after the
	// other, as in JSON lines. A user is an e-mail address, or an object with Email and optional UserName, Group and Language.
	JSON
	// CSV has a header with a column of addresses, and optional columns of user names, groups and languages.
	CSV
	// Text has e-mail addresses on each line, and comments after #.
	Text
)

// Options say how to read a list. With the zero value, Parse finds out.
type Options struct {
	Format   Format
	Encoding string // a name that [IsEncoding] knows
	// Columns has names of columns in the header of a CSV list, by the keys of [Columns]. Without a name, Parse looks for the usual names.
	// If a name is empty, Parse reads no such column.
	Columns map[string]string
	// NameRemedy says what to do if an address cannot be the name of its user. By default, Parse says it in the words of the format.
	NameRemedy string
}

// List is a list without problems.
type List struct {
	Name  string // the name of the list in messages
	Users []User
	// Resend asks for a new password for each user that was onboarded before and has not chosen a password yet.
	Resend bool
	// Notices are sentences about what Parse left out, merged or decoded, for the operator.
	Notices []string
}

// User is a user of a list.
type User struct {
	UserName, Email string
	Group           string // empty for the default group of the state machine
	Language        string // of the mail; empty for the default language of the state machine
	Line            int    // the line of the user in the list
}

// MarshalJSON returns the user as an item of the state machine's input.
func (u User) MarshalJSON() ([]byte, error) {
	if u.UserName == u.Email && u.Group == "" && u.Language == "" {
		return json.Marshal(u.Email)
	}
	return json.Marshal(struct {
		UserName, Email string
		Group           string `json:",omitempty"`
		Language        string `json:",omitempty"`
	}{u.UserName, u.Email, u.Group, u.Language})
}

// Problem is everything that is wrong with one line of a list, or with one item of a JSON array.
type Problem struct {
	Line   int // 0 for a problem of the whole list
	Column int // 0 for a problem of the whole line
	Text   string

	sentences int // more than [maxSentences] if the text does not have all of them
}

// Error lists the problems of a list.
type Error struct {
	Name     string    // of the list
	Problems []Problem // in the order of their lines
	Notices  []string  // as those of [List], because a wrong encoding makes problems
}

// maxProblems is the number of problems that an error prints. More would push the first ones off the screen.
const maxProblems = 20

// Error returns a line for each of the first problems, and the number of the others. A line begins with the position of the
// problem, such as users.csv:7.
func (e *Error) Error() string {
	var lines []string
	for _, problem := range e.Problems[:min(len(e.Problems), maxProblems)] {
		position := e.Name
		for _, number := range []int{problem.Line, problem.Column} {
			if number > 0 {
				position = fmt.Sprintf("%s:%d", position, number)
			}
		}
		line := position + ": " + problem.Text
		if more := problem.sentences - maxSentences; more > 0 {
			line += fmt.Sprintf("; and %d more", more)
		}
		lines = append(lines, line)
	}
	if more := len(e.Problems) - len(lines); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// Parse reads a list. name is the name of the list in messages. Every error is an [*Error].
func Parse(name string, options Options, data []byte) (*List, error) {
	d := draft{options: options, list: List{Name: name}, problemAt: map[[2]int]int{}}
	if text, ok := d.decode(data); ok {
		d.read(strings.TrimRight(lineBreaks.Replace(text), endOfFile))
	}
	d.check()
	if len(d.problems) > 0 {
		slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, &Error{name, d.problems, d.list.Notices}
	}
	return &d.list, nil
}

// lineBreaks makes a line feed of every line break of an operating system. Old programs for the Mac write a carriage return alone.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// endOfFile ends a text file of DOS.
const endOfFile = "\x1a"

// draft is a list that is being read.
type draft struct {
	options  Options
	items    []item
	list     List
	problems []Problem
	// problemAt has the index of the problem of an item, by its line and its index.
	problemAt map[[2]int]int
}

// item is a user of the list, before it is checked.
type item struct {
	line  int
	index int // from 1 in JSON, whose items may all be on one line; otherwise 0
	// value is what encoding/json decodes: a string is an address, and a map has the keys Email, UserName, Group and Language.
	value  any
	inText bool // the list is a text list
}

func (d *draft) read(text string) {
	format := d.options.Format
	if format == Unknown {
		format = d.guess(text)
	}
	switch format {
	case JSON:
		d.readJSON(text)
	case CSV:
		d.readCSV(text)
	default:
		d.readText(text)
	}
}

// guess returns the format of a list by its content. If a list could be both CSV and text, the columns are missing or not known: as CSV,
// the problem is then the header, and not each line.
func (d *draft) guess(text string) Format {
	first, others := firstLine(text)
	_, areAddresses := addresses(first)
	switch {
	case beginsAsJSON(text):
		return JSON
	case len(d.options.Columns) > 0, d.hasHeader(text):
		return CSV
	case isTable(first + "\n" + others): // such as a user and a manager, without a header
		return CSV
	case areAddresses:
		return Text
	case strings.ContainsAny(first, separators): // fields
		return CSV
	case !strings.Contains(first, "@") && strings.Contains(others, "@"): // a header with one column
		return CSV
	case d.headerLine(text) > 0: // below a title
		return CSV
	default:
		return Text
	}
}

func (d *draft) add(line int, format string, args ...any) {
	d.problems = append(d.problems, Problem{Line: line, Text: fmt.Sprintf(format, args...)})
}

func (d *draft) notice(format string, args ...any) {
	d.list.Notices = append(d.list.Notices, fmt.Sprintf(format, args...))
}
