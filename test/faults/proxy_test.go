package faults

import (
	"bytes"
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
	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/internal/testing/deployedtest"
)

// proxy stands between the engine of Step Functions and the services. It knows each call by the task state that makes it
// and by the user that it is for, treats those badly that a fault is set for, and hands all others on.
type proxy struct {
	url    string
	target string
	tasks  []asl.Task

	mu        sync.Mutex
	faults    map[string][]*fault // by the user, or anybody
	calls     []apiCall
	passwords map[string]bool // every one that was drawn, set or mailed
	strange   []string        // calls that no task makes
}

// anybody is the user of a call that names none.
const anybody = ""

// apiCall is a call of a task.
type apiCall struct {
	state string // the task state that makes it
	api   string // the service and the API, as in iam:createUser
	user  string
	// password is what it sets or mails.
	password string
}

// fault is something that goes wrong with calls for one user, or with those that name none.
type fault struct {
	on    func(apiCall) bool
	treat treatment
	calls int // how many calls it goes wrong with, one after the other
	hit   int // how many it went wrong with so far
}

const forever = math.MaxInt

// treatment is what becomes of a call, in place of handing it on and its answer back.
type treatment func(*exchange)

// exchange is a call that waits for its answer.
type exchange struct {
	apiCall
	proxy  *proxy
	w      http.ResponseWriter
	r      *http.Request
	body   []byte
	answer *answer
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// newProxy starts a proxy in front of an account, for the calls of these tasks, and sends the calls of the engine there.
func newProxy(t testing.TB, account *deployedtest.Account, tasks []asl.Task) *proxy {
	t.Helper()
	p := &proxy{target: account.Endpoint(), tasks: tasks, faults: map[string][]*fault{}, passwords: map[string]bool{}}
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

// clear takes all faults away, and returns the calls since it did so before.
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
	x := &exchange{apiCall: p.recognize(r, body), proxy: p, w: w, r: r, body: body}
	switch treat := p.take(x.apiCall); {
	case treat != nil:
		treat(x)
	case x.api == drawAPI:
		x.give(x.handOn()) // and remember the password
	default:
		w.Header().Set(localaws.PassHeader, "true")
	}
}

// take notes a call, and returns how to treat it if a fault is due.
func (p *proxy) take(call apiCall) treatment {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call)
	if call.state == "" {
		p.strange = append(p.strange, call.api)
	}
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

// handOn has the call take effect, and returns what the service answers.
func (x *exchange) handOn() answer {
	request, err := http.NewRequest(x.r.Method, x.proxy.target+x.r.URL.RequestURI(), bytes.NewReader(x.body))
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
		_ = tcp.SetLinger(0) // a reset, not an orderly end
	}
	_ = connection.Close()
}

// timeOut gives no answer until the time-out, which it has come at once.
func (x *exchange) timeOut() {
	x.give(answer{status: http.StatusOK, header: http.Header{localaws.TimeoutHeader: {"true"}}})
}

// refuse answers with an error, in the form of the service.
func (x *exchange) refuse(err wireError) {
	header, body := http.Header{}, []byte(nil)
	if strings.HasPrefix(x.api, "iam:") {
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
