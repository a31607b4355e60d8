package test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/aws-cdk-go/awscdk/v2/assertions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/mail"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

// message is the part of the arguments of SendEmail that has the mail. Its fields are expressions.
type message struct {
	Content struct {
		Simple struct {
			Subject struct{ Data string }
			Body    struct{ Text, Html struct{ Data string } }
		}
	}
	EmailTags []struct{ Name, Value string }
}

func messageOf(t *testing.T, template template, task string) message {
	t.Helper()
	return decode[message](t, arguments(t, template, task))
}

// mailBindings returns the bindings of the expressions of a mail.
func mailBindings(userName, password, signInURL string) map[string]any {
	return map[string]any{"password": password, "outcome": map[string]any{"Status": "Created"}, "states": map[string]any{
		"input":   map[string]any{"UserName": userName, "SignInUrl": signInURL, "Issued": "2026-11-25T07:12:13Z"},
		"context": map[string]any{"Execution": map[string]any{"Id": "arn:aws:states:us-east-1:123456789012:express:Machine:1"}},
	}}
}

func TestPasswordAlphabet(t *testing.T) {
	const unmistakable = "!#$%+23456789=ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"
	for _, test := range []struct {
		props onboarding.UserOnboardingProps
		want  string
	}{
		{onboarding.UserOnboardingProps{}, unmistakable},
		{onboarding.UserOnboardingProps{ExcludeLookAlikes: jsii.Bool(false)},
			"!#$%+0123456789=ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"},
	} {
		excluded := arguments(t, synthesize(t, newStack(t), test.props), "GetRandomPassword")["ExcludeCharacters"].(string)
		var got strings.Builder
		for char := '!'; char <= '~'; char++ {
			if !strings.ContainsRune(excluded, char) {
				got.WriteRune(char)
			}
		}
		if got.String() != test.want {
			t.Errorf("passwords have the characters %s, want %s", &got, test.want)
		}
	}
}

// TestBuiltInMails fills in the built-in mails in each language, with each way to write the deadline, for a first mail and for one
// that is sent again.
func TestBuiltInMails(t *testing.T) {
	jsonata := startJSONata(t)
	earlier := map[string]string{
		"en": " This email replaces any earlier one: a password from an earlier email no longer works.",
		"de": " Diese E-Mail ersetzt alle früheren. Ein Passwort aus einer früheren E-Mail gilt nicht mehr.",
		"ja": "以前のメールに記載されたパスワードは、ご利用いただけません。",
	}
	for _, test := range []struct {
		language, offset, deadline string
		validity                   awscdk.Duration
	}{
		{"en", "", "28 November 2026, 07:12 UTC", nil},
		{"en", "-03:30", "26 November 2026, 03:42 UTC-3:30", awscdk.Duration_Days(jsii.Number(1))},
		{"en", "", "", awscdk.Duration_Seconds(jsii.Number(0))},
		{"de", "+01:00", "28.11.2026, 08:12 Uhr (UTC+1)", nil},
		{"ja", "+09:00", "2026年11月28日 16:12 (UTC+9)", nil},
		{"ja", "", "", awscdk.Duration_Seconds(jsii.Number(0))},
	} {
		p := onboarding.UserOnboardingProps{Language: &test.language, PasswordValidity: test.validity}
		if test.offset != "" {
			p.TimeZoneOffset = &test.offset
		}
		one := synthesize(t, newStack(t), p)
		p.SeparatePassword = jsii.Bool(true)
		two := synthesize(t, newStack(t), p)
		about := mail.About{Expires: test.deadline != ""}
		wantOne := mail.BuiltIn(test.language, about)
		about.SeparatePassword = true
		wantTwo := mail.BuiltIn(test.language, about)
		for _, sent := range []struct {
			message message
			want    mail.Template
		}{
			{messageOf(t, one, "SendEmail"), wantOne.SignIn},
			{messageOf(t, two, "SendEmail"), wantTwo.SignIn},
			{messageOf(t, two, "SendEmail password"), wantTwo.Password},
		} {
			for _, status := range []string{"Created", "Resumed", "Resent"} {
				bindings, said := mailBindings("ada", "pass", "https://a.b/"), ""
				if status != "Created" {
					bindings["outcome"], said = map[string]any{"Status": status}, earlier[test.language]
				}
				fill := strings.NewReplacer("{{UserName}}", "ada", "{{Password}}", "pass", "{{SignInUrl}}", "https://a.b/",
					"{{AccountId}}", "123456789012", "{{ValidUntil}}", test.deadline, "{{EarlierMails}}", said)
				simple := sent.message.Content.Simple
				for _, part := range []struct{ expression, want string }{
					{simple.Subject.Data, sent.want.Subject}, {simple.Body.Text.Data, fill.Replace(sent.want.Text)},
					{simple.Body.Html.Data, fill.Replace(sent.want.HTML)},
				} {
					if got := jsonata.text(t, part.expression, bindings); got != part.want {
						t.Errorf("%+v, %s: got\n%s\nwant\n%s", test, status, got, part.want)
					}
				}
			}
		}
	}
}

// TestValidUntilNeedsAValidity checks that a template of one's own must not say until when the password works if it does not expire.
func TestValidUntilNeedsAValidity(t *testing.T) {
	const unless = " must not have {{ValidUntil}} if PasswordValidity is 0, because no password expires then, got: "
	mustPanic(t, "UserOnboarding: TextTemplate"+unless+"[{{UserName}} {{ValidUntil}}]\nPasswordHtmlTemplate"+unless+"[{{Password}} {{ValidUntil}}]", func() {
		onboarding.NewUserOnboarding(newStack(t), jsii.String("UserOnboarding"), &onboarding.UserOnboardingProps{
			Sender:               jsii.String("sender@example.com"),
			PasswordValidity:     awscdk.Duration_Hours(jsii.Number(0)),
			SeparatePassword:     jsii.Bool(true),
			TextTemplate:         jsii.String("{{UserName}} {{ValidUntil}}"),
			HtmlTemplate:         jsii.String("{{UserName}} {{EarlierMails}}"),
			PasswordHtmlTemplate: jsii.String("{{Password}} {{ValidUntil}}"),
		})
	})
}

// TestWarningsOfMails checks that the synthesis says what recipients would miss in a text of one's own, and nothing about built-in texts.
func TestWarningsOfMails(t *testing.T) {
	for _, test := range []struct {
		props onboarding.UserOnboardingProps
		want  []string
	}{
		{onboarding.UserOnboardingProps{SeparatePassword: jsii.Bool(true), Contact: jsii.String("IT")}, nil},
		{onboarding.UserOnboardingProps{Contact: jsii.String("IT"), TextTemplate: jsii.String("{{UserName}} {{Password}}"),
			HtmlTemplate: jsii.String("{{UserName}} {{Password}} {{SignInUrl}} {{ValidUntil}}")},
			[]string{
				"HtmlTemplate does not say who answers questions: add {{Contact}}",
				"TextTemplate does not say until when the password works: add {{ValidUntil}}",
				"TextTemplate does not say where to sign in: add {{SignInUrl}}",
				"TextTemplate does not say who answers questions: add {{Contact}}",
			}},
	} {
		stack := newStack(t)
		synthesize(t, stack, test.props)
		var got []string
		for _, warning := range *assertions.Annotations_FromStack(stack).FindWarning(jsii.String("*"), assertions.Match_AnyValue()) {
			text, _, _ := strings.Cut(warning.Entry.Data.(string), " [ack: ")
			got = append(got, text)
		}
		wantSorted(t, got, test.want)
	}
}

// TestLanguageOfUser fills in the mail of a list whose items have languages.
func TestLanguageOfUser(t *testing.T) {
	jsonata := startJSONata(t)
	for _, test := range []struct{ language, user, want string }{
		{"en", "en", "Your AWS sign-in information"}, {"en", "ja", "AWS サインイン情報のお知らせ"}, {"ja", "ja", "AWS サインイン情報のお知らせ"},
		{"ja", "de", "Ihre Zugangsdaten für AWS"},
	} {
		subject := messageOf(t, synthesize(t, newStack(t), onboarding.UserOnboardingProps{Language: &test.language}), "SendEmail").Content.Simple.Subject.Data
		bindings := mailBindings("ada", "pass", "https://a.b/")
		bindings["states"].(map[string]any)["input"].(map[string]any)["Language"] = test.user
		if got := jsonata.text(t, subject, bindings); got != test.want {
			t.Errorf("%+v: got %s", test, got)
		}
	}
	own := machineOf(t, onboarding.UserOnboardingProps{Subject: jsii.String("Welcome")})
	if got := own.States["Settings"].Assign["settings"].(map[string]any)["Languages"]; !reflect.DeepEqual(got, []any{"en"}) {
		t.Errorf("with a text of one's own, a list may name the languages %v", got)
	}
}

// TestValuesAreEscapedOnlyInHTML fills in values that look like tags and entities of HTML, and like patterns of JSONata.
func TestValuesAreEscapedOnlyInHTML(t *testing.T) {
	template := synthesize(t, newStack(t), onboarding.UserOnboardingProps{
		TextTemplate: jsii.String("{{UserName}}|{{Password}}|{{SignInUrl}}"),
		HtmlTemplate: jsii.String(`<b>{{UserName}}</b><code>{{Password}}</code><a href="{{SignInUrl}}">`),
	})
	body := messageOf(t, template, "SendEmail").Content.Simple.Body
	jsonata := startJSONata(t)
	bindings := mailBindings("=ada+,", `<&>"'$1$&&amp;`, `https://a.b/?x=1&y="`)
	if got, want := jsonata.text(t, body.Text.Data, bindings), `=ada+,|<&>"'$1$&&amp;|https://a.b/?x=1&y="`; got != want {
		t.Errorf("got the text %s, want %s", got, want)
	}
	want := `<b>=ada+,</b><code>&lt;&amp;&gt;&quot;&#39;$1$&amp;&amp;amp;</code><a href="https://a.b/?x=1&amp;y=&quot;">`
	if got := jsonata.text(t, body.Html.Data, bindings); got != want {
		t.Errorf("got the HTML %s, want %s", got, want)
	}
}

func TestMessageTagHasTheUserName(t *testing.T) {
	tags := messageOf(t, synthesize(t, newStack(t), onboarding.UserOnboardingProps{}), "SendEmail").EmailTags
	if len(tags) != 1 || tags[0].Name != "UserName" {
		t.Fatalf("got the tags %v, want UserName", tags)
	}
	jsonata := startJSONata(t)
	for name, want := range map[string]string{
		"ada": "ada", "ada@example.com": "ada_40example_2Ecom", "A-z_0+=,.@": "A-z_5F0_2B_3D_2C_2E_40", "%": "_25",
	} {
		if got := jsonata.text(t, tags[0].Value, mailBindings(name, "", "")); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}

// TestSeparatePassword checks that only the last mail has the password.
func TestSeparatePassword(t *testing.T) {
	stack := newStack(t)
	_, permissions := withOptions(stack)
	template := synthesize(t, stack, onboarding.UserOnboardingProps{
		SeparatePassword: jsii.Bool(true), PasswordSubject: jsii.String("Geheim"),
	})
	wantLines(t, template.statements(t), permissions)
	child := asl.Parse(t, template.ofType(t, stateMachineType)["DefinitionString"].(string)).Child()
	for state, next := range map[string]string{
		"CreateLoginProfile": "SendEmail", "UpdateLoginProfile": "SendEmail", "SendEmail": "SendEmail password", "SendEmail password": "TagUser complete",
	} {
		if got := child.States[state].Next; got != next {
			t.Errorf("%s leads to %s, want %s", state, got, next)
		}
	}
	catches := child.States["SendEmail password"].Catch
	if len(catches) != 1 || !strings.Contains(catches[0].Output, "$password") {
		t.Errorf("got the catches %v, want one of every error that withholds the password", catches)
	}
	if first, err := json.Marshal(child.States["SendEmail"].Arguments); err != nil || strings.Contains(string(first), "$password") {
		t.Errorf("the first mail has the password: %s %v", first, err)
	}
	second := messageOf(t, template, "SendEmail password").Content.Simple
	if second.Subject.Data != `{% "Geheim" %}` || !strings.Contains(second.Body.Text.Data, "$password") ||
		!strings.Contains(second.Body.Html.Data, "$password") {
		t.Errorf("got the second mail %+v", second)
	}
}

func TestEveryWrongMailPropIsReported(t *testing.T) {
	stack := newStack(t)
	parameter := awscdk.NewCfnParameter(stack, jsii.String("Parameter"), nil).ValueAsString()
	mustPanic(t, `UserOnboarding: Language must be one of de, en, ja, got: "fr"
TextTemplate must have the placeholder {{UserName}}, and no others except {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: [{{UserName}} {{Password}}]
HtmlTemplate must close with }} every placeholder that it opens, got: "{{AccountId}"
PasswordSubject must be known at synthesis, got: "`+*parameter+`"
PasswordTextTemplate must have the placeholder {{Password}}, and no others except {{UserName}}, {{SignInUrl}}, {{AccountId}}, {{ValidUntil}}, {{EarlierMails}}, {{Organization}}, {{AccountName}}, {{Contact}} and {{Signature}}, got: []
PasswordHtmlTemplate must have at most 60000 bytes, got: 60012`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("Separate"), &onboarding.UserOnboardingProps{
			Sender:               jsii.String("sender@example.com"),
			Language:             jsii.String("fr"),
			SeparatePassword:     jsii.Bool(true),
			TextTemplate:         jsii.String("{{UserName}} {{Password}}"),
			HtmlTemplate:         jsii.String("{{UserName}} {{AccountId}"),
			PasswordSubject:      parameter,
			PasswordTextTemplate: jsii.String("none"),
			PasswordHtmlTemplate: jsii.String("{{Password}}" + strings.Repeat(" ", 60000)),
		})
	})
	mustPanic(t, `UserOnboarding: PasswordSubject must be left out unless SeparatePassword is true, got: "Secret"
PasswordHtmlTemplate must be left out unless SeparatePassword is true, got: "{{Password}}"
Language must be known at synthesis, got: "`+*parameter+`"
Subject must be one line of text, with at least one character, and without placeholders, control and invisible characters, got: "Welcome, {{UserName}}"`, func() {
		onboarding.NewUserOnboarding(stack, jsii.String("OneMail"), &onboarding.UserOnboardingProps{
			Sender:               jsii.String("sender@example.com"),
			Language:             parameter,
			Subject:              jsii.String("Welcome, {{UserName}}"),
			PasswordSubject:      jsii.String("Secret"),
			PasswordHtmlTemplate: jsii.String("{{Password}}"),
		})
	})
}
