package operator

import (
	"encoding/json"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
	"github.com/iam-onboarding/iam-onboarding/internal/userlist"
)

// batch is the part of a list for one execution.
type batch struct {
	list  string // the name of the list
	users []userlist.User
	input string // the input of the execution
}

// split returns the batches of a list, in its order. Each has as many users as an execution takes: at most
// [contract.MaxUsers], in an input of at most [contract.MaxPayload].
func split(list *userlist.List) []batch {
	var batches []batch
	var items []json.RawMessage
	first, size := 0, emptyInput
	finish := func(end int) {
		batches = append(batches, batch{list.Name, list.Users[first:end], inputOf(items, list.Resend)})
		items, first, size = nil, end, emptyInput
	}
	for i, user := range list.Users {
		item, _ := json.Marshal(user) // a user has only strings, so this cannot fail
		if len(items) == contract.MaxUsers || size+len(item)+1 > contract.MaxPayload {
			finish(i)
		}
		items = append(items, item)
		size += len(item) + 1
	}
	finish(len(list.Users))
	return batches
}

// emptyInput is the size of the longest input without users.
var emptyInput = len(inputOf([]json.RawMessage{}, true))

func inputOf(items []json.RawMessage, resend bool) string {
	input, _ := json.Marshal(struct {
		IAMUserNames []json.RawMessage
		Resend       bool `json:",omitempty"`
	}{items, resend})
	return string(input)
}

// listOf returns the list that the input of an execution is. It has no users if the input is not a list.
func listOf(input string) userlist.List {
	list, err := userlist.Parse("", userlist.Options{Format: userlist.JSON}, []byte(input))
	if err != nil {
		return userlist.List{}
	}
	return *list
}
