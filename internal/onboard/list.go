package onboard

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// list is what a run onboards.
type list struct {
	input string // the input of the execution, JSON
	users int    // how many users it has, at least 1
}

const (
	expectedFile = "LIST must be a .json file, or - for standard input"
	expectedList = `expected an array of users or {"IAMUserNames": [...]}`
)

// readList reads the list from the file at path, or from stdin where path is "-". What is wrong with it is a
// usageError. The items are not looked at: the state machine names everything that is wrong with them.
func readList(ctx context.Context, path string, stdin io.Reader) (*list, error) {
	if path == "-" {
		data, err := readAll(ctx, stdin)
		if err != nil {
			return nil, usageErrorf("standard input: %w", err)
		}
		return parseList("standard input", data)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, usageErrorf("%w: %s", err, expectedFile)
	}
	if !strings.EqualFold(filepath.Ext(path), ".json") {
		return nil, usageErrorf("%s, got: %s", expectedFile, path)
	}
	return parseList(path, data)
}

// readAll is [io.ReadAll] that gives up when ctx ends, so that Ctrl-C works while standard input is a terminal.
func readAll(ctx context.Context, r io.Reader) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	results := make(chan result, 1)
	go func() {
		data, err := io.ReadAll(r)
		results <- result{data, err}
	}()
	select {
	case got := <-results:
		return got.data, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// parseList makes a list of JSON; name says in errors where it comes from.
func parseList(name string, data []byte) (*list, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some Windows programs put this mark before UTF-8
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, usageErrorf("%s: %s, got nothing", name, expectedList)
	}
	var document json.RawMessage
	if err := json.Unmarshal(data, &document); err != nil {
		return nil, usageErrorf("%s: %s%w", name, position(data, err), err)
	}

	users, input := document, string(document)
	switch kind := kindOf(document); kind {
	case "an array":
		input = `{"IAMUserNames": ` + input + `}`
	case "an object":
		var object map[string]json.RawMessage // not a struct, which would match iamusernames too
		if err := json.Unmarshal(document, &object); err != nil {
			return nil, usageErrorf("%s: %w", name, err)
		}
		users = object["IAMUserNames"]
		if users == nil {
			return nil, usageErrorf("%s: %s, got an object without IAMUserNames", name, expectedList)
		}
		if kind := kindOf(users); kind != "an array" {
			return nil, usageErrorf("%s: %s, got %s as IAMUserNames", name, expectedList, kind)
		}
	default:
		return nil, usageErrorf("%s: %s, got %s", name, expectedList, kind)
	}

	var items []json.RawMessage
	if err := json.Unmarshal(users, &items); err != nil {
		return nil, usageErrorf("%s: %w", name, err)
	}
	if len(items) == 0 {
		return nil, usageErrorf("%s: expected at least one user, got an empty array", name)
	}
	return &list{input: input, users: len(items)}, nil
}

// position says where in data the JSON is wrong, counted from 1 in lines and characters.
func position(data []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return ""
	}
	before := data[:max(syntax.Offset-1, 0)]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return fmt.Sprintf("line %d, column %d: ",
		bytes.Count(before, []byte("\n"))+1, utf8.RuneCount(before[lineStart:])+1)
}

// kindOf names the kind of a JSON value.
func kindOf(value json.RawMessage) string {
	switch value[0] {
	case '[':
		return "an array"
	case '{':
		return "an object"
	case '"':
		return "a string"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	default:
		return "a number"
	}
}
