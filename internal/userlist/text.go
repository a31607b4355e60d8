package userlist

import (
	"regexp"
	"strings"
)

// comment requires a space before the #, because an e-mail address may contain a #.
var comment = regexp.MustCompile(`(^|[\s\p{Z}])#.*$`)

// textBreaks has the characters that end a line in some program, although not in every one. In a text list they do, because a
// user after a comment would be lost otherwise.
var textBreaks = strings.NewReplacer("\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

func (d *draft) readText(text string) {
	number := 0
	for line := range strings.Lines(textBreaks.Replace(text)) {
		number++
		text := withoutComment(line)
		found, ok := addresses(text)
		if !ok {
			found = []string{text}
		}
		for _, address := range found {
			d.items = append(d.items, item{line: number, value: address, inText: true})
		}
	}
}

// withoutComment returns a line of a text list without its comment, and without the space around it.
func withoutComment(line string) string {
	return clean(comment.ReplaceAllString(clean(line), ""))
}

// firstLine returns the first line of a text list that is neither empty nor a comment, and the text after it.
func firstLine(text string) (first, rest string) {
	for first == "" && text != "" {
		first, text, _ = strings.Cut(text, "\n")
		first = withoutComment(first)
	}
	return first, text
}

// isTable reports whether each of several lines has the same number of addresses, more than one, and nothing else. They may be the
// columns of a CSV list without a header, such as a user and a manager.
func isTable(text string) bool {
	lines, columns := 0, 0
	for line := range strings.Lines(text) {
		if line = withoutComment(line); line == "" {
			continue
		}
		found, ok := addresses(line)
		isRow := ok && len(found) > 1 && !strings.ContainsAny(line, "<>") && !strings.ContainsAny(line[len(line)-1:], separators)
		if lines++; !isRow || lines > 1 && len(found) != columns {
			return false
		}
		columns = len(found)
	}
	return lines > 1
}
