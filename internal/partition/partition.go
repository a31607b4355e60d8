// Package partition has the hosts of AWS's web pages, for the partitions for which AWS documents them.
package partition

import (
	"fmt"
	"maps"
	"slices"
)

// Hosts are the hosts of the web pages of a partition.
type Hosts struct {
	// SignIn is the parent domain of each account's sign-in page: 123456789012.signin.aws.amazon.com.
	SignIn string
	// Console is the parent domain of each region's console: us-east-1.console.aws.amazon.com.
	Console string
}

// hosts does not have aws-cn, because SES is not available there. It does not have aws-eusc either: AWS documents the console
// (eusc-de-east-1.console.amazonaws-eusc.eu), but we found no document with the sign-in page of an account there.
//
// Sources: AWS Sign-In User Guide, "Sign in to the AWS Management Console as an IAM user"; AWS General Reference, "AWS
// Management Console endpoints and quotas"; AWS GovCloud (US) User Guide. That list of endpoints does not have the consoles
// of GovCloud regions; https://us-gov-west-1.console.amazonaws-us-gov.com is in use.
var hosts = map[string]Hosts{
	"aws":        {SignIn: "signin.aws.amazon.com", Console: "console.aws.amazon.com"},
	"aws-us-gov": {SignIn: "signin.amazonaws-us-gov.com", Console: "console.amazonaws-us-gov.com"},
}

// HostsOf returns the hosts of a partition, such as aws, and reports whether they are known.
func HostsOf(partition string) (of Hosts, known bool) {
	of, known = hosts[partition]
	return of, known
}

// Known returns the partitions whose hosts are known, sorted.
func Known() []string { return slices.Sorted(maps.Keys(hosts)) }

// ExecutionPage returns the address of an execution's page in the console of a region. The ARN of the execution must be
// appended.
func (h Hosts) ExecutionPage(region string) string {
	return fmt.Sprintf("https://%s.%s/states/home?region=%[1]s#/v2/executions/details/", region, h.Console)
}
