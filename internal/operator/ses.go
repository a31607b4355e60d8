package operator

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
)

// callInterval is the time between two calls of SES. An account may make one call a second, except for the calls that send
// mail (SES Developer Guide, "Service quotas").
const callInterval = time.Second

// patient is an option for calls of SES: a call waits and tries again if other callers use up the rate of the account.
func patient(o *sesv2.Options) {
	o.RetryMaxAttempts = 5
	o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, callInterval)
}

// ses reads the account and the identity of the sender from SES, each once.
type ses struct {
	mail   MailAPI
	sender string // the name of the sender's identity

	foundAccount  *sesv2.GetAccountOutput // nil until SES has answered
	foundIdentity *sesv2.GetEmailIdentityOutput
}

// account returns the account at SES. Its errors are those of the AWS SDK.
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

// identity returns the identity of the sender. Its errors are those of the AWS SDK.
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
