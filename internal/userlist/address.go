package userlist

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// clean removes space and invisible characters around a value: those that come along when someone copies from a web page, a
// mail or a spreadsheet. Within a value they stay, and are a problem.
func clean(value string) string {
	return strings.TrimFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) })
}

// mailbox is a part of a text up to the end of an address in angle brackets, to a semicolon, or to the end of the text. Text in
// double quotes may have any character.
var mailbox = regexp.MustCompile(`\A((?:"(?:[^"\\]|\\.)*"|[^"<>;])*)(<[^<>]*>|;|\z)`)

// addresses returns the e-mail addresses in a text that a mail program may have written, such as
// "Doe, Jane <jane@example.com>; mailto:joe@example.com". Semicolons, commas and spaces separate addresses; a name before an
// address in angle brackets may also have commas and spaces. It returns false if a part of the text is neither an address nor the
// name before one. It does not check whether an address is valid.
func addresses(text string) ([]string, bool) {
	text = clean(text)
	if rules.EmailAddress.Holds(text) {
		return []string{text}, true
	}
	if strings.HasPrefix(text, ";") || strings.HasPrefix(text, ",") { // a comment of an .ini file, or the start is missing
		return nil, false
	}
	var found []string
	for text != "" {
		match := mailbox.FindStringSubmatch(text)
		if match == nil {
			return nil, false
		}
		text = text[len(match[0]):]
		before, bracketed := match[1], strings.HasPrefix(match[2], "<")
		bare, name := bareAddresses(before)
		if bracketed && name == "" && len(bare) > 0 && !strings.HasSuffix(clean(before), ",") {
			name, bare = bare[len(bare)-1], bare[:len(bare)-1]
		}
		found = append(found, bare...)
		switch {
		case bracketed:
			address := bareAddress(strings.Trim(match[2], "<>"))
			if strings.Contains(name, "@") && !strings.EqualFold(name, address) { // not a name, but another user
				return nil, false
			}
			found = append(found, address)
		case name != "":
			return nil, false
		}
	}
	return found, true
}

// bareAddresses returns the addresses at the start of a text, and the rest of the text, which may be a name.
func bareAddresses(text string) (found []string, rest string) {
	parts := strings.Split(text, ",")
	for i, part := range parts {
		var inPart []string
		for word := range strings.FieldsSeq(part) {
			word = bareAddress(word)
			if !strings.Contains(word, "@") {
				return found, clean(strings.Join(parts[i:], ","))
			}
			inPart = append(inPart, word)
		}
		found = append(found, inPart...)
	}
	return found, ""
}

// bareAddress returns an address without quotes around it, and without what makes it a link: mailto:jane@example.com?subject=Hi.
func bareAddress(address string) string {
	address = clean(address)
	if last := len(address) - 1; last > 0 && address[0] == address[last] && strings.ContainsRune(`"'`, rune(address[0])) {
		address = address[1:last]
	}
	const scheme = "mailto:"
	if len(address) < len(scheme) || !strings.EqualFold(address[:len(scheme)], scheme) {
		return address
	}
	encoded, query, _ := strings.Cut(address[len(scheme):], "?")
	decoded, err := url.PathUnescape(encoded)
	if err != nil || strings.Contains(query, "@") { // the query has another address
		return address
	}
	return clean(decoded)
}
