package operator

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// preflight checks that AWS is ready for a list. It checks what the preflight of the state machine checks, and also the
// sandbox, the quota and the suppression list of SES.
type preflight struct{ *look }

// Check checks that AWS is ready for a list, and returns all findings. If that takes long, it calls progress. The error has
// the number of problems. It is a [ListError] if the list names a group that is not allowed, and otherwise a [RefusalError] if AWS
// refused a call. Check returns no findings if it cannot read the settings of the state machine, or if ctx ends.
func Check(ctx context.Context, machine *Machine, list *userlist.List, progress func(text string)) ([]Finding, error) {
	look, err := newLook(ctx, machine, list, progress)
	if err != nil {
		return nil, err
	}
	p := preflight{look}
	wrongUsers := p.lookAtList()
	var refusals []error
	for _, lookAt := range []func(context.Context) error{
		p.lookAtValidity, p.lookAtSES, p.lookAtSender, (&suppression{look: p.look}).search, p.lookAtGroups, p.lookAtPasswordPolicy,
	} {
		err := lookAt(ctx)
		if ctx.Err() != nil {
			return nil, ErrInterrupted
		}
		if err != nil {
			p.add(problem, "%v", err)
			refusals = append(refusals, err)
		}
	}
	problems := 0
	for _, finding := range p.findings {
		if finding.IsProblem() {
			problems++
		}
	}
	toFix := fmt.Sprintf("%s to fix before you run the list", text.Count(problems, "problem"))
	switch {
	case problems == 0:
		return p.findings, nil
	case wrongUsers > 0:
		return p.findings, ListError{errors.New(toFix)}
	case len(refusals) > 0:
		return p.findings, refusalf("%s", toFix)
	default:
		return p.findings, errors.New(toFix)
	}
}

// NoProblems returns the sentence that no user of a list has a problem.
func NoProblems(list *userlist.List) string {
	return fmt.Sprintf("%s: %s, no problems", list.Name, text.Count(len(list.Users), "user"))
}

// NotChecked returns the sentence that says what the check of a list without AWS leaves open.
func NotChecked(list *userlist.List) string {
	groups, languages := map[string]bool{}, map[string]bool{}
	for _, user := range list.Users {
		groups[user.Group], languages[user.Language] = true, true
	}
	var named []string
	for _, of := range []struct {
		noun  string
		names map[string]bool
	}{{"group", groups}, {"language", languages}} {
		if delete(of.names, ""); len(of.names) > 0 {
			named = append(named, fmt.Sprintf("%s (%s)", text.Count(len(of.names), of.noun), text.Some(slices.Sorted(maps.Keys(of.names)))))
		}
	}
	if len(named) == 0 {
		return "not checked without --aws: whether AWS is ready for the list"
	}
	return fmt.Sprintf("not checked without --aws: whether the list may name %s, and whether AWS is ready for the list", strings.Join(named, " and "))
}

// maxWrongUsers is the number of users with a wrong group or language that a check prints. A wrong list may have thousands.
const maxWrongUsers = 20

// lookAtList checks the groups and the languages that the list names. It returns the number of users that have another one.
func (p preflight) lookAtList() (wrong int) {
	var groups []string
	for _, group := range p.settings.Groups {
		groups = append(groups, group.Name)
	}
	for _, user := range p.list.Users {
		var problems []string
		if user.Group != "" && !slices.Contains(groups, user.Group) {
			problems = append(problems, fmt.Sprintf("%s, got: %q", contract.MustHaveGroup(strings.Join(groups, ", ")), user.Group))
		}
		if languages := p.settings.Languages; user.Language != "" && !slices.Contains(languages, user.Language) {
			problems = append(problems, fmt.Sprintf("%s, got: %q", contract.MustHaveLanguage(strings.Join(languages, ", ")), user.Language))
		}
		if len(problems) == 0 {
			continue
		}
		if wrong++; wrong <= maxWrongUsers {
			p.add(problem, "%s:%d: %s", p.list.Name, user.Line, strings.Join(problems, "; "))
		}
	}
	if more := wrong - maxWrongUsers; more > 0 {
		p.add(problem, "%s: %s name a group or a language that is not allowed", p.list.Name, text.Count(more, "more user"))
	}
	if wrong == 0 {
		p.add(fine, "%s", NoProblems(p.list))
	}
	return wrong
}

// lookAtValidity says how long a first password works, and warns if no sweep withdraws those that nobody used. It never returns an error,
// because lists can be run without sweeps.
func (p preflight) lookAtValidity(ctx context.Context) error {
	hours := p.settings.ValidityHours
	if hours == 0 {
		p.add(fine, "a first password does not expire")
		return nil
	}
	works := "a first password works for " + text.Count(hours, "hour")
	if p.machine.stack == "" {
		p.add(fine, "%s", works)
		return nil
	}
	interval := contract.SweepInterval(hours)
	last, hasRun, err := p.lastSweep(ctx)
	const see = "see onboard list --sweeps"
	switch {
	case err != nil:
		p.add(warning, "%s; it is not known when a sweep last withdrew unused ones: %v", works, err)
	case !hasRun:
		p.add(fine, "%s; no sweep for unused ones has run yet, and one is due every %s", works, inHours(interval))
	case last.IsZero():
		p.add(warning, "%s, but no sweep has withdrawn unused ones yet. One is due every %s: %s", works, inHours(interval), see)
	case time.Since(last) > 2*interval+longestSweep:
		p.add(warning, "%s, but the last sweep that withdrew unused ones ended %s ago. One is due every %s: %s", works, inHours(time.Since(last)),
			inHours(interval), see)
	default:
		p.add(fine, "%s; a sweep withdrew unused ones %s ago", works, inHours(time.Since(last)))
	}
	return nil
}

// longestSweep is how long a sweep may wait for lists, and then take.
const longestSweep = 4 * time.Hour

// lastSweep returns the end of the last sweep that succeeded, and whether any sweep has run. The end is zero if none of the last
// MaxRecent has succeeded.
func (p preflight) lastSweep(ctx context.Context) (end time.Time, hasRun bool, err error) {
	sweeps, err := Find(ctx, p.machine.clients, Target{Stack: p.machine.stack, Sweeps: true})
	if err != nil {
		return time.Time{}, false, err
	}
	listed, err := p.machine.clients.Executions.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &sweeps.arn, MaxResults: MaxRecent})
	if err != nil {
		return time.Time{}, false, refused("list the executions of "+sweeps.arn, err)
	}
	for _, execution := range listed.Executions {
		if execution.Status == sfntypes.ExecutionStatusSucceeded {
			return aws.ToTime(execution.StopDate), true, nil
		}
	}
	return time.Time{}, len(listed.Executions) > 0, nil
}

// inHours says a time in whole hours, or in minutes if it is shorter.
func inHours(d time.Duration) string {
	if d < time.Hour {
		return text.Count(int(d.Minutes()), "minute")
	}
	return text.Count(int(d.Hours()), "hour")
}

func (p preflight) lookAtSES(ctx context.Context) error {
	account, err := p.ses.account(ctx)
	if err != nil {
		return refused("read the SES account", err)
	}
	if account.SendingEnabled {
		p.add(fine, "SES sends from this account")
	} else {
		p.add(problem, contract.SendingDisabled)
	}
	if account.ProductionAccessEnabled {
		p.add(fine, "SES is out of its sandbox, and mails any address")
	} else {
		p.add(warning, "SES is in its sandbox, and mails only verified addresses: "+
			"request production access in the SES console, Account dashboard")
	}
	p.lookAtQuota(account.SendQuota)
	return nil
}

func (p preflight) lookAtQuota(quota *sestypes.SendQuota) {
	const unlimited = -1
	if quota == nil || quota.Max24HourSend == unlimited {
		return
	}
	left, users := int(max(quota.Max24HourSend-quota.SentLast24Hours, 0)), len(p.list.Users)
	mails := users * p.settings.MailsPerUser
	balance := fmt.Sprintf("SES sends %s within 24 hours, and the list needs %s for %s",
		text.Count(left, "more mail"), text.Count(mails, "mail"), text.Count(users, "user"))
	if mails <= left {
		p.add(fine, "%s", balance)
		return
	}
	p.add(problem, "%s: request a higher quota, or %s each day until every user is onboarded", balance, contract.RunAgain)
}

func (p preflight) lookAtSender(ctx context.Context) error {
	identity, err := p.ses.identity(ctx)
	var missing *sestypes.NotFoundException
	switch {
	case errors.As(err, &missing):
		p.add(problem, "%s", contract.NoIdentity(p.settings.SenderIdentity))
	case err != nil:
		return refused("read the SES identity "+p.settings.SenderIdentity, err)
	case !identity.VerifiedForSendingStatus:
		p.add(problem, "%s", contract.IdentityNotVerified(p.settings.SenderIdentity))
	default:
		p.add(fine, "the sender's SES identity %s is verified", p.settings.SenderIdentity)
	}
	return nil
}

func (p preflight) lookAtGroups(ctx context.Context) error {
	for _, group := range p.settings.Groups {
		found, err := p.machine.clients.Users.GetGroup(ctx, &iam.GetGroupInput{GroupName: &group.Name, MaxItems: aws.Int32(1)})
		var missing *iamtypes.NoSuchEntityException
		switch {
		case errors.As(err, &missing):
			p.add(problem, "%s", contract.NoGroup(group.Name))
		case isDenied(err):
			return refusalf("%v; %s", refused("read the group "+group.Name, err), contract.IfGroupHasPath)
		case err != nil:
			return refused("read the group "+group.Name, err)
		default:
			p.compareARNs(group, aws.ToString(found.Group.Arn))
		}
	}
	return nil
}

// compareARNs compares the ARN of a group with the ARN that the role of the state machine may use.
func (p preflight) compareARNs(group contract.Group, arn string) {
	if group.Arn != arn {
		p.add(problem, "the group %s is %s, but %s: %s", group.Name, arn, contract.OnlyByARN(group.Arn), contract.ConfigureByARN)
		return
	}
	p.add(fine, "the group %s exists", group.Name)
}

func (p preflight) lookAtPasswordPolicy(ctx context.Context) error {
	policy, err := p.machine.clients.Users.GetAccountPasswordPolicy(ctx, &iam.GetAccountPasswordPolicyInput{})
	var missing *iamtypes.NoSuchEntityException
	switch {
	case errors.As(err, &missing):
		p.add(fine, "the account has no password policy of its own: passwords satisfy IAM's default policy")
	case err != nil:
		return refused("read the password policy", err)
	default:
		p.add(fine, "the password policy of the account can be read: passwords have at least %d characters",
			aws.ToInt32(policy.PasswordPolicy.MinimumPasswordLength))
	}
	return nil
}
