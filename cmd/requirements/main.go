// Requirements checks the versions that the tests and the demo need. If the machine lacks something, it lists everything that
// is missing, and exits with status 1.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/iam-onboarding/iam-onboarding/internal/requirements"
)

func main() {
	ctx := context.Background()
	if err := requirements.Check(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if node, err := requirements.NodeVersion(ctx, "node"); err == nil && !requirements.CanDeploy(node) {
		fmt.Fprintf(os.Stderr, "Node.js %s is enough for the tests and the demo; to deploy to AWS, use %s or later, which AWS supports for the CDK\n",
			node, requirements.NodeToDeploy)
	}
}
