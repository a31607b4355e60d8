package localaws

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Child holds the stored data of a child execution of a Distributed Map: its input, its output, and its records in the log group
// of the state machine.
type Child struct {
	Input  json.RawMessage
	Output json.RawMessage
	Log    []json.RawMessage
}

// Children returns the child executions of an execution that have ended. The execution is an ARN.
func (s *Server) Children(ctx context.Context, execution string) ([]Child, error) {
	var children []Child
	err := s.control(ctx, http.MethodGet, "children?execution="+url.QueryEscape(execution), nil, &children)
	return children, err
}
