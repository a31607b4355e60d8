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
		"JSON array":                  {userlist.JSON, "[\n\"ada@example.com\",\n" + object + "]", userlist.List{Users: adaAndBob(2, 3)}},
		"JSON on one line":            {userlist.JSON, `["ada@example.com",` + object + "]", userlist.List{Users: adaAndBob(1, 1)}},
		"JSON object":                 {userlist.JSON, "\n{\"Resend\": true,\n \"IAMUserNames\":\n[ \"ada@example.com\"\n,\n" + object + "\n]}\n", userlist.List{Users: adaAndBob(4, 6), Resend: true}},
		"JSON with Resend false":      {userlist.JSON, `{"IAMUserNames": ["ada@example.com",` + object + `], "Resend": false}`, userlist.List{Users: adaAndBob(1, 1)}},
		"JSON after a BOM":            {userlist.JSON, "\ufeff[\"ada@example.com\"," + object + "]", userlist.List{Users: adaAndBob(1, 1)}},
		"JSON of standard input":      {userlist.Unknown, "\n[\"ada@example.com\",\n" + object + "]", userlist.List{Users: adaAndBob(2, 3)}},
		"JSON object of input":        {userlist.Unknown, `{"IAMUserNames": ["ada@example.com",` + object + `]}`, userlist.List{Users: adaAndBob(1, 1)}},
		"CSV":                         {userlist.CSV, csv, userlist.List{Users: adaAndBob(2, 3)}},
		"CSV of standard input":       {userlist.Unknown, csv, userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with semicolons":         {userlist.CSV, strings.ReplaceAll(csv, ",", ";"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with semicolons, input":  {userlist.Unknown, strings.ReplaceAll(csv, ",", ";"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with tabs":               {userlist.CSV, strings.ReplaceAll(csv, ",", "\t"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV of Windows":              {userlist.CSV, "\ufeff" + strings.ReplaceAll(csv, "\n", "\r\n"), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in UTF-16, little":       {userlist.CSV, inUTF16(csv, binary.LittleEndian), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in UTF-16, big":          {userlist.Unknown, inUTF16(csv, binary.BigEndian), userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with quotes":             {userlist.CSV, "\"email\",\"user_name\",\"group\"\n\"ada@example.com\",\"\",\nbob@example.com,\"bob\",\"Staff\"\n", userlist.List{Users: adaAndBob(2, 3)}},
		"CSV in another order":        {userlist.CSV, "Group, USER_NAME, Email\n,,ada@example.com\n Staff, bob ,\tbob@example.com\n", userlist.List{Users: adaAndBob(2, 3)}},
		"CSV with empty rows":         {userlist.CSV, "\n" + strings.ReplaceAll(csv, "bob@", "\n,,\n , ,\nbob@"), userlist.List{Users: adaAndBob(3, 7)}},
		"CSV with fewer fields":       {userlist.CSV, "email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"CSV, fewer fields, input":    {userlist.Unknown, "email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"text":                        {userlist.Text, "ada@example.com\n", userlist.List{Users: adaAndBob(1, 0)[:1]}},
		"text of standard input":      {userlist.Unknown, "# email\nada@example.com", userlist.List{Users: adaAndBob(2, 0)[:1]}},
		"text with comments, Windows": {userlist.Text, "# staff\r\n\r\n \tada@example.com  # Ada\r\n#\r\n", userlist.List{Users: adaAndBob(3, 0)[:1]}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := userlist.Parse("users", test.format, []byte(test.data))
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
		none      = "users: must have at least one user, got: none"
		notUTF8   = "is not text in UTF-8: save the list in this encoding (Excel calls it CSV UTF-8)"
		needsName = "must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "
		needsMail = "must have an e-mail address such as user@example.com, got: "
		header    = "users:1: must be a header of email and, if wanted, user_name and group, with a comma, semicolon or tab between them, got: "
	)
	long := strings.Repeat("a", 65)
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

		"UTF-16 without a BOM": {userlist.CSV, inUTF16("email\n", binary.LittleEndian)[2:], "users:1: " + notUTF8},
		"UTF-16 cut off":       {userlist.CSV, inUTF16("email\n", binary.LittleEndian) + "a", "users:1: " + notUTF8},
		"Latin 1":              {userlist.CSV, "email\nada@example.com\nj\xfcrgen@example.com\n", "users:3: " + notUTF8},
		"an Excel workbook":    {userlist.Unknown, "PK\x03\x04\x14\x00", "users:1: " + notUTF8},

		"text of another kind": {userlist.Text, "ada\nada@example.com, bob@example.com\n" + long + "@example.com#1", `users:1: ` + needsMail + `"ada"
users:2: ` + needsName + `"ada@example.com, bob@example.com"
users:2: ` + needsMail + `"ada@example.com, bob@example.com"
users:3: ` + needsName + `"` + long[:64] + `"
users:3: ` + needsMail + `"` + long[:64] + `"`},
		"text with duplicates": {userlist.Text, "ada@example.com\nbob@example.com\n\nADA@example.com\nbob@example.com\nada@Example.com",
			`users:4: user names must be unique without regard to case, got 3 times: "ada@example.com" (lines 1, 4 and 6)
users:5: user names must be unique without regard to case, got 2 times: "bob@example.com" (lines 2 and 5)`},
		"text with terminal controls": {userlist.Text, "a\x1b[2J\u202e@example.com", `users:1: ` + needsName + `"a\x1b[2J\u202e@example.com"
users:1: ` + needsMail + `"a\x1b[2J\u202e@example.com"`},

		"CSV without a header":     {userlist.CSV, "ada@example.com\nbob@example.com", header + `"ada@example.com"`},
		"CSV without email":        {userlist.CSV, "user_name;group\nada;Staff", header + `"user_name;group"`},
		"CSV with unknown columns": {userlist.CSV, "email,username,\nada@example.com,ada,", header + `"username"` + "\n" + header + `""`},
		"CSV with a column twice":  {userlist.CSV, "email,Email\nada@example.com,ada@example.com", "users:1: must have the column email once"},
		"CSV with bars":            {userlist.CSV, "email|group\nada@example.com|Staff\n", header + `"email|group"`},
		"CSV with two separators":  {userlist.CSV, "email;group,user_name\n", header + `"group,user_name"`},
		"CSV with other separators": {userlist.CSV, "email,group\nada@example.com;Staff\nbob@example.com,Staff,x\nno address,\n",
			`users:2: must have 2 fields with ',' between them, as the header has, got: 1
users:3: must have 2 fields with ',' between them, as the header has, got: 3
users:4: ` + needsName + `"no address"
users:4: ` + needsMail + `"no address"`},
		"CSV with one quote too many": {userlist.CSV, "email\nada\nbob\"@example.com\n",
			"users:2: " + needsMail + "\"ada\"\nusers:3: must have quotes around whole fields only, got: bare \" in non-quoted-field"},
		"CSV with an open quote": {userlist.CSV, "email\n\"ada@example.com\nbob@example.com\n",
			`users:2: must have quotes around whole fields only, got: extraneous or missing " in quoted-field`},
		"CSV with a bad group": {userlist.CSV, "email,group\nada@example.com,the staff",
			`users:2: must have a Group of 1 to 128 letters, digits and _+=,.@-, got: "the staff"`},
		"CSV with no address": {userlist.CSV, "email,user_name\n,ada", `users:2: ` + needsMail + `""`},
		"CSV with duplicates": {userlist.CSV, "email,user_name\nada@example.com,Ada\nbob@example.com,ada",
			`users:3: user names must be unique without regard to case, got 2 times: "Ada" (lines 2 and 3)`},

		"bad JSON":               {userlist.JSON, "[\n  \"é\", }\n]", "users:2: is not valid JSON from column 8 on: invalid character '}' looking for beginning of value"},
		"bad JSON at the start":  {userlist.JSON, "hello", "users:1: is not valid JSON from column 1 on: invalid character 'h' looking for beginning of value"},
		"JSON cut off":           {userlist.JSON, "[\n\"ada\",", "users:2: is not valid JSON from column 6 on: unexpected end of JSON input"},
		"two JSON documents":     {userlist.JSON, "[1]\n[2]", "users:2: is not valid JSON from column 1 on: invalid character '[' after top-level value"},
		"JSON string":            {userlist.JSON, "\n\"ada@example.com\"", `users:2: must be an array of users, or an object with the key IAMUserNames, got: "ada@example.com"`},
		"JSON null":              {userlist.JSON, "null", `users:1: must be an array of users, or an object with the key IAMUserNames, got: null`},
		"JSON in another case":   {userlist.JSON, `{"iamusernames": []}`, "users:1: the input must have no key except IAMUserNames, Resend, got: \"iamusernames\"\nusers:1: IAMUserNames must be an array of users, got: nothing"},
		"JSON with another type": {userlist.JSON, "{\"IAMUserNames\":\n{\"UserName\": 1.50}}", `users:2: IAMUserNames must be an array of users, got: {"UserName":1.50}`},
		"JSON with keys twice": {userlist.JSON, `{"IAMUserNames": ["ada@example.com",` + "\n" + `{"UserName": "a", "Email": "a@b.c", "UserName": "b"}],` + "\n" + `"IAMUserNames": []}`,
			"users:2: an object must have each key once, got again: \"UserName\"\nusers:3: an object must have each key once, got again: \"IAMUserNames\""},
		"JSON with all kinds of items": {userlist.JSON, "{\"IAMUserNames\": [null,\n[\"\u202e\"], 1e999, {\"Group\": \"\",\n\"Admin\": true}],\n\"Resend\": \"yes\", \"Comment\": 1}",
			`users:1: item 1 must be an e-mail address or an object with UserName and Email, got: null
users:2: item 2 must be an e-mail address or an object with UserName and Email, got: ["�"]
users:2: item 3 must be an e-mail address or an object with UserName and Email, got: 1e999
users:2: item 4 ` + needsName + `nothing
users:2: item 4 ` + needsMail + `nothing
users:2: item 4 must have a Group of 1 to 128 letters, digits and _+=,.@-, got: ""
users:2: item 4 must have no key except UserName, Email, Group, got: "Admin"
users:4: Resend must be true or false, got: "yes"
users:4: the input must have no key except IAMUserNames, Resend, got: "Comment"`},
		"JSON with duplicates": {userlist.JSON, `["ada@example.com", 7, {"UserName": "ADA@example.com", "Email": "ada@example.com"}]`,
			`users:1: item 2 must be an e-mail address or an object with UserName and Email, got: 7
users:1: user names must be unique without regard to case, got 2 times: "ada@example.com" (items 1 and 3)`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			list, err := userlist.Parse("users", test.format, []byte(test.data))
			if err == nil {
				t.Fatalf("got no error and the list %+v", list)
			}
			if diff := cmp.Diff(test.want, err.Error()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestEveryProblemOfALongListIsReported(t *testing.T) {
	const count = 10_000
	_, err := userlist.Parse("users.txt", userlist.Text, []byte(strings.Repeat("no address\n", count)))
	lines := strings.Split(err.Error(), "\n")
	if got, want := len(lines), 2*count+1; got != want {
		t.Errorf("got %d problems, want %d", got, want)
	}
	if got, want := lines[len(lines)-1], "users.txt:10000: must have an e-mail address"; !strings.HasPrefix(got, want) {
		t.Errorf("got %s at the end, want %s", got, want)
	}
}

func TestFormatOf(t *testing.T) {
	for path, want := range map[string]userlist.Format{
		"users.json": userlist.JSON, "a/USERS.CSV": userlist.CSV, "users.csv.txt": userlist.Text,
		"users": userlist.Unknown, "users.xlsx": userlist.Unknown, "csv": userlist.Unknown,
	} {
		if got := userlist.FormatOf(path); got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
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
