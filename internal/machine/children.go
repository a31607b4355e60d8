package machine

import (
	"fmt"
	"math"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/jsii-runtime-go"

	"github.com/iam-onboarding/iam-onboarding/internal/jsonata"
)

// Children are child executions, each for a batch of items.
type Children struct {
	Items     string   // JSONata code
	BatchSize *float64 // the number of items of a child
	// BatchInput is what all items have in common. A child gets it once.
	BatchInput map[string]any
	// Output is JSONata code. Default: an array of the outputs of the children.
	Output string
	// Processor is what a child does. Its input has the fields Items and BatchInput.
	Processor sfn.IChainable
}

// RunChildren makes a state that runs child executions one after the other, and tolerates those that fail. Few children with
// several items cost less than one for each item, because starting a child is billed as a state transition (Step Functions
// Developer Guide, "Transitions in Step Functions"). The children are Express executions, which have no history. So no password
// is stored, and the history of the parent does not grow with the items.
func (f *Flow) RunChildren(name string, c Children) sfn.DistributedMap {
	props := &sfn.DistributedMapJsonataProps{
		MapExecutionType:           sfn.StateMachineType_EXPRESS,
		MaxConcurrency:             jsii.Number(1),
		ItemBatcher:                sfn.NewItemBatcher(&sfn.ItemBatcherProps{MaxItemsPerBatch: c.BatchSize, BatchInput: &c.BatchInput}),
		ToleratedFailurePercentage: jsii.Number(100),
		Items:                      sfn.ProvideItems_Jsonata(jsii.String(jsonata.Expression(c.Items))),
	}
	if c.Output != "" {
		props.Outputs = jsonata.Expression(c.Output)
	}
	children := sfn.DistributedMap_Jsonata(f.Scope, &name, props)
	children.ItemProcessor(c.Processor, nil)
	return children
}

// Item is JSONata code for an item, in the selector of [Flow.EachItem].
const Item = "$states.context.Map.Item.Value"

// FieldOrItem returns JSONata code for a field of an item that is an object, or for the item itself.
func FieldOrItem(field string) string {
	return fmt.Sprintf(`$type(%[1]s) = "object" ? %[1]s.%[2]s : %[1]s`, Item, field)
}

// EachItem makes the state with which a child execution goes through all of its items at the same time. selector is the input of
// an item.
func (f *Flow) EachItem(name string, selector map[string]any, steps sfn.IChainable) sfn.Map {
	each := sfn.Map_Jsonata(f.Scope, &name, &sfn.MapJsonataProps{
		Items:        sfn.ProvideItems_Jsonata(jsii.String(jsonata.Expression("$states.input.Items"))),
		ItemSelector: &selector,
	})
	each.ItemProcessor(steps, nil)
	return each
}

// ListTimeout returns the time in which every child execution of a list of maxUsers has ended, plus one hour for everything
// else. If maxConcurrency is a token, it may be as low as 1.
func ListTimeout(maxUsers float64, maxConcurrency *float64) awscdk.Duration {
	concurrency := *maxConcurrency
	if IsToken(concurrency) {
		concurrency = 1
	}
	return awscdk.Duration_Seconds(jsii.Number(math.Ceil(maxUsers/concurrency)*ChildSeconds + 3600))
}

// CauseLength returns JSONata code for the maximum length of the Cause of a failed user, so that the report of the list fits into a
// payload of 256 KiB (Step Functions Developer Guide, "Quotas"). besides is the maximum number of characters of the rest of the user's status.
func CauseLength(besides int) string {
	return fmt.Sprintf("$min([1000, $floor(260000 / $count($states.input.IAMUserNames)) - %d])", besides)
}
