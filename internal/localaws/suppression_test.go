package localaws_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// suppressed is a test of the suppression list, with a client that retries throttled calls.
type suppressed struct {
	*testing.T
	*sesv2.Client
}

func newSuppressed(t *testing.T) suppressed {
	reset(t)
	client := sesv2.NewFromConfig(server.Config(), func(o *sesv2.Options) {
		o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = 50, 200*time.Millisecond })
	})
	must(t, errors.Join(
		lastOf(client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("example.net")})),
		server.Verify(t.Context(), "example.net"),
	))
	return suppressed{t, client}
}

func lastOf(_ any, err error) error { return err }

func (s suppressed) put(address string, reason sestypes.SuppressionListReason) error {
	return lastOf(s.PutSuppressedDestination(s.Context(), &sesv2.PutSuppressedDestinationInput{EmailAddress: &address, Reason: reason}))
}

// wantSent sends a mail to the addresses to, and checks that SES accepts it and sends it to the addresses want.
func (s suppressed) wantSent(to []string, configurationSet *string, want ...string) {
	s.Helper()
	before, err := server.Mails(s.Context())
	must(s.T, err)
	_, err = s.SendEmail(s.Context(), &sesv2.SendEmailInput{FromEmailAddress: aws.String("a@example.net"),
		Destination: &sestypes.Destination{ToAddresses: to}, ConfigurationSetName: configurationSet,
		Content: &sestypes.EmailContent{Simple: &sestypes.Message{Subject: &sestypes.Content{Data: aws.String("s")},
			Body: &sestypes.Body{Text: &sestypes.Content{Data: aws.String("t")}}}}})
	must(s.T, err)
	mails, err := server.Mails(s.Context())
	must(s.T, err)
	var got []string
	for _, mail := range mails[len(before):] {
		got = append(got, mail.To...)
	}
	if !slices.Equal(got, want) {
		s.Errorf("a mail to %v reached %v, want %v", to, got, want)
	}
}

// TestSuppressedMail checks that a mail to an address on the list is accepted, counted and not sent, whatever its letter case.
func TestSuppressedMail(t *testing.T) {
	s := newSuppressed(t)
	ada, bob := []string{"ADA@example.com"}, "Bob <bob@example.com>"
	must(t, s.put("Ada@Example.COM", sestypes.SuppressionListReasonBounce))
	s.wantSent(ada, nil)
	s.wantSent([]string{"Ada <ada@example.com>", bob}, nil, bob)
	account, err := s.GetAccount(t.Context(), &sesv2.GetAccountInput{})
	must(t, err)
	if got := account.SuppressionAttributes.SuppressedReasons; len(got) != 2 || account.SendQuota.SentLast24Hours != 2 {
		t.Errorf("got the reasons %v, and %v mails sent", got, account.SendQuota.SentLast24Hours)
	}

	suppress := func(reasons ...sestypes.SuppressionListReason) {
		t.Helper()
		must(t, lastOf(s.PutAccountSuppressionAttributes(t.Context(), &sesv2.PutAccountSuppressionAttributesInput{SuppressedReasons: reasons})))
	}
	newSet := func(name string, options *sestypes.SuppressionOptions) *string {
		t.Helper()
		must(t, lastOf(s.CreateConfigurationSet(t.Context(), &sesv2.CreateConfigurationSetInput{ConfigurationSetName: &name, SuppressionOptions: options})))
		return &name
	}
	plain, off := newSet("plain", nil), newSet("off", &sestypes.SuppressionOptions{SuppressedReasons: []sestypes.SuppressionListReason{}})
	bounces := newSet("bounces", &sestypes.SuppressionOptions{SuppressedReasons: []sestypes.SuppressionListReason{sestypes.SuppressionListReasonBounce}})
	s.wantSent(ada, plain)
	s.wantSent(ada, off, ada...)
	suppress(sestypes.SuppressionListReasonComplaint)
	s.wantSent(ada, nil, ada...)
	s.wantSent(ada, bounces)
	suppress()
	s.wantSent(ada, plain, ada...)
	s.wantSent(ada, bounces)

	// The default configuration set of an identity also counts.
	must(t, lastOf(s.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String("a@example.net"), ConfigurationSetName: bounces})))
	s.wantSent(ada, nil)
	set, err := s.GetConfigurationSet(t.Context(), &sesv2.GetConfigurationSetInput{ConfigurationSetName: off})
	must(t, err)
	if got := set.SuppressionOptions.SuppressedReasons; got == nil || len(got) > 0 || !set.SendingOptions.SendingEnabled {
		t.Errorf("got the configuration set %+v", set)
	}
	if _, err := s.GetConfigurationSet(t.Context(), &sesv2.GetConfigurationSetInput{ConfigurationSetName: aws.String("none")}); code(err) != "NotFoundException" {
		t.Errorf("got %v, want NotFoundException", err)
	}
	_, err = s.SendEmail(t.Context(), &sesv2.SendEmailInput{FromEmailAddress: aws.String("a@example.net"), ConfigurationSetName: aws.String("none"),
		Destination: &sestypes.Destination{ToAddresses: ada}, Content: &sestypes.EmailContent{}})
	if code(err) != "NotFoundException" {
		t.Errorf("a mail with no such configuration set: got %v, want NotFoundException", err)
	}
}

// TestSuppressionList tests the calls that manage the list.
func TestSuppressionList(t *testing.T) {
	s := newSuppressed(t)
	get := func(address string) (string, error) {
		got, err := s.GetSuppressedDestination(t.Context(), &sesv2.GetSuppressedDestinationInput{EmailAddress: &address})
		if err != nil {
			return "", err
		}
		return *got.SuppressedDestination.EmailAddress + " " + string(got.SuppressedDestination.Reason), nil
	}
	remove := func(address string) error {
		return lastOf(s.DeleteSuppressedDestination(t.Context(), &sesv2.DeleteSuppressedDestinationInput{EmailAddress: &address}))
	}
	list := func(in sesv2.ListSuppressedDestinationsInput) (addresses []string, token *string) {
		t.Helper()
		page, err := s.ListSuppressedDestinations(t.Context(), &in)
		must(t, err)
		for _, summary := range page.SuppressedDestinationSummaries {
			if summary.LastUpdateTime == nil {
				t.Errorf("%+v has no time", summary)
			}
			addresses = append(addresses, *summary.EmailAddress)
		}
		return addresses, page.NextToken
	}
	for _, refused := range []error{s.put("nobody", sestypes.SuppressionListReasonBounce), s.put("a@example.com", "WHIM")} {
		if code(refused) != "BadRequestException" {
			t.Errorf("got %v, want BadRequestException", refused)
		}
	}
	must(t, s.put("A+b%c@Example.com", sestypes.SuppressionListReasonBounce))
	must(t, s.put("A+b%c@example.com", sestypes.SuppressionListReasonComplaint)) // replaces the entry before
	must(t, s.put("a/b@example.com", sestypes.SuppressionListReasonBounce))
	if got, err := get("A+b%c@EXAMPLE.com"); got != "A+b%c@example.com COMPLAINT" {
		t.Errorf("got %q, %v", got, err)
	}
	for address, want := range map[string]string{"a+b%c@example.com": "NotFoundException", "a/b@example.com": "BadRequestException"} {
		if _, err := get(address); code(err) != want {
			t.Errorf("get %s: got %v, want %s", address, err, want)
		}
		if err := remove(address); code(err) != want {
			t.Errorf("remove %s: got %v, want %s", address, err, want)
		}
	}
	if got, token := list(sesv2.ListSuppressedDestinationsInput{Reasons: []sestypes.SuppressionListReason{"BOUNCE"}}); !slices.Equal(got, []string{"a/b@example.com"}) || token != nil {
		t.Errorf("got %v for bounces, and the token %v", got, token)
	}
	must(t, remove("A+b%c@example.COM"))

	many := make([]string, 1000)
	for i := range many {
		many[i] = fmt.Sprintf("%04d@example.com", i)
	}
	must(t, server.Suppress(t.Context(), many...))
	first, token := list(sesv2.ListSuppressedDestinationsInput{})
	rest, end := list(sesv2.ListSuppressedDestinationsInput{NextToken: token, PageSize: aws.Int32(1)})
	if len(first) != 1000 || !slices.Equal(rest, []string{"a/b@example.com"}) || end != nil {
		t.Errorf("got %d addresses, then %v and the token %v", len(first), rest, end)
	}
	for want, in := range map[string]sesv2.ListSuppressedDestinationsInput{
		"InvalidNextTokenException": {NextToken: aws.String("nonsense")}, "BadRequestException": {PageSize: aws.Int32(1001)},
	} {
		if _, err := s.ListSuppressedDestinations(t.Context(), &in); code(err) != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}

	hasty := sesv2.NewFromConfig(server.Config(), func(o *sesv2.Options) { o.Retryer = aws.NopRetryer{} })
	refused := 0
	for range 50 {
		_, err := hasty.ListSuppressedDestinations(t.Context(), &sesv2.ListSuppressedDestinationsInput{PageSize: aws.Int32(1)})
		if code(err) == "TooManyRequestsException" {
			refused++
		}
	}
	if refused == 0 {
		t.Error("50 calls in a row were accepted, want one a second")
	}
}
