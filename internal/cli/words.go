package cli

import (
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

// words change the advice of package operator, which speaks of a list, for a command that has none. The zero value changes nothing.
type words struct{ *strings.Replacer }

// withoutList has the words of a command whose arguments name the users.
var withoutList = words{strings.NewReplacer(
	contract.RunAgain, "run the same command again",
	"correct the list, then run it again", "correct it, then run the same command again",
	"run the list", "run the command",
	"write the name in the list", "write the name",
	"choose another UserName", "choose another name with --user-name",
)}

// wordsFor returns the words of a command that has this argument: a list, or the address of a user.
func wordsFor(argument string) words {
	if isAddress(argument) {
		return withoutList
	}
	return words{}
}

func (w words) of(text string) string {
	if w.Replacer == nil {
		return text
	}
	return w.Replace(text)
}

// ofError returns an error that says the same in these words.
func (w words) ofError(err error) error {
	if w.Replacer == nil || err == nil {
		return err
	}
	return rewordedError{err, w}
}

// rewordedError is an error in the words of a command.
type rewordedError struct {
	error
	words words
}

func (e rewordedError) Error() string { return e.words.of(e.error.Error()) }

func (e rewordedError) Unwrap() error { return e.error }
