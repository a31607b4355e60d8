package localaws_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// TestRequestIsReadBeforeItIsSent checks that a client of Config has read the whole body before the server gets the request. The
// SDK closes the body when an answer begins, and a later read ends the connection: see wholeBody.
func TestRequestIsReadBeforeItIsSent(t *testing.T) {
	answered := make(chan struct{})
	body := &lateBody{Reader: strings.NewReader("Action=CreateUser"), answered: answered}
	var ended bool
	remote := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		defer close(answered)
		if got, err := io.ReadAll(r.Body); err != nil || string(got) != "Action=CreateUser" {
			t.Errorf("got the body %q, %v", got, err)
		}
		ended = body.ended.Load()
	}))
	defer remote.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, remote.URL, body)
	must(t, err)
	request.ContentLength = body.Size()
	response, err := server.Config().HTTPClient.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	if !ended {
		t.Error("the client had not read the end of the body when the server got the request")
	}
}

// lateBody is a body that has its end only after the answer, unless it is read to its end before it is sent.
type lateBody struct {
	*strings.Reader
	answered <-chan struct{}
	ended    atomic.Bool
}

func (b *lateBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	b.ended.Store(b.ended.Load() || err == io.EOF)
	return n, err
}

func (b *lateBody) WriteTo(w io.Writer) (int64, error) {
	<-b.answered
	b.ended.Store(true)
	return b.Reader.WriteTo(w)
}

func (b *lateBody) Close() error { return nil }
