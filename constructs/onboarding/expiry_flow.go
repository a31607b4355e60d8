package onboarding

import (
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// expiryFlow composes the state machine that withdraws first passwords. [expiryFlow.sweep] makes the whole state machine,
// [expiryFlow.stepsOfUser] the part that runs for each user. Every other method makes one state. The names of states follow the
// rules of [flow].
type expiryFlow struct {
	userFlow
	onboarding *string // the ARN of the state machine that onboards users
}

// sweep returns the whole state machine. It reads the users below the path, a page at a time, and passes each page to child
// executions. Before each page it waits as long as a list is running, because a list may issue a new password at any time. A list that
// starts later runs beside the children of one page at most.
func (f *expiryFlow) sweep() sfn.IChainable {
	begin, listExecutions, tally, summary := f.begin(), f.listExecutions(), f.tally(), f.summary()
	listUsers, listMoreUsers := f.listUsers("ListUsers", false), f.listUsers("ListUsers next", true)
	sweepUsers := f.sweepUsers(f.sweepUser(f.stepsOfUser()))
	isListRunning, isLongList, isFirstPage := f.Choice("Is a list running?"), f.Choice("Is it running for too long?"), f.Choice("Is it the first page?")
	isLastPage, isEveryoneChecked := f.Choice("Is it the last page?"), f.Choice("Is everyone checked?")

	begin.Next(listExecutions)
	listExecutions.AddCatch(summary, f.catchFailedCall()).Next(isListRunning)
	isListRunning.
		When(machine.IsAnotherActive(), isLongList, nil).
		Otherwise(isFirstPage)
	isLongList.
		When(machine.Condition(fmt.Sprintf("$waits >= %d", maxListWaits)), f.listIsRunning().Next(summary), nil).
		Otherwise(f.waitForList().Next(listExecutions))
	isFirstPage.
		When(machine.Condition(`$marker = ""`), listUsers, nil).
		Otherwise(listMoreUsers)
	for _, list := range []tasks.CallAwsService{listUsers, listMoreUsers} {
		list.AddCatch(summary, f.catchFailedCall()).Next(sweepUsers)
	}
	sweepUsers.AddCatch(summary, f.catchFailedCall()).Next(tally)
	tally.Next(isLastPage)
	isLastPage.
		When(machine.Condition(`$marker = ""`), summary, nil).
		When(machine.Condition(fmt.Sprintf("$pages >= %d", machine.MaxPages)), f.tooManyPages().Next(summary), nil).
		Otherwise(listExecutions)
	summary.Next(isEveryoneChecked)
	isEveryoneChecked.
		When(machine.Condition(`$count($states.input.Failed) > 0`), f.passwordsNotWithdrawn(), nil).
		Otherwise(f.everyoneChecked())
	return begin
}

// stepsOfUser returns what a child execution does for each of its users. It never fails: it ends with the status of the user.
//
// The user is marked before the login profile is deleted. So if the execution stops in between, a list still finds out why the
// user has no first password, and the next sweep deletes the login profile.
//
// Right before each attempt to delete the login profile, it reads the user and the login profile again: a password that the user has
// chosen since then stays, and so does a new one that a list has issued. So DeleteLoginProfile is not retried by itself.
func (f *expiryFlow) stepsOfUser() sfn.IChainable {
	kept, expired, failed := f.kept(), f.expired(), f.Failed()
	beginUser, getUser, getLoginProfile := f.beginUser(), f.getUser(), f.getLoginProfile()
	tagUser, deleteLoginProfile, wait := f.tagUser(), f.deleteLoginProfile(), f.waitForTag()
	isOld, isOverdue, isMarked := f.Choice("Is the password old?"), f.Choice("Is the password overdue?"), f.Choice("Is the user marked?")
	isDeleted, isLastDeletion := f.Choice("Was the login profile deleted?"), f.Choice("Was it the last attempt?")

	beginUser.Next(getUser)
	getUser.AddCatch(kept, machine.CatchNoSuchEntity()).Next(isOld)
	isOld.
		When(machine.Condition(old), getLoginProfile, nil).
		Otherwise(kept)
	getLoginProfile.AddCatch(isDeleted, machine.CatchNoSuchEntity()).Next(isOverdue)
	isDeleted.
		When(machine.Condition(`$deletions > 0`), expired, nil).
		Otherwise(kept)
	isOverdue.
		When(machine.Condition(overdue), isMarked, nil).
		Otherwise(kept)
	isMarked.
		When(machine.Condition(`$marked`), deleteLoginProfile, nil).
		Otherwise(tagUser)
	tagUser.AddCatch(kept, machine.CatchNoSuchEntity()).Next(getUser)
	deleteLoginProfile.AddCatch(isLastDeletion, catchFailedDeletion()).Next(expired)
	isLastDeletion.
		When(machine.Condition(fmt.Sprintf("$deletions = %d", maxDeletions)), failed, &sfn.ChoiceTransitionOptions{Outputs: jsonata.Expression("$failure")}).
		Otherwise(wait)
	wait.Next(getUser)

	// The catcher of every error has to be the last catcher of its task.
	for _, task := range []tasks.CallAwsService{getUser, getLoginProfile, tagUser} {
		task.AddCatch(failed, machine.CatchAll())
	}
	return beginUser
}

// The conditions for a password to be withdrawn. A user of an earlier version has no tag that says when the password was issued. The
// creation of the login profile counts for every user, because an administrator may have made a new one.
//
// A user who has signed in since then keeps the password, although it must be changed: an administrator may have reset the password
// of a user who had taken over. Whether IAM sets PasswordLastUsed if the user stops at the page that asks for a new password is not
// documented. If it does, a first password with which somebody has got that far does not expire.
const (
	old     = `$isOurs and $not($hasSignedIn) and ($issued = "" or $issued < $states.input.IssuedBefore)`
	overdue = `$isUnused and $profileMade < $states.input.IssuedBefore`
)
