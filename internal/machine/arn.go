package machine

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/constructs-go/constructs/v10"
	"github.com/aws/jsii-runtime-go"
)

// UserARN is the ARN of the IAM users that a pattern, such as "*", matches below a path.
func UserARN(scope constructs.Construct, path, pattern string) *string {
	return IAMARN(scope, "user"+path+pattern)
}

// IAMARN is the ARN of a resource of IAM, such as "mfa/*", in the account of the stack.
func IAMARN(scope constructs.Construct, resource string) *string {
	return awscdk.Stack_Of(scope).FormatArn(&awscdk.ArnComponents{
		Service: jsii.String("iam"), Region: jsii.String(""),
		Resource: &resource, ArnFormat: awscdk.ArnFormat_NO_RESOURCE_NAME,
	})
}

// AnyResource is for actions that take no resource.
func AnyResource() []*string { return *jsii.Strings("*") }
