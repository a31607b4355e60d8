// Package userlist reads lists of users from files, and checks them as the state machine checks its input, in the same
// words. What a value must be like is stated in package rules; a test holds the state machine to both.
package userlist

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Format is how a list is written.
type Format int

const (
	// Unknown makes [Parse] look at the content: JSON begins with a bracket, CSV has email in its first line.
	Unknown Format = iota
	// JSON is an array of users, or the input of the state machine, which has the array as IAMUserNames. A user is an
	// e-mail address, or an object with UserName, Email and, if wanted, Group.
	JSON
	// CSV has a header with email and, if wanted, user_name and group.
	CSV
	// Text has an e-mail address on each line, and comments behind #.
	Text
)

// FormatOf returns the format that the name of a file tells, or Unknown.
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

// List is a list that keeps the rules.
type List struct {
	Name  string // what messages call it
	Users []User
	// Resend asks for new passwords for users who were onboarded before and have not signed in yet.
	Resend bool
}

// User is a user of a list.
type User struct {
	UserName, Email string
	Group           string // empty: the default of the state machine
	Line            int    // where the list has the user
}

// MarshalJSON returns the item for the input of the state machine.
func (u User) MarshalJSON() ([]byte, error) {
	if u.UserName == u.Email && u.Group == "" {
		return json.Marshal(u.Email)
	}
	return json.Marshal(struct {
		UserName, Email string
		Group           string `json:",omitempty"`
	}{u.UserName, u.Email, u.Group})
}

// Problem is one thing that is wrong with a list.
type Problem struct {
	Line int // 0: the list as a whole
	Text string
}

// Error is everything that is wrong with a list.
type Error struct {
	Name     string    // of the list
	Problems []Problem // in its order
}

// Error returns a line for each problem, which begins with its position, such as users.csv:7.
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

// Parse reads a list. The name is what messages call it; every error is an [*Error].
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

// item is a user as the list has it.
type item struct {
	line  int
	index int // counted from 1 in a JSON array, which may be on one line; else 0
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
