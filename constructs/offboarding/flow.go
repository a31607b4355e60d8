package offboarding

import (
	"fmt"

	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// flow composes the state machine. [flow.removeList] makes the whole state machine, [flow.preflight] the part that checks whether it may
// begin, [flow.stepsOfUser] the part that runs for each user, and [flow.delete] the part of a user that is deleted. list_states.go has
// the states of a list, user_states.go those of a user, and credentials.go those of what a user has. The names of states follow the
// rules of the flow in the package onboarding.
type flow struct {
	machine.Flow
	props   *UserOffboardingProps
	denyAll *string // the ARN of the policy that denies everything
}

// removeList returns the whole state machine. It rejects a list with problems, checks that it may begin before it changes the first
// user, removes the users in child executions, and makes the report.
func (f *flow) removeList() sfn.IChainable {
	isListValid, isReady, isEveryoneRemoved := f.Choice("Is the list valid?"), f.Choice("Is everything ready?"), f.Choice("Is everyone removed?")

	isListValid.
		When(machine.HasProblems(), f.InvalidInput(), nil).
		Otherwise(f.preflight(isReady))
	isReady.
		When(machine.HasProblems(), f.PreflightFailed(), nil).
		Otherwise(f.removeUsers(f.removeUser(f.stepsOfUser())).
			Next(f.Summary(contract.Disabled, contract.Deleted, contract.Absent, contract.Skipped, contract.Failed)).Next(isEveryoneRemoved))
	isEveryoneRemoved.
		When(machine.Condition(`$states.input.Failed > 0`), f.UsersFailed(contract.UsersNotRemoved, "not removed"), nil).
		Otherwise(f.everyoneRemoved())

	return f.Settings(f.settings()).
		Next(f.ValidateList(machine.ListRules{MaxUsers: *f.props.MaxUsers, Removes: true})).
		Next(isListValid)
}

// preflight ends the execution if an older one is running, or one that onboards users. Then it looks for names of the list that IAM has
// in another letter case, because such a user would count as absent. After a failed call it continues, so that the cause lists every
// problem, and it ends at isReady.
func (f *flow) preflight(isReady sfn.IChainable) sfn.IChainable {
	begin, anotherRunIsActive := f.begin(), f.AnotherRunIsActive()
	listExecutions := f.ListExecutions("ListExecutions", machine.OwnARN, nil, machine.OlderExecution, machine.PreflightRetry)
	isAnotherActive := f.Choice("Is an older execution running?")
	listUsers, listMoreUsers := f.listUsers("ListUsers", false), f.listUsers("ListUsers next", true)
	isLastPage := f.Choice("Is it the last page?")
	next := sfn.IChainable(listUsers)
	if f.props.Onboarding != nil {
		listOnboarding, isOnboarding := f.listOnboarding(), f.Choice("Is a list being onboarded?")
		listOnboarding.AddCatch(listUsers, machine.CatchUnreadable()).Next(isOnboarding)
		isOnboarding.
			When(machine.IsAnotherActive(), anotherRunIsActive, nil).
			Otherwise(listUsers)
		next = listOnboarding
	}

	begin.Next(listExecutions)
	listExecutions.AddCatch(next, machine.CatchUnreadable()).Next(isAnotherActive)
	isAnotherActive.
		When(machine.IsAnotherActive(), anotherRunIsActive, nil).
		Otherwise(next)
	for _, list := range []tasks.CallAwsService{listUsers, listMoreUsers} {
		list.AddCatch(isReady, machine.CatchUnreadable()).Next(isLastPage)
	}
	isLastPage.
		When(machine.Condition(`$marker = ""`), isReady, nil).
		When(machine.Condition(fmt.Sprintf("$pages >= %d", machine.MaxPages)), f.tooManyPages().Next(isReady), nil).
		Otherwise(listMoreUsers)
	return begin
}

// stepsOfUser returns what a child execution does for each of its users. It never fails: it ends with the status of the user.
//
// The user is denied everything first. So if the execution stops at any later point, the user can do nothing any more. Then the user is
// marked as disabled, because a list of users to onboard would otherwise finish a user that is pending, and a sweep would change the mark.
func (f *flow) stepsOfUser() sfn.IChainable {
	absent, disabled := f.end(contract.Absent), f.end(contract.Disabled)
	beginUser, getUser, isOurs := f.beginUser(), f.getUser(), f.Choice("Is the user ours?")
	attachUserPolicy, tagUser, deleteLoginProfile := f.attachUserPolicy("AttachUserPolicy"), f.tagUser(), f.deleteLoginProfile()
	isDeletion := f.Choice("Is the user to be deleted?")
	isGone, failed := f.getUserAgain(), f.failed()
	ends := ends{failed: isGone, absent: absent, timeIsUp: f.timeIsUp()}

	beginUser.Next(getUser)
	getUser.AddCatch(absent, machine.CatchNoSuchEntity()).AddCatch(failed, catchFailure()).Next(isOurs)
	isGone.AddCatch(f.gone(), machine.CatchNoSuchEntity()).AddCatch(failed, machine.Catch("States.ALL", nil)).Next(failed)
	isOurs.
		When(machine.Condition(`$existingName != $states.input.UserName`), f.nameInOtherCase(), nil).
		When(machine.Condition(`$isOurs`), attachUserPolicy, nil).
		Otherwise(f.notOurs())
	attachUserPolicy.Next(tagUser)
	tagUser.AddCatch(absent, machine.CatchNoSuchEntity()).Next(deleteLoginProfile)
	keys := f.deactivateAccessKeys(isDeletion, ends)
	deleteLoginProfile.AddCatch(keys, machine.CatchNoSuchEntity()).Next(keys)
	isDeletion.
		When(machine.Condition(`$states.input.Delete`), f.delete(deleteLoginProfile, failed, ends), nil).
		Otherwise(disabled)

	// The catcher of every error has to be the last catcher of its task.
	for _, task := range []tasks.CallAwsService{attachUserPolicy, tagUser, deleteLoginProfile} {
		task.AddCatch(ends.failed, catchFailure())
	}
	return beginUser
}

// ends are the ends that the steps of a user have in common. failed looks whether the user still exists: IAM denies a call for a user that
// is gone, because the conditions of the role ask for the tag of the user.
type ends struct{ failed, absent, timeIsUp sfn.IChainable }

// delete deletes everything that stands in the way of DeleteUser, and then the user. If something is still there, because somebody has
// added it meanwhile, or because IAM did not list it yet, it denies the user everything again, and begins again at start.
//
// The policies come last, and so does the one that denies everything.
func (f *flow) delete(start, failed sfn.IChainable, ends ends) sfn.IChainable {
	deleteUser, deleted, denyAgain := f.deleteUser(), f.end(contract.Deleted), f.attachUserPolicy("AttachUserPolicy again")
	isLastAttempt, wait := f.Choice("Was it the last attempt?"), f.waitForIAM()
	first := sfn.IChainable(deleteUser)
	for _, kind := range reversed(f.kinds()) {
		first = f.deleteAll(kind, first, ends)
	}
	deleteUser.
		AddCatch(deleted, machine.CatchNoSuchEntity()).
		AddCatch(denyAgain, f.catchDeleteConflict()).
		AddCatch(ends.failed, catchFailure()).
		Next(deleted)
	denyAgain.AddCatch(ends.failed, catchFailure()).Next(isLastAttempt)
	isLastAttempt.
		When(isTimeUp(), ends.timeIsUp, nil).
		When(machine.Condition(fmt.Sprintf("$attempts >= %d", maxAttempts)), failed, nil).
		Otherwise(wait)
	wait.Next(start)
	return first
}
