package offboarding

import (
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	sns "github.com/aws/aws-cdk-go/awscdk/v2/awssns"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/machine"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// UserOffboardingProps configures a [UserOffboarding].
type UserOffboardingProps struct {
	// The IAM path of the users that the state machine may remove. It removes only users with exactly this path that also have the tag
	// onboarding, which a UserOnboarding gives them.
	//
	// Default: /onboarded/
	UserPath *string

	// How many users a list may have, from 1 to 500. A longer list is refused as a whole, because it is more likely a mistake.
	//
	// It must be known at synthesis.
	//
	// Default: 50
	MaxUsers *float64

	// How many users are removed at a time, from 1 to 40. IAM throttles its API for each account: with more than about 5
	// users at a time the retries may not suffice.
	//
	// Default: 5
	MaxConcurrency *float64

	// The state machine that onboards users below the same path. While it runs a list, a list of users to remove is refused.
	//
	// Default: it is not known whether users are being onboarded.
	Onboarding sfn.IStateMachine

	// The topic that gets a message for each execution that failed, timed out or was aborted. The message has a link to the
	// execution, or in partitions other than aws and aws-us-gov the command that reports it, and none of its data.
	//
	// The policy of an imported topic must allow events.amazonaws.com to publish to it, and so must the policy of the key of a
	// topic that is encrypted.
	//
	// Default: a topic is made if there is an AlarmEmail.
	AlarmTopic sns.ITopic

	// An e-mail address that is subscribed to AlarmTopic, or to a topic that is made.
	//
	// AWS sends a mail with a link to that address; follow the link to confirm the subscription.
	//
	// Default: none.
	AlarmEmail *string

	// The key that encrypts the definition, the data of the executions and the log. It must be a symmetric key of the same
	// region, whose policy lets IAM policies of the account allow its use.
	//
	// The stack does not change the policy of an imported key: docs/security.md says what it must allow.
	//
	// Default: AWS owned keys.
	EncryptionKey kms.IKey

	// How long the records of the log are kept. They hold no input and no output of any state.
	//
	// Default: logs.RetentionDays_ONE_YEAR
	LogRetention logs.RetentionDays
}

// maxMaxUsers keeps the effort of checking any list far below the second that AWS gives an expression.
const maxMaxUsers = 500

// withDefaults returns a copy of the props in which every scalar prop that has a default is set.
func (p UserOffboardingProps) withDefaults() *UserOffboardingProps {
	machine.SetDefault(&p.UserPath, contract.DefaultUserPath)
	machine.SetDefault(&p.MaxUsers, contract.DefaultMaxRemovals)
	machine.SetDefault(&p.MaxConcurrency, 5)
	if p.LogRetention == "" {
		p.LogRetention = logs.RetentionDays_ONE_YEAR
	}
	return &p
}

// Validate returns every problem of the props as one error, or nil. [NewUserOffboarding] panics with this error.
func (p UserOffboardingProps) Validate() error { return p.withDefaults().validate() }

func (p *UserOffboardingProps) validate() error {
	var problems rules.Problems
	machine.CheckText(&problems, "UserPath", p.UserPath, rules.UserPath)
	if machine.IsToken(*p.MaxUsers) {
		problems.Add("MaxUsers", "be known at synthesis", *p.MaxUsers)
	} else {
		rules.Check(&problems, "MaxUsers", *p.MaxUsers, rules.WholeNumber(1, maxMaxUsers))
	}
	machine.CheckNumber(&problems, "MaxConcurrency", p.MaxConcurrency, rules.MaxConcurrency)
	machine.CheckText(&problems, "AlarmEmail", p.AlarmEmail, rules.EmailAddress)
	return problems.Err()
}
