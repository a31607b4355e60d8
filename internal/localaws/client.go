package localaws

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wholeBody is an HTTP client that reads the body of a request before it sends any of it.
//
// Else net/http sends the body of the SDK as it reads it, and looks only then whether that was all. A server on the same
// machine may answer in between, above all on a busy machine. The SDK closes the body when an answer begins (smithy-go
// v1.28.9, transport/http/client.go), and its closed body is an io.EOF to net/http (safe.go, WriteTo), which takes that for a
// failure to send and closes the connection: "use of closed network connection". The request took effect, and is sent again.
type wholeBody struct {
	aws.HTTPClient
}

func (c wholeBody) Do(request *http.Request) (*http.Response, error) {
	if request.Body == nil {
		return c.HTTPClient.Do(request)
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	if err := request.Body.Close(); err != nil {
		return nil, err
	}
	whole := request.WithContext(request.Context())
	whole.Body = io.NopCloser(bytes.NewReader(body)) // net/http sends what is in memory in one piece
	return c.HTTPClient.Do(whole)
}
