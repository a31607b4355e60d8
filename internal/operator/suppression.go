package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// unknown begins the warning that the suppressed addresses could not be checked.
const unknown = "could not check which addresses SES suppresses"

// suppression finds the users whose mails SES does not send.
type suppression struct {
	*look
	users []string // the names of these users
}

// search finds the users, and adds a finding for each. It returns only [ErrInterrupted], if ctx ends.
func (s *suppression) search(ctx context.Context) error {
	reasons, err := s.reasons(ctx)
	if err == nil && len(reasons) == 0 {
		s.add(fine, "SES's suppression list is off for these mails")
		return nil
	}
	list := &suppressionList{mail: s.machine.clients.Mail, progress: s.progress, reasons: reasons, found: map[string][]suppressed{}}
	for _, user := range s.list.Users {
		list.addresses = append(list.addresses, user.Email)
	}
	if err == nil {
		err = list.read(ctx)
	}
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	next := "run the list, and use onboard resend for a user who was onboarded before"
	if s.list.Resend {
		next = contract.RunAgain
	}
	for _, user := range s.list.Users {
		for _, entry := range list.found[strings.ToLower(user.Email)] {
			s.users = append(s.users, user.UserName)
			s.add(problem, "%s:%d: SES does not deliver to %s, because an earlier mail to it %s: correct the address, or remove it from "+
				"SES's suppression list; then %s; the command that removes it: %s",
				s.list.Name, user.Line, user.Email, entry.why(), next, s.removal(entry))
		}
	}
	switch {
	case err != nil:
		s.add(warning, unknown+": %v", err)
	case len(list.found) == 0:
		s.add(fine, "SES suppresses none of the addresses")
	}
	return nil
}

// reasons returns the reasons for which SES suppresses the mails of the state machine. It returns none if suppression is off.
func (s *suppression) reasons(ctx context.Context) ([]sestypes.SuppressionListReason, error) {
	set := s.settings.ConfigurationSet
	if set == "" {
		identity, err := s.ses.identity(ctx)
		var missing *sestypes.NotFoundException
		switch {
		case errors.As(err, &missing): // the preflight of the state machine then fails
		case err != nil:
			return nil, refused(fmt.Sprintf("read the SES identity %s (ses:GetEmailIdentity)", s.settings.SenderIdentity), err)
		default:
			set = aws.ToString(identity.ConfigurationSetName)
		}
	}
	if set != "" {
		found, err := s.machine.clients.Mail.GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: &set}, patient)
		if err != nil {
			return nil, refused(fmt.Sprintf("read the configuration set %s (ses:GetConfigurationSet)", set), err)
		}
		if options := found.SuppressionOptions; options != nil && options.SuppressedReasons != nil {
			return options.SuppressedReasons, nil
		}
	}
	account, err := s.ses.account(ctx)
	if err != nil {
		return nil, refused("read the SES account (ses:GetAccount)", err)
	}
	if account.SuppressionAttributes == nil {
		return sestypes.SuppressionListReason("").Values(), nil
	}
	return account.SuppressionAttributes.SuppressedReasons, nil
}

// removal returns the command that removes an address from the suppression list. The command names the region, because each
// region has a list.
func (s *suppression) removal(entry suppressed) string {
	return withProfile("aws sesv2 delete-suppressed-destination --email-address "+text.ShellWord(entry.address)+" --region "+s.machine.Region(),
		s.machine.profile)
}
