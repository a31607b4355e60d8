package onboarding

import (
	"slices"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// flow composes the state machine. Three of its methods compose states: [flow.onboardList] makes the whole state machine,
// [flow.preflight] the part that checks what an execution depends on, and [flow.stepsOfUser] the part that runs for each
// user. Every other method makes one state. list_states.go and preflight_states.go have the states of a list; user_states.go
// and mail_states.go have the states of a user.
//
// The names of states follow these rules. A choice has a question as its name. A task has the name of the API that it calls.
// If several tasks call the same API, a number or what the call is for follows (GetGroup 2, TagUser pending), except in the
// name of the first of them (GetGroup, SendEmail). An end has the name of the error or the status that it reports, except Done,
// which reports one of several statuses, and EveryoneOnboarded, which reports none. Any other state has the name of what it does
// or makes (ValidateList, Summary).
type flow struct {
	userFlow
	groups           []iam.IGroup // the first one is the default
	identity         ses.IEmailIdentity
	configurationSet ses.IConfigurationSet // nil for none
	signInURL        *string
	reportTopic      sns.ITopic // nil for none
}

// userFlow has what both state machines of this package need for the steps of a user.
type userFlow struct {
	machine.Flow
	props *UserOnboardingProps
}

// ourUsers returns the ARN of all users below the path.
func (f *userFlow) ourUsers() []*string {
	return []*string{machine.UserARN(f.Scope, *f.props.UserPath, "*")}
}

// onboardList returns the whole state machine. It rejects a list with problems, checks that everything is ready before it
// changes the first user, onboards the users in child executions, and makes the report.
func (f *flow) onboardList() sfn.IChainable {
	isListValid := f.Choice("Is the list valid?")
	isReady := f.Choice("Is everything ready?")
	isEveryoneOnboarded := f.Choice("Is everyone onboarded?")

	isListValid.
		When(machine.HasProblems(), f.InvalidInput(), nil).
		Otherwise(f.preflight(isReady))
	isReady.
		When(machine.HasProblems(), f.PreflightFailed(), nil).
		Otherwise(f.onboardUsers(f.onboardUser(f.stepsOfUser())).
			Next(f.Summary(contract.Created, contract.Resumed, contract.Resent, contract.Skipped, contract.Failed)).
			Next(f.report(isEveryoneOnboarded)))
	isEveryoneOnboarded.
		When(machine.Condition(`$states.input.Failed > 0`), f.UsersFailed(contract.UsersNotOnboarded, "not onboarded"), nil).
		Otherwise(f.everyoneOnboarded())

	return f.Settings(f.settings()).Next(f.ValidateList(machine.ListRules{MaxUsers: contract.MaxUsers})).Next(isListValid)
}

// report publishes the counts of the report, if there is a topic for them, and then continues with next. It continues after an error,
// too, because the users are onboarded, or not, all the same. The history of the execution then has the error. The report cannot have
// it, because the report of the longest list fills its payload.
func (f *flow) report(next sfn.IChainable) sfn.IChainable {
	if f.reportTopic == nil {
		return next
	}
	publish := f.publish()
	publish.AddCatch(next, machine.Catch("States.ALL", nil)).Next(next)
	return publish
}

// preflight ends the execution if an older one is running, and reads everything that an execution depends on. After a failed
// call it continues, so that the cause lists every problem, and it ends at isReady.
//
// Step Functions uses the first catcher that matches the error, and requires that States.ALL is in the last one (Amazon
// States Language, "Fallback States"). So the catcher of one error is added before the catcher of every error.
func (f *flow) preflight(isReady sfn.IChainable) sfn.IChainable {
	listExecutions, isAnotherActive := f.listExecutions(), f.Choice("Is an older execution running?")
	getAccount, getEmailIdentity, getAccountPasswordPolicy := f.getAccount(), f.getEmailIdentity(), f.getAccountPasswordPolicy()
	getGroups := f.getGroups(getAccountPasswordPolicy)

	listExecutions.AddCatch(getAccount, machine.CatchUnreadable()).Next(isAnotherActive)
	isAnotherActive.
		When(machine.IsAnotherActive(), f.AnotherRunIsActive(), nil).
		Otherwise(getAccount)
	getAccount.AddCatch(getEmailIdentity, machine.CatchUnreadable()).Next(getEmailIdentity)
	getEmailIdentity.AddCatch(getGroups, f.catchNoIdentity()).AddCatch(getGroups, machine.CatchUnreadable()).Next(getGroups)
	getAccountPasswordPolicy.AddCatch(isReady, f.catchNoPasswordPolicy()).AddCatch(isReady, machine.CatchUnreadable()).Next(isReady)
	return listExecutions
}

// getGroups reads one group after the other, and then continues with next.
func (f *flow) getGroups(next sfn.IChainable) sfn.IChainable {
	for i, group := range slices.Backward(f.groups) {
		getGroup := f.getGroup(i)
		getGroup.AddCatch(next, catchNoGroup(group)).AddCatch(next, catchUnreadableGroup(group)).Next(next)
		next = getGroup
	}
	return next
}

// stepsOfUser returns what a child execution does for each of its users. It never fails: it ends with the status of the user.
//
// A user that an earlier execution left incomplete is continued from where that execution stopped. The user is added to the
// group before the login profile is made, so that nobody can sign in without the restrictions of the group. The tag that
// marks the user as complete is set last. Every user that exists is marked as pending first, so that the time of issue is that
// of the new password before the password is set: a sweep must not withdraw it because of the time of the old one.
//
// A list with Resend creates nobody: it issues a new first password to users that have not taken over.
func (f *flow) stepsOfUser() sfn.IChainable {
	done, skipped, failed := f.done(), f.skipped(), f.Failed()
	createUser, getUser, getLoginProfile := f.createUser(), f.getUser(), f.getLoginProfile()
	isResend := f.Choice("Is it a resend?")
	isOurs := f.Choice("Is the user ours to finish?")
	hasTakenOver := f.Choice("Has the user taken over?")
	isGoodPassword := f.Choice("Is the password good?")
	nameInOtherCase, noSuchUser, noGoodPassword := f.nameInOtherCase(), f.noSuchUser(), f.noGoodPassword()
	mustExist := f.Choice("Must the user exist?")
	markPending, markComplete := f.tagUser(contract.TagPending), f.tagUser(contract.TagComplete)
	addUserToGroup, getRandomPassword := f.addUserToGroup(), f.getRandomPassword()
	createLoginProfile, updateLoginProfile, sendEmail := f.createLoginProfile(), f.updateLoginProfile(), f.sendEmail()

	isResend.
		When(machine.Condition(`$states.input.Resend`), getUser, nil).
		Otherwise(createUser)
	createUser.AddCatch(getUser, catchEntityExists()).Next(addUserToGroup)

	getUser.AddCatch(mustExist, machine.CatchNoSuchEntity()).Next(isOurs)
	mustExist.
		When(machine.Condition(`$states.input.Resend`), noSuchUser, nil).
		Otherwise(nameInOtherCase)
	isOurs.
		When(machine.Condition(`$existingName != $states.input.UserName`), nameInOtherCase, nil).
		When(machine.Condition(isMarked(contract.TagPending)), getLoginProfile, outcome(resumed)).
		When(machine.Condition(`$states.input.Resend and (`+isMarked(contract.TagComplete)+` or `+isMarked(contract.TagExpired)+`)`), getLoginProfile, outcome(resent)).
		Otherwise(skipped)
	getLoginProfile.AddCatch(hasTakenOver, catchNoLoginProfile()).Next(hasTakenOver)
	hasTakenOver.
		When(machine.Condition(`$takenOver`), markComplete, tookOver()).
		Otherwise(markPending)
	markPending.Next(addUserToGroup)

	addUserToGroup.Next(getRandomPassword)
	getRandomPassword.Next(isGoodPassword)
	isGoodPassword.
		When(satisfiesPolicy(), createLoginProfile, nil).
		When(mayDrawAgain(), getRandomPassword, nil).
		Otherwise(noGoodPassword)
	createLoginProfile.AddCatch(updateLoginProfile, catchEntityExists()).Next(sendEmail)
	updateLoginProfile.Next(sendEmail)
	if *f.props.SeparatePassword {
		sendPassword := f.sendPassword()
		sendEmail.Next(sendPassword)
		sendPassword.AddCatch(failed, catchAllWithoutPassword()).Next(markComplete)
	} else {
		sendEmail.Next(markComplete)
	}
	markComplete.Next(done)

	// The catcher of every error has to be the last catcher of its task.
	for _, task := range []tasks.CallAwsService{createUser, getUser, getLoginProfile, markPending, addUserToGroup,
		getRandomPassword, markComplete} {
		task.AddCatch(failed, machine.CatchAll())
	}
	for _, task := range []tasks.CallAwsService{createLoginProfile, updateLoginProfile, sendEmail} {
		task.AddCatch(failed, catchAllWithoutPassword())
	}
	return isResend
}
