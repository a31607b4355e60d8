package userlist

import (
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const separators = ",;\t"

func (d *draft) readCSV(text string) {
	text, comma := d.separator(text)
	reader := newReader(text, comma)
	header, ok := d.readRecord(reader, comma)
	for ok && d.isBeforeHeader(header) {
		header, ok = d.readRecord(reader, comma)
	}
	if !ok {
		return
	}
	line, _ := reader.FieldPos(0)
	columns, ok := d.findColumns(line, header, text)
	if !ok {
		return
	}
	ignored := others(header, columns)
	for {
		record, ok := d.readRecord(reader, comma)
		if !ok {
			break
		}
		line, _ := reader.FieldPos(0)
		switch {
		case isEmpty(record): // skipped, because Excel writes a row that was cleared as an empty row
		case isMarked(record) && !isMarked(header):
			begin := mark.FindString(record[0])
			d.add(line, "must not begin with %s, got: %s: delete the row if it is a comment, otherwise the %[1]s", begin, show(record[0]))
		case len(record) > len(header) && strings.Join(record[len(header):], "") != "":
			d.add(line, "must have at most %d fields with %q between them, as the header has, got: %d", len(header), comma, len(record))
		default:
			d.items = append(d.items, item{line: line, value: user(columns, record)})
			for i, field := range record[:min(len(record), len(header))] {
				if name := fmt.Sprintf("number %d", i+1); header[i] == "" && field != "" && !slices.Contains(ignored, name) {
					ignored = append(ignored, name)
				}
			}
		}
	}
	d.noticeColumns(header, columns, ignored)
}

func newReader(text string, comma rune) *csv.Reader {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = comma
	reader.FieldsPerRecord = -1 // readCSV checks the number of fields itself
	// A quote may follow a space. If the separator is a space or a tab, this would also remove empty fields.
	reader.TrimLeadingSpace = !unicode.IsSpace(comma)
	return reader
}

// separatorLine is a first line that tells Excel the separator.
var separatorLine = regexp.MustCompile(`(?i)\A\s*"?sep=([^"\n])"?[,;\s]*?(\n|\z)`)

// separator returns the separator of a CSV list, and the text without the line that names it. Excel writes semicolons in locales with
// a decimal comma. Without such a line, the separator is the one with which the header has a column of addresses, or else has the
// most columns.
func (d *draft) separator(text string) (string, rune) {
	if match := separatorLine.FindStringSubmatch(text); match != nil {
		return strings.Repeat("\n", strings.Count(match[0], "\n")) + text[len(match[0]):], []rune(match[1])[0]
	}
	best, most := ',', 0
	for _, comma := range separators {
		header := d.header(text, comma)
		if d.hasAddresses(header) {
			return text, comma
		}
		if len(header) > most {
			best, most = comma, len(header)
		}
	}
	return text, best
}

// header returns the first record of a text that is neither empty nor a comment.
func (d *draft) header(text string, comma rune) []string {
	reader := newReader(text, comma)
	for {
		record, err := reader.Read()
		if err != nil || !d.isBeforeHeader(record) {
			return record
		}
	}
}

func (d *draft) hasHeader(text string) bool {
	text, comma := d.separator(text)
	return d.hasAddresses(d.header(text, comma))
}

// hasAddresses reports whether a record is a header with a column of addresses. A comment is none, although it may have the name of
// such a column.
func (d *draft) hasAddresses(header []string) bool {
	if isMarked(header) && clean(header[0]) != "#" {
		return false
	}
	return len(Columns[0].find(header, d.options.Columns["Email"])) > 0
}

// titleLines is the number of lines that may be above a header: a title, a date, an empty line. Further down, a value may be equal to the
// name of a column.
const titleLines = 10

// headerLine returns the number of the first line that is a header with a column of addresses, if it is at the start of the text, or 0.
func (d *draft) headerLine(text string) int {
	number := 0
	for line := range strings.Lines(text) {
		if number++; number > titleLines {
			break
		}
		for _, comma := range separators {
			if record, _ := newReader(line, comma).Read(); d.hasAddresses(record) {
				return number
			}
		}
	}
	return 0
}

// isBeforeHeader reports whether a record at the start of a list is not its header.
func (d *draft) isBeforeHeader(record []string) bool {
	return isEmpty(record) || isMarked(record) && !d.hasAddresses(record)
}

func isEmpty(record []string) bool { return clean(strings.Join(record, "")) == "" }

// mark begins a comment in files of other kinds.
var mark = regexp.MustCompile(`\A(#|//)`)

// isMarked reports whether a row looks like a comment.
func isMarked(record []string) bool { return len(record) > 0 && mark.MatchString(clean(record[0])) }

// hiddenRow returns the first line of a field over several lines that looks like a row of the list, or an empty string. A row may have an
// address only, because its last fields may be missing. A quote that someone forgot would otherwise hide the users of these rows.
func hiddenRow(field string, comma rune) string {
	_, others, _ := strings.Cut(field, "\n")
	for line := range strings.Lines(others) {
		if !strings.Contains(line, "@") {
			continue
		}
		if _, isAddress := addresses(line); isAddress || strings.ContainsRune(line, comma) {
			return clean(line)
		}
	}
	return ""
}

// readRecord returns the fields of the next record without the space around them. It adds a problem if a field hides rows. It returns false
// if there is no other record, or if the record is not valid CSV.
func (d *draft) readRecord(reader *csv.Reader, comma rune) ([]string, bool) {
	record, err := reader.Read()
	var wrong *csv.ParseError
	if errors.As(err, &wrong) {
		d.add(wrong.StartLine, "has a quote in the wrong place: put quotes around the whole field, and write a quote inside it twice; "+
			"the list was read up to this line")
	}
	for i, field := range record {
		if row := hiddenRow(field, comma); row != "" {
			line, _ := reader.FieldPos(0)
			d.add(line, "has a field over several lines, and one of them looks like another row, got: %s: check the quotes, or delete "+
				"the line breaks in the field", show(row))
		}
		record[i] = clean(field)
	}
	return record, err == nil
}

// user returns the user of a record. A field that is empty or missing is no value, except for the address.
func user(columns map[string]int, record []string) map[string]any {
	user := map[string]any{"Email": ""}
	for key, i := range columns {
		if i < len(record) && record[i] != "" {
			user[key] = record[i]
		}
	}
	return user
}
