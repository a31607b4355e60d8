// Package localaws runs the local AWS: moto's server with the few extensions in the folder server, to which the stock
// CDK CLI deploys, and which executes state machines with IAM, Secrets Manager and SES behind them. It needs Python and
// Node.js; see [Python].
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
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"

	"github.com/iam-onboarding/iam-onboarding/internal/onehost"
)

const (
	// Account is the id of the account that everything is in.
	Account = "123456789012"
	// Region is the region that everything is in, unless [InRegion] says otherwise.
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
}

// Option changes how [Start] starts the server.
type Option func(*options)

type options struct {
	log    io.Writer
	region string
}

// InRegion makes everything be in a region, which may be one of another partition than aws, in place of [Region].
func InRegion(region string) Option {
	return func(o *options) { o.region = region }
}

// Log makes the server write what it has to say about itself, such as a resource type it does not know, to w as well.
func Log(w io.Writer) Option {
	return func(o *options) { o.log = w }
}

// Start starts the local AWS on a free port of the loopback interface and returns once it answers. The context limits
// the start alone.
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
		return nil, fmt.Errorf("the local AWS does not start:\n%w", err)
	}

	cmd := exec.Command(python, filepath.Join(root, "internal", "localaws", "server", "main.py"))
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

// Stop ends the server, and returns once none of its processes is left.
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

// Done is closed when the server has ended.
func (s *Server) Done() <-chan struct{} {
	return s.done
}

// Endpoint is the URL of all services.
func (s *Server) Endpoint() string {
	return s.endpoint
}

// Env is the environment for a command that is to use the local AWS: that of this process, without the AWS settings in
// it, and with [Server.Settings].
func (s *Server) Env() []string {
	return append(withoutAWS(os.Environ()), s.Settings()...)
}

// Settings are the environment variables that make the AWS CLI, the CDK CLI and the SDKs use the local AWS, and no
// profile or configuration file.
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

// Config is the configuration for clients of the AWS SDK. They repeat no request: the local AWS is never busy, so a repeated
// request would only hide what went wrong, say behind a user that the first one made.
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
