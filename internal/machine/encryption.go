package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	iam "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"
	kms "github.com/aws/aws-cdk-go/awscdk/v2/awskms"
	sfn "github.com/aws/aws-cdk-go/awscdk/v2/awsstepfunctions"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// encrypt encrypts the definition of the state machine and the data of its executions with a key (Step Functions Developer
// Guide, "Data at rest encryption").
//
// It does not use the CDK's own encryption configuration, for two reasons. In it, the permission of the role names the state
// machine by its fixed name, which ours does not have. It also allows the log service more than that service needs.
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

// DataOf returns conditions that are met for the data of a state machine and of its map runs. The ARN of a map run is the ARN
// of the state machine and a label.
func DataOf(machine sfn.IStateMachine) Conditions {
	return Conditions{"StringLike": {"kms:EncryptionContext:aws:states:stateMachineArn": []*string{
		machine.StateMachineArn(), jsii.String(*machine.StateMachineArn() + "/*"),
	}}}
}

// deliveredLogs returns a condition that is met for logs on their way to the log group. The asterisk is not a wildcard: the
// encryption context contains it.
func deliveredLogs(scope constructs.IConstruct) Conditions {
	return StringEquals("kms:EncryptionContext:SourceArn", logsARN(scope, "*"))
}

// allowLogGroup lets CloudWatch Logs encrypt a log group with a key (CloudWatch Logs User Guide, "Encrypt log data in
// CloudWatch Logs using AWS Key Management Service"). names is the pattern of the log group's name.
//
// The name of the log service ends with the DNS suffix of the partition, as in the CDK's region-info. AWS does not document
// whether this also applies to aws-eusc. If it does not, KMS rejects the key policy, and the deployment of a key that is made
// in the same app fails.
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
