package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	logs "github.com/aws/aws-cdk-go/awscdk/v2/awslogs"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// newLogGroup makes the log group of a state machine. It is kept when the stack is deleted.
//
// Its name starts with /aws/vendedlogs/, as AWS recommends for logs that its services deliver. Any other log group takes up
// space in the one resource policy of the account (CloudWatch Logs User Guide, "Enabling logging from AWS services"). The
// name ends with the unique part of the stack id: a stack that is deleted and deployed again gets a new log group, because
// the old one still exists.
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
