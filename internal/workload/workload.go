// Package workload holds the lists and the reports that take the most evaluation, with the expected answers of the state machine.
// The tests evaluate them on the local AWS, and the command askaws evaluates them on AWS.
package workload

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/iam-onboarding/iam-onboarding/internal/contract"
)

const (
	// Group is the group of the users. The state machine must be configured with this group.
	Group = "Staff"

	users    = contract.MaxUsers
	perChild = 5 // the users of a child execution
	// lastWrong is the number of wrong items at the end of a list. It is less than [contract.MaxProblems], so the search for problems
	// does not end early.
	lastWrong = 99
)

// List is a list of users of one kind.
type List struct {
	Kind  string
	Items []any
	// Problems are the sentences of the state *ValidateList* about the list. It is nil for a list without problems.
	Problems []string
}

// Input returns the input of an execution with the list.
func (l List) Input() map[string]any { return map[string]any{"IAMUserNames": l.Items} }

// Lists returns a list of every kind. Each has the largest allowed number of users, or more, except one, which has a single object
// of 20,000 keys.
func Lists() []List {
	lists := []List{
		{Kind: "addresses", Items: times(users, address)},
		{Kind: "objects", Items: times(users, right)},
		{Kind: "addresses and objects", Items: times(users, func(i int) any { return []any{address(i), right(i)}[i%2] })},
		{Kind: "all wrong", Items: times(users, wrong), Problems: problems(5*users, wrongItems(0))},
		{Kind: "wrong addresses", Items: times(users, func(i int) any { return fmt.Sprint("user ", i) }),
			Problems: problems(2*users, func(n int) string {
				return []string{noName(n/2, quoted("user ", n/2)), noEmail(n/2, quoted("user ", n/2))}[n%2]
			})},
		{Kind: "all the same", Items: slices.Repeat([]any{address(0)}, users), Problems: []string{notUnique(users, 0)}},
		{Kind: "pairs in other case", Items: times(users, paired),
			Problems: problems(users/2, func(n int) string { return notUnique(2, n) })},
		{Kind: "numbers", Items: times(users, func(i int) any { return i }),
			Problems: problems(users, func(n int) string { return noItem(n, fmt.Sprint(n)) })},
		{Kind: "nulls", Items: slices.Repeat([]any{nil}, users), Problems: problems(users, func(n int) string { return noItem(n, "null") })},
		{Kind: "nested arrays", Items: slices.Repeat([]any{[]any{right(0)}}, users), Problems: problems(users, func(n int) string {
			return noItem(n, `[{"Email":"user-0@example.com","Group":"Staff","Language":"ja","UserName":"user-0"}]`[:64])
		})},
		{Kind: "empty objects", Items: slices.Repeat([]any{map[string]any{}}, users), Problems: problems(2*users, func(n int) string {
			return []string{noName(n/2, "nothing"), noEmail(n/2, "nothing")}[n%2]
		})},
		{Kind: "5,000 items", Items: times(5*users, address), Problems: []string{fmt.Sprintf("IAMUserNames must have at most %d users, got: %d", users, 5*users)}},
		{Kind: "right, then wrong", Items: append(times(800, right), times(users-800, wrong)...),
			Problems: problems(5*(users-800), wrongItems(800))},
		{Kind: "pairs of every kind, the last of them wrong", Items: times(users, mixed), Problems: problems(users/2+lastWrong, func(n int) string {
			if n < lastWrong {
				return unknownKey(users-lastWrong+n, "Extra")
			}
			return notUnique(2, n-lastWrong)
		})},
	}
	keys := map[string]any{}
	for i := range 20_000 {
		keys[fmt.Sprint("key", i)] = 1
	}
	sorted := slices.Sorted(maps.Keys(keys)) // json.Marshal writes keys in this order
	return append(lists, List{Kind: "an object of 20,000 keys", Items: []any{keys}, Problems: problems(2+len(keys), func(n int) string {
		switch n {
		case 0:
			return noName(0, "nothing")
		case 1:
			return noEmail(0, "nothing")
		}
		return unknownKey(0, sorted[n-2])
	})})
}

// wrongItems returns a function for the n-th problem of items from the function wrong. The first of these items has the given index.
func wrongItems(first int) func(n int) string {
	return func(n int) string {
		name := quoted("user ", n/5)
		item := first + n/5
		return []string{noName(item, name), noEmail(item, name),
			where(item) + "must have a Group out of " + Group + `, got: "Other"`,
			where(item) + `must have a Language out of en, de, ja, got: "xx"`, unknownKey(item, "Extra")}[n%5]
	}
}

// problems returns the sentences that the state machine lists for a number of problems. Parameter sentence returns the n-th one.
func problems(count int, sentence func(n int) string) (sentences []string) {
	for n := range min(count, contract.MaxProblems) {
		sentences = append(sentences, sentence(n))
	}
	if count > contract.MaxProblems {
		sentences = append(sentences, fmt.Sprintf("and %d more", count-contract.MaxProblems))
	}
	return sentences
}

func where(item int) string { return fmt.Sprintf("item %d ", item+1) }

func noName(item int, got string) string {
	return where(item) + "must have a UserName of 1 to 64 letters, digits and _+=,.@-, got: " + got
}

func noEmail(item int, got string) string {
	return where(item) + "must have an e-mail address such as user@example.com, got: " + got
}

func noItem(item int, got string) string {
	return where(item) + "must be an e-mail address or an object with UserName and Email, got: " + got
}

func unknownKey(item int, key string) string {
	return where(item) + "must have no key except UserName, Email, Group, Language, got: " + quoted(key)
}

func notUnique(count, i int) string {
	return fmt.Sprintf("user names must be unique without regard to case, got %d times: %s", count, quoted(address(i)))
}

func quoted(parts ...any) string { return `"` + fmt.Sprint(parts...) + `"` }

func address(i int) any { return fmt.Sprintf("user-%d@example.com", i) }

func right(i int) any {
	return map[string]any{"UserName": fmt.Sprint("user-", i), "Email": address(i), "Group": Group, "Language": "ja"}
}

func wrong(i int) any {
	return map[string]any{"UserName": fmt.Sprint("user ", i), "Email": fmt.Sprint("user ", i), "Group": "Other", "Language": "xx", "Extra": i}
}

// paired returns the i-th item of pairs. The two items of a pair are the same address, once in lower and once in upper case.
func paired(i int) any { return []any{address(i / 2), strings.ToUpper(address(i / 2).(string))}[i%2] }

// mixed returns an object with the paired address as the user name, except in the middle of the list, where it is the address itself.
func mixed(i int) any {
	if i == users/2 {
		return paired(i)
	}
	user := map[string]any{"UserName": paired(i), "Email": address(i), "Group": Group}
	if i >= users-lastWrong {
		user["Extra"] = i
	}
	return user
}

// times returns n items. The i-th is f(i).
func times(n int, f func(i int) any) (items []any) {
	for i := range n {
		items = append(items, f(i))
	}
	return items
}

// Report holds the results of the child executions of a list of addresses, and the report that follows from them.
type Report struct {
	Kind    string
	Results []any // one for each child execution
	// Summary is the expected report.
	Summary Summary
}

// Summary is the output of the state *Summary*.
type Summary struct {
	Total, Created, Resumed, Resent, Skipped, Failed int
	Users                                            []any
}

// Context returns the context of the execution that the report is about.
func (Report) Context() map[string]any {
	return map[string]any{"Execution": map[string]any{"Input": map[string]any{"IAMUserNames": times(users, address)}}}
}

// Reports returns a report of every kind, each about 1,000 users.
func Reports() []Report {
	created, failed, skipped := children(said("Created")), children(said("Failed")), children(said("Skipped"))
	reversed := slices.Clone(skipped)
	slices.Reverse(reversed)
	silent := times(users, silent)
	summary := func(users []any) Summary { return Summary{Total: len(users), Users: users} }
	allSilent := summary(silent)
	allSilent.Failed = users
	allCreated, allFailed, allSkipped := summary(flat(created)), summary(flat(failed)), summary(flat(skipped))
	allCreated.Created, allFailed.Failed, allSkipped.Skipped = users, users, users
	oneMissing := summary(append(flat(created)[:users-perChild:users-perChild], silent[users-perChild:]...))
	oneMissing.Created, oneMissing.Failed = users-perChild, perChild
	return []Report{
		{Kind: "all created", Results: created, Summary: allCreated},
		{Kind: "all failed", Results: failed, Summary: allFailed},
		{Kind: "in reverse order", Results: reversed, Summary: allSkipped},
		{Kind: "all missing", Results: slices.Repeat([]any{nil}, users/perChild), Summary: allSilent},
		{Kind: "all died", Results: children(func(int) any {
			return map[string]any{"ExecutionArn": "arn", "Input": "{}", "Status": "TIMED_OUT"}
		}), Summary: allSilent},
		{Kind: "one missing", Results: append(slices.Clone(created[:users/perChild-1]), nil), Summary: oneMissing},
		{Kind: "statuses that are none", Results: children(said("Odd")), Summary: allSilent},
	}
}

// children returns the results of all child executions. Parameter child returns the result of the child execution whose first user
// has the given number.
func children(child func(first int) any) []any {
	return times(users/perChild, func(i int) any { return child(perChild * i) })
}

// said returns a function for the result of a child execution that reports the status word for each of its users.
func said(word string) func(first int) any {
	return func(first int) any {
		return times(perChild, func(i int) any {
			return map[string]any{"UserName": address(first + i), "Status": word, "Step": "CreateLoginProfile",
				"Error": "Iam.IamException", "Cause": strings.Repeat("c", 60)}
		})
	}
}

// silent returns the status of a user that its child execution did not report.
func silent(i int) any {
	return map[string]any{"UserName": address(i), "Status": "Failed", "Step": "unknown", "Error": "ChildExecutionFailed",
		"Cause": "no status from its child execution"}
}

func flat(children []any) (statuses []any) {
	for _, child := range children {
		statuses = append(statuses, child.([]any)...)
	}
	return statuses
}
