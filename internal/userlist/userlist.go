// Package userlist reads lists of users from files. It checks them as the state machine checks its input, with the same
// sentences. Package rules defines what a value must be; a test checks that the state machine follows the same rules.
package userlist

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Format is the format of a list.
type Format int

const (
	// Unknown makes [Parse] guess the format: JSON begins with a bracket or a brace, and CSV has email in its first line.
	Unknown Format = iota
	// JSON is an array of users, or the input of the state machine, whose key IAMUserNames has that array. A user is an
	// e-mail address, or an object with UserName, Email and an optional Group.
	JSON
	// CSV has a header with email, and with the optional columns user_name and group.
	CSV
	// Text has an e-mail address on each line, and comments after #.
	Text
)

// FormatOf returns the format for the extension of a file, or Unknown.
func FormatOf(path string) Format {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json":
		return JSON
	case ".csv":
		return CSV
	case ".txt":
		return Text
	default:
		return Unknown
	}
}

// List is a list without problems.
type List struct {
	Name  string // the name of the list in messages
	Users []User
	// Resend asks for a new password for each user that was onboarded before and has not chosen a password yet.
	Resend bool
}

// User is a user of a list.
type User struct {
	UserName, Email string
	Group           string // empty for the default group of the state machine
	Line            int    // the line of the user in the list
}

// MarshalJSON returns the user as an item of the state machine's input.
func (u User) MarshalJSON() ([]byte, error) {
	if u.UserName == u.Email && u.Group == "" {
		return json.Marshal(u.Email)
	}
	return json.Marshal(struct {
		UserName, Email string
		Group           string `json:",omitempty"`
	}{u.UserName, u.Email, u.Group})
}

// Problem is one problem of a list.
type Problem struct {
	Line int // 0 for a problem of the whole list
	Text string
}

// Error lists every problem of a list.
type Error struct {
	Name     string    // of the list
	Problems []Problem // in the order of their lines
}

// Error returns a line for each problem. The line begins with the position of the problem, such as users.csv:7.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, problem := range e.Problems {
		position := e.Name
		if problem.Line > 0 {
			position = fmt.Sprintf("%s:%d", e.Name, problem.Line)
		}
		lines[i] = position + ": " + problem.Text
	}
	return strings.Join(lines, "\n")
}

// Parse reads a list. name is the name of the list in messages. Every error is an [*Error].
func Parse(name string, format Format, data []byte) (*List, error) {
	d := draft{list: List{Name: name}}
	if text, problem := decode(data); problem != nil {
		d.problems = append(d.problems, *problem)
	} else {
		d.read(format, text)
	}
	d.check()
	if len(d.problems) > 0 {
		slices.SortStableFunc(d.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
		return nil, &Error{name, d.problems}
	}
	return &d.list, nil
}

// draft is a list that is being read.
type draft struct {
	items    []item
	list     List
	problems []Problem
}

// item is an item of the list, before it is checked.
type item struct {
	line  int
	index int // from 1 in a JSON array, whose items may all be on one line; otherwise 0
	value any // as encoding/json decodes it
}

func (d *draft) read(format Format, text string) {
	if format == Unknown {
		format = guess(text)
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

func guess(text string) Format {
	switch start := strings.TrimSpace(text); {
	case strings.HasPrefix(start, "[") || strings.HasPrefix(start, "{"):
		return JSON
	case hasHeader(start):
		return CSV
	default:
		return Text
	}
}

func (d *draft) add(line int, format string, args ...any) {
	d.problems = append(d.problems, Problem{line, fmt.Sprintf(format, args...)})
}
