package test

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
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/iam-onboarding/iam-onboarding/internal/testing/asl"
	"github.com/iam-onboarding/iam-onboarding/localaws"
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
func newProxy(t *testing.T, account *account, tasks []asl.Task) *proxy {
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
	if treat := p.take(x.apiCall); treat != nil {
		treat(x)
	} else {
		x.give(x.handOn())
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

// recognize reads a call in the protocol of its service: Query of IAM, JSON of Secrets Manager, REST of SES.
func (p *proxy) recognize(r *http.Request, body []byte) apiCall {
	var call apiCall
	var form url.Values
	switch target := r.Header.Get("X-Amz-Target"); {
	case target != "":
		service, action, _ := strings.Cut(target, ".")
		call.api = service + ":" + lowerFirst(action)
	case strings.HasPrefix(r.URL.Path, "/v2/email/"):
		call.api = sesAPI(r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v2/email/"))
		var mail struct {
			Destination struct{ ToAddresses []string }
			Content     struct {
				Simple struct {
					Body struct{ Text struct{ Data string } }
				}
			}
		}
		if json.Unmarshal(body, &mail) == nil && len(mail.Destination.ToAddresses) > 0 {
			call.user = mail.Destination.ToAddresses[0] // the users of the suite are named by their addresses
			call.password = mailedPassword(localaws.Mail{Text: mail.Content.Simple.Body.Text.Data})
		}
	default:
		form, _ = url.ParseQuery(string(body))
		call.api = "iam:" + lowerFirst(form.Get("Action"))
		call.user = form.Get("UserName")
		call.password = form.Get("Password")
	}
	call.state = p.stateOf(call, form)
	return call
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

func sesAPI(methodAndPath string) string {
	switch {
	case methodAndPath == "POST outbound-emails":
		return "sesv2:sendEmail"
	case methodAndPath == "GET account":
		return "sesv2:getAccount"
	case strings.HasPrefix(methodAndPath, "GET identities/"):
		return "sesv2:getEmailIdentity"
	}
	return "sesv2: " + methodAndPath
}

// stateOf is the task state that makes a call. Two states that call the same API differ in what they always send.
func (p *proxy) stateOf(call apiCall, form url.Values) string {
	for _, task := range p.tasks {
		if task.API == call.api && task.TellsPassword == (call.password != "") && task.Matches(form) {
			return task.Name
		}
	}
	return ""
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

// drawn is the password in an answer of GetRandomPassword.
func drawn(api string, body []byte) (password string, ok bool) {
	var result struct{ RandomPassword string }
	ok = api == "secretsmanager:getRandomPassword" && json.Unmarshal(body, &result) == nil && result.RandomPassword != ""
	return result.RandomPassword, ok
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

// kind is a way in which calls go wrong.
type kind struct {
	name  string
	treat treatment
	// passes tells that a retry mends it, unless it lasts.
	passes bool
	// hangs tells that no answer comes, until the time-out.
	hangs bool
}

// kinds are the ways in which any call can go wrong.
var kinds = []kind{
	{name: "throttled", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusBadRequest, "Throttling", "Rate exceeded"},
		"sesv2":          {http.StatusTooManyRequests, "TooManyRequestsException", "Maximum sending rate exceeded."},
		"secretsmanager": {http.StatusBadRequest, "ThrottlingException", "Rate exceeded"},
	})},
	{name: "broken", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusInternalServerError, "ServiceFailure", "The request failed"},
		"sesv2":          {http.StatusInternalServerError, "InternalFailure", "The request failed"},
		"secretsmanager": {http.StatusInternalServerError, "InternalServiceError", "The request failed"},
	})},
	{name: "denied", passes: true, treat: refusing(map[string]wireError{
		"iam":            {http.StatusForbidden, "AccessDenied", "User: role is not authorized to perform the action"},
		"sesv2":          {http.StatusForbidden, "AccessDeniedException", "User: role is not authorized to perform the action"},
		"secretsmanager": {http.StatusBadRequest, "AccessDeniedException", "User: role is not authorized to perform the action"},
	})},
	{name: "cut", passes: true, treat: func(x *exchange) {
		x.handOn()
		x.reset()
	}},
	{name: "lost", passes: true, treat: func(x *exchange) {
		x.handOn()
		x.refuse(wireError{http.StatusServiceUnavailable, "ServiceUnavailable", "The service is unavailable"})
	}},
	{name: "hung", passes: true, hangs: true, treat: func(x *exchange) {
		x.handOn()
		select {
		case <-x.r.Context().Done():
		case <-time.After(2 * pace.LeastTimeout):
		}
		x.reset()
	}},
}

func kindNamed(name string) kind {
	return kinds[slices.IndexFunc(kinds, func(kind kind) bool { return kind.name == name })]
}

// refusing answers with the error of the service.
func refusing(errors map[string]wireError) treatment {
	return func(x *exchange) {
		service, _, _ := strings.Cut(x.api, ":")
		x.refuse(errors[service])
	}
}

// refusingWith answers with an error that the call itself decides on.
func refusingWith(err func(apiCall) wireError) treatment {
	return func(x *exchange) { x.refuse(err(x.apiCall)) }
}

// inState is the calls of a task state.
func inState(name string) func(apiCall) bool {
	return func(call apiCall) bool { return call.state == name }
}
