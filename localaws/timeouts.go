package localaws

import (
	"context"
	"net/http"
	"time"
)

// SetLeastTimeout lets no time-out of a task be shorter than d, unless the state machine states it so, whatever [Pace]
// makes of it: so that a busy machine does not run into time-outs where a test shortens the waits between retries.
func (s *Server) SetLeastTimeout(ctx context.Context, d time.Duration) error {
	return s.control(ctx, http.MethodPut, "least-timeout", map[string]any{"Seconds": d.Seconds()}, nil)
}
