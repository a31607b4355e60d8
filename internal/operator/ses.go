package operator

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

// callInterval is the time between two calls of SES: an account makes one a second, except for the calls that send (SES
// Developer Guide, "Service quotas").
const callInterval = time.Second

// patient lets a call of SES wait for its turn if others use up the rate of the account.
func patient(o *sesv2.Options) {
	o.RetryMaxAttempts = 5
	o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, callInterval)
}

// ses is what SES says of the account and of the sender. It asks SES once for each.
type ses struct {
	mail   MailAPI
	sender string // the name of its identity

	foundAccount  *sesv2.GetAccountOutput // nil until SES has answered
	foundIdentity *sesv2.GetEmailIdentityOutput
}

// account returns what SES says of the account. Its errors are those of the AWS SDK.
func (s *ses) account(ctx context.Context) (*sesv2.GetAccountOutput, error) {
	if s.foundAccount == nil {
		account, err := s.mail.GetAccount(ctx, &sesv2.GetAccountInput{}, patient)
		if err != nil {
			return nil, err
		}
		s.foundAccount = account
	}
	return s.foundAccount, nil
}

// identity returns what SES says of the identity of the sender. Its errors are those of the AWS SDK.
func (s *ses) identity(ctx context.Context) (*sesv2.GetEmailIdentityOutput, error) {
	if s.foundIdentity == nil {
		identity, err := s.mail.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &s.sender}, patient)
		if err != nil {
			return nil, err
		}
		s.foundIdentity = identity
	}
	return s.foundIdentity, nil
}
