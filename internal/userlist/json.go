package userlist

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

func (d *draft) readJSON(text string) {
	data := []byte(text)
	document := bytes.TrimSpace(data)
	if len(document) == 0 {
		return
	}
	if err := json.Unmarshal(data, new(json.RawMessage)); err != nil {
		line, column := position(data, err)
		d.add(line, "is not valid JSON from column %d on: %v", column, err)
		return
	}
	before, _, _ := bytes.Cut(data, document)
	line := 1 + bytes.Count(before, []byte("\n"))
	switch document[0] {
	case '[':
		d.readItems(document, line)
	case '{':
		d.readInput(document, line)
	default:
		d.add(line, "must be an array of users, or an object with the key IAMUserNames, got: %s", show(decodeJSON(document)))
	}
}

// readInput reads a document that has the form of the state machine's input.
func (d *draft) readInput(object json.RawMessage, line int) {
	hasUsers := false
	for _, member := range d.uniqueMembers(object, line) {
		switch member.key {
		case "IAMUserNames":
			hasUsers = true
			d.readUsers(member)
		case "Resend":
			d.readResend(member)
		default:
			d.add(member.line, contract.InputMustHaveNoOtherKey+", got: %s", show(member.key))
		}
	}
	if !hasUsers {
		d.add(line, contract.UsersMustBeArray+", got: nothing")
	}
}

func (d *draft) readUsers(users member) {
	if users.value[0] != '[' {
		d.add(users.line, contract.UsersMustBeArray+", got: %s", show(decodeJSON(users.value)))
		return
	}
	d.readItems(users.value, users.line)
}

func (d *draft) readResend(resend member) {
	value := decodeJSON(resend.value)
	var ok bool
	if d.list.Resend, ok = value.(bool); !ok {
		d.add(resend.line, contract.ResendMustBeTrueOrFalse+", got: %s", show(value))
	}
}

func (d *draft) readItems(array json.RawMessage, line int) {
	for i, element := range members(array, line) {
		if element.value[0] == '{' {
			d.uniqueMembers(element.value, element.line)
		}
		d.items = append(d.items, item{element.line, i + 1, decodeJSON(element.value)})
	}
}

// uniqueMembers returns the members of an object. It adds a problem for each key that occurs again, because the last one
// would silently replace the others.
func (d *draft) uniqueMembers(object json.RawMessage, line int) []member {
	found := members(object, line)
	keys := map[string]bool{}
	for _, member := range found {
		if keys[member.key] {
			d.add(member.line, "an object must have each key once, got again: %s", show(member.key))
		}
		keys[member.key] = true
	}
	return found
}

// member is a value in a JSON object, or in an array. In an array, the key is empty.
type member struct {
	key   string
	value json.RawMessage
	line  int
}

// members returns the members of an object or of an array, which must be valid JSON. line is the line at which it begins.
func members(container json.RawMessage, line int) (found []member) {
	decoder := json.NewDecoder(bytes.NewReader(container))
	opening, _ := decoder.Token()
	counted := 0
	for decoder.More() {
		var m member
		if opening == json.Delim('{') {
			key, _ := decoder.Token()
			m.key, _ = key.(string)
		}
		if decoder.Decode(&m.value) != nil {
			break
		}
		start := int(decoder.InputOffset()) - len(m.value)
		line += bytes.Count(container[counted:start], []byte("\n"))
		counted = start
		m.line = line
		found = append(found, m)
	}
	return found
}

// decodeJSON decodes valid JSON, and keeps numbers as they are written.
func decodeJSON(data json.RawMessage) (value any) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	_ = decoder.Decode(&value)
	return value
}

// position returns the line and the column at which data stops being valid JSON. Both count from 1; a column is a character.
func position(data []byte, err error) (line, column int) {
	var syntax *json.SyntaxError
	errors.As(err, &syntax)
	before := string(data[:max(syntax.Offset-1, 0)])
	lineStart := strings.LastIndex(before, "\n") + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[lineStart:]) + 1
}
