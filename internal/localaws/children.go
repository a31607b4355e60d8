package localaws

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// Child is what is stored of a child execution of a Distributed Map: its input and its output, and what the log group of
// the state machine has of it.
type Child struct {
	Input  json.RawMessage
	Output json.RawMessage
	Log    []json.RawMessage
}

// Children are the child executions of an execution that have ended.
func (s *Server) Children(ctx context.Context, execution string) ([]Child, error) {
	var children []Child
	err := s.control(ctx, http.MethodGet, "children?execution="+url.QueryEscape(execution), nil, &children)
	return children, err
}
