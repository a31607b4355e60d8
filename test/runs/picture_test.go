package runs

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// Widths of phone screens in CSS pixels: the smallest that is still in use, and a common one.
const (
	smallPhone  = 320
	commonPhone = 375
)

// page is a mail to render: see testdata/render.mjs.
type page struct {
	HTML    string `json:"html"`
	Width   int    `json:"width"`
	IsDark  bool   `json:"isDark,omitempty"`
	Picture string `json:"picture,omitempty"`
}

// seen is the result of rendering a mail.
type seen struct {
	ScrollWidth int
	TooWide     []string // the elements that overflow the screen
	Requests    []string // the URLs that the mail loads
	Selected    []string // what a double click selects on each value that is copied
	Violations  []string // what axe-core finds
	Copied      []struct {
		Text         string
		Lines        int
		IsFixedWidth bool
	}
}

// render renders mails in a browser.
func render(t *testing.T, pages ...page) (all []seen) {
	t.Helper()
	command := exec.CommandContext(t.Context(), "node", filepath.Join("testdata", "render.mjs"))
	// What has the package unpack the libraries that the browser needs, and where it unpacks them, the browser and fonts.
	// The browser finds the fonts by a configuration of ours, because that of the package has /tmp/fonts for them.
	folder := t.TempDir()
	fonts := fmt.Sprintf("<fontconfig><dir>%[1]s/fonts</dir><cachedir>%[1]s/cache</cachedir></fontconfig>", folder)
	if err := os.WriteFile(filepath.Join(folder, "fonts.conf"), []byte(fonts), 0o600); err != nil {
		t.Fatal(err)
	}
	command.Env = append(os.Environ(), "AWS_LAMBDA_JS_RUNTIME=nodejs22.x", "TMPDIR="+folder, "FONTCONFIG_PATH="+folder)
	input, err := json.Marshal(pages)
	if err != nil {
		t.Fatal(err)
	}
	command.Stdin = bytes.NewReader(input)
	var stderr strings.Builder
	command.Stderr = &stderr
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v (npm ci installs what it needs)\n%s", command, err, &stderr)
	}
	if err := json.Unmarshal(output, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// wantReadable checks that nothing overflows the screen, that the mail loads nothing, that it is accessible, and that values to copy
// are in a fixed-width face and selected by a double click.
func (s seen) wantReadable(t *testing.T, what string, width int) {
	t.Helper()
	if s.ScrollWidth > width || len(s.TooWide) > 0 {
		t.Errorf("%s is %d pixels wide on a screen of %d:\n%s", what, s.ScrollWidth, width, strings.Join(s.TooWide, "\n"))
	}
	if len(s.Requests) > 0 {
		t.Errorf("%s loads %v", what, s.Requests)
	}
	if len(s.Violations) > 0 {
		t.Errorf("%s is hard to read for some people:\n%s", what, strings.Join(s.Violations, "\n"))
	}
	for i, copied := range s.Copied {
		if !copied.IsFixedWidth {
			t.Errorf("%s does not show %s in a fixed-width face", what, copied.Text)
		}
		if s.Selected[i] != copied.Text {
			t.Errorf("%s: a double click on %s selects %q", what, copied.Text, s.Selected[i])
		}
	}
}

// TestMailsOnAPhone renders the built-in mails with the longest values, and two mails of a run. docs/mail-*.png are the pictures of
// these mails, and must have their size. With -update the test takes the pictures. The browser starts only once, because the start
// takes longest.
func TestMailsOnAPhone(t *testing.T) {
	long := strings.Repeat("W", 64)
	longest := strings.NewReplacer(
		"{{UserName}}", long, "{{Password}}", long+long, "{{SignInUrl}}", "https://"+strings.Repeat("w", 63)+".example.com/"+strings.Repeat("W", 200),
		"{{AccountId}}", "123456789012", "{{ValidUntil}}", "28 September 2026, 16:12 UTC-12:45", "{{EarlierMails}}", strings.Repeat("Earlier mails. ", 10),
		"{{Organization}}", long, "{{AccountName}}", long, "{{Contact}}", long, "{{Signature}}", long+"<br>"+long)
	var names []string
	var pages []page
	show := func(name, html string, width int, isDark bool, picture string) {
		names, pages = append(names, name), append(pages, page{html, width, isDark, picture})
	}
	for _, language := range mail.Languages() {
		for _, separately := range []bool{false, true} {
			mails := mail.BuiltIn(language, mail.About{Organization: &long, AccountName: &long, Contact: &long, Signature: &long, NeedsMFA: true,
				Expires: true, SeparatePassword: separately})
			show(language+": "+mails.SignIn.Subject, longest.Replace(mails.SignIn.HTML), smallPhone, separately, "")
			if separately {
				show(language+": "+mails.Password.Subject, longest.Replace(mails.Password.HTML), smallPhone, false, "")
			}
		}
	}

	account := accountOfExampleCorp(t)
	ada := map[string]any{"UserName": "ada.lovelace", "Email": "ada@example.com"}
	yamada := map[string]any{"UserName": "yamada.taro", "Email": "yamada@example.com", "Language": "ja"}
	account.Run(t, map[string]any{"IAMUserNames": []any{ada, yamada}})
	folder := t.TempDir()
	if *update {
		folder = committed
	}
	passwords := map[string]string{}
	for name, person := range map[string]map[string]any{"en": ada, "ja": yamada} {
		sent := account.MailsTo(t, person["Email"].(string))[0]
		passwords[name] = account.User(t, person["UserName"].(string)).LoginProfile.Password
		show(name, sent.HTML, smallPhone, false, "")
		// The size of the pictures must not depend on the day of the run.
		html := regexp.MustCompile(`\d+年\d+月\d+日 \d\d:\d\d`).ReplaceAllString(timeInMail.ReplaceAllString(sent.HTML, "30 November 2026, 08:00 UTC"), "2026年11月30日 08:00")
		show(name, html, commonPhone, false, filepath.Join(folder, "mail-"+name+".png"))
		show(name, html, commonPhone, true, filepath.Join(folder, "mail-"+name+"-dark.png"))
	}

	for i, seen := range render(t, pages...) {
		seen.wantReadable(t, names[i], pages[i].Width)
		if len(seen.Copied) == 0 || seen.Copied[0].Text == "" {
			t.Errorf("%s shows no value to copy", names[i])
			continue
		}
		got := seen.Copied[len(seen.Copied)-1]
		if password, isOfRun := passwords[names[i]]; isOfRun && (got.Text != password || got.Lines != 1) {
			t.Errorf("%s, on a screen of %d pixels: got the password %q on %d lines, want %q on one", names[i], pages[i].Width, got.Text, got.Lines, password)
		}
		if pages[i].Picture == "" {
			continue
		}
		name := filepath.Base(pages[i].Picture)
		if got, want := sizeOf(t, pages[i].Picture), sizeOf(t, filepath.Join(committed, name)); got != want {
			t.Errorf("the mail has the size %v, its picture docs/%s has %v: take a new picture with make picture", got, name, want)
		}
	}
}

// committed is the folder of the pictures of mails.
const committed = "../../docs"

// accountOfExampleCorp starts an account with everything that a mail can say.
func accountOfExampleCorp(t *testing.T) *account {
	t.Helper()
	return deployedtest.Start(t, "organization=Example Corp", "accountName=Web shop", "contact=IT, extension 1234", "timeZoneOffset=+09:00")
}

func sizeOf(t *testing.T, picture string) image.Point {
	t.Helper()
	file, err := os.Open(picture)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	config, _, err := image.DecodeConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	return image.Pt(config.Width, config.Height)
}
