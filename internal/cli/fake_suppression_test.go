package cli_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

const (
	bounce    = sestypes.SuppressionListReasonBounce
	complaint = sestypes.SuppressionListReasonComplaint
)

// fakeSuppression is the suppression list of SES. With its zero value, it is empty, and suppression is on for both reasons.
type fakeSuppression struct {
	others       int  // the number of other addresses, which are on the list before suppressed
	early        bool // suppressed is also on the first page
	suppressed   []sestypes.SuppressedDestinationSummary
	reasons      *[]sestypes.SuppressionListReason // of the account; default: both
	noAttributes bool                              // GetAccount returns no attributes of suppression
	defaultSet   *string                           // the configuration set of the identity
	sets         map[string]*sestypes.SuppressionOptions

	listErr, getErr, setErr error
	onList                  func(page int) // called for each page, from 1

	calls []time.Time // the times of the calls that read the list
	asked []string    // the arguments of GetSuppressedDestination
}

func onList(address string, reason sestypes.SuppressionListReason) sestypes.SuppressedDestinationSummary {
	return sestypes.SuppressedDestinationSummary{EmailAddress: &address, Reason: reason}
}

func (f *fakeSuppression) accountAttributes() *sestypes.SuppressionAttributes {
	if f.noAttributes {
		return nil
	}
	if f.reasons != nil {
		return &sestypes.SuppressionAttributes{SuppressedReasons: *f.reasons}
	}
	return &sestypes.SuppressionAttributes{SuppressedReasons: []sestypes.SuppressionListReason{bounce, complaint}}
}

func (f *fakeSuppression) GetConfigurationSet(_ context.Context, in *sesv2.GetConfigurationSetInput, _ ...func(*sesv2.Options)) (*sesv2.GetConfigurationSetOutput, error) {
	options, found := f.sets[*in.ConfigurationSetName]
	if !found && f.setErr == nil {
		return nil, &sestypes.NotFoundException{}
	}
	return &sesv2.GetConfigurationSetOutput{SuppressionOptions: options}, f.setErr
}

// GetSuppressedDestination compares the part before the @ with regard to letter case, as SES does.
func (f *fakeSuppression) GetSuppressedDestination(_ context.Context, in *sesv2.GetSuppressedDestinationInput, _ ...func(*sesv2.Options)) (*sesv2.GetSuppressedDestinationOutput, error) {
	f.calls, f.asked = append(f.calls, time.Now()), append(f.asked, *in.EmailAddress)
	name, host, _ := strings.Cut(*in.EmailAddress, "@")
	for _, summary := range f.suppressed {
		if *summary.EmailAddress == name+"@"+strings.ToLower(host) {
			return &sesv2.GetSuppressedDestinationOutput{SuppressedDestination: &sestypes.SuppressedDestination{
				EmailAddress: summary.EmailAddress, Reason: summary.Reason}}, f.getErr
		}
	}
	if f.getErr != nil {
		return nil, f.getErr
	}
	return nil, &sestypes.NotFoundException{}
}

// ListSuppressedDestinations returns pages of 1,000 addresses.
func (f *fakeSuppression) ListSuppressedDestinations(ctx context.Context, in *sesv2.ListSuppressedDestinationsInput, _ ...func(*sesv2.Options)) (*sesv2.ListSuppressedDestinationsOutput, error) {
	f.calls = append(f.calls, time.Now())
	if f.onList != nil {
		f.onList(len(f.calls))
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if f.listErr != nil {
		return nil, f.listErr
	}
	const pageSize = 1000
	start, _ := strconv.Atoi(aws.ToString(in.NextToken))
	page := &sesv2.ListSuppressedDestinationsOutput{}
	for i := start; i < min(start+pageSize, f.others); i++ {
		page.SuppressedDestinationSummaries = append(page.SuppressedDestinationSummaries, onList(fmt.Sprintf("other-%d@example.org", i), bounce))
	}
	if f.early && start == 0 {
		page.SuppressedDestinationSummaries = append(page.SuppressedDestinationSummaries, f.suppressed...)
	}
	if f.others > start+pageSize {
		page.NextToken = aws.String(strconv.Itoa(start + pageSize))
	} else {
		page.SuppressedDestinationSummaries = append(page.SuppressedDestinationSummaries, f.suppressed...)
	}
	return page, nil
}

// wantPace checks that the calls that read the list keep the rate of SES.
func (f *fakeSuppression) wantPace(t *testing.T) {
	t.Helper()
	for i := 1; i < len(f.calls); i++ {
		if f.calls[i].Sub(f.calls[i-1]) < time.Second {
			t.Errorf("call %d came %v after the one before, want a second or more", i+1, f.calls[i].Sub(f.calls[i-1]))
		}
	}
}
