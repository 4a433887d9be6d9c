// Package terminal is the desk's verbs as commands. Each command reads what
// the person wants, asks the desk, and prints what came of it: words in the
// person's language, or JSON, whose names and codes are the same in every
// language.
//
// Exit status: 0 done; 1 the deed failed, a refused handshake too; 2 wrong
// use: what was typed is wrong whatever the vault and the files hold, or a
// table to issue has faults, and nothing was done.
package terminal

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
	"countersign/ui/i18n"
)

// ErrNoDisplay says that a window was asked for and no display is there.
var ErrNoDisplay = errors.New("no display")

// The exit statuses.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// Program is the terminal with what it needs from outside.
type Program struct {
	Version  string
	Window   func(vault string) error // opens the window; returns when it is closed
	In       *os.File
	Out      io.Writer
	Err      io.Writer
	Printer  *i18n.Printer
	Desk     desk.Options
	Patience time.Duration // for a vault that another program has open; zero: ten seconds
}

// Run does what the arguments say and gives the exit status.
func (p Program) Run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &session{Program: p, t: p.Printer}
	root := s.root()
	root.SetArgs(args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	return s.report(c, err)
}

// session is one run of the program: the global flags and what was opened.
type session struct {
	Program
	t              *i18n.Printer
	vault          string
	passphraseFile string
	passphraseRead []byte        // what --passphrase-file - gave
	lines          *bufio.Reader // of the input, when a secret was read of it
	forces         bool          // whether the command has the flag --force
	waited         bool          // it was said that another program has the vault open
}

// saidError is a failure whose words are already on the screen.
type saidError struct {
	usage bool // what was given is wrong, and nothing was done
}

func (saidError) Error() string { return "failed" }

func (s *session) report(c *cobra.Command, err error) int {
	var usage usageError
	var said saidError
	switch {
	case errors.As(err, &said) && said.usage:
		return exitUsage
	case errors.As(err, &said):
		return exitFailed
	case errors.As(err, &usage):
		s.wrongUse(c, usage.err)
		return exitUsage
	case errors.Is(err, ErrNoDisplay):
		fmt.Fprintln(s.Err, s.t.T("terminal.no-display"))
		return exitFailed
	}
	s.explain(err)
	return exitFailed
}

// explain prints an error's sentence, what to do next, and every fault of a
// request with its field.
func (s *session) explain(err error) {
	e := desk.Explain(err)
	if e.Code == "unknown" {
		fmt.Fprintln(s.Err, s.t.T("terminal.failed", "Reason", pki.Escape(e.Raw)))
		return
	}
	for n, fact := range e.Facts {
		if text, ok := fact.(string); ok {
			e.Facts[n] = pki.Escape(text)
		}
	}
	if len(e.Parts) > 0 {
		e.Facts = append(e.Facts, "Where", s.t.Part(e.Parts[0].Code, e.Parts[0].Facts()))
	}
	if path, err := s.path(); err == nil { // the errors of opening the vault do not say it
		e.Facts = append(e.Facts, "Vault", pki.Escape(path))
	}
	fmt.Fprintln(s.Err, s.words("error."+e.Code, e.Facts...))
	for _, f := range e.Faults {
		fmt.Fprintf(s.Err, "  %s%s\n", faultFlag(f), s.words("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value))))
	}
	for _, more := range []string{".cause", ".next"} {
		key := "error." + e.Code + more
		if plain := key + ".no-force"; !s.forces && s.t.Has("terminal."+plain) {
			key = plain
		}
		if s.t.Has(key) || s.t.Has("terminal."+key) {
			if text := s.words(key, e.Facts...); text != "" {
				fmt.Fprintln(s.Err, text)
			}
		}
	}
}

// faultFlag says what of the command a fault is about, where its words do not:
// "--org: ".
func faultFlag(f pki.Fault) string {
	if f.Code != pki.CodeNameControl && f.Code != pki.CodeNameTooLong {
		return ""
	}
	switch f.Field {
	case pki.FieldName:
		return "NAME: "
	case pki.FieldOrganizationalUnit:
		return "--ou: "
	case pki.FieldAttributes:
		return "--attribute: "
	}
	for _, part := range subjectFlags {
		if part.field == f.Field {
			return "--" + part.name + ": "
		}
	}
	return ""
}

func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "countersign",
		Short:         s.t.T("terminal.root"),
		Long:          s.t.T("terminal.root") + "\n\n" + s.t.T("terminal.status"),
		Version:       s.Version,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			path, err := s.path()
			if err != nil {
				return err
			}
			return s.Window(path)
		},
	}
	root.PersistentPreRun = func(c *cobra.Command, _ []string) { s.forces = c.Flags().Lookup("force") != nil }
	root.CompletionOptions.DisableDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&s.vault, "vault", "", s.t.T("terminal.flag.vault"))
	flags.StringVar(&s.passphraseFile, "passphrase-file", "", s.t.T("terminal.flag.passphrase-file"))
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		s.quickstart(),
		s.ca(),
		s.issue(),
		s.renew(),
		s.remove(),
		s.profile(),
		s.partner(),
		s.list(),
		s.csr(),
		s.inspect(),
		s.verify(),
		s.importFiles("import.terminal"),
		s.export(),
		s.revoke(),
		s.crl(),
		s.connect(),
		s.enforce(),
		s.tries(),
		s.serve(),
		s.check(),
		s.backup(),
		s.restore(),
		s.vaultGroup(),
	)
	s.helpInWords(root)
	checkArguments(root)
	return root
}

// path is the vault's file.
func (s *session) path() (string, error) {
	if s.vault != "" {
		return s.vault, nil
	}
	return desk.DefaultPath()
}

// needs is the wrong use of a command without a flag that it needs.
func (s *session) needs(flag string) error {
	return wrong("terminal.needs", "Flag", flag)
}

// named finds what a person named, and says so when the name is that of
// several and the newest is taken.
func (s *session) named(d *desk.Desk, find func(string) (desk.Certificate, error), name string) (desk.Certificate, error) {
	c, err := find(name)
	if err != nil || c.Name != name {
		return c, err
	}
	n, err := d.Namesakes(name)
	if n > 1 {
		fmt.Fprintln(s.Err, s.t.T("terminal.namesakes", "Count", n, "Name", pki.Escape(name), "Serial", c.Serial))
	}
	return c, err
}

// words are those of a message, in the terminal's own way where the message is
// about what a window has.
func (s *session) words(key string, args ...any) string {
	if own := "terminal." + key; s.t.Has(own) {
		return s.t.T(own, args...)
	}
	return s.t.T(key, args...)
}

func (s *session) say(key string, args ...any) { fmt.Fprintln(s.Out, s.t.T(key, args...)) }
