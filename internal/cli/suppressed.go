package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// SES's suppression list, by the SES Developer Guide, "Using the Amazon SES account-level suppression list", unless another
// source is named:
//
//   - SES accepts a mail to an address on the list, and does not send it, if the address is there for a reason that is in
//     force. The configuration set of the mail says which reasons are; if it does not, the account does.
//   - Sending compares addresses without regard to letter case. The calls that manage the list compare the part before the
//     @ with regard to it (floci pull request 1350, measured on AWS). So only reading the list finds an address in every
//     letter case; GetSuppressedDestination finds it in the one that it is asked for.
//   - Without a PageSize, a page has 1,000 addresses (aws-cli issue 7859). The bounds of PageSize are not documented.
//   - An account makes one request a second, except for the calls that send (SES Developer Guide, "Service quotas").
//
// Not documented is how GetConfigurationSet answers for a set that leaves suppression to the account. This command takes an
// answer without a list of reasons for that, and an empty list for a set that switches suppression off. If SES answers with
// an empty list in both cases, the command finds no suppressed address where a configuration set is used. Neither is it
// documented whether GetAccount always has the attributes of suppression; without them every reason counts.
const (
	// callInterval is the time between two calls that read the list.
	callInterval = time.Second
	// leastPages and mostPages bound how much of the list is read. In between, it is one page for each user: asking SES for
	// each address instead takes as many calls.
	leastPages, mostPages = 5, 120
	// progressAfter is the time after which the command says what takes so long.
	progressAfter = 3 * time.Second
)

// patient lets a call wait for its turn where others use up the rate of the account.
func patient(o *sesv2.Options) {
	o.RetryMaxAttempts = 5
	o.Retryer = retry.AddWithMaxBackoffDelay(o.Retryer, callInterval)
}

// suppressed is an address as the suppression list of SES has it.
type suppressed struct {
	address string
	reason  sestypes.SuppressionListReason
}

// lookAtSuppressed finds the addresses of the list that SES does not deliver to. It fails only when ctx ends.
func (p *preflight) lookAtSuppressed(ctx context.Context) error {
	reasons, err := p.suppressedReasons(ctx)
	if err == nil && len(reasons) == 0 {
		p.add(fine, "SES's suppression list is off for these mails")
		return nil
	}
	look := &suppressionLook{mail: p.clients.Mail, progress: p.progress, reasons: reasons, found: map[string][]suppressed{}}
	for _, user := range p.list.Users {
		look.addresses = append(look.addresses, user.Email)
	}
	if err == nil {
		err = look.read(ctx)
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	for _, user := range p.list.Users {
		for _, entry := range look.found[strings.ToLower(user.Email)] {
			p.suppressed = append(p.suppressed, user.UserName)
			p.add(problem, "%s:%d: SES does not deliver to %s, because an earlier mail to it %s: correct the address, or remove it from "+
				"SES's suppression list, then run the list, with --resend if the user was onboarded before: %s",
				p.list.Name, user.Line, user.Email, entry.why(), p.removal(entry))
		}
	}
	switch {
	case err != nil:
		p.add(warning, "did not find out which addresses SES suppresses: %v", err)
	case len(look.found) == 0:
		p.add(fine, "SES suppresses none of the addresses")
	}
	return nil
}

// suppressedReasons returns the reasons for which SES suppresses the mails of the state machine; none if it never does.
func (p *preflight) suppressedReasons(ctx context.Context) ([]sestypes.SuppressionListReason, error) {
	set := p.settings.ConfigurationSet
	if set == "" {
		identity, err := p.senderIdentity(ctx)
		var missing *sestypes.NotFoundException
		switch {
		case errors.As(err, &missing): // the state machine then refuses the list
		case err != nil:
			return nil, refused(fmt.Sprintf("look at the SES identity %s (ses:GetEmailIdentity)", p.settings.SenderIdentity), err)
		default:
			set = aws.ToString(identity.ConfigurationSetName)
		}
	}
	if set != "" {
		found, err := p.clients.Mail.GetConfigurationSet(ctx, &sesv2.GetConfigurationSetInput{ConfigurationSetName: &set}, patient)
		if err != nil {
			return nil, refused(fmt.Sprintf("look at the configuration set %s (ses:GetConfigurationSet)", set), err)
		}
		if options := found.SuppressionOptions; options != nil && options.SuppressedReasons != nil {
			return options.SuppressedReasons, nil
		}
	}
	account, err := p.account(ctx)
	if err != nil {
		return nil, refused("look at SES (ses:GetAccount)", err)
	}
	if account.SuppressionAttributes == nil {
		return sestypes.SuppressionListReason("").Values(), nil
	}
	return account.SuppressionAttributes.SuppressedReasons, nil
}

func (s suppressed) why() string {
	switch s.reason {
	case sestypes.SuppressionListReasonBounce:
		return "bounced"
	case sestypes.SuppressionListReasonComplaint:
		return "was reported as spam"
	default:
		return "led to a " + text.OneLine(string(s.reason))
	}
}

// removal is how the operator takes an address off the suppression list, which is one of the region.
func (p *preflight) removal(entry suppressed) string {
	command := "aws sesv2 delete-suppressed-destination --email-address " + text.ShellWord(entry.address) + " --region " + p.region
	if p.profile != "" {
		command += " --profile " + text.ShellWord(p.profile)
	}
	return command
}

// suppressionLook looks for addresses on the suppression list of SES, within the rate of its calls.
type suppressionLook struct {
	mail      MailAPI
	progress  io.Writer
	addresses []string
	reasons   []sestypes.SuppressionListReason // that count

	found      map[string][]suppressed // by the address in lower case
	nextCall   time.Time
	nextReport time.Time
}

// read reads SES's list. If that is longer than is worth it, read asks for each address.
func (l *suppressionLook) read(ctx context.Context) error {
	l.nextReport = time.Now().Add(progressAfter)
	wanted := map[string]bool{}
	for _, address := range l.addresses {
		wanted[strings.ToLower(address)] = true
	}
	most := min(max(len(l.addresses), leastPages), mostPages)
	pages := sesv2.NewListSuppressedDestinationsPaginator(l.mail, &sesv2.ListSuppressedDestinationsInput{})
	seen := 0
	for page := 0; pages.HasMorePages(); page++ {
		if page == most {
			return l.askForEach(ctx, seen)
		}
		if err := l.waitForTurn(ctx); err != nil {
			return err
		}
		listed, err := pages.NextPage(ctx, patient)
		if err != nil {
			return refused("read the suppression list (ses:ListSuppressedDestinations)", err)
		}
		for _, summary := range listed.SuppressedDestinationSummaries {
			if address := aws.ToString(summary.EmailAddress); wanted[strings.ToLower(address)] {
				l.note(suppressed{address, summary.Reason})
			}
		}
		seen += len(listed.SuppressedDestinationSummaries)
		if pages.HasMorePages() {
			l.report("reading SES's suppression list: %d addresses so far", seen)
		}
	}
	return nil
}

// askForEach asks SES for each address, in the letter case in which the list of users has it and in lower case. SES refuses
// an address with a slash in the path of a call (aws-sdk issue 158, for DeleteSuppressedDestination).
func (l *suppressionLook) askForEach(ctx context.Context, seen int) error {
	if len(l.addresses) > mostPages {
		return fmt.Errorf("its suppression list has more than the %d addresses that were read: check --aws finds out for a list of "+
			"at most %d users", seen, mostPages)
	}
	var unasked []string
	for i, address := range l.addresses {
		if strings.Contains(address, "/") {
			unasked = append(unasked, address)
			continue
		}
		for _, spelling := range slices.Compact([]string{address, strings.ToLower(address)}) {
			if err := l.askFor(ctx, spelling); err != nil {
				return err
			}
		}
		l.report("asking SES for each address: %d of %d", i+1, len(l.addresses))
	}
	if len(unasked) > 0 {
		return fmt.Errorf("SES cannot be asked for an address with a slash: look for %s in the SES console, Suppression list",
			strings.Join(unasked, ", "))
	}
	return nil
}

func (l *suppressionLook) askFor(ctx context.Context, address string) error {
	if err := l.waitForTurn(ctx); err != nil {
		return err
	}
	got, err := l.mail.GetSuppressedDestination(ctx, &sesv2.GetSuppressedDestinationInput{EmailAddress: &address}, patient)
	var missing *sestypes.NotFoundException
	switch {
	case errors.As(err, &missing):
		return nil
	case err != nil:
		return refused(fmt.Sprintf("look for %s on the suppression list (ses:GetSuppressedDestination)", address), err)
	}
	l.note(suppressed{aws.ToString(got.SuppressedDestination.EmailAddress), got.SuppressedDestination.Reason})
	return nil
}

// note notes an address once, if it is on the list for a reason that counts.
func (l *suppressionLook) note(entry suppressed) {
	key := strings.ToLower(entry.address)
	if slices.Contains(l.reasons, entry.reason) && !slices.Contains(l.found[key], entry) {
		l.found[key] = append(l.found[key], entry)
	}
}

// waitForTurn waits until SES takes another call.
func (l *suppressionLook) waitForTurn(ctx context.Context) error {
	timer := time.NewTimer(time.Until(l.nextCall))
	defer timer.Stop()
	select {
	case <-timer.C:
		l.nextCall = time.Now().Add(callInterval)
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// report says how far the look is, where it takes long, and not so often that it would fill a log.
func (l *suppressionLook) report(format string, args ...any) {
	if now := time.Now(); now.After(l.nextReport) {
		l.nextReport = now.Add(lineInterval)
		fmt.Fprintf(l.progress, format+"\n", args...)
	}
}
