package localaws

import (
	"bytes"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// wholeBody is an HTTP client that reads the whole body of a request before it sends the request.
//
// Without it, net/http sends the body of the SDK while it reads it, and afterwards checks that the body has ended. A server on the
// same machine may answer before that check, above all on a busy machine. The SDK closes the body when an answer begins
// (smithy-go v1.28.9, transport/http/client.go), and a closed body returns io.EOF to net/http (safe.go, WriteTo). net/http treats
// that as a failure to send and closes the connection: "use of closed network connection". The request has taken effect, and is
// sent again.
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
	whole.Body = io.NopCloser(bytes.NewReader(body)) // net/http sends a body in memory at once
	return c.HTTPClient.Do(whole)
}
