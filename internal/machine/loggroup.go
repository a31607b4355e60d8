package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLogGroup makes the log group of a state machine, which stays when the stack is deleted.
//
// Its name starts as names of logs that AWS services deliver should, because otherwise each log group takes room in the one
// resource policy of the account (CloudWatch Logs User Guide, "Enabling logging from AWS services"). It ends with the
// part of the stack's id that is unique, so that a stack which is deployed anew does not come upon the log group of the
// deleted one.
func newLogGroup(scope constructs.Construct, props *Props) logs.LogGroup {
	prefix := "/aws/vendedlogs/states/" + *awscdk.Names_UniqueResourceName(scope, &awscdk.UniqueResourceNameOptions{
		MaxLength: jsii.Number(128), Separator: jsii.String("-"),
	}) + "-"
	if props.EncryptionKey != nil {
		allowLogGroup(scope, props.EncryptionKey, prefix+"*")
	}
	stackID := awscdk.Fn_Split(jsii.String("/"), awscdk.Aws_STACK_ID(), nil)
	return logs.NewLogGroup(scope, jsii.String("LogGroup"), &logs.LogGroupProps{
		LogGroupName:  jsii.String(prefix + *awscdk.Fn_Select(jsii.Number(2), stackID)),
		Retention:     props.LogRetention,
		EncryptionKey: props.EncryptionKey,
	})
}
