package userlist_test

import (
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// adaAndBob returns the users of most valid lists in these tests.
func adaAndBob(lineOfAda, lineOfBob int) []userlist.User {
	return []userlist.User{
		{UserName: "ada@example.com", Email: "ada@example.com", Line: lineOfAda},
		{UserName: "bob", Email: "bob@example.com", Group: "Staff", Line: lineOfBob},
	}
}

func TestGoodLists(t *testing.T) {
	const csv = "email,user_name,group\nada@example.com,,\nbob@example.com,bob,Staff\n"
	const object = `{"UserName": "bob", "Email": "bob@example.com", "Group": "Staff"}`
	tests := map[string]struct {
		format userlist.Format
		data   string
		want   userlist.List
	}{
		"JSON array":       {userlist.JSON, "[\n\"ada@example.com\",\n" + object + "]", userlist.List{Users: adaAndBob(2, 3)}},
		"JSON on one line": {userlist.JSON, `["ada@example.com",` + object + "]", userlist.List{Users: adaAndBob(1, 1)}},
		"JSON object": {userlist.JSON, "\n{\"Resend\": true,\n \"IAMUserNames\":\n[ \"ada@example.com\"\n,\n" + object + "\n]}\n",
			userlist.List{Users: adaAndBob(4, 6), Resend: true}},
		"JSON with Resend false": {userlist.JSON, `{"IAMUserNames": ["ada@example.com",` + object + `], "Resend": false}`,
			userlist.List{Users: adaAndBob(1, 1)}},
		"JSON after a BOM":       {userlist.JSON, "\ufeff[\"ada@example.com\"," + object + "]", userlist.List{Users: adaAndBob(1, 1)}},
		"JSON of standard input": {userlist.Unknown, "\n[\"ada@example.com\",\n" + object + "]", userlist.List{Users: adaAndBob(2, 3)}},
		"JSON object of input": {userlist.Unknown, `{"IAMUserNames": ["ada@example.com",` + object + `]}`,
			userlist.List{Users: adaAndBob(1, 1)}},
		"CSV":                        {userlist.CSV, csv, userlist.List{Users: adaAndBob(2, 3)}},
		"CSV of standard input":      {userlist.Unknown, csv, userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with semicolons":        {userlist.CSV, strings.ReplaceAll(csv, ",", ";"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with semicolons, input": {userlist.Unknown, strings.ReplaceAll(csv, ",", ";"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with tabs":              {userlist.CSV, strings.ReplaceAll(csv, ",", "\t"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV of Windows":             {userlist.CSV, "\ufeff" + strings.ReplaceAll(csv, "\n", "\r\n"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in UTF-16, little":      {userlist.CSV, inUTF16(csv, binary.LittleEndian), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in UTF-16, big":         {userlist.Unknown, inUTF16(csv, binary.BigEndian), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with quotes": {userlist.CSV,
			"\"email\",\"user_name\",\"group\"\n\"ada@example.com\",\"\",\nbob@example.com,\"bob\",\"Staff\"\n", userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in another order": {userlist.CSV, "Group, USER_NAME, Email\n,,ada@example.com\n Staff, bob ,\tbob@example.com\n",
			userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with empty rows": {userlist.CSV, "\n" + strings.ReplaceAll(csv, "bob@", "\n,,\n , ,\nbob@"),
			userlist.List{Users: adaAndBob(3, 7)}},
		"CSV with fewer fields":    {userlist.CSV, "email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"CSV, fewer fields, input": {userlist.Unknown, "email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"text":                     {userlist.Text, "ada@example.com\n", userlist.List{Users: adaAndBob(1, 0)[:1]}},
		"text of standard input":   {userlist.Unknown, "# email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"text with comments, Windows": {userlist.Text, "# staff\r\n\r\n \tada@example.com  # Ada\r\n#\r\n",
			userlist.List{Users: adaAndBob(3, 0)[:1]}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := userlist.Parse("users", userlist.Options{Format: test.format}, []byte(test.data))
			if err != nil {
				t.Fatal(err)
			}
			test.want.Name = "users"
			if diff := cmp.Diff(&test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBadLists(t *testing.T) {
	const (
		none    = "users: must have at least one user, got: none"
		notUTF8 = "is not text in UTF-8, and another encoding is not certain: save the list as UTF-8 (Excel calls it CSV UTF-8), " +
			"or name its encoding with --encoding, such as shift_jis or windows-1252"
		needsName = "must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "
		needsMail = "must have an e-mail address such as user@example.com, got: "
		noHeader  = "users:1: has no header: the first line must name the columns, such as email,user_name,group, got: "
		noColumn  = "users:1: has no column email: the first line must name the columns, with a comma, semicolon or tab between them; " +
			"if another column has the addresses, choose it with --email-column, got: "
		quotes = "has a quote in the wrong place: put quotes around the whole field, and write a quote inside it twice; " +
			"the list was read up to this line"
		hidden = "has a field over several lines, and one of them looks like another row, got: "
		title  = ": if line 3 is the header, delete the lines above the header"
		opened = ", not a list: open it, and save it as CSV UTF-8"
		byName = ", because the user name is the address by default: "
	)
	long := strings.Repeat("a", 65)
	orNot := func(column string) string {
		return ": correct it, or leave the column out with --" + column + "-column ''"
	}
	tests := map[string]struct {
		format userlist.Format
		data   string
		want   string
	}{
		"nothing, JSON":  {userlist.JSON, "", none},
		"nothing, CSV":   {userlist.CSV, "", none},
		"nothing, text":  {userlist.Text, "", none},
		"nothing, input": {userlist.Unknown, "", none},
		"blank, JSON":    {userlist.JSON, " \n", none},
		"blank, CSV":     {userlist.CSV, "\n\n", none},
		"only a BOM":     {userlist.CSV, "\ufeff", none},
		"only a header":  {userlist.CSV, "email\n", none},
		"only comments":  {userlist.Text, "# ada@example.com\n", none},
		"no items":       {userlist.JSON, "[ ]", none},
		"no IAMUserName": {userlist.JSON, `{"IAMUserNames": []}`, none},

		"UTF-16 cut off": {userlist.CSV, inUTF16("email\n", binary.LittleEndian) + "a", "users:1: " + notUTF8},
		"zeros":          {userlist.Unknown, "email\n\x00\n", "users:2: " + notUTF8},
		"Latin 1": {userlist.CSV, "email\nada@example.com\nj\xfcrgen@example.com\n",
			"users:3: " + needsMail + `"jürgen@example.com" (with U+00FC 'ü')`},
		"an umlaut of DOS":                       {userlist.Unknown, "email,name\nada@example.com,M\x81ller\n", "users:2: " + notUTF8},
		"an umlaut of DOS, in quotes of Windows": {userlist.Unknown, "email,name\nada@example.com,J\x94rg\n", "users:2: " + notUTF8},
		"a capital umlaut of a Mac":              {userlist.Unknown, "email,name\nada@example.com,\x80rger\n", "users:2: " + notUTF8},
		"an umlaut of a Mac":                     {userlist.Unknown, "email,name\nada@example.com,M\x9fller\n", "users:2: " + notUTF8},
		"Russian in 8 bits":                      {userlist.Unknown, "email,name\nada@example.com,\xc8\xe2\xe0\xed\xee\xe2\n", "users:2: " + notUTF8},
		"Japanese in EUC-JP":                     {userlist.Unknown, "email,name\nada@example.com,\xbb\xb3\xc5\xc4\n", "users:2: " + notUTF8},
		"Chinese in GBK":                         {userlist.Unknown, "email,name\nada@example.com,\xd5\xc5\xce\xb0\n", "users:2: " + notUTF8},
		"half a letter in UTF-8": {userlist.Unknown, "email,name\nada@example.com,Müller\nbob@example.com,M\xc3",
			"users:3: " + notUTF8},
		"Japanese or Western":      {userlist.Unknown, "email,name\nada@example.com,\x93\xfa\n", "users:2: " + notUTF8},
		"Japanese in broken UTF-8": {userlist.Unknown, "email,name\nada@example.com,高\xe9\n", "users:2: " + notUTF8},
		"French in broken UTF-8": {userlist.Unknown, "email,name\nada@example.com,voilà\nbob@example.com,M\xc3",
			"users:3: " + notUTF8},
		"an Excel workbook": {userlist.Unknown, "PK\x03\x04\x14\x00[Content_Types].xml\x00xl/workbook.xml",
			"users: is an Excel workbook (.xlsx)" + opened},
		"an old workbook": {userlist.CSV, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
			"users: is an Excel workbook of an old kind or with a password (.xls)" + opened},
		"another packed file": {userlist.Unknown, "PK\x03\x04\x14\x00mimetype",
			"users: is a packed file, such as a spreadsheet of LibreOffice or Numbers, or a .zip" + opened},
		"a web page":        {userlist.Unknown, "\n<HTML><table>", "users: is a web page" + opened},
		"a workbook in XML": {userlist.Unknown, "\ufeff<?xml version=\"1.0\"?>", "users: is an XML document" + opened},
		"text of another kind": {userlist.Text, "ada\nada@example.com, bob\n" + long + "@example.com#1", `users:1: ` + needsMail + `"ada"
users:2: ` + needsMail + `"ada@example.com, bob"
users:3: ` + needsMail + `"` + long[:64] + `"… (79 characters)`},
		"text with duplicates": {userlist.Text, "ada@example.com\nbob@example.com\n\nADA@example.com\nbob@example.com\nada@Example.com",
			`users:4: user names must be unique without regard to case, got 3 times: "ada@example.com" (lines 1, 4 and 6)`},
		"text with terminal controls": {userlist.Text, "a\x1b[2J\u202e@example.com",
			`users:1: ` + needsMail + `"a\x1b[2J\u202e@example.com" (with U+001B)`},
		"text with an invisible character": {userlist.Unknown, "ada\u200b@example.com\nbob\u00a0@example.com\nｃｙ@example.com",
			`users:1: ` + needsMail + `"ada\u200b@example.com" (with U+200B)` + "\n" +
				`users:2: ` + needsMail + `"bob\u00a0@example.com" (with U+00A0)` + "\n" +
				`users:3: ` + needsMail + `"ｃｙ@example.com" (with U+FF43 'ｃ')`},
		"text with two wrong addresses on a line": {userlist.Text, "a@b; c@d\n", `users:1: ` + needsMail + `"a@b"; ` + needsMail + `"c@d"`},
		"text with a name for a user": {userlist.Unknown, "ada@example.com\nbob@example.com Jane <jane@example.com>",
			`users:2: ` + needsMail + `"bob@example.com Jane <jane@example.com>"`},
		"text with two addresses for a user": {userlist.Unknown, "bob@example.com <jane@example.com>",
			`users:1: ` + needsMail + `"bob@example.com <jane@example.com>"`},
		"text with a bracket too many": {userlist.Unknown, "Jane <jane@example.com", `users:1: ` + needsMail + `"Jane <jane@example.com"`},
		"text with a quote too many": {userlist.Unknown, `"Doe <jane@example.com>`,
			`users:1: ` + needsMail + `"\"Doe <jane@example.com>"`},
		"text with a copy in a link": {userlist.Unknown, `mailto:a@example.com?cc=b@example.com`,
			`users:1: ` + needsMail + `"mailto:a@example.com?cc=b@example.com"`},
		"text with a comment of another kind": {userlist.Unknown,
			"ada@example.com\n//bob@example.com\n;cy@example.com\n--dee@example.com\n=eve@example.com\n＃fay@example.com",
			`users:2: ` + needsMail + `"//bob@example.com": delete it if it is a comment, otherwise the character at its start` + "\n" +
				`users:3: ` + needsMail + `";cy@example.com"` + "\n" +
				`users:4: ` + needsMail + `"--dee@example.com": delete it if it is a comment, otherwise the character at its start` + "\n" +
				`users:5: ` + needsMail + `"=eve@example.com": delete it if it is a comment, otherwise the character at its start` + "\n" +
				`users:6: ` + needsMail + `"＃fay@example.com" (with U+FF03 '＃')`},
		"text with an address that is no user name": {userlist.Unknown, "o'brien@example.com\n" + long[:53] + "@example.com",
			`users:1: ` + needsName + `"o'brien@example.com"` + byName + "write the list as CSV, with the columns email and user_name\n" +
				`users:2: ` + needsName + `"` + long[:53] + `@example.co"… (65 characters)` + byName + "write the list as CSV, with the columns email and user_name"},
		"text that may be a table": {userlist.Unknown, "ada@example.com,boss@example.com\nbob@example.com,boss@example.com\n",
			noHeader + `"ada@example.com" and "boss@example.com": if each address is a user, choose --format text`},
		"text that may be a table with spaces": {userlist.Unknown, "ada@example.com boss@example.com\nbob@example.com boss@example.com\n",
			noHeader + `"ada@example.com boss@example.com": if each address is a user, choose --format text`},
		"text with many wrong addresses on a line": {userlist.Text, strings.Repeat("a@b ", 10_000),
			"users:1: " + strings.Repeat(needsMail+`"a@b"; `, 5) + "and 9995 more"},

		"CSV without a header":        {userlist.CSV, "ada@example.com\nbob@example.com", noHeader + `"ada@example.com"`},
		"CSV without a header, input": {userlist.Unknown, "ada@example.com,ada\nbob@example.com,bob\n", noHeader + `"ada@example.com" and "ada"`},
		"CSV with its header as comment": {userlist.CSV, "#email,user_name\nada@example.com,ada\n",
			strings.Replace(noHeader, "1", "2", 1) + `"ada@example.com" and "ada"`},
		"CSV without email":           {userlist.CSV, "user_name;group\nada;Staff", noColumn + `"user_name" and "group"`},
		"CSV without email, input":    {userlist.Unknown, "Name\tWork\nAda\tada@example.com", noColumn + `"Name" and "Work"`},
		"CSV with one unknown column": {userlist.Unknown, "People\nada@example.com", noColumn + `"People"`},
		"CSV with a column twice": {userlist.CSV, "email,E-Mail\nada@example.com,ada@example.com",
			`users:1: must have one column for the address, got: "email" and "E-Mail": choose one with --email-column`},
		"CSV with a name twice": {userlist.CSV, "Email,Name,Email\nada@example.com,Ada,ada@example.com",
			`users:1: has two columns named "Email": rename one`},
		"CSV with a title": {userlist.Unknown, "Employees 2026\n\nName;Email\nAda;ada@example.com\n",
			noColumn + `"Employees 2026"` + title},
		"CSV with a title of two columns": {userlist.Unknown, "Employees,2026\n\nName,Email\nAda,ada@example.com\n",
			noColumn + `"Employees" and "2026"` + title},
		"CSV with a contact above": {userlist.Unknown, "Questions: hr@example.com\n\nName,Email\nAda,ada@example.com\n",
			noHeader + `"Questions: hr@example.com"` + title},
		"CSV with a value that is the name of a column": {userlist.Unknown, "Name;Via\n" + strings.Repeat("Ada;x\n", 9) + "Ada;mail\nBob;b@example.com\n",
			noColumn + `"Name" and "Via"`},
		"CSV with a language that is none": {userlist.CSV, "email,Language\nada@example.com,jp",
			`users:2: must have a Language such as en or ja, got: "jp"` + orNot("lang")},
		"CSV with a domain of Windows": {userlist.CSV, "email,user_name\nada@example.com,DOMAIN\\ada",
			`users:2: ` + needsName + `"DOMAIN\ada"` + orNot("user")},
		"CSV with columns twice": {userlist.CSV, "mail,Group,gruppe,User Name,ユーザー名\n",
			`users:1: must have one column for the user name, got: "User Name" and "ユーザー名": choose one with --user-column
users:1: must have one column for the group, got: "Group" and "gruppe": choose one with --group-column`},
		"CSV with bars": {userlist.CSV, "email|group\nada@example.com|Staff\n", noColumn + `"email|group"`},
		"CSV with two separators": {userlist.CSV, "email;group,user_name\n",
			`users:1: must have the same separator between all columns, got: "group,user_name"`},
		"CSV with other separators": {userlist.CSV, "email,group\nada@example.com;Staff\nbob@example.com,Staff,x\nno address,\n",
			`users:2: ` + needsMail + `"ada@example.com;Staff"
users:3: must have at most 2 fields with ',' between them, as the header has, got: 3
users:4: ` + needsMail + `"no address"`},
		"CSV with one quote too many": {userlist.CSV, "email\nada\nbob\"@example.com\n", "users:2: " + needsMail + "\"ada\"\nusers:3: " + quotes},
		"CSV with an open quote":      {userlist.CSV, "email\n\"ada@example.com\nbob@example.com\n", `users:2: ` + quotes},
		"CSV with two quotes too many": {userlist.CSV, "email,note\nada@example.com,\"boss\nbob@example.com,\"\n",
			`users:2: ` + hidden + `"bob@example.com,": check the quotes, or delete the line breaks in the field`},
		"CSV with two quotes too many, and shorter rows": {userlist.CSV,
			"email;note\na@example.com;\"hello\nb@example.com\nc@example.com\"\nd@example.com;x", `users:2: ` + hidden + `"b@example.com": check the quotes, or delete the line breaks in the field`},
		"CSV with a quote too many at each end": {userlist.CSV, "email;note\na@example.com;\"hello\nJane <c@example.com>\"\n",
			`users:2: ` + hidden + `"Jane <c@example.com>": check the quotes, or delete the line breaks in the field`},
		"CSV with a quote too many in the header": {userlist.CSV, "email;\"note\na@example.com\"\nd@example.com;x",
			`users:1: ` + hidden + `"a@example.com": check the quotes, or delete the line breaks in the field`},
		"CSV with a quote too many in a comment": {userlist.CSV, "#;\"Export\na@example.com\"\nemail\nd@example.com",
			`users:1: ` + hidden + `"a@example.com": check the quotes, or delete the line breaks in the field`},
		"CSV with everything wrong": {userlist.CSV, "email,user_name,group\nada,A da,the staff",
			`users:2: ` + needsMail + `"ada"; ` + needsName + `"A da"` + orNot("user") + `; must have a Group of 1 to 128 letters, digits and _+=,.@-, got: "the staff"` + orNot("group")},
		"CSV with no address": {userlist.CSV, "email,user_name\n,ada", `users:2: ` + needsMail + `""`},
		"CSV with two addresses": {userlist.CSV, "email,user_name\na@example.com; b@example.com,ada",
			`users:2: must have an e-mail address such as user@example.com, got: "a@example.com; b@example.com" (2 addresses)`},
		"CSV with a comment": {userlist.Unknown, "email,user_name\nada@example.com,ada\n#grace@example.com,grace\n",
			`users:3: must not begin with #, got: "#grace@example.com": delete the row if it is a comment, otherwise the #`},
		"CSV with a comment in another column": {userlist.Unknown,
			"name,email\nAda,ada@example.com\n// Grace,grace@example.com\nBob,#bob@example.com",
			`users:3: must not begin with //, got: "// Grace": delete the row if it is a comment, otherwise the //` + "\n" +
				`users:4: ` + needsMail + `"#bob@example.com": delete it if it is a comment, otherwise the character at its start`},
		"CSV with an address that is no user name": {userlist.CSV, "email,group\no'brien@example.com,",
			`users:2: ` + needsName + `"o'brien@example.com"` + byName + "add a user_name"},
		"CSV with duplicates": {userlist.CSV, "email,user_name\nada@example.com,Ada\nbob@example.com,ada",
			`users:3: user names must be unique without regard to case, got 2 times: "Ada" (lines 2 and 3)`},

		"bad JSON": {userlist.JSON, "[\n  \"é\", }\n]",
			`users:2:8: is not valid JSON: expected a value, such as a text in double quotes, got: "}": delete the comma before it`},
		"JSON after a comment": {userlist.Unknown, "// list\n[\"ada@example.com\"]",
			`users:1:1: is not valid JSON: expected a value, such as a text in double quotes, got: "/": delete the comment, because JSON has none`},
		"JSON after another comment": {userlist.Unknown, "# list\n\n{\"Email\": \"ada@example.com\"}",
			`users:1:1: is not valid JSON: expected a value, such as a text in double quotes, got: "#": delete the comment, because JSON has none`},
		"JSON with a comment": {userlist.Unknown, `["ada@example.com" /* Ada */]`,
			`users:1:20: is not valid JSON: expected a comma or ] after the value, got: "/": delete the comment, because JSON has none`},
		"JSON with many brackets": {userlist.JSON, strings.Repeat("[", 10_001),
			`users:1:10001: is not valid JSON: expected fewer brackets inside each other, got: "["`},
		"bad JSON at the start": {userlist.JSON, "hello",
			`users:1:1: is not valid JSON: expected a value, such as a text in double quotes, got: "h"`},
		"JSON with round quotes": {userlist.JSON, "[“ada@example.com”]",
			`users:1:2: is not valid JSON: expected a value, such as a text in double quotes, got: "“"`},
		"JSON without a comma": {userlist.JSON, "[\n\"ada@example.com\"\n\"bob@example.com\"]",
			`users:3:1: is not valid JSON: expected a comma or ] after the value, got: "\""`},
		"JSON without a colon": {userlist.JSON, `{"Email" "ada@example.com"}`,
			`users:1:10: is not valid JSON: expected a colon after the key, got: "\""`},
		"JSON without a key": {userlist.JSON, `{Email: "ada@example.com"}`,
			`users:1:2: is not valid JSON: expected a key in double quotes, got: "E"`},
		"languages that are none": {userlist.JSON, `[{"Email": "ada@example.com", "Language": "Klingon"}, {"Email": "bob@example.com", "Language": 1}]`,
			"users:1: item 1 must have a Language such as en or ja, got: \"Klingon\"\nusers:1: item 2 must have a Language such as en or ja, got: 1"},
		"JSON with a key more": {userlist.JSON, `{"Email": "ada@example.com" "Group": "Staff"}`,
			`users:1:29: is not valid JSON: expected a comma or } after the value, got: "\""`},
		"JSON with a line end": {userlist.JSON, "[\"ada@example.com\r\n\"]",
			`users:1:18: is not valid JSON: expected a " at the end of the text, on the same line, got: "\n"`},
		"JSON cut off": {userlist.JSON, "[\n\"ada\",",
			`users:2:7: is not valid JSON: expected a closing ", ] or }, got: the end of the file`},
		"JSON with a bad line": {userlist.JSON, "{\"Email\": \"a@example.com\"}\n{\"Email\": a@example.com}",
			`users:2:11: is not valid JSON: expected a value, such as a text in double quotes, got: "a"`},
		"JSON with an end more": {userlist.JSON, "[\"a@example.com\"]\n]",
			`users:2:1: is not valid JSON: expected the end of the list, or another user, got: "]"`},
		"two JSON documents": {userlist.JSON, "[1]\n[2]",
			"users:1: item 1 must be an e-mail address or an object with UserName and Email, got: [1]\n" +
				"users:2: item 2 must be an e-mail address or an object with UserName and Email, got: [2]"},
		"JSON string": {userlist.JSON, "\n7", `users:2: must be an array of users, or an object with the key IAMUserNames, got: 7`},
		"JSON null":   {userlist.JSON, "null", `users:1: must be an array of users, or an object with the key IAMUserNames, got: null`},
		"JSON in another case": {userlist.JSON, `{"iamusernames": []}`,
			"users:1: the input must have no key except IAMUserNames, Resend, got: \"iamusernames\"\nusers:1: IAMUserNames must be an array of users, got: nothing"},
		"JSON with a key of a user": {userlist.JSON, `{"IAMUserNames": ["ada@example.com"], "Group": "Staff"}`,
			`users:1: the input must have no key except IAMUserNames, Resend, got: "Group"`},
		"JSON with another type": {userlist.JSON, "{\"IAMUserNames\":\n{\"UserName\": 1.50}}",
			`users:2: IAMUserNames must be an array of users, got: {"UserName":1.50}`},
		"JSON with keys twice": {userlist.JSON,
			`{"IAMUserNames": ["ada@example.com",` + "\n" + `{"UserName": "a", "Email": "a@b.c", "email": "b@b.c"}],` + "\n" + `"IAMUserNames": []}`,
			"users:2: item 2 must have each key once, got again: \"email\"\nusers:3: must have each key once, got again: \"IAMUserNames\""},
		"JSON with all kinds of items": {userlist.JSON,
			"{\"IAMUserNames\": [null,\n[\"\u202e\"], 1e999, {\"Group\": 7,\n\"Admin\": true}],\n\"Resend\": \"yes\", \"Comment\": 1}",
			`users:1: item 1 must be an e-mail address or an object with UserName and Email, got: null
users:2: item 2 must be an e-mail address or an object with UserName and Email, got: ["�"]
users:2: item 3 must be an e-mail address or an object with UserName and Email, got: 1e999
users:2: item 4 ` + needsMail + `nothing; must have a Group of 1 to 128 letters, digits and _+=,.@-, got: 7; must have no key except UserName, Email, Group, Language, got: "Admin"
users:4: Resend must be true or false, got: "yes"
users:4: the input must have no key except IAMUserNames, Resend, got: "Comment"`},
		"JSON with an address that is no user name": {userlist.JSON, `["o'brien@example.com"]`,
			`users:1: item 1 ` + needsName + `"o'brien@example.com"` + byName + "add a UserName"},
		"JSON with a long value": {userlist.JSON, `[["` + long + `"]]`,
			`users:1: item 1 must be an e-mail address or an object with UserName and Email, got: ["` + long[:62] + `…`},
		"JSON with duplicates": {userlist.JSON, `["ada@example.com", 7, {"UserName": "ADA@example.com", "Email": "ada@example.com"}]`,
			`users:1: item 2 must be an e-mail address or an object with UserName and Email, got: 7
users:1: user names must be unique without regard to case, got 2 times: "ada@example.com" (items 1 and 3)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list, err := userlist.Parse("users", userlist.Options{Format: test.format}, []byte(test.data))
			if err == nil {
				t.Fatalf("got no error and the list %+v", list)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestLongErrorsHaveTheirNumber(t *testing.T) {
	_, err := userlist.Parse("users.txt", userlist.Options{}, []byte(strings.Repeat("no address\n", 10_000)))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 21 || !strings.HasPrefix(lines[19], "users.txt:20: must have an e-mail address") || lines[20] != "and 9980 more" {
		t.Errorf("got %d lines, which end with %q, want 20 problems and the number of the others", len(lines), lines[len(lines)-2:])
	}
}

func TestUserBecomesAnItem(t *testing.T) {
	for user, want := range map[userlist.User]string{
		{UserName: "ada@example.com", Email: "ada@example.com", Line: 1}:                 `"ada@example.com"`,
		{UserName: "ada", Email: "ada@example.com", Line: 1}:                             `{"UserName":"ada","Email":"ada@example.com"}`,
		{UserName: "ada@example.com", Email: "ada@example.com", Group: "Staff", Line: 1}: `{"UserName":"ada@example.com","Email":"ada@example.com","Group":"Staff"}`,
	} {
		got, err := json.Marshal(user)
		if err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func inUTF16(text string, order binary.AppendByteOrder) string {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune("\ufeff" + text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return string(encoded)
}
