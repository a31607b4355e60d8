package userlist

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
)

// columns maps the columns that a header may have to the keys of the state machine's input.
var columns = map[string]string{"email": "Email", "user_name": "UserName", "group": "Group"}

func (d *draft) readCSV(text string) {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator(text)
	reader.FieldsPerRecord = -1 // readCSV reports a wrong number of fields itself
	header, ok := d.readRecord(reader)
	if !ok {
		return
	}
	line, _ := reader.FieldPos(0)
	if !d.checkHeader(line, header, string(reader.Comma)) {
		return
	}
	for {
		record, ok := d.readRecord(reader)
		if !ok {
			return
		}
		line, _ := reader.FieldPos(0)
		switch {
		case strings.Join(record, "") == "": // skipped, because Excel writes a row that was cleared as an empty row
		case len(record) != len(header):
			d.add(line, "must have %d fields with %q between them, as the header has, got: %d", len(header), reader.Comma, len(record))
		default:
			d.items = append(d.items, item{line: line, value: user(header, record)})
		}
	}
}

// separator returns the first separator in the header, or a comma. Excel writes semicolons in locales with a decimal comma.
func separator(text string) rune {
	header, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	if at := strings.IndexAny(header, ",;\t"); at >= 0 {
		return rune(header[at])
	}
	return ','
}

// readRecord returns the fields of the next record without the space around them. It returns false if there is no other
// record, or if the record is not valid CSV.
func (d *draft) readRecord(reader *csv.Reader) ([]string, bool) {
	record, err := reader.Read()
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		d.add(wrong.StartLine, "must have quotes around whole fields only, got: %v", wrong.Err)
	}
	for i, field := range record {
		record[i] = strings.TrimSpace(field)
	}
	return record, err == nil
}

func (d *draft) checkHeader(line int, header []string, separator string) bool {
	const expected = "must be a header of email and, if wanted, user_name and group, with a comma, semicolon or tab between them, got: %q"
	before := len(d.problems)
	for i, name := range header {
		header[i] = strings.ToLower(name)
		if columns[header[i]] == "" {
			d.add(line, expected, name)
		} else if slices.Contains(header[:i], header[i]) {
			d.add(line, "must have the column %s once", header[i])
		}
	}
	if !slices.Contains(header, "email") && len(d.problems) == before {
		d.add(line, expected, strings.Join(header, separator))
	}
	return len(d.problems) == before
}

// user returns the user of a record. An empty field counts as a missing one. The default of the user name is the e-mail
// address.
func user(header, record []string) map[string]any {
	user := map[string]any{}
	for i, name := range header {
		if record[i] != "" || name == "email" {
			user[columns[name]] = record[i]
		}
	}
	if user["UserName"] == nil {
		user["UserName"] = user["Email"]
	}
	return user
}

func hasHeader(text string) bool {
	reader := csv.NewReader(strings.NewReader(text))
	reader.Comma = separator(text)
	header, _ := reader.Read()
	return slices.ContainsFunc(header, func(name string) bool {
		return strings.EqualFold(strings.TrimSpace(name), "email")
	})
}
