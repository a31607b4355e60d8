package test

import (
	"html"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/constructs/onboarding"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
)

// TestCausesOfPasswordCalls makes the calls with a password fail. A cause that quotes the password must be withheld, and no
// other one.
func TestCausesOfPasswordCalls(t *testing.T) {
	child := machineOf(t, onboarding.UserOnboardingProps{}).Child()
	jsonata := startJSONata(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, step := range []string{"CreateLoginProfile", "UpdateLoginProfile", "SendEmail"} {
		wantCausesWithoutPassword(t, jsonata, random, child, step)
	}
}

func wantCausesWithoutPassword(t testing.TB, jsonata *jsonata, random *rand.Rand, child asl.Machine, step string) {
	t.Helper()
	const withheld = "withheld, because it quotes the password"
	quotes := map[string]func(password string) string{
		"as it is":          func(password string) string { return password },
		"for a query":       url.QueryEscape,
		"for a path":        url.PathEscape,
		"for HTML":          html.EscapeString,
		"for JSON":          strconv.QuoteToASCII,
		"without its start": func(password string) string { return password[3:] },
		"without its end":   func(password string) string { return password[:len(password)-3] },
		"with blanks":       func(password string) string { return strings.Join(strings.Split(password, ""), " ") },
		"and a semicolon":   func(password string) string { return password + ";" },
		"with masks":        func(password string) string { return password[:8] + strings.Repeat("*", len(password)-8) },
	}
	harmless := []string{
		"Rate exceeded (Service: Iam, Status Code: 400, Request ID: 5d3c6a5e-7a0d-4c0e-9d55-0a9c3d0a5b1f)",
		"User: arn:aws:sts::123456789012:assumed-role/Role/abc is not authorized to perform: iam:CreateLoginProfile on " +
			"resource: user user@example.com because no identity-based policy allows the action",
		"Password should have a minimum length of 32 (Service: Iam, Status Code: 400)",
		"Email address is not verified. The following identities failed the check in region US-EAST-1: user@example.com",
		"%", "&;", "a", "",
	}
	catchers := child.States[step].Catch
	output := catchers[len(catchers)-1].Output
	told := func(cause, password string) string {
		return jsonata.text(t, "{% ("+strings.Trim(output, "{}%")+").Cause %}", map[string]any{
			"password": password,
			"states": map[string]any{
				"input":       map[string]any{"UserName": "user", "CauseLength": 1000},
				"context":     map[string]any{"State": map[string]any{"Name": step}},
				"errorOutput": map[string]any{"Error": "Iam.IamException", "Cause": cause},
			},
		})
	}
	passwords := []string{"7G&Utm4c3EtGbhk3WrnI"} // with a semicolon after it, most of this password looks like an entity of HTML
	for range 20 {
		passwords = append(passwords, randomPassword(random, 20))
	}
	for _, password := range passwords {
		for name, quote := range quotes {
			if got := told("The value '"+quote(password)+"' is not allowed", password); got != withheld {
				t.Errorf("%s: the password %s, quoted %s: got the cause %q", step, password, name, got)
			}
		}
		for _, cause := range harmless {
			if got := told(cause, password); got != cause {
				t.Errorf("%s: got the cause %q, want %q", step, got, cause)
			}
		}
	}
}

// randomPassword returns a password like those that Secrets Manager draws for the state machine.
func randomPassword(random *rand.Rand, length int) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*()_+-=[]{}|'"
	password := make([]byte, length)
	for i := range password {
		password[i] = alphabet[random.IntN(len(alphabet))]
	}
	return string(password)
}
