package onboarding

import (
	"slices"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
)

// flow composes the state machine. Three of its methods compose: [flow.onboardList] makes the whole of it, [flow.preflight] the
// part that reads what a run depends on, [flow.stepsOfUser] the part that runs for each user. Every other method makes one
// state: list_states.go and preflight_states.go have those of the list, user_states.go and mail_states.go those of a user.
//
// The names of states follow one rule. A choice is a question. Any other state is named in the casing of an API: a task by the
// API that it calls, with what the call is for if several call it (TagUser pending); an end by the error or the status that it
// reports; and the rest by what they do or make (ValidateList, Summary).
type flow struct {
	machine.Flow
	groups           []iam.IGroup // the first one is the default
	identity         ses.IEmailIdentity
	configurationSet ses.IConfigurationSet // nil for none
	signInURL        *string
	props            *UserOnboardingProps
}

// onboardList is the state machine. It refuses a wrong list, checks that everything is ready before it touches the first user,
// onboards the users in child executions, and reports.
func (f *flow) onboardList() sfn.IChainable {
	isListValid := f.Choice("Is the list valid?")
	isReady := f.Choice("Is everything ready?")
	isEveryoneOnboarded := f.Choice("Is everyone onboarded?")

	isListValid.
		When(machine.HasProblems(), f.InvalidInput(), nil).
		Otherwise(f.preflight(isReady))
	isReady.
		When(machine.HasProblems(), f.PreflightFailed(), nil).
		Otherwise(f.onboardUsers(f.onboardUser(f.stepsOfUser())).Next(f.Summary()).Next(isEveryoneOnboarded))
	isEveryoneOnboarded.
		When(machine.Condition(`$states.input.Failed > 0`), f.UsersNotOnboarded(), nil).
		Otherwise(f.everyoneOnboarded())

	return f.Settings(f.settings()).Next(f.ValidateList()).Next(isListValid)
}

// preflight reads everything that a run depends on, and goes on to isReady whatever was wrong, so that the cause lists all of it.
//
// Step Functions takes the first catcher that names the error, and wants States.ALL to be the last one (Amazon States Language,
// "Fallback States"). So the catch of one error is added before that of every error.
func (f *flow) preflight(isReady sfn.IChainable) sfn.IChainable {
	getAccount, getEmailIdentity, getAccountPasswordPolicy := f.getAccount(), f.getEmailIdentity(), f.getAccountPasswordPolicy()
	getGroups := f.getGroups(getAccountPasswordPolicy)

	getAccount.AddCatch(getEmailIdentity, catchUnreadable()).Next(getEmailIdentity)
	getEmailIdentity.AddCatch(getGroups, f.catchNoIdentity()).AddCatch(getGroups, catchUnreadable()).Next(getGroups)
	getAccountPasswordPolicy.AddCatch(isReady, f.catchNoPasswordPolicy()).AddCatch(isReady, catchUnreadable()).Next(isReady)
	return getAccount
}

// getGroups reads one group after the other, and goes on to next.
func (f *flow) getGroups(next sfn.IChainable) sfn.IChainable {
	for i, group := range slices.Backward(f.groups) {
		getGroup := f.getGroup(i)
		getGroup.AddCatch(next, catchNoGroup(group)).AddCatch(next, catchUnreadableGroup(group)).Next(next)
		next = getGroup
	}
	return next
}

// stepsOfUser is what a child execution does with each of its users. Whatever happens, it ends well and says what became
// of the user.
//
// A user of ours is taken up wherever an earlier run stopped. The group comes before the login profile, so that nobody
// can sign in without its restrictions; the mark that the user is complete comes last.
func (f *flow) stepsOfUser() sfn.IChainable {
	done, skipped, failed := f.done(), f.skipped(), f.failed()
	createUser, getUser, getLoginProfile := f.createUser(), f.getUser(), f.getLoginProfile()
	isOurs := f.Choice("Is the user ours to finish?")
	hasTakenOver := f.Choice("Has the user taken over?")
	isGoodPassword := f.Choice("Is the password good?")
	nameInOtherCase, noGoodPassword := f.nameInOtherCase(), f.noGoodPassword()
	markPending, markComplete := f.tagUser(contract.TagPending), f.tagUser(contract.TagComplete)
	addUserToGroup, getRandomPassword := f.addUserToGroup(), f.getRandomPassword()
	createLoginProfile, updateLoginProfile, sendEmail := f.createLoginProfile(), f.updateLoginProfile(), f.sendEmail()

	createUser.AddCatch(getUser, catchEntityExists()).Next(addUserToGroup)

	getUser.AddCatch(nameInOtherCase, catchNoUser()).Next(isOurs)
	isOurs.
		When(machine.Condition(`$existingName != $states.input.UserName`), nameInOtherCase, nil).
		When(machine.Condition(`$onboarding = "pending"`), getLoginProfile, outcome(resumed)).
		When(machine.Condition(`$onboarding = "complete" and $states.input.Resend`), getLoginProfile, outcome(resent)).
		Otherwise(skipped)
	getLoginProfile.AddCatch(hasTakenOver, catchNoLoginProfile()).Next(hasTakenOver)
	hasTakenOver.
		When(machine.Condition(`$takenOver`), markComplete, outcome(takenOver)).
		When(machine.Condition(`$onboarding = "complete"`), markPending, nil).
		Otherwise(addUserToGroup)
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

	// The catch of every error, which has to be the last one of its task.
	for _, task := range []tasks.CallAwsService{createUser, getUser, getLoginProfile, markPending, addUserToGroup,
		getRandomPassword, markComplete} {
		task.AddCatch(failed, catchAll())
	}
	for _, task := range []tasks.CallAwsService{createLoginProfile, updateLoginProfile, sendEmail} {
		task.AddCatch(failed, catchAllWithoutPassword())
	}
	return createUser
}
