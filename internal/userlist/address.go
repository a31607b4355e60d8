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

// token is the next part of a text with addresses: an address in angle brackets, a separator, space, or a word, in which text in
// double quotes may have any character.
var token = regexp.MustCompile(`\A(?:<[^<>]*>|[;,]|[\s\v\x{85}\p{Z}]+|(?:"(?:[^"\\]|\\.)*"|[^"<>;,\s\v\x{85}\p{Z}])+)`)

// addresses returns the e-mail addresses in a text that a mail program may have written, such as
// "Doe, Jane <jane@example.com>; mailto:joe@example.com". Semicolons, commas and spaces separate addresses; a name before an
// address in angle brackets may also have commas and spaces. It returns false if a part of the text is neither an address nor the
// name before one. It does not check whether an address is valid.
func addresses(text string) (found []string, ok bool) {
	text = clean(text)
	if rules.EmailAddress.Holds(text) {
		return []string{text}, true
	}
	if strings.HasPrefix(text, ";") || strings.HasPrefix(text, ",") { // a comment of an .ini file, or the start is missing
		return nil, false
	}
	var name []string // the words before an address in angle brackets
	bare := 0         // the number of addresses since the last separator, which may be words of a name
	for text != "" {
		part := token.FindString(text)
		text = text[len(part):]
		address := bareAddress(strings.Trim(part, "<>"))
		switch {
		case part == "": // a quote or a bracket without its partner
			return nil, false
		case part == ",":
			bare = 0
		case part == ";":
			if len(name) > 0 {
				return nil, false
			}
			bare = 0
		case part[0] == '<':
			if len(name) == 0 && bare > 0 {
				name, found = []string{found[len(found)-1]}, found[:len(found)-1]
			}
			if named := strings.Join(name, " "); strings.Contains(named, "@") && !strings.EqualFold(named, address) { // not a name, but another user
				return nil, false
			}
			found, name, bare = append(found, address), nil, 0
		case clean(part) == "": // space
		case len(name) == 0 && strings.Contains(address, "@"):
			found, bare = append(found, address), bare+1
		default:
			name = append(append(name, found[len(found)-bare:]...), part)
			found, bare = found[:len(found)-bare], 0
		}
	}
	return found, len(name) == 0
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
