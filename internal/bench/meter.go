package bench

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
)

// meter is a proxy between Step Functions and the services. It counts the API calls of tasks, and the draws among them.
type meter struct {
	*httptest.Server
	calls, draws atomic.Int64
}

func newMeter(endpoint string) (*meter, error) {
	target, err := url.Parse(endpoint)
	if err != nil {
		return nil, err
	}
	m := &meter{}
	services := httputil.NewSingleHostReverseProxy(target)
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.calls.Add(1)
		if r.Header.Get("X-Amz-Target") == "secretsmanager.GetRandomPassword" {
			m.draws.Add(1)
		}
		services.ServeHTTP(w, r)
	}))
	return m, nil
}
