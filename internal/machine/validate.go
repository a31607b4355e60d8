package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"

	"github.com/iam-onboarding/iam-onboarding/internal/rules"
)

// CheckConstant checks a text that must not be a token, because its value becomes part of the definition.
func CheckConstant(problems *rules.Problems, prop string, value *string, check func()) {
	if IsToken(*value) {
		problems.Add(prop, "be known at synthesis", *value)
		return
	}
	check()
}

// CheckKnownText checks a text by a rule, unless it is nil. It must not be a token.
func CheckKnownText(problems *rules.Problems, prop string, value *string, rule rules.Rule[string]) {
	if value != nil {
		CheckConstant(problems, prop, value, func() { rules.Check(problems, prop, *value, rule) })
	}
}

// CheckText checks a text by a rule, unless it is nil or a token.
func CheckText(problems *rules.Problems, prop string, value *string, rule rules.Rule[string]) {
	if value != nil && !IsToken(*value) {
		rules.Check(problems, prop, *value, rule)
	}
}

// CheckNumber checks a number by a rule, unless it is a token.
func CheckNumber(problems *rules.Problems, prop string, value *float64, rule rules.Rule[float64]) {
	if !IsToken(*value) {
		rules.Check(problems, prop, *value, rule)
	}
}

// IsToken reports whether a value is known only at deployment.
func IsToken(value any) bool { return *awscdk.Token_IsUnresolved(value) }

// SetDefault sets a prop that is not given.
func SetDefault[T any](value **T, otherwise T) {
	if *value == nil {
		*value = &otherwise
	}
}
