package operator

import (
	"context"
	"fmt"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

const (
	// slowAfter is how long a call of AWS may take before the caller hears of it.
	slowAfter = 5 * time.Second
	// longestCall bounds a call of AWS with all its tries. The SDK itself waits for the answer of a server for ever.
	longestCall = time.Minute
)

type slowKey struct{}

// WithSlowCalls returns a context for calls of AWS. If a call has no answer after 5 seconds, it calls tell, possibly at the same time as
// other calls do. Clients of [LoadConfig] do this. They also give up a call after a minute, with any context.
func WithSlowCalls(ctx context.Context, tell func(text string)) context.Context {
	return context.WithValue(ctx, slowKey{}, tell)
}

// boundCalls makes the calls of a client as [WithSlowCalls] says.
func boundCalls(stack *middleware.Stack) error {
	bound := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (
		middleware.InitializeOutput, middleware.Metadata, error,
	) {
		ctx, cancel := context.WithTimeout(ctx, longestCall)
		defer cancel()
		if tell, ok := ctx.Value(slowKey{}).(func(text string)); ok && tell != nil {
			text := fmt.Sprintf("AWS is slow: no answer yet to %s of %s in %s; giving up after %.0f seconds", awsmiddleware.GetOperationName(ctx),
				awsmiddleware.GetServiceID(ctx), awsmiddleware.GetRegion(ctx), longestCall.Seconds())
			timer := time.AfterFunc(slowAfter, func() { tell(text) })
			defer timer.Stop()
		}
		return next.HandleInitialize(ctx, in)
	}
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("bound calls", bound), middleware.After)
}
