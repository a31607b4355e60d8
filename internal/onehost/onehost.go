// Package onehost makes clients of the AWS SDK work with an endpoint that has one host for all calls, such as the local AWS.
package onehost

import (
	"context"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Option stops a client of the AWS SDK from adding a prefix to the host of an endpoint. The client adds one for TestState, for
// example, because AWS serves it at sync-states.<region>.amazonaws.com. Use Option in the field APIOptions of a configuration.
func Option(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("OneHost", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
	}), middleware.Before)
}
