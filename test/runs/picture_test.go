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
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/mail"
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
	Picture string `json:"picture,omitempty"`
}

// seen is the result of rendering a mail.
type seen struct {
	ScrollWidth int
	TooWide     []string // the elements that overflow the screen
	Requests    []string // the URLs that the mail loads
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

// wantReadable checks that nothing overflows the screen, that the mail loads nothing, and that values to copy are in a
// fixed-width face.
func (s seen) wantReadable(t *testing.T, what string, width int) {
	t.Helper()
	if s.ScrollWidth > width || len(s.TooWide) > 0 {
		t.Errorf("%s is %d pixels wide on a screen of %d:\n%s", what, s.ScrollWidth, width, strings.Join(s.TooWide, "\n"))
	}
	if len(s.Requests) > 0 {
		t.Errorf("%s loads %v", what, s.Requests)
	}
	for _, copied := range s.Copied {
		if !copied.IsFixedWidth {
			t.Errorf("%s does not show %s in a fixed-width face", what, copied.Text)
		}
	}
}

// TestMailsOnAPhone renders the built-in mails with the longest values, and a mail of a run. docs/mail.png is the picture of
// this mail, and must have its size. With -update the test takes the picture. The browser starts only once, because the start
// takes longest.
func TestMailsOnAPhone(t *testing.T) {
	longest := strings.NewReplacer(
		"{{UserName}}", strings.Repeat("W", 64), "{{Password}}", strings.Repeat("W", 128),
		"{{SignInUrl}}", "https://"+strings.Repeat("w", 63)+".example.com/"+strings.Repeat("W", 200), "{{AccountId}}", "123456789012",
		"{{ValidUntil}}", "28 September 2026, 16:12 UTC-12:45", "{{EarlierMails}}", strings.Repeat("Earlier mails. ", 10))
	var names []string
	var pages []page
	for _, language := range mail.Languages() {
		mails := mail.BuiltIn(language, true)
		for _, mail := range []mail.Template{mails.SignIn, mails.Announcement, mails.Password} {
			names = append(names, language+": "+mail.Subject)
			pages = append(pages, page{HTML: longest.Replace(mail.HTML), Width: smallPhone})
		}
	}

	const committed, name = "../../docs/mail.png", "ada.lovelace@example.com"
	account := sharedAccount(t)
	account.Run(t, map[string]any{"IAMUserNames": []string{name}})
	password := account.WantOnboarded(t, name, name)
	sent := account.MailsTo(t, name)[0]
	picture := filepath.Join(t.TempDir(), "mail.png")
	if *update {
		picture = committed
	}
	// The size of the picture must not depend on the day of the run.
	html := timeInMail.ReplaceAllString(sent.HTML, "30 November 2026, 08:00 UTC")
	pages = append(pages, page{sent.HTML, smallPhone, ""}, page{html, commonPhone, picture})
	names = append(names, "the mail", "the mail")

	for i, seen := range render(t, pages...) {
		seen.wantReadable(t, names[i], pages[i].Width)
		if len(seen.Copied) == 0 || seen.Copied[0].Text == "" {
			t.Errorf("%s shows no value to copy", names[i])
			continue
		}
		got := seen.Copied[len(seen.Copied)-1]
		if isOfRun := names[i] == "the mail"; isOfRun && (got.Text != password || got.Lines != 1) {
			t.Errorf("on a screen of %d pixels: got the password %q on %d lines, want %q on one", pages[i].Width, got.Text, got.Lines, password)
		}
	}
	if got, want := sizeOf(t, picture), sizeOf(t, committed); got != want {
		t.Errorf("the mail has the size %v, its picture in docs has %v: take a new picture with make picture", got, want)
	}
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
