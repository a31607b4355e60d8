package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/arn"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// preflight looks whether AWS is ready for a list, as the state machine does before it touches anybody, and a little
// further.
type preflight struct {
	clients  *Clients
	settings contract.Settings
	list     *userlist.List
	progress io.Writer // what takes long says here how far it is

	region, profile string // of the commands that it suggests

	findings   []finding
	suppressed []string // the names of the users whose mails SES does not send

	ses    *sesv2.GetAccountOutput // nil until SES has answered
	sender *sesv2.GetEmailIdentityOutput
}

// finding is what a look has found, and what to do about it.
type finding struct {
	level level
	text  string
}

type level string

const (
	fine    level = "ok"
	warning level = "warning" // a run may do well nevertheless
	problem level = "problem"
)

func (p *preflight) add(level level, format string, args ...any) {
	p.findings = append(p.findings, finding{level, fmt.Sprintf(format, args...)})
}

// newPreflight reads the settings of the state machine.
func newPreflight(ctx context.Context, clients *Clients, machine string, where target, list *userlist.List, progress io.Writer) (*preflight, error) {
	settings, err := readSettings(ctx, clients.Machines, machine)
	parsed, _ := arn.Parse(machine)
	return &preflight{clients: clients, settings: settings, list: list, progress: progress, region: parsed.Region, profile: where.profile}, err
}

// look returns all findings. The error is that of the worst one.
func (p *preflight) look(ctx context.Context) ([]finding, error) {
	wrongGroups := p.lookAtList()
	var refusals []error
	for _, look := range []func(context.Context) error{
		p.lookAtSES, p.lookAtSender, p.lookAtSuppressed, p.lookAtGroups, p.lookAtPasswordPolicy,
	} {
		err := look(ctx)
		if ctx.Err() != nil {
			return nil, errInterrupted
		}
		if err != nil {
			p.add(problem, "%v", err)
			refusals = append(refusals, err)
		}
	}
	problems := 0
	for _, finding := range p.findings {
		if finding.level == problem {
			problems++
		}
	}
	toFix := fmt.Sprintf("%s to fix before the list is run", text.Count(problems, "problem"))
	switch {
	case problems == 0:
		return p.findings, nil
	case wrongGroups > 0:
		return p.findings, usageErrorf("%s", toFix)
	case len(refusals) > 0:
		return p.findings, awsErrorf("%s", toFix)
	default:
		return p.findings, errors.New(toFix)
	}
}

func (p *preflight) lookAtList() (wrong int) {
	var groups []string
	for _, group := range p.settings.Groups {
		groups = append(groups, group.Name)
	}
	for _, user := range p.list.Users {
		if user.Group != "" && !slices.Contains(groups, user.Group) {
			wrong++
			p.add(problem, "%s:%d: %s, got: %q", p.list.Name, user.Line, contract.MustHaveGroup(strings.Join(groups, ", ")), user.Group)
		}
	}
	if wrong == 0 {
		p.add(fine, "%s: %s, nothing wrong", p.list.Name, text.Count(len(p.list.Users), "user"))
	}
	return wrong
}

// account asks SES for the account, once.
func (p *preflight) account(ctx context.Context) (*sesv2.GetAccountOutput, error) {
	if p.ses == nil {
		account, err := p.clients.Mail.GetAccount(ctx, &sesv2.GetAccountInput{}, patient)
		if err != nil {
			return nil, err
		}
		p.ses = account
	}
	return p.ses, nil
}

// senderIdentity asks SES for the identity of the sender, once.
func (p *preflight) senderIdentity(ctx context.Context) (*sesv2.GetEmailIdentityOutput, error) {
	if p.sender == nil {
		identity, err := p.clients.Mail.GetEmailIdentity(ctx, &sesv2.GetEmailIdentityInput{EmailIdentity: &p.settings.SenderIdentity}, patient)
		if err != nil {
			return nil, err
		}
		p.sender = identity
	}
	return p.sender, nil
}

func (p *preflight) lookAtSES(ctx context.Context) error {
	account, err := p.account(ctx)
	if err != nil {
		return refused("look at SES", err)
	}
	if account.SendingEnabled {
		p.add(fine, "SES sends from this account")
	} else {
		p.add(problem, contract.SendingDisabled)
	}
	if account.ProductionAccessEnabled {
		p.add(fine, "SES is out of its sandbox, and mails everybody")
	} else {
		p.add(warning, "SES is in its sandbox, and mails verified recipients only: "+
			"request production access in the SES console, Account dashboard")
	}
	p.lookAtQuota(account.SendQuota)
	return nil
}

func (p *preflight) lookAtQuota(quota *sestypes.SendQuota) {
	const unlimited = -1
	if quota == nil || quota.Max24HourSend == unlimited {
		return
	}
	left, users := int(max(quota.Max24HourSend-quota.SentLast24Hours, 0)), len(p.list.Users)
	mails := users * p.settings.MailsPerUser
	balance := fmt.Sprintf("SES sends %s within 24 hours, and the list takes %s for %s",
		text.Count(left, "more mail"), text.Count(mails, "mail"), text.Count(users, "user"))
	if mails <= left {
		p.add(fine, "%s", balance)
		return
	}
	p.add(problem, "%s: request a higher quota, or run the same list again each day until everybody is onboarded", balance)
}

func (p *preflight) lookAtSender(ctx context.Context) error {
	identity, err := p.senderIdentity(ctx)
	var missing *sestypes.NotFoundException
	switch {
	case errors.As(err, &missing):
		p.add(problem, "%s", contract.NoIdentity(p.settings.SenderIdentity))
	case err != nil:
		return refused("look at the SES identity "+p.settings.SenderIdentity, err)
	case !identity.VerifiedForSendingStatus:
		p.add(problem, "%s", contract.IdentityNotVerified(p.settings.SenderIdentity))
	default:
		p.add(fine, "the sender's SES identity %s is verified", p.settings.SenderIdentity)
	}
	return nil
}

func (p *preflight) lookAtGroups(ctx context.Context) error {
	for _, group := range p.settings.Groups {
		found, err := p.clients.Users.GetGroup(ctx, &iam.GetGroupInput{GroupName: &group.Name, MaxItems: aws.Int32(1)})
		var missing *iamtypes.NoSuchEntityException
		switch {
		case errors.As(err, &missing):
			p.add(problem, "%s", contract.NoGroup(group.Name))
		case isDenied(err):
			return awsErrorf("%v; %s", refused("look at the group "+group.Name, err), contract.IfGroupHasPath)
		case err != nil:
			return refused("look at the group "+group.Name, err)
		default:
			p.compareARNs(group, aws.ToString(found.Group.Arn))
		}
	}
	return nil
}

// compareARNs compares the ARN of a group with the one that the role of the state machine may use.
func (p *preflight) compareARNs(group contract.Group, arn string) {
	if group.Arn != arn {
		p.add(problem, "the group %s is %s, but %s: %s", group.Name, arn, contract.OnlyByARN(group.Arn), contract.ConfigureByARN)
		return
	}
	p.add(fine, "the group %s exists", group.Name)
}

func (p *preflight) lookAtPasswordPolicy(ctx context.Context) error {
	policy, err := p.clients.Users.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	var missing *iamtypes.NoSuchEntityException
	switch {
	case errors.As(err, &missing):
		p.add(fine, "the account has no password policy of its own: passwords satisfy the default of IAM")
	case err != nil:
		return refused("look at the password policy", err)
	default:
		p.add(fine, "the password policy of the account can be read: passwords have at least %d characters",
			aws.ToInt32(policy.PasswordPolicy.MinimumPasswordLength))
	}
	return nil
}

func printFindings(w io.Writer, findings []finding) {
	colour := hasColour(w)
	for _, finding := range findings {
		line := fmt.Sprintf("%-8s %s", finding.level, finding.text)
		if finding.level == problem && colour {
			line = red(line)
		}
		fmt.Fprintln(w, line)
	}
}
