package userlist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// beginsAsJSON reports whether a text begins with a bracket or a brace. Empty lines and comments may come before.
func beginsAsJSON(text string) bool {
	for line := range strings.Lines(text) {
		if line = clean(line); line != "" && !mark.MatchString(line) {
			return line[0] == '[' || line[0] == '{'
		}
	}
	return false
}

func (d *draft) readJSON(text string) {
	data := []byte(text)
	documents, ok := d.documents(data)
	switch {
	case !ok || len(documents) == 0:
	case len(documents) > 1 || isUser(documents[0]):
		d.readItems(documents)
	case documents[0].value[0] == '[':
		d.readItems(members(documents[0].value, documents[0].line))
	case documents[0].value[0] == '{':
		d.readInput(documents[0].value, documents[0].line)
	default:
		d.add(documents[0].line, "must be an array of users, or an object with the key IAMUserNames, got: %s",
			show(decodeJSON(documents[0].value)))
	}
}

// documents returns the JSON documents of a file: one, or in JSON lines one after the other.
func (d *draft) documents(data []byte) (found []member, ok bool) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	for at, line := 0, 1; ; {
		begin := len(data) - len(bytes.TrimLeft(data[at:], " \n\t"))
		if begin == len(data) {
			return found, true
		}
		document := member{line: line + bytes.Count(data[at:begin], []byte("\n"))}
		if decoder.Decode(&document.value) != nil {
			d.addSyntax(data, begin, len(found) > 0)
			return nil, false
		}
		found = append(found, document)
		at = int(decoder.InputOffset())
		line = document.line + bytes.Count(document.value, []byte("\n"))
	}
}

// addSyntax adds a problem for the document that begins at an index of data, and is not valid JSON.
func (d *draft) addSyntax(data []byte, begin int, isNext bool) {
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data[begin:], new(any)); !errors.As(err, &syntax) {
		return
	}
	wrong := begin + max(int(syntax.Offset)-1, 0)
	expected := "fewer brackets inside each other" // the only problem that is not in the table
	for _, kind := range syntaxProblems {
		if strings.Contains(syntax.Error(), kind.says) {
			expected = kind.expected
			break
		}
	}
	if isNext && wrong == begin {
		expected = "the end of the list, or another user"
	}
	got := "the end of the file"
	if !strings.Contains(syntax.Error(), "unexpected end") {
		r, _ := utf8.DecodeRune(data[wrong:])
		got = show(string(r))
	} else {
		wrong = len(data)
	}
	if strings.ContainsAny(got, "]}") && bytes.HasSuffix(bytes.TrimRight(data[:wrong], " \n\t"), []byte(",")) {
		got += ": delete the comma before it"
	}
	if mark.Match(data[wrong:]) || bytes.HasPrefix(data[wrong:], []byte("/*")) {
		got += ": delete the comment, because JSON has none"
	}
	line, column := position(data, wrong)
	d.problems = append(d.problems, Problem{Line: line, Column: column, Text: fmt.Sprintf("is not valid JSON: expected %s, got: %s", expected, got)})
}

// syntaxProblems has what is expected at a place, by a part of the sentence in which package json says so.
var syntaxProblems = []struct{ says, expected string }{
	{"unexpected end", `a closing ", ] or }`},
	{"beginning of value", "a value, such as a text in double quotes"},
	{"beginning of object key", "a key in double quotes"},
	{"after object key:value pair", "a comma or } after the value"},
	{"after object key", "a colon after the key"},
	{"after array element", "a comma or ] after the value"},
	{"in string escape", `one of "\/bfnrtu after the \`},
	{`in \u`, `four hexadecimal digits after \u`},
	{"in string literal", `a " at the end of the text, on the same line`},
	{"in numeric literal", "a digit"},
	{"in literal", "true, false, null, or a text in double quotes"},
}

// isUser reports whether a document is the object of a user, and not the input of the state machine.
func isUser(document member) bool {
	if document.value[0] != '{' {
		return false
	}
	has := map[string]bool{}
	for _, member := range members(document.value, 0) {
		has[keyOf(member.key)], has[member.key] = true, true
	}
	return !has["IAMUserNames"] && (has["Email"] || has["UserName"] || has["Group"])
}

// readInput reads a document that has the form of the state machine's input.
func (d *draft) readInput(object json.RawMessage, line int) {
	keys := map[string]bool{}
	for _, member := range members(object, line) {
		switch {
		case keys[member.key]:
			d.add(member.line, mustHaveKeyOnce+", got again: %s", show(member.key))
		case member.key == "IAMUserNames":
			d.readUsers(member)
		case member.key == "Resend":
			d.readResend(member)
		default:
			d.add(member.line, contract.InputMustHaveNoOtherKey+", got: %s", show(member.key))
		}
		keys[member.key] = true
	}
	if !keys["IAMUserNames"] {
		d.add(line, contract.UsersMustBeArray+", got: nothing")
	}
}

// mustHaveKeyOnce is for an object with the same key twice: the last value would silently replace the others.
const mustHaveKeyOnce = "must have each key once"

func (d *draft) readUsers(users member) {
	if users.value[0] != '[' {
		d.add(users.line, contract.UsersMustBeArray+", got: %s", show(decodeJSON(users.value)))
		return
	}
	d.readItems(members(users.value, users.line))
}

func (d *draft) readResend(resend member) {
	value := decodeJSON(resend.value)
	var ok bool
	if d.list.Resend, ok = value.(bool); !ok && value != nil {
		d.add(resend.line, contract.ResendMustBeTrueOrFalse+", got: %s", show(value))
	}
}

func (d *draft) readItems(elements []member) {
	for i, element := range elements {
		item := item{line: element.line, index: i + 1}
		item.value = decodeJSON(element.value)
		if element.value[0] == '{' {
			item.value = d.fields(item, members(element.value, element.line))
		}
		d.items = append(d.items, item)
	}
}

// fields returns the values of a user by the keys of the state machine's input. A key may be written like a column of a CSV list. A
// name, a group or a language that is null or empty is no value, because exports write both.
func (d *draft) fields(item item, object []member) map[string]any {
	fields, names := map[string]any{}, map[string]bool{}
	for _, member := range object {
		key, value := member.key, decodeJSON(member.value)
		if known := keyOf(key); known != "" {
			key = known
		}
		if names[key] {
			d.addTo(item, mustHaveKeyOnce+", got again: "+show(member.key))
		}
		names[key] = true
		text, isText := value.(string)
		isEmpty := value == nil || isText && clean(text) == ""
		if isOptional := key == "UserName" || key == "Group" || key == "Language"; !isOptional || !isEmpty {
			fields[key] = value
		}
	}
	return fields
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

// position returns the line and the column of an index of data. Both count from 1; a column is a character.
func position(data []byte, index int) (line, column int) {
	before := string(data[:index])
	lineStart := strings.LastIndex(before, "\n") + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[lineStart:]) + 1
}
