package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// encrypt has the definition of the state machine and the data of its executions encrypted with a key (Step Functions
// Developer Guide, "Data at rest encryption"). It does not use the CDK's own configuration: that allows the role to use
// the key under a name that a state machine without a fixed name does not have, and the log service more than it needs.
func encrypt(machine sfn.StateMachine, key kms.IKey, policy iam.Policy) {
	machine.Node().DefaultChild().(sfn.CfnStateMachine).SetEncryptionConfiguration(
		&sfn.CfnStateMachine_EncryptionConfigurationProperty{
			Type: jsii.String("CUSTOMER_MANAGED_KMS_KEY"), KmsKeyId: key.KeyArn(),
		})
	policy.AddStatements(
		iam.NewPolicyStatement(&iam.PolicyStatementProps{
			Actions:    jsii.Strings("kms:Decrypt", "kms:GenerateDataKey"),
			Resources:  &[]*string{key.KeyArn()},
			Conditions: DataOf(machine).Document(),
		}),
		iam.NewPolicyStatement(&iam.PolicyStatementProps{
			Actions:    jsii.Strings("kms:GenerateDataKey"),
			Resources:  &[]*string{key.KeyArn()},
			Conditions: deliveredLogs(machine).Document(),
		}),
	)
	key.AddToResourcePolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Principals: &[]iam.IPrincipal{iam.NewServicePrincipal(jsii.String("delivery.logs.amazonaws.com"), nil)},
		Actions:    jsii.Strings("kms:Decrypt"),
		Resources:  jsii.Strings("*"),
		Conditions: deliveredLogs(machine).Document(),
	}), jsii.Bool(true))
}

// DataOf holds for the data of a state machine and of its map runs, whose ARN is that of the state machine and a label.
func DataOf(machine sfn.IStateMachine) Conditions {
	return Conditions{"StringLike": {"kms:EncryptionContext:aws:states:stateMachineArn": []*string{
		machine.StateMachineArn(), jsii.String(*machine.StateMachineArn() + "/*"),
	}}}
}

// deliveredLogs holds for logs on their way to the log group. The asterisk is meant as it stands.
func deliveredLogs(scope constructs.IConstruct) Conditions {
	return StringEquals("kms:EncryptionContext:SourceArn", logsARN(scope, "*"))
}

// allowLogGroup lets CloudWatch Logs encrypt a log group with a key (CloudWatch Logs User Guide, "Encrypt log data in
// CloudWatch Logs using AWS Key Management Service"). The name of that service ends with the suffix of the partition, as the
// region-info of the CDK has it. Whether it does so in aws-eusc, too, is not documented: if it does not, KMS refuses the
// policy, and the deployment of a key that is made in the same app fails.
func allowLogGroup(scope constructs.Construct, key kms.IKey, names string) {
	service := "logs." + *awscdk.Stack_Of(scope).Region() + "." + *awscdk.Stack_Of(scope).UrlSuffix()
	key.AddToResourcePolicy(iam.NewPolicyStatement(&iam.PolicyStatementProps{
		Principals: &[]iam.IPrincipal{iam.NewServicePrincipal(&service, nil)},
		Actions: jsii.Strings("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
			"kms:GenerateDataKeyWithoutPlaintext", "kms:DescribeKey"),
		Resources:  jsii.Strings("*"),
		Conditions: Conditions{"ArnLike": {"kms:EncryptionContext:aws:logs:arn": logsARN(scope, "log-group:"+names)}}.Document(),
	}), jsii.Bool(true))
}

func logsARN(scope constructs.IConstruct, resource string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("logs"), Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}
