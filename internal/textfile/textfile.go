// Package textfile reads the text of files as editors on every system write them.
package textfile

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// Decode returns the text of a file in UTF-8, or in UTF-16 if the file starts with a byte order mark that says so, as
// programs of Windows write it. The byte order mark is no part of the text. A file that is neither yields text that is no
// valid UTF-8.
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
		return []byte{0xff} // half a character is no text
	}
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}
