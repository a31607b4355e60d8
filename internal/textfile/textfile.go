// Package textfile decodes text files that editors on any operating system wrote.
package textfile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Decode returns the text of a file in UTF-8. It also decodes UTF-16 if the file begins with a byte order mark for it, as
// Windows programs write it. The text does not contain the byte order mark. If the file is in another encoding, the result is
// not valid UTF-8.
func Decode(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xff, 0xfe}):
		data = fromUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xfe, 0xff}):
		data = fromUTF16(data[2:], binary.BigEndian)
	}
	return strings.TrimPrefix(string(data), "\ufeff")
}

func fromUTF16(data []byte, order binary.ByteOrder) []byte {
	if len(data)%2 != 0 {
		return []byte{0xff} // not valid UTF-8: half a character is left
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
