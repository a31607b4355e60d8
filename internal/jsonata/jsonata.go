// Package jsonata writes JSONata for the fields of a Step Functions state.
package jsonata

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Expression marks code as what Step Functions evaluates, as against plain text. It is folded into one line, because the
// schemas of AWS's own tools for state machines take nothing else.
func Expression(code string) string { return "{% " + lineBreak.ReplaceAllString(code, " ") + " %}" }

var lineBreak = regexp.MustCompile(`\n\s*`)

// Concatenation returns the code that joins texts, given as code. It halves them again and again: joined from left to right,
// they would nest as deep as they are many, and AWS ends an evaluation at a depth of 100.
func Concatenation(texts ...string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	half := len(texts) / 2
	return grouped(texts[:half]) + " & " + grouped(texts[half:])
}

func grouped(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	return "(" + Concatenation(texts...) + ")"
}

// WithoutComments takes the comments out of code, each of which begins a line and ends one: how AWS takes them is not known.
func WithoutComments(code string) string { return comment.ReplaceAllString(code, "") }

var comment = regexp.MustCompile(`(?ms)^/\*.*?\*/\n`)

// HasMark tells of text that has the beginning or the end of an expression in it. What AWS makes of such text is not known.
func HasMark(text string) bool { return strings.Contains(text, "{%") || strings.Contains(text, "%}") }

// Plain writes text for a field that takes plain text: as it is, unless it [HasMark].
func Plain(text string) string {
	if HasMark(text) {
		return Expression(Literal(text))
	}
	return text
}

// Literal writes text as a JSONata string that means exactly that text. Its percent signs beside braces are escaped,
// since Step Functions takes them for the marks of an expression, and so is what CloudFormation takes for a reference;
// a token of the CDK, which looks like one, stays.
func Literal(text string) string {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(err) // a string always encodes
	}
	literal := delimiters.Replace(strings.TrimSuffix(quoted.String(), "\n"))
	return reference.ReplaceAllStringFunc(literal, func(start string) string {
		if start != "${" {
			return start
		}
		return `\u0024{`
	})
}

var reference = regexp.MustCompile(`\$\{(Token\[)?`)

var delimiters = strings.NewReplacer("{%", `{\u0025`, "%}", `\u0025}`)
