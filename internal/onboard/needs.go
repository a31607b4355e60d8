package onboard

import (
	"context"
	"encoding/json"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// needs is what a state machine depends on, as its definition says.
type needs struct {
	identity string   // of SES
	groups   []string // that a list may name, the default first
}

// allowedGroups is in the expression that judges the list.
var allowedGroups = regexp.MustCompile(`\$groups := (\[[^\]]*\]);`)

// readNeeds reads them from the states that depend on them. The names of states do not change.
func readNeeds(ctx context.Context, machines MachineAPI, machine string) (*needs, error) {
	described, err := machines.DescribeStateMachine(ctx, &sfn.DescribeStateMachineInput{StateMachineArn: &machine})
	if err != nil {
		return nil, refused("read the definition of "+machine, err)
	}
	var definition struct {
		States map[string]struct {
			Assign    struct{ Problems string }
			Arguments struct{ EmailIdentity string }
		}
	}
	_ = json.Unmarshal([]byte(aws.ToString(described.Definition)), &definition)
	needs := &needs{identity: definition.States["GetEmailIdentity"].Arguments.EmailIdentity}
	if found := allowedGroups.FindStringSubmatch(definition.States["Validate the list"].Assign.Problems); found != nil {
		_ = json.Unmarshal([]byte(found[1]), &needs.groups)
	}
	if needs.identity == "" || len(needs.groups) == 0 {
		return nil, awsErrorf("%s is no state machine that this command knows: check --stack and --state-machine", machine)
	}
	return needs, nil
}
