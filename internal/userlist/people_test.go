package userlist_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"

	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// people returns users as text, a user on each line, such as 2 ada <ada@example.com> Staff. A user name that is the address is left
// out, and so is an empty group.
func people(users []userlist.User) string {
	var lines strings.Builder
	for _, user := range users {
		name := user.UserName + " <" + user.Email + ">"
		if user.UserName == user.Email {
			name = user.Email
		}
		fmt.Fprintln(&lines, strings.TrimRight(fmt.Sprintf("%d %s %s %s", user.Line, name, user.Group, user.Language), " "))
	}
	return lines.String()
}

// TestListsAsPeopleHaveThem reads lists without a format, as programs and people write them.
func TestListsAsPeopleHaveThem(t *testing.T) {
	const (
		alsoName = "; the address is also the user name, unless you choose a column with --user-column"
		ada      = "2 ada@example.com\n"
		adaOnly  = "1 ada@example.com\n"
		adaStaff = "2 ada <ada@example.com> Staff\n"
		both     = "1 ada@example.com\n1 bob@example.com\n"
		readAs   = "the list is read as %s: if that is wrong, name its encoding with --encoding"
		again    = "users that are in the list again with the same values are counted once: "
		emailIs  = "this column is used: \"email\" for the address" + alsoName
		ignored  = "this column is ignored: "
	)
	tests := map[string]struct {
		data    string
		want    string
		notices []string
	}{
		"text of an old Mac": {"ada@example.com # boss\rbob@example.com\r", "1 ada@example.com\n2 bob@example.com\n", nil},
		"text with other line breaks": {"ada@example.com # boss\u2028bob@example.com # too\vcy@example.com\u0085",
			"1 ada@example.com\n2 bob@example.com\n3 cy@example.com\n", nil},
		"text with a comment after no-break space": {"ada@example.com\u00a0# boss\n\u200b# bob@example.com\n", adaOnly, nil},
		"text in a file for tables":                {"ada@example.com\nbob@example.com\n", "1 ada@example.com\n2 bob@example.com\n", nil},
		"text with a comment about email":          {"# email, one on each line\nada@example.com # Ada\n", ada, nil},
		"addresses of Outlook":                     {"Lovelace, Ada <ada@example.com>; Jones, Bob <bob@example.com>", both, nil},
		"addresses of Gmail":                       {`"Lovelace, Ada" <ada@example.com>, "Jones; Bob" <bob@example.com>,`, both, nil},
		"addresses with the address as name": {`ada@example.com <ada@example.com>; 'bob@example.com' <Bob@example.com>`,
			"1 ada@example.com\n1 Bob@example.com\n", nil},
		"addresses of a web page":       {"ada@example.com<mailto:ada@example.com>, <MAILTO:bob%40example.com?subject=Hi>", both, nil},
		"addresses with commas":         {"ada@example.com,bob@example.com", both, nil},
		"addresses with spaces":         {"ada@example.com\u3000bob@example.com", both, nil},
		"addresses and one with a name": {"ada@example.com, Bob <bob@example.com>", both, nil},
		"addresses on two lines": {"Ada <ada@example.com>; Bob <bob@example.com>\ncy@example.com, dee@example.com,\n",
			both + "2 cy@example.com\n2 dee@example.com\n", nil},
		"an address with a plus, of a web page": {"mailto:ada+aws@example.com", "1 ada+aws@example.com\n", nil},
		"an address, and one in brackets":       {"ada@example.com, <bob@example.com>", both, nil},
		"addresses in brackets":                 {"<ada@example.com> <bob@example.com>", both, nil},
		"addresses in quotes":                   {`"ada@example.com"; "bob@example.com"`, both, nil},
		"invisible characters around":           {"\u200b\u202aada@example.com\u202c\u00a0\n", adaOnly, nil},
		"the same user again": {"ada@example.com\nAda <ada@example.com>\nbob@example.com",
			"1 ada@example.com\n3 bob@example.com\n", []string{again + `"ada@example.com" (lines 1 and 2)`}},

		"CSV of Excel in Germany":   {"E-Mail-Adresse;Benutzername;Gruppe\r\nada@example.com;ada;Staff\r\n", adaStaff, nil},
		"CSV of Excel in Japan":     {"メールアドレス,ユーザー名,グループ\r\nada@example.com,ada,Staff\r\n", adaStaff, nil},
		"CSV in half-width letters": {"ﾒｰﾙｱﾄﾞﾚｽ,ﾕｰｻﾞｰ名,ｸﾞﾙｰﾌﾟ\nada@example.com,ada,Staff\n", adaStaff, nil},
		"CSV in full-width letters": {"Ｅメール,ｕｓｅｒ＿ｎａｍｅ,Ｇｒｏｕｐ\nada@example.com,ada,Staff\n", adaStaff, nil},
		"CSV in other spellings":    {"E-MAIL,User Name, group \nada@example.com,ada,Staff\n", adaStaff, nil},
		"CSV with mail, user-name":  {"mail,user-name,GROUP\nada@example.com,ada,Staff\n", adaStaff, nil},
		"CSV with one column":       {"Email address\nada@example.com\n", ada, nil},
		"CSV of an old Mac":         {"email,user_name,group\rada@example.com,ada,Staff\r", adaStaff, nil},
		"CSV with tabs": {"Name\tEmail\tGroup\tUser name\n\tada@example.com\tStaff\tada\n", adaStaff,
			[]string{`these columns are used: "Email" for the address, "User name" for the user name and "Group" for the group`, ignored + `"Name"`}},
		"CSV with other columns": {"Full name,Department,email,Phone\n\"Ada, Countess\",IT,ada@example.com,\n", ada,
			[]string{emailIs, `these columns are ignored: "Full name", "Department" and "Phone"`}},
		"CSV with many columns": {"a,b,c,d,e,f,g,h,email\n,,,,,,,,ada@example.com\n", ada,
			[]string{emailIs, `these columns are ignored: "a", "b", "c", "d", "e", "f", "g" and "h"`}},
		"CSV with a column without a name": {",email,\n0,ada@example.com,\n", ada, []string{emailIs, ignored + `"number 1"`}},
		"CSV with a number column":         {"#,email\n#1,ada@example.com\n", ada, []string{emailIs, ignored + `"#"`}},
		"CSV with empty columns":           {"email,user_name,group,,\nada@example.com,ada,Staff,,\n", adaStaff, nil},
		"CSV with longer rows":             {"email,user_name,group\nada@example.com,ada,Staff,,\n", adaStaff, nil},
		"CSV with shorter rows":            {"email,user_name,group\nada@example.com\n", ada, nil},
		"CSV with empty rows":              {"email,group\n,\n \n\nada@example.com\n,,,\n", "5 ada@example.com\n", nil},
		"CSV with sep": {"sep=;\r\nname,first;email\r\nada;ada@example.com\r\n", "3 ada@example.com\n",
			[]string{emailIs, ignored + `"name,first"`}},
		"CSV with sep of another Excel":         {"\"sep=,\"\nemail,group\nada@example.com,\n", "3 ada@example.com\n", nil},
		"CSV of DOS":                            {"email,group\r\nada@example.com,Staff\r\n\x1a", "2 ada@example.com Staff\n", nil},
		"CSV with sep of bars":                  {"sep=|\nemail|group\nada@example.com|Staff\n", "3 ada@example.com Staff\n", nil},
		"CSV with a separator in a quoted name": {"\"Name, first\";Email\nAda;ada@example.com\n", ada, []string{strings.Replace(emailIs, "email", "Email", 1), ignored + `"Name, first"`}},
		"CSV with a space before a quote":       {"email, name\nada@example.com, \"Doe, Ada\"\n", ada, []string{emailIs, ignored + `"name"`}},
		"CSV with a line end in a field": {"email,note\nada@example.com,\"two\nlines\"\nbob@example.com,\n", ada + "4 bob@example.com\n",
			[]string{emailIs, ignored + `"note"`}},
		"CSV with empty rows first":             {";;\n;;\nE-Mail;Gruppe;\nada@example.com;Staff;\n", "4 ada@example.com Staff\n", nil},
		"CSV with a comment first":              {"# Export\nemail\nada@example.com\n", "3 ada@example.com\n", nil},
		"CSV with a comment of two parts first": {"# Export; all users\nemail,group\nada@example.com,Staff\n", "3 ada@example.com Staff\n", nil},
		"CSV with addresses of a mail program": {"email\n\"Lovelace, Ada <ada@example.com>\"\nmailto:bob@example.com\n",
			ada + "3 bob@example.com\n", nil},
		"CSV with invisible characters": {"email,user_name,group\n\u00a0ada@example.com\u200b,\u200bada,Staff\u00a0\n", adaStaff, nil},
		"CSV with the same row again": {"email,user_name,group,note\nada@example.com,ada,Staff,1\nada@example.com,ada,Staff,2\n",
			adaStaff, []string{`these columns are used: "email" for the address, "user_name" for the user name and "group" for the group`, ignored + `"note"`, again + `"ada" (lines 2 and 3)`}},

		"CSV in Shift_JIS": {encoded(japanese.ShiftJIS, "メールアドレス,氏名\nada@example.com,山田 ｴｲﾀﾞ\n"), ada,
			[]string{fmt.Sprintf(readAs, "Shift_JIS"), strings.Replace(emailIs, "email", "メールアドレス", 1), ignored + `"氏名"`}},
		"CSV in CP932": {encoded(japanese.ShiftJIS, "email,氏名\nada@example.com,髙橋①\n"), ada,
			[]string{fmt.Sprintf(readAs, "Shift_JIS"), emailIs, ignored + `"氏名"`}},
		"text in Shift_JIS": {encoded(japanese.ShiftJIS, "ada@example.com # 部長\n"), adaOnly,
			[]string{fmt.Sprintf(readAs, "Shift_JIS")}},
		"CSV in ISO-2022-JP": {encoded(japanese.ISO2022JP, "email,氏名\nada@example.com,山田\n"), ada,
			[]string{fmt.Sprintf(readAs, "ISO-2022-JP"), emailIs, ignored + `"氏名"`}},
		"CSV in Windows-1252": {encoded(charmap.Windows1252, "E-Mail;Straße\nada@example.com;Große Höhe\n"), ada,
			[]string{fmt.Sprintf(readAs, "Windows-1252"), strings.Replace(emailIs, "email", "E-Mail", 1), ignored + `"Straße"`}},
		"text in Windows-1252": {encoded(charmap.Windows1252, "ada@example.com\u00a0# O’Brien – “François”, 5 €\n"), adaOnly,
			[]string{fmt.Sprintf(readAs, "Windows-1252")}},
		"CSV in UTF-16 without a BOM": {inUTF16("email,名前\nada@example.com,エイダ\n", binary.LittleEndian)[2:], ada,
			[]string{fmt.Sprintf(readAs, "UTF-16LE"), emailIs, ignored + `"名前"`}},
		"CSV in UTF-16, big, without a BOM": {inUTF16("email\nada@example.com\n", binary.BigEndian)[2:], ada,
			[]string{fmt.Sprintf(readAs, "UTF-16BE")}},

		"CSV with languages": {"email,Sprache\nada@example.com,ja-JP\nbob@example.com,\n", "2 ada@example.com  ja\n3 bob@example.com\n", nil},
		"CSV with names of languages": {"email,Sprache\na@b.c,Deutsch\nd@b.c,ENGLISCH\ne@b.c,日本語\nf@b.c,Japanese\ng@b.c,英語\nh@b.c,ﾄﾞｲﾂ語\n",
			"2 a@b.c  de\n3 d@b.c  en\n4 e@b.c  ja\n5 f@b.c  ja\n6 g@b.c  en\n7 h@b.c  de\n", nil},
		"JSON with the name of a language":            {`{"Email": "ada@example.com", "Language": "German"}`, "1 ada@example.com  de\n", nil},
		"CSV with a line end before a word with an @": {"email,note\nada@example.com,\"two\nask @bob\"\n", ada, []string{emailIs, ignored + `"note"`}},
		"CSV with a login":                            {"email,Login\nada@example.com,ada\n", ada, []string{emailIs, ignored + `"Login"`}},
		"JSON with a language":                        {`{"Email": "ada@example.com", "Language": "DE"}`, "1 ada@example.com  de\n", nil},
		"JSON without user names": {"[{\"Email\": \"ada@example.com\"},\n{\"Email\": \"bob@example.com\", \"UserName\": null, \"Group\": null}]",
			"1 ada@example.com\n2 bob@example.com\n", nil},
		"JSON with empty values": {`{"IAMUserNames": [{"Email": "ada@example.com", "UserName": "", "Group": " "}], "Resend": null}`, adaOnly, nil},
		"JSON object":            {"{\n\"Email\": \"ada@example.com\", \"Group\": \"Staff\"}", "1 ada@example.com Staff\n", nil},
		"JSON with keys of others": {`{"e-mail": "Ada <ada@example.com>", "user_name": "ada", "group": "Staff"}`,
			"1 ada <ada@example.com> Staff\n", nil},
		"JSON lines": {"\n{\"Email\": \"ada@example.com\"}\n\n{\"Email\":\"bob@example.com\",\n\"UserName\":\"bob\"}\n\"cy@example.com\"\r\n",
			ada + "4 bob <bob@example.com>\n6 cy@example.com\n", nil},
		"JSON with a user again": {`["ada@example.com", {"Email": "ada@example.com"}]`, adaOnly,
			[]string{again + `"ada@example.com" (items 1 and 2)`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := userlist.Parse("users", userlist.Options{}, []byte(test.data))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, people(got.Users)); diff != "" {
				t.Errorf("users (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.notices, got.Notices); diff != "" {
				t.Errorf("notices (-want +got):\n%s", diff)
			}
		})
	}
}

// TestOptions reads lists for which the operator has said what the content does not.
func TestOptions(t *testing.T) {
	const twoColumns = "email,E-Mail\nada@example.com,bob@example.com\n"
	tests := map[string]struct {
		options userlist.Options
		data    string
		want    string // the users, or the error
	}{
		"a column that is not usual": {userlist.Options{Columns: map[string]string{"Email": "Mail (work)", "UserName": "login", "Group": "team"}},
			"login,team,Mail (Work),Mail (private)\nada,Staff,ada@example.com,x@example.com\n", "2 ada <ada@example.com> Staff\n"},
		"one of two columns": {userlist.Options{Columns: map[string]string{"Email": "E-Mail"}}, twoColumns, "2 bob@example.com\n"},
		"the same column twice": {userlist.Options{Columns: map[string]string{"Email": "e mail"}}, twoColumns,
			`users:1: must have the column of --email-column once, got: "email" and "E-Mail"`},
		"no such column": {userlist.Options{Columns: map[string]string{"UserName": "login"}}, "email,user\nada@example.com,ada\n",
			`users:1: must have the column "login" of --user-column, got: "email" and "user"`},
		"a column of a text list": {userlist.Options{Columns: map[string]string{"Email": "work"}}, "ada@example.com\n",
			`users:1: must have the column "work" of --email-column, got: "ada@example.com"`},
		"a column of marks": {userlist.Options{Columns: map[string]string{"Group": "#"}}, "email,,#\nada@example.com,x,Staff\n",
			"2 ada@example.com Staff\n"},
		"no column of marks": {userlist.Options{Columns: map[string]string{"Group": "#"}}, "email,\nada@example.com,x\n",
			`users:1: must have the column "#" of --group-column, got: "email"`},
		"a column for two": {userlist.Options{Columns: map[string]string{"UserName": "email"}}, "email,user_name\nada@example.com,ada\n",
			"2 ada@example.com\n"},
		"a column after a number": {userlist.Options{Columns: map[string]string{"Email": "Work"}}, "#,Work\n1,ada@example.com\n",
			"2 ada@example.com\n"},
		"no language": {userlist.Options{Columns: map[string]string{"Language": ""}}, "email,Language,group\nada@example.com,Klingon!,Staff\n",
			"2 ada@example.com Staff\n"},
		"no group and no user name": {userlist.Options{Columns: map[string]string{"Group": " ", "UserName": ""}},
			"email,user_name,group\nada@example.com,A da,the staff\n", "2 ada@example.com\n"},
		"the same name twice": {userlist.Options{Columns: map[string]string{"Email": "Email"}}, "Email,Email\na@example.com,b@example.com\n",
			`users:1: has two columns named "Email": rename one`},
		"a remedy for names": {userlist.Options{NameRemedy: "name the user"}, "o'brien@example.com\n",
			`users:1: must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: "o'brien@example.com", ` +
				`because the user name is the address by default: name the user`},
		"text, although it has email": {userlist.Options{Format: userlist.Text}, "email\nada@example.com\n",
			`users:1: must have an e-mail address such as user@example.com, got: "email"`},
		"text, although it may be a table": {userlist.Options{Format: userlist.Text}, "a@example.com,b@example.com\nc@example.com,d@example.com\n",
			"1 a@example.com\n1 b@example.com\n2 c@example.com\n2 d@example.com\n"},
		"JSON, although it has email": {userlist.Options{Format: userlist.JSON}, "email\nada@example.com\n",
			`users:1:1: is not valid JSON: expected a value, such as a text in double quotes, got: "e"`},
		"DOS": {userlist.Options{Encoding: "cp850"}, "email,name\nada@example.com,M\x81ller\n", "2 ada@example.com\n"},
		"EUC-JP": {userlist.Options{Encoding: "EUC-JP"}, encoded(japanese.EUCJP, "メール,氏名\nada@example.com,山田\n"),
			"2 ada@example.com\n"},
		"CP932": {userlist.Options{Encoding: "cp932"}, encoded(japanese.ShiftJIS, "メール\nada@example.com\n"),
			"2 ada@example.com\n"},
		"Windows-1252, with a BOM of UTF-8": {userlist.Options{Encoding: "windows-1252"}, "\ufeffメール\nada@example.com\n", "2 ada@example.com\n"},
		"not UTF-8": {userlist.Options{Encoding: "utf-8"}, "email,name\nada@example.com,M\xfcller\n",
			"users:2: is not text in the encoding utf-8: name another one with --encoding, or save the list as UTF-8 (Excel calls it CSV UTF-8)"},
		"not Shift_JIS": {userlist.Options{Encoding: "shift_jis"}, "email,name\nada@example.com,M\xfc,\n",
			"users:2: is not text in the encoding shift_jis: name another one with --encoding, or save the list as UTF-8 (Excel calls it CSV UTF-8)"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got string
			if list, err := userlist.Parse("users", test.options, []byte(test.data)); err != nil {
				got = err.Error()
			} else {
				got = people(list.Users)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func encoded(encoding encoding.Encoding, text string) string {
	result, err := encoding.NewEncoder().String(text)
	if err != nil {
		panic(err)
	}
	return result
}

// TestColumnsInDocs reads lists with the names of columns that docs/lists.md has.
func TestColumnsInDocs(t *testing.T) {
	content, err := os.ReadFile("../../docs/lists.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| (address|user name|group|language) \\| (.*) \\| `--\\w+-column` \\|$").FindAllStringSubmatch(string(content), -1)
	if len(rows) != len(userlist.Columns) {
		t.Fatalf("docs/lists.md has %d rows of columns, want %d", len(rows), len(userlist.Columns))
	}
	values := map[string]string{"address": "ada@example.com", "user name": "ada", "group": "Staff", "language": "ja"}
	for _, row := range rows {
		for name := range strings.SplitSeq(row[2], ", ") {
			header, data := "email,"+name, "grace@example.com,"+values[row[1]]
			if row[1] == "address" {
				header, data = "x,"+name, ","+values[row[1]]
			}
			list, err := userlist.Parse("users", userlist.Options{Format: userlist.CSV}, []byte(header+"\n"+data+"\n"))
			if err != nil {
				t.Errorf("%s: %v", name, err)
			} else if got := people(list.Users); !strings.Contains(got, values[row[1]]) {
				t.Errorf("%s: got the user %s, want one with the %s %s", name, got, row[1], values[row[1]])
			}
		}
	}
}
