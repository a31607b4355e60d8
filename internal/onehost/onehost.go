// Package onehost is for endpoints that have one host for every call, such as the local AWS.
package onehost

import (
	"context"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Option keeps a client of the AWS SDK from writing a prefix before the host, as it does for TestState, which AWS has at
// sync-states.<region>.amazonaws.com. It is for the field APIOptions of a configuration.
func Option(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("OneHost", func(
		ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler,
	) (middleware.InitializeOutput, middleware.Metadata, error) {
		return next.HandleInitialize(smithyhttp.DisableEndpointHostPrefix(ctx, true), in)
	}), middleware.Before)
}
