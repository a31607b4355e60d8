// Package localaws runs the local AWS, which is moto's server with the extensions in the folder server. The stock CDK CLI deploys to
// it, and it executes state machines that call IAM, Secrets Manager and SES. It needs Python and Node.js: see [Python].
package localaws

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"github.com/iam-onboarding/iam-onboarding/internal/onehost"
)

const (
	// Account is the ID of the account of the local AWS.
	Account = "123456789012"
	// Region is the default region of the local AWS: see [InRegion].
	Region = "us-east-1"

	accessKeyID     = "local"
	secretAccessKey = "local"

	stopTimeout = 5 * time.Second
)

// Server is a running local AWS. It ends with [Server.Stop], or with the process that started it.
type Server struct {
	endpoint string
	region   string
	stdin    io.Closer
	log      *tail
	done     chan struct{}
	kill     func() error

	mails struct {
		sync.Mutex
		read []Mail // see [Server.Mails]
	}
}

// Option changes how [Start] starts the server.
type Option func(*options)

type options struct {
	log    io.Writer
	region string
}

// InRegion starts the local AWS in a region instead of [Region]. The region may be in another partition than aws.
func InRegion(region string) Option {
	return func(o *options) { o.region = region }
}

// Log also writes the messages of the server to w, for example about a resource type that it does not know.
func Log(w io.Writer) Option {
	return func(o *options) { o.log = w }
}

// Start starts the local AWS on a free port of the loopback interface, and returns when it answers. The context limits only the
// start.
func Start(ctx context.Context, opts ...Option) (*Server, error) {
	o := options{log: io.Discard, region: Region}
	for _, opt := range opts {
		opt(&o)
	}
	root, err := Root()
	if err != nil {
		return nil, err
	}
	python, err := tools(ctx, root)
	if err != nil {
		return nil, fmt.Errorf("the local AWS cannot start:\n%w", err)
	}

	cmd := exec.CommandContext(context.WithoutCancel(ctx), python, filepath.Join(root, "internal", "localaws", "server", "main.py"))
	cmd.Env = append(withoutAWS(os.Environ()), "PYTHONDONTWRITEBYTECODE=1", "LOCALAWS_REGION="+o.region, "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE="+os.DevNull, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1")
	log := &tail{}
	cmd.Stderr = io.MultiWriter(log, o.log)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the local AWS: %w", err)
	}
	s := &Server{region: o.region, stdin: stdin, log: log, done: make(chan struct{}), kill: cmd.Process.Kill}

	port := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		port <- strings.TrimSpace(line)
		_, _ = io.Copy(io.Discard, stdout)
		if err := cmd.Wait(); err != nil {
			fmt.Fprintf(cmd.Stderr, "the local AWS ended: %v\n", err)
		}
		close(s.done)
	}()
	select {
	case p := <-port:
		if p == "" {
			<-s.done
			return nil, fmt.Errorf("the local AWS did not start:\n%s", log)
		}
		s.endpoint = "http://127.0.0.1:" + p
		return s, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("the local AWS did not start: %w\n%s", errors.Join(ctx.Err(), s.Stop()), log)
	}
}

// Stop ends the server, and returns when its processes have ended.
func (s *Server) Stop() error {
	if err := s.stdin.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	select {
	case <-s.done:
		return nil
	case <-time.After(stopTimeout):
		err := s.kill()
		<-s.done
		return err
	}
}

// Done returns a channel that is closed when the server has ended.
func (s *Server) Done() <-chan struct{} {
	return s.done
}

// Endpoint returns the URL of all services.
func (s *Server) Endpoint() string {
	return s.endpoint
}

// Env returns the environment for a command that uses the local AWS. It is the environment of this process, with
// [Server.Settings] instead of the variables that begin with AWS_.
func (s *Server) Env() []string {
	return append(withoutAWS(os.Environ()), s.Settings()...)
}

// Settings returns environment variables, such as AWS_REGION=us-east-1. They make the AWS CLI, the CDK CLI and the SDKs use the local
// AWS, and no profile and no configuration file.
func (s *Server) Settings() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + s.endpoint,
		"AWS_ACCESS_KEY_ID=" + accessKeyID,
		"AWS_SECRET_ACCESS_KEY=" + secretAccessKey,
		"AWS_REGION=" + s.region,
		"AWS_DEFAULT_REGION=" + s.region,
		"AWS_CONFIG_FILE=" + os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"AWS_EC2_METADATA_DISABLED=true",
		"NO_PROXY=127.0.0.1",
	}
}

// Config returns the configuration for clients of the AWS SDK. They do not retry a request. The local AWS never throttles, so a
// retry would only hide an error: for example, it finds the user that the first request made.
func (s *Server) Config() aws.Config {
	return aws.Config{
		Region:       s.region,
		Credentials:  credentials.NewStaticCredentialsProvider(accessKeyID, secretAccessKey, ""),
		BaseEndpoint: aws.String(s.endpoint),
		APIOptions:   []func(*middleware.Stack) error{onehost.Option},
		HTTPClient:   wholeBody{awshttp.NewBuildableClient()},
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

func withoutAWS(env []string) []string {
	var kept []string
	for _, variable := range env {
		if !strings.HasPrefix(variable, "AWS_") {
			kept = append(kept, variable)
		}
	}
	return kept
}
