package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// UserARN returns the ARN of the IAM users below a path whose names match a pattern, such as "*".
func UserARN(scope constructs.Construct, path, pattern string) *string {
	return IAMARN(scope, "user"+path+pattern)
}

// IAMARN returns the ARN of an IAM resource, such as "mfa/*", in the account of the stack.
func IAMARN(scope constructs.Construct, resource string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""),
		Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}

// AnyResource returns the resource "*", for actions that do not support resource-level permissions.
func AnyResource() []*string { return *jsii.Strings("*") }
