// Package text makes parts of sentences for a terminal: counts, times, text from AWS or a file, and words for a shell.
package text

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Count returns a number with its noun, such as "1 user" or "2 users".
func Count(number int, thing string) string {
	if number == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", number, thing)
}

// Time returns a time in the time zone of the operator, with the zone, or an empty string for the zero time.
func Time(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04 MST")
}

// Join joins the parts that are not empty, with the separator between them. It does not change parts.
func Join(separator string, parts ...string) string {
	given := slices.DeleteFunc(slices.Clone(parts), func(part string) bool { return part == "" })
	return strings.Join(given, separator)
}

// Some returns the first items of a list, and the number of the others, such as "a, b, c, d, e and 12 more".
func Some(items []string) string {
	const shown = 5
	if len(items) <= shown+1 {
		return And(items)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(items[:shown], ", "), len(items)-shown)
}

// And returns all items of a list, such as "a, b and c".
func And(items []string) string {
	last := max(len(items)-1, 0)
	return Join(" and ", strings.Join(items[:last], ", "), strings.Join(items[last:], ""))
}

// OneLine makes text from AWS or a file safe to print on one line of a terminal. Line breaks, control characters and
// characters that change the direction of text become spaces. Several spaces become one.
func OneLine(text string) string {
	printable := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(printable), " ")
}

// Indent returns each line of text, made safe by [OneLine], on an indented line of its own. The result begins with a line
// break, so that it can follow a sentence.
func Indent(text string) string {
	var lines strings.Builder
	for line := range strings.Lines(text) {
		lines.WriteString("\n  " + OneLine(line))
	}
	return lines.String()
}

// ShellWord quotes a word for a shell. It leaves a word unquoted if every character is safe without quotes. It makes the word
// one line by [OneLine].
func ShellWord(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(OneLine(word), "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`\A[A-Za-z0-9_./:@%+=,-]+\z`)
