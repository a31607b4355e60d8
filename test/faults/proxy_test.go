package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/iam-onboarding/iam-onboarding/internal/localaws"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// proxy stands between the engine of Step Functions and the services. It finds the user of each call. A
// call with a fault gets the treatment of the fault. Every other call goes on to its service.
type proxy struct {
	url    string
	target string

	mu        sync.Mutex
	faults    map[string][]*fault // by user, or anybody
	calls     []apiCall
	passwords map[string]bool // every password that a call has drawn, set or mailed
}

// anybody is the user of a call that names no user.
const anybody = ""

// apiCall is a call of a task.
type apiCall struct {
	state    string // the task state that makes it
	api      string // the service and the API, as in iam:createUser
	user     string
	password string // the password that it sets or mails, if it does
}

// fault is a treatment of calls for one user, or of calls that name no user.
type fault struct {
	on    func(apiCall) bool
	treat treatment
	calls int // the number of consecutive calls that fail
	hit   int // the number of calls that have failed
}

const forever = math.MaxInt

// treatment decides what happens to a call: it may hand the call on to its service, and gives an answer, or none.
type treatment func(*exchange)

// exchange is a call that waits for its answer.
type exchange struct {
	apiCall
	proxy *proxy
	w     http.ResponseWriter
	r     *http.Request
	body  []byte
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// newProxy starts a proxy in front of an account. The engine of Step Functions then sends its calls to the proxy.
func newProxy(t testing.TB, account *deployedtest.Account) *proxy {
	t.Helper()
	p := &proxy{target: account.Endpoint(), faults: map[string][]*fault{}, passwords: map[string]bool{}}
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	p.url = server.URL
	if err := account.SetTaskEndpoint(t.Context(), p.url); err != nil {
		t.Fatal(err)
	}
	return p
}

// inject sets a fault.
func (p *proxy) inject(user string, f *fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[user] = append(p.faults[user], f)
}

// clear removes all faults, and returns the calls since the last clear.
func (p *proxy) clear() []apiCall {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := p.calls
	p.calls, p.faults = nil, map[string][]*fault{}
	return calls
}

func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	x := &exchange{apiCall: recognize(r, body), proxy: p, w: w, r: r, body: body}
	switch treat := p.take(x.apiCall); {
	case treat != nil:
		treat(x)
	case x.api == drawAPI:
		x.give(x.handOn()) // the answer must pass the proxy, which remembers its password
	default:
		w.Header().Set(localaws.PassHeader, "true")
	}
}

// take records a call. It returns the treatment of the fault that this call must have, or nil.
func (p *proxy) take(call apiCall) treatment {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
	if call.password != "" {
		p.passwords[call.password] = true
	}
	for _, f := range p.faults[call.user] {
		if f.hit < f.calls && f.on(call) {
			f.hit++
			return f.treat
		}
	}
	return nil
}

func (p *proxy) remember(password string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.passwords[password] = true
}

// handOn sends the call to its service, and returns the answer.
func (x *exchange) handOn() answer {
	ctx := context.WithoutCancel(x.r.Context()) // the call takes effect even if its caller has gone
	request, err := http.NewRequestWithContext(ctx, x.r.Method, x.proxy.target+x.r.URL.RequestURI(), bytes.NewReader(x.body))
	if err != nil {
		panic(err)
	}
	request.Header = x.r.Header.Clone()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(http.ErrAbortHandler) // the local AWS has ended
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if password, ok := drawn(x.api, body); ok {
		x.proxy.remember(password)
	}
	return answer{response.StatusCode, response.Header, body}
}

func (x *exchange) give(answer answer) {
	for name, values := range answer.header {
		if !slices.Contains([]string{"Content-Length", "Connection", "Transfer-Encoding"}, name) {
			x.w.Header()[name] = values
		}
	}
	x.w.WriteHeader(answer.status)
	_, _ = x.w.Write(answer.body)
}

// reset cuts the connection, as a network failure does.
func (x *exchange) reset() {
	connection, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closes with a reset
	}
	_ = connection.Close()
}

// timeOut gives no answer, and makes the call time out at once.
func (x *exchange) timeOut() {
	x.give(answer{status: http.StatusOK, header: http.Header{localaws.TimeoutHeader: {"true"}}})
}

// refuse answers with an error, in the format of the service.
func (x *exchange) refuse(err wireError) {
	header := http.Header{}
	var body []byte
	if strings.HasPrefix(x.api, "iam:") || strings.HasPrefix(x.api, "sns:") {
		var message bytes.Buffer
		_ = xml.EscapeText(&message, []byte(err.message))
		header.Set("Content-Type", "text/xml")
		body = fmt.Appendf(nil, `<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type>`+
			`<Code>%s</Code><Message>%s</Message></Error><RequestId>00000000-0000-0000-0000-000000000000</RequestId>`+
			`</ErrorResponse>`, err.code, &message)
	} else {
		header.Set("Content-Type", "application/json")
		header.Set("X-Amzn-ErrorType", err.code)
		body, _ = json.Marshal(map[string]string{"__type": err.code, "message": err.message})
	}
	x.give(answer{err.status, header, body})
}

type wireError struct {
	status        int
	code, message string
}
