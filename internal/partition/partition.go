// Package partition knows the web pages of AWS in those partitions where AWS documents them.
package partition

import (
	"fmt"
	"maps"
	"slices"
)

// Hosts are the hosts of the web pages of a partition.
type Hosts struct {
	// SignIn has the sign-in page of each account below it: 123456789012.signin.aws.amazon.com.
	SignIn string
	// Console has the console of each region below it: us-east-1.console.aws.amazon.com.
	Console string
}

// hosts has no aws-cn, which has no SES. It has no aws-eusc: AWS documents its console (eusc-de-east-1.console.amazonaws-eusc.eu),
// and we found no document that names the sign-in page of an account there.
//
// Sources: AWS Sign-In User Guide, "Sign in to the AWS Management Console as an IAM user"; AWS General Reference, "AWS
// Management Console endpoints and quotas"; AWS GovCloud (US) User Guide. The endpoints of the console in GovCloud are not
// in that list; https://us-gov-west-1.console.amazonaws-us-gov.com is in use.
var hosts = map[string]Hosts{
	"aws":        {SignIn: "signin.aws.amazon.com", Console: "console.aws.amazon.com"},
	"aws-us-gov": {SignIn: "signin.amazonaws-us-gov.com", Console: "console.amazonaws-us-gov.com"},
}

// HostsOf returns the hosts of a partition, such as aws, if they are known.
func HostsOf(partition string) (of Hosts, known bool) {
	of, known = hosts[partition]
	return of, known
}

// Known returns the partitions whose hosts are known, sorted.
func Known() []string { return slices.Sorted(maps.Keys(hosts)) }

// ExecutionPage returns the page of an execution in the console of a region, without the ARN of the execution, which ends it.
func (h Hosts) ExecutionPage(region string) string {
	return fmt.Sprintf("https://%s.%s/states/home?region=%[1]s#/v2/executions/details/", region, h.Console)
}
