package userlist

import (
	"regexp"
	"strings"
)

// comment requires a space before the #, because an e-mail address may contain a #.
var comment = regexp.MustCompile(`(^|\s)#.*$`)

func (d *draft) readText(text string) {
	number := 0
	for line := range strings.Lines(text) {
		number++
		if address := strings.TrimSpace(comment.ReplaceAllString(strings.TrimSpace(line), "")); address != "" {
			d.items = append(d.items, item{line: number, value: address})
		}
	}
}
