package localaws_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
)

func TestSES(t *testing.T) {
	reset(t)
	client := sesv2.NewFromConfig(server.Config())
	send := func(from string) string {
		_, err := client.SendEmail(t.Context(), &sesv2.SendEmailInput{FromEmailAddress: &from,
			Destination: &sestypes.Destination{ToAddresses: []string{"to@example.org"}},
			Content: &sestypes.EmailContent{Simple: &sestypes.Message{Subject: &sestypes.Content{Data: aws.String("s")},
				Body: &sestypes.Body{Text: &sestypes.Content{Data: aws.String("t")}}}}})
		return code(err)
	}
	for _, identity := range []string{"a@example.com", "example.net"} {
		_, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
		must(t, err)
	}
	for _, from := range []string{"a@example.com", "A <b@mail.example.net>", "c@example.com"} {
		if got := send(from); got != "MessageRejected" {
			t.Errorf("unverified %s: got %q, want MessageRejected", from, got)
		}
	}
	must(t, server.Verify(t.Context(), "a@example.com"))
	must(t, server.Verify(t.Context(), "example.net"))
	for _, identity := range []string{"a@example.com", "EXAMPLE.net"} {
		_, err := client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: &identity})
		if code(err) != "AlreadyExistsException" {
			t.Errorf("%s, made again: got %v, want AlreadyExistsException", identity, err)
		}
	}
	for _, from := range []string{"a@example.com", "A <b@mail.example.net>"} {
		if got := send(from); got != "" {
			t.Errorf("verified %s: got %q", from, got)
		}
	}
	if err := server.Verify(t.Context(), "nobody@example.com"); !errors.Is(err, localaws.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	identity, err := client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("a@example.com")})
	must(t, err)
	if !identity.VerifiedForSendingStatus {
		t.Error("a@example.com is not verified")
	}
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("nobody@example.com")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v, want NotFoundException", err)
	}

	// SES compares addresses with regard to letter case, and domains without.
	for _, from := range []string{"A@example.com", "a@Example.com"} {
		if got := send(from); got != "MessageRejected" {
			t.Errorf("%s: got %q, want MessageRejected", from, got)
		}
		_, err := client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: &from})
		if code(err) != "NotFoundException" {
			t.Errorf("%s: got %v, want NotFoundException", from, err)
		}
		if err := server.Verify(t.Context(), from); !errors.Is(err, localaws.ErrNotFound) {
			t.Errorf("verify %s: got %v, want ErrNotFound", from, err)
		}
	}
	for _, from := range []string{"B@EXAMPLE.NET", "b@Mail.Example.net"} {
		if got := send(from); got != "" {
			t.Errorf("%s: got %q, want the domain to cover it", from, got)
		}
	}
	inUpperCase := aws.String("EXAMPLE.ORG")
	_, err = client.CreateEmailIdentity(t.Context(), &sesv2.CreateEmailIdentityInput{EmailIdentity: inUpperCase})
	must(t, err)
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("Example.org")})
	must(t, err)
	_, err = client.DeleteEmailIdentity(t.Context(), &sesv2.DeleteEmailIdentityInput{EmailIdentity: inUpperCase})
	must(t, err)
	_, err = client.GetEmailIdentity(t.Context(), &sesv2.GetEmailIdentityInput{EmailIdentity: aws.String("example.org")})
	if code(err) != "NotFoundException" {
		t.Errorf("got %v after the deletion, want NotFoundException", err)
	}

	must(t, server.SetSending(t.Context(), false))
	if got := send("a@example.com"); got != "SendingPausedException" {
		t.Errorf("got %q, want SendingPausedException", got)
	}
	account, err := client.GetAccount(t.Context(), &sesv2.GetAccountInput{})
	must(t, err)
	if account.SendingEnabled || !account.ProductionAccessEnabled || account.SendQuota.Max24HourSend == 0 {
		t.Errorf("got the account %+v", account)
	}
	must(t, server.SetSending(t.Context(), true))
	if got := send("a@example.com"); got != "" {
		t.Errorf("got %q", got)
	}
}
