package localaws_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// A client of Config has nothing left to read of a request when the server sees it. The SDK closes the body as soon as an
// answer begins, and what is read later ends the connection: see wholeBody.
func TestRequestIsReadBeforeItIsSent(t *testing.T) {
	answered := make(chan struct{})
	body := &lateBody{Reader: strings.NewReader("Action=CreateUser"), answered: answered}
	var ended bool
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
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
		t.Error("the end of the body was not yet read when the server had all of it")
	}
}

// lateBody is a body whose end is found after the answer, unless somebody reads it to its end before it is sent.
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
