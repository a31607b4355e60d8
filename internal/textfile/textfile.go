// Package textfile decodes text files that editors on any operating system wrote.
package textfile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Decode returns the text of a file in UTF-8. It also decodes UTF-16 if the file begins with a byte order mark for it, as
// Windows programs write it. The text does not contain the byte order mark, and isMarked reports whether there was one. If the file is
// in another encoding, the result is not valid UTF-8.
func Decode(data []byte) (text string, isMarked bool) {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		text = fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		text = fromUTF16(data[2:], binary.BigEndian)
	default:
		return strings.CutPrefix(string(data), "\ufeff")
	}
	return strings.TrimPrefix(text, "\ufeff"), true
}

func fromUTF16(data []byte, order binary.ByteOrder) string {
	if len(data)%2 != 0 {
		return "\xff" // not valid UTF-8: half a character is left
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}
