// Package jsonata writes JSONata for the fields of a Step Functions state.
package jsonata

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

// Expression marks code as what Step Functions evaluates, as against plain text. It is folded into one line, since the
// schemas of AWS's own tools for state machines take nothing else.
func Expression(code string) string { return "{% " + lineBreak.ReplaceAllString(code, " ") + " %}" }

var lineBreak = regexp.MustCompile(`\n\s*`)

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
