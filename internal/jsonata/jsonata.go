// Package jsonata writes JSONata for the fields of a Step Functions state.
package jsonata

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Expression marks code as a JSONata expression, which Step Functions evaluates. It joins the code into one line, because the
// schemas of AWS's own tools for state machines accept only one line.
func Expression(code string) string { return "{% " + lineBreak.ReplaceAllString(code, " ") + " %}" }

var lineBreak = regexp.MustCompile(`\n\s*`)

// Concatenation returns code that concatenates texts, which are given as code. It nests the operators in a balanced tree.
// From left to right the depth would be the number of texts, and AWS aborts an evaluation at a depth of 100.
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

// WithoutComments removes the comments from code. A comment must begin and end at a line break. It is not known how AWS
// treats comments.
func WithoutComments(code string) string { return comment.ReplaceAllString(code, "") }

var comment = regexp.MustCompile(`(?ms)^/\*.*?\*/\n`)

// HasMark reports whether text contains the start or the end mark of an expression. It is not known how AWS treats such text.
func HasMark(text string) bool { return strings.Contains(text, "{%") || strings.Contains(text, "%}") }

// Plain returns text for a field that takes plain text: unchanged, or as an expression if [HasMark] is true.
func Plain(text string) string {
	if HasMark(text) {
		return Expression(Literal(text))
	}
	return text
}

// Literal returns a JSONata string whose value is exactly the text. It escapes a percent sign beside a brace, because Step
// Functions takes these two for a mark of an expression. It also escapes ${, which CloudFormation takes for a reference,
// except in a token of the CDK, which also begins with ${.
func Literal(text string) string {
	var quoted bytes.Buffer
	encoder := json.NewEncoder(&quoted)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(text); err != nil {
		panic(err) // cannot happen: a string always encodes
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
