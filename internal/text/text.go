// Package text writes the parts of sentences: counted things, names from elsewhere, words for a shell.
package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Count returns a number of things, such as: 1 user, or 2 users.
func Count(number int, thing string) string {
	if number == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", number, thing)
}

// Join puts the separator between the parts that are not empty. It leaves parts as they are.
func Join(separator string, parts ...string) string {
	given := slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == "" })
	return strings.Join(given, separator)
}

// OneLine returns text from elsewhere so that it fits into a line on a terminal: without line breaks, control characters and
// the characters that turn the direction of the text, each of which becomes a space, and with one space at a time.
func OneLine(text string) string {
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(printable), " ")
}

// Indent returns each line of text, by [OneLine], on an indented line of its own. The result begins with a line break, so
// that it can follow a sentence.
func Indent(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		lines.WriteString("\n  " + OneLine(line))
	}
	return lines.String()
}

// ShellWord returns a word as a shell command takes it: in quotes, unless every character is safe without them.
func ShellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(OneLine(word), "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`\A[A-Za-z0-9_./:@%+=,-]+\z`)
