package localaws

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ErrNotFound is the error of a control for what does not exist.
var ErrNotFound = errors.New("not found")

// Mail is a mail that SES has sent. It sends none to an address on its suppression list.
type Mail struct {
	From    string
	To      []string
	ReplyTo []string
	Subject string
	Text    string
	HTML    string
	// Tags are the message tags.
	Tags map[string]string
}

// User is an IAM user, with what no API shows.
type User struct {
	Name         string
	Path         string
	Tags         map[string]string
	Groups       []string
	LoginProfile *LoginProfile
}

// LoginProfile is the access of a user to the console.
type LoginProfile struct {
	Password      string
	ResetRequired bool
}

// Verify verifies an SES identity, an address or a domain, as its owner does who follows the link in the mail from AWS.
func (s *Server) Verify(ctx context.Context, identity string) error {
	return s.control(ctx, http.MethodPost, "identities/verify", map[string]any{"Identity": identity}, nil)
}

// SetSending has the sending of the account paused, or resumed.
func (s *Server) SetSending(ctx context.Context, enabled bool) error {
	return s.control(ctx, http.MethodPut, "sending", map[string]any{"Enabled": enabled}, nil)
}

// Suppress puts addresses on the suppression list of SES, as hard bounces of mails to them do.
func (s *Server) Suppress(ctx context.Context, addresses ...string) error {
	return s.control(ctx, http.MethodPost, "suppressed", map[string]any{"Addresses": addresses}, nil)
}

// Mails are the mails that were sent, in their order.
func (s *Server) Mails(ctx context.Context) ([]Mail, error) {
	var mails []Mail
	err := s.control(ctx, http.MethodGet, "mails", nil, &mails)
	return mails, err
}

// User is the user of that name, with the password that is set. The error wraps [ErrNotFound] where there is none.
func (s *Server) User(ctx context.Context, name string) (User, error) {
	var users []User
	if err := s.control(ctx, http.MethodGet, "users?name="+url.QueryEscape(name), nil, &users); err != nil {
		return User{}, err
	}
	return users[0], nil
}

// Users are all users, with the passwords that are set.
func (s *Server) Users(ctx context.Context) ([]User, error) {
	var users []User
	err := s.control(ctx, http.MethodGet, "users", nil, &users)
	return users, err
}

// SignIn signs the user in to the console for the first time, where a new password must be chosen. It fails where the
// password is not the one that is set, and where the policy of the account refuses the new one.
func (s *Server) SignIn(ctx context.Context, name, password, newPassword string) error {
	return s.control(ctx, http.MethodPost, "sign-in",
		map[string]any{"UserName": name, "Password": password, "NewPassword": newPassword}, nil)
}

// SetTaskEndpoint makes state machines send the calls of their tasks to url, say to a proxy that injects faults. It hands the
// other calls on to [Server.Endpoint], or answers them with [PassHeader], which is faster. An empty url undoes it.
func (s *Server) SetTaskEndpoint(ctx context.Context, url string) error {
	if url == "" {
		url = s.endpoint
	}
	return s.control(ctx, http.MethodPut, "task-endpoint", map[string]any{"URL": url}, nil)
}

// PassHeader is the header of an answer that sends the call of a task on to the services, whatever the value, status and body.
// The engine takes it from a proxy (see [Server.SetTaskEndpoint]).
const PassHeader = "X-Localaws-Pass"

// TimeoutHeader is the header of an answer that makes the call of a task time out, as if the TimeoutSeconds of its state had
// passed. The engine takes it from a proxy (see [Server.SetTaskEndpoint]), whatever the value, status and body, once a
// [Pace] is set. The execution fails with States.Runtime where the state has no TimeoutSeconds.
const TimeoutHeader = "X-Localaws-Timeout"

// Pace is how fast time passes for state machines.
type Pace struct {
	// Factor is how long the waits before retries and the Wait states last, as a multiple of what they would. Once it is
	// set, no time-out passes by itself, however long a call or an execution takes: see [TimeoutHeader]. With 0, waits and
	// time-outs last what the definition says.
	Factor float64
}

// SetPace lets a test of faults go through retries and time-outs in a fraction of the time.
func (s *Server) SetPace(ctx context.Context, pace Pace) error {
	return s.control(ctx, http.MethodPut, "pace", map[string]any{"Factor": pace.Factor}, nil)
}

// AwaitExecution waits until an execution has ended. It returns at once if it has ended already.
func (s *Server) AwaitExecution(ctx context.Context, arn string) error {
	return s.control(ctx, http.MethodGet, "execution?arn="+url.QueryEscape(arn), nil, nil)
}

// AwaitQuiet waits until no call of a task is under way. Once all executions have ended, none takes effect after it: neither
// of an attempt that timed out, nor of an execution that was stopped.
func (s *Server) AwaitQuiet(ctx context.Context) error {
	return s.control(ctx, http.MethodGet, "quiet", nil, nil)
}

// Reset empties the account.
func (s *Server) Reset(ctx context.Context) error {
	return s.call(ctx, http.MethodPost, "/moto-api/reset", nil, nil)
}

func (s *Server) control(ctx context.Context, method, route string, in, out any) error {
	return s.call(ctx, method, "/_localaws/"+route, in, out)
}

func (s *Server) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, s.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s: %w", strings.TrimSpace(string(answer)), ErrNotFound)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("local AWS: %s: %s", resp.Status, strings.TrimSpace(string(answer)))
	case out == nil:
		return nil
	}
	return json.Unmarshal(answer, out)
}
