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

// How SES's suppression list works. The source is the SES Developer Guide, "Using the Amazon SES account-level suppression
// list", unless another source is named:
//
//   - SES accepts a mail to an address on the list, and does not send it, if suppression is on for the reason of the address.
//     The configuration set of the mail has the reasons for which suppression is on. If it has none, the account has them.
//   - When it sends a mail, SES compares addresses without regard to letter case. The calls that manage the list compare the
//     part before the @ with regard to letter case (floci pull request 1350, measured on AWS). So GetSuppressedDestination
//     finds an address only in the letter case of the call. To find an address in any letter case, one must read the list.
//   - Without a PageSize, a page has 1,000 addresses (aws-cli issue 7859). The bounds of PageSize are not documented.
//
// AWS does not document what GetConfigurationSet returns for a set that leaves suppression to the account. We assume no list
// of reasons for such a set, and an empty list for a set that switches suppression off. If SES returns an empty list in both
// cases, we find no suppressed address of mails with a configuration set. AWS also does not document whether GetAccount always
// returns the attributes of suppression. If it does not, every reason counts.
//
// leastPages and mostPages bound how many pages of the list we read. Between them, we read up to one page for each user,
// because it takes as many calls to ask SES for each address.
const leastPages, mostPages = 5, 120

// suppressed is an address on the suppression list, in the letter case that SES returns.
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

// suppressionList finds addresses on the suppression list of SES. It keeps the rate of [callInterval].
type suppressionList struct {
	mail      MailAPI
	progress  func(text string)
	addresses []string
	reasons   []sestypes.SuppressionListReason // for which SES suppresses mails

	found    map[string][]suppressed // by the address in lower case
	nextCall time.Time
}

// read reads the list of SES. If the list has more pages than the bound, read asks SES for each address instead.
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

// askForEach asks SES for each address, both in the letter case of the list of users and in lower case. SES refuses an address
// that has a slash, because the address is in the path of the call (aws-sdk issue 158, for DeleteSuppressedDestination). seen
// is the number of addresses that read has read.
func (l *suppressionList) askForEach(ctx context.Context, seen int) error {
	if len(l.addresses) > mostPages {
		return fmt.Errorf("the suppression list has more than the %d addresses that the command reads: split the list into lists "+
			"of at most %d users, and run onboard check --aws for each", seen, mostPages)
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
		return fmt.Errorf("SES cannot look up an address that has a slash: look for %s in the SES console, Suppression list",
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
		return refused(fmt.Sprintf("look up %s on the suppression list (ses:GetSuppressedDestination)", address), err)
	}
	l.note(suppressed{aws.ToString(got.SuppressedDestination.EmailAddress), got.SuppressedDestination.Reason})
	return nil
}

// note adds an address to found, once, if SES suppresses mails for its reason.
func (l *suppressionList) note(entry suppressed) {
	key := strings.ToLower(entry.address)
	if slices.Contains(l.reasons, entry.reason) && !slices.Contains(l.found[key], entry) {
		l.found[key] = append(l.found[key], entry)
	}
}

// waitForTurn waits until [callInterval] has passed since the last call. It returns the error of ctx if ctx ends first.
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
