package userlist

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"

	"github.com/iam-onboarding/iam-onboarding/internal/textfile"
)

const saveAsUTF8 = "save the list as UTF-8 (Excel calls it CSV UTF-8)"

// decode returns the text of a file. It adds a problem, and returns false, if the file is no text or its encoding is not certain.
func (d *draft) decode(data []byte) (string, bool) {
	if kind := otherKind(data); kind != "" {
		d.add(0, "is %s, not a list: open it, and save it as CSV UTF-8", kind)
		return "", false
	}
	if name := d.options.Encoding; name != "" {
		text, err := decodeAs(encodingNamed(name), data)
		if err != nil || !isText(text) || strings.ContainsRune(text, utf8.RuneError) {
			d.add(badLine(text), "is not text in the encoding %s: name another one with --encoding, or %s", name, saveAsUTF8)
			return "", false
		}
		return text, true
	}
	text, _ := textfile.Decode(data)
	if isText(text) && !strings.Contains(text, iso2022JP) {
		return text, true
	}
	for _, candidate := range []struct {
		name      string
		isCertain func(data []byte) bool
		encoding  encoding.Encoding
	}{
		{"UTF-16LE", isUTF16(1), unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"UTF-16BE", isUTF16(0), unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"ISO-2022-JP", func(data []byte) bool { return bytes.Contains(data, []byte(iso2022JP)) }, japanese.ISO2022JP},
		{"Shift_JIS", func(data []byte) bool { return mayBeShiftJIS(data) && !mayBeWindows1252(data) }, japanese.ShiftJIS},
		{"Windows-1252", func(data []byte) bool { return mayBeWindows1252(data) && !mayBeShiftJIS(data) }, charmap.Windows1252},
	} {
		if !candidate.isCertain(data) {
			continue
		}
		if text, err := decodeAs(candidate.encoding, data); err == nil && isText(text) && !strings.ContainsRune(text, utf8.RuneError) {
			d.notice("the list is read as %s: if that is wrong, name its encoding with --encoding", candidate.name)
			return text, true
		}
	}
	d.add(badLine(text), "is not text in UTF-8, and another encoding is not certain: %s, or name its encoding with --encoding, such as "+
		"shift_jis or windows-1252", saveAsUTF8)
	return "", false
}

// IsEncoding reports whether name is the name of an encoding that [Parse] can decode.
func IsEncoding(name string) bool { return encodingNamed(name) != nil }

// encodingNamed returns an encoding by its name in the Encoding Standard of the WHATWG, or by the number that Windows gives it. It
// returns nil if there is none.
func encodingNamed(name string) encoding.Encoding {
	switch strings.ToLower(name) {
	case "cp932":
		return japanese.ShiftJIS
	case "cp850":
		return charmap.CodePage850
	case "cp437":
		return charmap.CodePage437
	}
	named, _ := htmlindex.Get(name) // nil with an error
	return named
}

// decodeAs decodes a file. A byte order mark is stronger than the encoding. Bytes that are no text become U+FFFD.
func decodeAs(encoding encoding.Encoding, data []byte) (string, error) {
	if text, isMarked := textfile.Decode(data); isMarked {
		return text, nil
	}
	decoded, err := encoding.NewDecoder().Bytes(data)
	return string(decoded), err
}

func isText(text string) bool { return utf8.ValidString(text) && !strings.Contains(text, "\x00") }

// badLine returns the first line of a text that is not text.
func badLine(text string) int {
	lines := strings.Split(lineBreaks.Replace(text), "\n")
	return 1 + max(0, slices.IndexFunc(lines, func(line string) bool { return !isText(line) || strings.ContainsRune(line, utf8.RuneError) }))
}

// otherKind returns what a file is that is often taken for a list, or an empty string.
func otherKind(data []byte) string {
	start := bytes.TrimSpace(bytes.TrimPrefix(data, []byte("\ufeff")))
	for _, kind := range []struct{ start, contains, name string }{
		{"PK\x03\x04", "xl/", "an Excel workbook (.xlsx)"},
		{"PK\x03\x04", "", "a packed file, such as a spreadsheet of LibreOffice or Numbers, or a .zip"},
		{"\xd0\xcf\x11\xe0", "", "an Excel workbook of an old kind or with a password (.xls)"},
		{"%PDF-", "", "a PDF"},
		{`{\rtf`, "", "a formatted text (.rtf)"},
		{"<!doctype", "", "a web page"},
		{"<html", "", "a web page"},
		{"<table", "", "a web page"},
		{"<?xml", "", "an XML document"},
	} {
		begins := bytes.EqualFold(start[:min(len(start), len(kind.start))], []byte(kind.start))
		if begins && bytes.Contains(data, []byte(kind.contains)) {
			return kind.name
		}
	}
	return ""
}

// iso2022JP begins Japanese text in ISO-2022-JP, which has no bytes above 0x7f.
const iso2022JP = "\x1b$"

// isUTF16 returns a test for UTF-16 without a byte order mark: Latin letters have a zero as their upper byte, which is the first
// one (0) or the second one (1).
func isUTF16(upper int) func(data []byte) bool {
	return func(data []byte) bool {
		zeros := [2]int{}
		for i, b := range data {
			if b == 0 {
				zeros[i%2]++
			}
		}
		return len(data)%2 == 0 && zeros[upper] > len(data)/4
	}
}

// mayBeShiftJIS reports whether text looks like Shift_JIS, or in CP932, which is Microsoft's name for its extension: most characters
// outside ASCII have two bytes, of which the first one is from 0x81 to 0x9f. In Western encodings these bytes are rare, and in
// Chinese and Korean ones they are rare as the first one. It expects text without U+FFFD after it is decoded.
func mayBeShiftJIS(data []byte) bool {
	characters, usual, pairs := 0, 0, 0
	for i := 0; i < len(data); i++ {
		b := data[i]
		if b < 0x80 {
			continue
		}
		characters++
		if b >= 0xa1 && b <= 0xdf || i+1 == len(data) { // half-width katakana
			continue
		}
		i++
		if b <= 0x9f {
			usual++
		}
		if data[i] >= 0x80 {
			pairs++
		}
	}
	return pairs > 0 && 2*usual >= characters && !isBrokenUTF8(data)
}

// mayBeWindows1252 reports whether text looks like Windows-1252, or in ISO-8859-1, which is a part of it: each character outside ASCII
// is a Western letter or a punctuation mark at a place where such a mark makes sense, and there are at most two side by side.
func mayBeWindows1252(data []byte) bool {
	run := 0
	for i, b := range data {
		if b < 0x80 {
			run = 0
			continue
		}
		run++
		afterLetter, beforeLetter := i > 0 && isLetter(data[i-1]), i+1 < len(data) && isLetter(data[i+1])
		makesSense := false
		switch r := charmap.Windows1252.DecodeByte(b); {
		case r >= 'À' && r <= 'ÿ':
			makesSense = r != '×' && r != '÷'
		case r == '’':
			makesSense = true
		case r == '€':
			makesSense = !afterLetter && !beforeLetter
		case strings.ContainsRune("„…‘“”–—§«»°\u00a0", r):
			makesSense = !afterLetter || !beforeLetter
		}
		if run > 2 || !makesSense {
			return false
		}
	}
	return !isBrokenUTF8(data)
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// isBrokenUTF8 reports whether at least half of the bytes outside ASCII belong to characters in UTF-8.
func isBrokenUTF8(data []byte) bool {
	outside, valid := 0, 0
	for len(data) > 0 {
		r, size := utf8.DecodeRune(data)
		if r >= utf8.RuneSelf {
			outside += size
		}
		if size > 1 {
			valid += size
		}
		data = data[size:]
	}
	return 2*valid >= outside
}
