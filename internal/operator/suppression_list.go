package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
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
//
// AWS does not document how GetConfigurationSet answers for a set that leaves suppression to the account. We take an answer
// without a list of reasons for such a set, and an empty list for a set that switches suppression off. If SES answers with an
// empty list in both cases, we find no suppressed address of mails with a configuration set. AWS also does not document
// whether GetAccount always has the attributes of suppression: without them, every reason counts.
//
// leastPages and mostPages bound how much of the list is read. In between, it is one page for each user: asking SES for each
// address instead takes as many calls.
const leastPages, mostPages = 5, 120

// suppressed is an address on the suppression list, as SES has written it.
type suppressed struct {
	address string
	reason  sestypes.SuppressionListReason
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

// suppressionList looks for addresses on the suppression list of SES, within the rate of its calls.
type suppressionList struct {
	mail      MailAPI
	progress  func(text string)
	addresses []string
	reasons   []sestypes.SuppressionListReason // that count

	found    map[string][]suppressed // by the address in lower case
	nextCall time.Time
}

// read reads the list of SES, up to the bound of its pages. If the list has more, read asks for each address instead.
func (l *suppressionList) read(ctx context.Context) error {
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
			l.progress(fmt.Sprintf("reading SES's suppression list: %d addresses so far", seen))
		}
	}
	return nil
}

// askForEach asks SES for each address, in the letter case in which the list of users has it and in lower case. SES refuses
// an address with a slash in the path of a call (aws-sdk issue 158, for DeleteSuppressedDestination).
func (l *suppressionList) askForEach(ctx context.Context, seen int) error {
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
		l.progress(fmt.Sprintf("asking SES for each address: %d of %d", i+1, len(l.addresses)))
	}
	if len(unasked) > 0 {
		return fmt.Errorf("SES cannot be asked for an address with a slash: look for %s in the SES console, Suppression list",
			strings.Join(unasked, ", "))
	}
	return nil
}

func (l *suppressionList) askFor(ctx context.Context, address string) error {
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
func (l *suppressionList) note(entry suppressed) {
	key := strings.ToLower(entry.address)
	if slices.Contains(l.reasons, entry.reason) && !slices.Contains(l.found[key], entry) {
		l.found[key] = append(l.found[key], entry)
	}
}

// waitForTurn waits until SES takes another call.
func (l *suppressionList) waitForTurn(ctx context.Context) error {
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
