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
	"slices"
	"strings"
	"time"
)

// ErrNotFound is wrapped by the error of a control that names a user or an identity that does not exist.
var ErrNotFound = errors.New("not found")

// Mail is a mail that SES has sent. SES sends no mail to an address that it suppresses.
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

// Notification is a message that was published to an SNS topic.
type Notification struct {
	Topic   string // its ARN
	Subject string
	Message string
}

// User is an IAM user, including the password, which no API of AWS returns.
type User struct {
	Name             string
	Path             string
	Tags             map[string]string
	Groups           []string
	LoginProfile     *LoginProfile
	AccessKeys       map[string]string // their statuses, by id
	AttachedPolicies []string          // their ARNs
	Others           []string          // the ids of MFA devices, certificates, SSH public keys and service-specific credentials, and the names of inline policies
}

// LoginProfile is the login profile of a user.
type LoginProfile struct {
	Password      string
	ResetRequired bool
}

// Verify verifies an SES identity, which is an address or a domain. On AWS, its owner follows the link in a mail. The error wraps
// [ErrNotFound] if SES has no such identity.
func (s *Server) Verify(ctx context.Context, identity string) error {
	return s.control(ctx, http.MethodPost, "identities/verify", map[string]any{"Identity": identity}, nil)
}

// SetSending pauses the sending of the account, or resumes it.
func (s *Server) SetSending(ctx context.Context, enabled bool) error {
	return s.control(ctx, http.MethodPut, "sending", map[string]any{"Enabled": enabled}, nil)
}

// Suppress puts addresses on the suppression list of SES, as a hard bounce does.
func (s *Server) Suppress(ctx context.Context, addresses ...string) error {
	return s.control(ctx, http.MethodPost, "suppressed", map[string]any{"Addresses": addresses}, nil)
}

// Mails returns the mails that were sent, in the order of sending.
//
// It reads each mail from the server once: no mail changes, and a suite looks at thousands of mails again and again.
func (s *Server) Mails(ctx context.Context) ([]Mail, error) {
	s.mails.Lock()
	defer s.mails.Unlock()
	var more []Mail
	if err := s.control(ctx, http.MethodGet, fmt.Sprintf("mails?from=%d", len(s.mails.read)), nil, &more); err != nil {
		return nil, err
	}
	s.mails.read = append(s.mails.read, more...)
	return slices.Clone(s.mails.read), nil
}

// Notifications returns the messages that were published to topics, those of a topic in the order of publication.
func (s *Server) Notifications(ctx context.Context) (all []Notification, err error) {
	return all, s.control(ctx, http.MethodGet, "notifications", nil, &all)
}

// User returns the user of that name. The error wraps [ErrNotFound] if IAM has no such user.
func (s *Server) User(ctx context.Context, name string) (User, error) {
	var users []User
	if err := s.control(ctx, http.MethodGet, "users?name="+url.QueryEscape(name), nil, &users); err != nil {
		return User{}, err
	}
	return users[0], nil
}

// Users returns all users.
func (s *Server) Users(ctx context.Context) ([]User, error) {
	var users []User
	err := s.control(ctx, http.MethodGet, "users", nil, &users)
	return users, err
}

// SignIn signs the user in to the console for the first time, and sets the new password that AWS then asks for. It returns an
// error if the password is wrong, or if the new one violates the password policy of the account.
func (s *Server) SignIn(ctx context.Context, name, password, newPassword string) error {
	return s.control(ctx, http.MethodPost, "sign-in",
		map[string]any{"UserName": name, "Password": password, "NewPassword": newPassword}, nil)
}

// SetTaskEndpoint makes state machines send the calls of their tasks to url, for example to a proxy that injects faults. The proxy
// passes other calls to [Server.Endpoint], or answers them with [PassHeader], which is faster. An empty url removes the proxy.
func (s *Server) SetTaskEndpoint(ctx context.Context, url string) error {
	if url == "" {
		url = s.endpoint
	}
	return s.control(ctx, http.MethodPut, "task-endpoint", map[string]any{"URL": url}, nil)
}

// PassHeader is a header for the answer of a proxy (see [Server.SetTaskEndpoint]). If an answer has it, the engine sends the call of
// the task to the services. The value, the status and the body do not matter.
const PassHeader = "X-Localaws-Pass"

// StateHeader is a header of the calls that a proxy gets (see [Server.SetTaskEndpoint]). It has the name of the task state, escaped as
// in a URL.
const StateHeader = "X-Localaws-State"

// TimeoutHeader is a header for the answer of a proxy (see [Server.SetTaskEndpoint]). If an answer has it, and a [Pace] is set, the
// call of the task times out, as if the TimeoutSeconds of its state had passed. The value, the status and the body do not matter.
// If the state has no TimeoutSeconds, the execution fails with States.Runtime.
const TimeoutHeader = "X-Localaws-Timeout"

// Pace is how fast time passes for state machines.
type Pace struct {
	// Factor multiplies the duration of Wait states and of the waits before retries. If it is not 0, no time-out passes by itself,
	// however long a call or an execution takes: see [TimeoutHeader]. With 0, waits and time-outs last as long as the definition
	// says.
	Factor float64
}

// SetPace sets the pace. With it, a test of faults takes a fraction of the time for retries and time-outs.
func (s *Server) SetPace(ctx context.Context, pace Pace) error {
	return s.control(ctx, http.MethodPut, "pace", map[string]any{"Factor": pace.Factor}, nil)
}

// MoveTime moves the time forward by d from where it is, for $now() and $millis() of state machines and for the dates that IAM
// writes. It does not move the times in $states.context or in histories, and no wait passes earlier. [Server.Reset] moves the time
// back.
func (s *Server) MoveTime(ctx context.Context, d time.Duration) error {
	return s.control(ctx, http.MethodPut, "clock", map[string]any{"Seconds": d.Seconds()}, nil)
}

// AwaitExecution waits until an execution has ended.
func (s *Server) AwaitExecution(ctx context.Context, arn string) error {
	return s.control(ctx, http.MethodGet, "execution?arn="+url.QueryEscape(arn), nil, nil)
}

// AwaitQuiet waits until no call of a task is under way. If all executions have ended before, no call takes effect afterwards. That
// includes calls of attempts that timed out, and of executions that were stopped.
func (s *Server) AwaitQuiet(ctx context.Context) error {
	return s.control(ctx, http.MethodGet, "quiet", nil, nil)
}

// Reset deletes everything in the account, and moves the time back (see [Server.MoveTime]).
func (s *Server) Reset(ctx context.Context) error {
	s.mails.Lock()
	defer s.mails.Unlock()
	s.mails.read = nil
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
