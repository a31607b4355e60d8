package operator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	iamtypes "github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// The states of a [User].
const (
	Incomplete = "Incomplete"     // an execution has not finished the user, or is about to
	Waiting    = "Waiting"        // the user has a first password, and has not chosen a password yet
	SignedIn   = "SignedIn"       // the user has chosen a password
	Expired    = contract.Expired // the first password was not used in time
	NoPassword = "NoPassword"     // the user was complete, and has no login profile any more
)

// User is a user that the state machine has made.
type User struct {
	UserName string
	State    string
	// Issued is the time at which the first password was issued. It is zero if that is not known.
	Issued time.Time `json:",omitzero"`
	// ValidUntil is the time until which an unused first password works at least. It is zero if there is none, or if it does
	// not expire.
	ValidUntil time.Time `json:",omitzero"`
	// LastSignIn is the time at which a password of the user was last used. IAM knows it some minutes later, and keeps it if
	// the login profile is deleted (IAM API Reference, User).
	LastSignIn time.Time `json:",omitzero"`
	Groups     []string  `json:",omitempty"` // empty unless asked for
	HasMFA     *bool     `json:",omitempty"` // whether the user has an MFA device; nil unless asked for
}

// HasNotSignedIn reports whether the user has yet to sign in for the first time.
func (u User) HasNotSignedIn() bool {
	return slices.Contains([]string{Incomplete, Waiting, Expired}, u.State)
}

// Details are what [Users] also reads. Each takes one more call for each user.
type Details struct{ Groups, MFA bool }

// Users returns the users that the state machine has made, in the order of their names. While it reads them, it calls progress
// with the number of those that it has read, and of all. The calls of progress do not overlap.
func Users(ctx context.Context, machine *Machine, details Details, progress func(done, total int)) ([]User, error) {
	settings, err := readSettings(ctx, machine)
	if err != nil {
		return nil, err
	}
	reader := userReader{api: machine.clients.Users, settings: settings, details: details, option: persistent()}
	names, err := reader.names(ctx)
	if err != nil {
		return nil, err
	}
	read, isOurs := make([]User, len(names)), make([]bool, len(names))
	if err := readEach(ctx, len(names), progress, func(ctx context.Context, i int) (err error) {
		read[i], isOurs[i], err = reader.read(ctx, names[i])
		return err
	}); err != nil {
		return nil, err
	}
	var users []User
	for i, user := range read {
		if isOurs[i] {
			users = append(users, user)
		}
	}
	slices.SortFunc(users, func(a, b User) int { return cmp.Compare(strings.ToLower(a.UserName), strings.ToLower(b.UserName)) })
	return users, nil
}

// persistent returns an option for calls of IAM. IAM throttles, and documents no rate. The calls that share the option slow down
// together, and are tried often enough for the thousands of users of an account, within the time that a call has.
func persistent() func(*iam.Options) {
	retryer := retry.NewAdaptiveMode(func(o *retry.AdaptiveModeOptions) {
		o.StandardOptions = append(o.StandardOptions, func(o *retry.StandardOptions) {
			o.MaxAttempts, o.MaxBackoff = 10, longestCall/10
			o.RateLimiter = ratelimit.None // does not give up earlier if many calls are throttled
		})
	})
	return func(o *iam.Options) { o.Retryer = retryer }
}

// userReader reads users of a state machine.
type userReader struct {
	api      UserAPI
	settings contract.Settings
	details  Details
	option   func(*iam.Options)
}

// names returns the names of the users that have the path of the settings. Users below a longer path are left out.
func (r userReader) names(ctx context.Context) (names []string, err error) {
	pages := iam.NewListUsersPaginator(r.api, &iam.ListUsersInput{PathPrefix: &r.settings.UserPath, MaxItems: aws.Int32(usersOfPage)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx, r.option)
		if err != nil {
			return nil, refused("list the users below "+r.settings.UserPath, err)
		}
		for _, user := range page.Users {
			if aws.ToString(user.Path) == r.settings.UserPath {
				names = append(names, aws.ToString(user.UserName))
			}
		}
	}
	return names, nil
}

// read reads a user, and whether a state machine with this path has made it. It was made by another one, or by hand, if it does not
// have the tag. A user that was deleted meanwhile is not ours.
func (r userReader) read(ctx context.Context, name string) (user User, isOurs bool, err error) {
	found, err := r.api.GetUser(ctx, &iam.GetUserInput{UserName: &name}, r.option)
	if isMissing(err) {
		return User{}, false, nil
	}
	if err != nil {
		return User{}, false, refused("read the user "+name, err)
	}
	tags := map[string]string{}
	for _, tag := range found.User.Tags {
		tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	if !slices.Contains([]string{contract.TagPending, contract.TagComplete, contract.TagExpired}, tags[contract.TagKey]) {
		return User{}, false, nil
	}
	profile, err := r.profile(ctx, name)
	if err != nil {
		return User{}, false, err
	}
	user = User{UserName: text.OneLine(name), LastSignIn: aws.ToTime(found.User.PasswordLastUsed)}
	user.Issued, _ = time.Parse(contract.IssuedLayout, tags[contract.IssuedTagKey]) // zero for a user of an earlier version
	user.State = stateOf(tags[contract.TagKey], profile, user.LastSignIn.After(user.Issued))
	if profile != nil && (user.State == Waiting || user.State == Incomplete) {
		user.ValidUntil = r.validUntil(user.Issued, profile)
	}
	err = r.addDetails(ctx, &user, name)
	return user, true, err
}

// profile returns the login profile of a user, or nil if the user has none.
func (r userReader) profile(ctx context.Context, name string) (*iamtypes.LoginProfile, error) {
	found, err := r.api.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: &name}, r.option)
	switch {
	case isMissing(err):
		return nil, nil
	case err != nil:
		return nil, refused("read the login profile of "+name, err)
	}
	return found.LoginProfile, nil
}

// stateOf returns the state of a user that has this value of the tag. profile is nil if the user has none. A user that has chosen a
// password keeps it, whatever the tag says. So does a user that has signed in since the first password was issued: the sweep leaves
// such a user alone.
func stateOf(tag string, profile *iamtypes.LoginProfile, hasSignedIn bool) string {
	switch {
	case profile != nil && !profile.PasswordResetRequired:
		return SignedIn
	case tag == contract.TagPending:
		return Incomplete
	case profile != nil && hasSignedIn:
		return SignedIn
	case tag == contract.TagExpired:
		return Expired
	case profile == nil:
		return NoPassword
	default:
		return Waiting
	}
}

// validUntil returns until when a first password works: until the validity has passed since its issue, and since the creation of the
// login profile.
func (r userReader) validUntil(issued time.Time, profile *iamtypes.LoginProfile) time.Time {
	if made := aws.ToTime(profile.CreateDate); issued.Before(made) {
		issued = made
	}
	if r.settings.ValidityHours == 0 || issued.IsZero() {
		return time.Time{}
	}
	return issued.UTC().Add(time.Duration(r.settings.ValidityHours) * time.Hour)
}

func (r userReader) addDetails(ctx context.Context, user *User, name string) error {
	if r.details.Groups {
		// A user is in at most 10 groups (IAM User Guide, "IAM and AWS STS quotas"), which fit on a page.
		found, err := r.api.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: &name}, r.option)
		if err != nil && !isMissing(err) {
			return refused("list the groups of "+name, err)
		}
		if err == nil {
			for _, group := range found.Groups {
				user.Groups = append(user.Groups, aws.ToString(group.GroupName))
			}
		}
	}
	if r.details.MFA {
		found, err := r.api.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: &name}, r.option)
		if err != nil && !isMissing(err) {
			return refused("list the MFA devices of "+name, err)
		}
		user.HasMFA = aws.Bool(err == nil && len(found.MFADevices) > 0)
	}
	return nil
}

func isMissing(err error) bool { return errors.As(err, new(*iamtypes.NoSuchEntityException)) }

// SummaryOfUsers counts users in a sentence such as: 3 users: 2 waiting for the first sign-in, 1 signed in.
func SummaryOfUsers(users []User) string {
	var parts []string
	for _, part := range []struct{ state, what string }{
		{Incomplete, "incomplete (" + contract.RunAgain + ")"},
		{Waiting, "waiting for the first sign-in"},
		{SignedIn, "signed in"},
		{Expired, "expired (mail a new password with onboard resend)"},
		{NoPassword, "without a password (the login profile was deleted)"},
	} {
		count := 0
		for _, user := range users {
			if user.State == part.state {
				count++
			}
		}
		if count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count, part.what))
		}
	}
	return text.Join(": ", text.Count(len(users), "user"), strings.Join(parts, ", "))
}
