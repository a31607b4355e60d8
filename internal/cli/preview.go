package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cli/browser"
	"github.com/spf13/cobra"

	"github.com/iam-onboarding/iam-onboarding/internal/operator"
	"github.com/iam-onboarding/iam-onboarding/internal/rules"
	"github.com/iam-onboarding/iam-onboarding/internal/text"
)

// previewOptions are the flags of onboard preview.
type previewOptions struct {
	target           target
	language, sendTo string
	html, open, yes  bool
}

func previewCommand(app App) *cobra.Command {
	var options previewOptions
	cmd := &cobra.Command{
		Use:   "preview [flags]",
		Short: "Show the mails that users get, with sample data",
		Long: `Show the mails that the deployed state machine sends to a new user, with sample
data: sender, subject and plain text, or the HTML. AWS fills in the deployed
texts, and nothing is sent, except a sample to the address of --send-to. The
first line and the subject of that sample say that it is one.`,
		Example: `  onboard preview --language ja --open
  onboard preview --html > mail.html
  onboard preview --send-to me@example.com`,
		Args:              noArguments,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := options.validate(cmd); err != nil {
				return err
			}
			return app.preview(cmd.Context(), options)
		},
	}
	options.target.addFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&options.language, "language", "", "the `language` of the mails, such as ja (default:\nthat of the state machine)")
	flags.BoolVar(&options.html, "html", false, "print the HTML instead of sender, subject and text")
	flags.BoolVar(&options.open, "open", false, "also open the HTML in the browser")
	flags.StringVar(&options.sendTo, "send-to", "", "also send a sample of each mail to this `address`,\nwith your own permissions")
	flags.BoolVarP(&options.yes, "yes", "y", false, "do not ask before the sample is sent")
	for _, name := range []string{"language", "send-to"} {
		_ = cmd.RegisterFlagCompletionFunc(name, cobra.NoFileCompletions)
	}
	return cmd
}

func (o *previewOptions) validate(cmd *cobra.Command) error {
	problems := []error{o.target.validate(cmd)}
	if cmd.Flags().Changed("send-to") && !rules.EmailAddress.Holds(o.sendTo) {
		problems = append(problems, usageErrorf("--send-to must %s, got: %q", rules.EmailAddress.Expected, o.sendTo))
	}
	return errors.Join(problems...)
}

// preview shows the mails of the state machine, and sends samples of them if the operator wants that.
func (a App) preview(ctx context.Context, options previewOptions) error {
	var terminal io.ReadWriteCloser
	if options.sendTo != "" && !options.yes {
		var err error
		if terminal, err = a.openTerminal("that a sample is sent", "add --yes"); err != nil {
			return err
		}
		defer func() { _ = terminal.Close() }() // nothing is lost if it fails
	}
	machine, err := a.find(ctx, options.target)
	if err != nil {
		return err
	}
	mails, err := operator.Preview(ctx, machine, options.language)
	if err != nil {
		return err
	}
	for i, mail := range mails {
		if options.html {
			fmt.Fprintln(a.Stdout, mail.HTML())
			continue
		}
		if i > 0 {
			fmt.Fprintln(a.Stdout)
		}
		writeMail(a.Stdout, mail)
	}
	if options.open {
		if err := a.openMails(mails); err != nil {
			return err
		}
	}
	if options.sendTo == "" {
		return nil
	}
	samples := text.Count(len(mails), "sample")
	if terminal != nil {
		facts := fmt.Sprintf("%s to send to %s from account %s, %s\n", samples, options.sendTo, machine.Account(), machine.Region())
		if err := confirm(ctx, terminal, facts, "nothing was sent"); err != nil {
			return err
		}
	}
	if err := operator.SendSamples(ctx, machine, mails, options.sendTo); err != nil {
		return err
	}
	fmt.Fprintf(a.Stderr, "SES has accepted %s to %s\n", samples, options.sendTo)
	return nil
}

// writeMail writes the plain text of a mail below its headers.
func writeMail(w io.Writer, mail operator.Mail) {
	fmt.Fprintf(w, "From: %s\n", mail.From())
	if replyTo := mail.ReplyTo(); replyTo != "" {
		fmt.Fprintf(w, "Reply-To: %s\n", replyTo)
	}
	fmt.Fprintf(w, "Subject: %s\n\n%s\n", mail.Subject(), strings.TrimRight(mail.Text(), "\n"))
}

// openMails opens the HTML of mails in the browser. The files stay, because the browser reads them later.
func (a App) openMails(mails []operator.Mail) error {
	for _, mail := range mails {
		// A byte order mark says that the text is UTF-8, as the header of a mail does (Encoding Standard, "BOM sniff").
		path, err := writeTemporary("onboard-preview-*.html", "\uFEFF"+mail.HTML())
		if err != nil {
			return err
		}
		if err := a.Browse(path); err != nil {
			return fmt.Errorf("no browser opens: %w: open %s yourself", err, path)
		}
		fmt.Fprintf(a.Stderr, "opened %s\n", path)
	}
	return nil
}

func writeTemporary(pattern, content string) (string, error) {
	file, err := os.CreateTemp("", pattern)
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(content)
	return file.Name(), errors.Join(err, file.Close())
}

// browse opens a file in the browser. What the browser says goes to standard error, because standard output has the mails.
func browse(path string) error {
	browser.Stdout = os.Stderr
	return browser.OpenFile(path)
}
