package onboarding

import (
	"slices"

	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	ses "github.com/aws/aws-cdk-go/awscdk/v2/awsses"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	tasks "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctionstasks"
	"github.com/aws/constructs-go/constructs/v10"
)

// flow composes the state machine. Of its methods these compose: [flow.onboardList] what becomes of a list,
// [flow.preflight] a part of it, [flow.onboardUser] what becomes of a user. Each other one makes one state: list_states.go
// has those of the list, user_states.go and mail_states.go those of a user.
type flow struct {
	scope            constructs.Construct
	role             iam.Role
	groups           []iam.IGroup // the first one is the default
	identity         ses.IEmailIdentity
	configurationSet ses.IConfigurationSet // nil for none
	signInURL        *string
	props            *UserOnboardingProps
}

// onboardList is the state machine: it refuses a list that is not right, looks whether everything is ready before it
// touches the first user, onboards the users in child executions, and reports.
func (f *flow) onboardList() sfn.IChainable {
	isListValid, isReady, isEveryoneOnboarded := f.isListValid(), f.isReady(), f.isEveryoneOnboarded()

	isListValid.
		When(condition(`$count($problems) > 0`), f.invalidInput(), nil).
		Otherwise(f.preflight(isReady))
	isReady.
		When(condition(`$count($problems) > 0`), f.preflightFailed(), nil).
		Otherwise(f.onboardUsers(f.eachUser(f.onboardUser())).Next(f.summary()).Next(isEveryoneOnboarded))
	isEveryoneOnboarded.
		When(condition(`$states.input.Failed > 0`), f.usersNotOnboarded(), nil).
		Otherwise(f.everyoneOnboarded())

	return f.settings().Next(f.validateList()).Next(isListValid)
}

// preflight reads all that a run depends on, and goes on to isReady whatever was wrong, so that the cause lists all of it.
func (f *flow) preflight(isReady sfn.IChainable) sfn.IChainable {
	getAccount, getEmailIdentity, getAccountPasswordPolicy := f.getAccount(), f.getEmailIdentity(), f.getAccountPasswordPolicy()
	getGroups := f.getGroups(getAccountPasswordPolicy)

	getAccount.AddCatch(getEmailIdentity, unreadable()).Next(getEmailIdentity)
	getEmailIdentity.AddCatch(getGroups, f.noIdentity()).AddCatch(getGroups, unreadable()).Next(getGroups)
	getAccountPasswordPolicy.AddCatch(isReady, f.defaultPasswordPolicy()).AddCatch(isReady, unreadable()).Next(isReady)
	return getAccount
}

// getGroups reads one group after the other, and goes on to next.
func (f *flow) getGroups(next sfn.IChainable) sfn.IChainable {
	for i, group := range slices.Backward(f.groups) {
		getGroup := f.getGroup(i)
		getGroup.AddCatch(next, noGroup(group)).AddCatch(next, unreadableGroup(group)).Next(next)
		next = getGroup
	}
	return next
}

// onboardUser is what a child execution does with each of its users. Whatever happens, it ends well and says what became
// of the user.
//
// A user of ours is taken up wherever an earlier run stopped. The group comes before the login profile, so that nobody
// can sign in without its restrictions; the mark that the user is complete comes last.
func (f *flow) onboardUser() sfn.IChainable {
	done, skipped, failed := f.done(), f.skipped(), f.failed()
	createUser, getUser, getLoginProfile := f.createUser(), f.getUser(), f.getLoginProfile()
	isOurs, hasTakenOver, isGoodPassword := f.isOurs(), f.hasTakenOver(), f.isGoodPassword()
	nameInOtherCase, noGoodPassword := f.nameInOtherCase(), f.noGoodPassword()
	markPending, markComplete := f.tagUser("pending"), f.tagUser("complete")
	addUserToGroup, getRandomPassword := f.addUserToGroup(), f.getRandomPassword()
	createLoginProfile, updateLoginProfile, sendEmail := f.createLoginProfile(), f.updateLoginProfile(), f.sendEmail()

	createUser.AddCatch(getUser, onError("Iam.EntityAlreadyExistsException", nil)).Next(addUserToGroup)

	getUser.AddCatch(nameInOtherCase, onError("Iam.NoSuchEntityException", nil)).Next(isOurs)
	isOurs.
		When(condition(`$existingName != $states.input.UserName`), nameInOtherCase, nil).
		When(condition(`$onboarding = "pending"`), getLoginProfile, outcome(resumed)).
		When(condition(`$onboarding = "complete" and $states.input.Resend`), getLoginProfile, outcome(resent)).
		Otherwise(skipped)
	getLoginProfile.AddCatch(hasTakenOver, noLoginProfile()).Next(hasTakenOver)
	hasTakenOver.
		When(condition(`$takenOver`), markComplete, outcome(takenOver)).
		When(condition(`$onboarding = "complete"`), markPending, nil).
		Otherwise(addUserToGroup)
	markPending.Next(addUserToGroup)

	addUserToGroup.Next(getRandomPassword)
	getRandomPassword.Next(isGoodPassword)
	isGoodPassword.
		When(satisfiesPolicy(), createLoginProfile, nil).
		When(mayDrawAgain(), getRandomPassword, nil).
		Otherwise(noGoodPassword)
	createLoginProfile.AddCatch(updateLoginProfile, onError("Iam.EntityAlreadyExistsException", nil)).Next(sendEmail)
	updateLoginProfile.Next(sendEmail)
	if *f.props.SeparatePassword {
		sendPassword := f.sendPassword()
		sendEmail.Next(sendPassword)
		sendPassword.AddCatch(failed, failureOfPasswordCall()).Next(markComplete)
	} else {
		sendEmail.Next(markComplete)
	}
	markComplete.Next(done)

	for _, task := range []tasks.CallAwsService{createUser, getUser, getLoginProfile, markPending, addUserToGroup,
		getRandomPassword, markComplete} {
		task.AddCatch(failed, failure())
	}
	for _, task := range []tasks.CallAwsService{createLoginProfile, updateLoginProfile, sendEmail} {
		task.AddCatch(failed, failureOfPasswordCall())
	}
	return createUser
}
