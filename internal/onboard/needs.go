package onboard

import (
	"context"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// needs is what a state machine depends on, as its definition says.
type needs struct {
	identity string   // of SES
	groups   []string // that a list may name, the default first
	// groupARNs are those that the role may use, by the names of the groups. State machines of old versions do not tell them.
	groupARNs map[string]string
	mails     int // that each user gets

	configurationSet string // of SES, that the mails name; empty: none
}

// allowedGroups is in the expression that judges the list.
var allowedGroups = regexp.MustCompile(`\$groups := (\[[^\]]*\]);`)

// readNeeds reads them from the states that depend on them. The names of states do not change.
func readNeeds(ctx context.Context, machines MachineAPI, machine string) (*needs, error) {
	described, err := machines.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &machine})
	if err != nil {
		return nil, refused("read the definition of "+machine, err)
	}
	var definition part
	_ = json.Unmarshal([]byte(aws.ToString(described.Definition)), &definition)
	sends := definition.States["OnboardUsers"].ItemProcessor.sendTasks()
	needs := &needs{identity: definition.States["GetEmailIdentity"].Arguments.EmailIdentity, groupARNs: map[string]string{}, mails: len(sends)}
	if needs.mails > 0 {
		needs.configurationSet = sends[0].Arguments.ConfigurationSetName
	}
	for _, state := range definition.States {
		if state.Arguments.GroupName != "" {
			needs.groupARNs[state.Arguments.GroupName] = state.Comment
		}
	}
	if found := allowedGroups.FindStringSubmatch(definition.States["Validate the list"].Assign.Problems); found != nil {
		_ = json.Unmarshal([]byte(found[1]), &needs.groups)
	}
	if needs.identity == "" || len(needs.groups) == 0 || needs.mails == 0 {
		return nil, awsErrorf("%s is no state machine that this command knows: check --stack and --state-machine", machine)
	}
	return needs, nil
}

// part is a state machine, or what a state of it has inside.
type part struct{ States map[string]state }

type state struct {
	Comment       string
	Resource      string
	Assign        struct{ Problems string }
	Arguments     struct{ EmailIdentity, ConfigurationSetName, GroupName string }
	ItemProcessor part   // of a Map
	Branches      []part // of a Parallel
}

// sendTasks returns the tasks that send a mail, at any depth.
func (p part) sendTasks() (tasks []state) {
	for _, state := range p.States {
		if strings.HasSuffix(state.Resource, ":aws-sdk:sesv2:sendEmail") {
			tasks = append(tasks, state)
		}
		for _, inside := range append(state.Branches, state.ItemProcessor) {
			tasks = append(tasks, inside.sendTasks()...)
		}
	}
	return tasks
}
