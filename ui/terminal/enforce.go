package terminal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/testclient"
	"countersign/ui/desk"
)

// enforceFlags are how enforce was called.
type enforceFlags struct {
	connect       connectFlags // of them: trust, insecure, server name, address, timeout, JSON
	revoked       string
	skip          []string
	only          bool // other authorities' clients are a fault
	yes, markdown bool
}

func (s *session) enforce() *cobra.Command {
	var f enforceFlags
	c := &cobra.Command{
		Use: "enforce URL", Short: s.t.T("enforce.terminal.short"), Long: s.t.T("enforce.terminal"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := s.checkEnforce(f, args[0]); err != nil {
				return err
			}
			var err error
			if f.connect.password, err = s.password(c, f.connect.secret); err != nil {
				return err
			}
			named := f.connect.ofVault(s) || f.revoked != ""
			return s.withLab(c.Context(), named, f.connect.ofFiles(), func(l lab) error { return s.enforceOne(c.Context(), l, args[0], f) })
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.connect.cert, "client", "", s.t.T("enforce.terminal.client"))
	flags.StringArrayVar(&f.connect.certFiles, "client-file", nil, s.t.T("enforce.terminal.client-file"))
	s.passwordFlags(c, &f.connect.secret, s.t.T("enforce.terminal.client-password"))
	flags.StringVar(&f.revoked, "revoked", "", s.t.T("enforce.terminal.revoked"))
	flags.StringArrayVar(&f.connect.trust, "trust", nil, s.t.T("terminal.flag.trust"))
	flags.StringArrayVar(&f.connect.trustFiles, "trust-file", nil, s.t.T("try.flag.trust-file"))
	flags.StringArrayVar(&f.skip, "skip", nil, s.t.T("enforce.terminal.skip", "Attempts", strings.Join(skippable(), ", ")))
	flags.BoolVar(&f.only, "only", false, s.t.T("enforce.terminal.only"))
	flags.BoolVar(&f.connect.insecure, "insecure", false, s.t.T("terminal.flag.insecure"))
	flags.StringVar(&f.connect.serverName, "server-name", "", s.t.T("try.flag.server-name"))
	flags.StringVar(&f.connect.address, "address", "", s.t.T("try.flag.address"))
	flags.BoolVar(&f.yes, "yes", false, s.t.T("enforce.terminal.yes"))
	flags.DurationVar(&f.connect.timeout, "timeout", 0, s.t.T("terminal.flag.timeout"))
	flags.BoolVar(&f.connect.json, "json", false, s.t.T("terminal.flag.json"))
	flags.BoolVar(&f.markdown, "markdown", false, s.t.T("enforce.terminal.markdown"))
	return c
}

// skippable are the attempts that --skip takes.
func skippable() []string { return append(testclient.TrialCodes()[1:], testclient.TrialElsewhere) }

// checkEnforce finds wrong use, before the vault is opened.
func (s *session) checkEnforce(f enforceFlags, url string) error {
	switch {
	case f.connect.cert == "" && len(f.connect.certFiles) == 0:
		return s.needs("--client, --client-file")
	case f.connect.cert != "" && len(f.connect.certFiles) > 0:
		return notTogether("--client", "--client-file")
	}
	if f.connect.json && f.markdown {
		return notTogether("--json", "--markdown")
	}
	codes := skippable()
	for _, code := range f.skip {
		if !slices.Contains(codes, code) {
			return notOneOf("--skip", code, codes...)
		}
	}
	if beyond := desk.EnforceBeyond(desk.Try{URL: url, Address: f.connect.address}); beyond != "" && !f.yes {
		return wrong("enforce.terminal.confirm", "Address", beyond)
	}
	return nil
}

func (s *session) enforceOne(ctx context.Context, l lab, url string, f enforceFlags) error {
	try, err := f.connect.try(s, l.desk, url)
	if err != nil {
		return err
	}
	e := desk.Enforce{Try: try, Skip: f.skip, Only: f.only, Confirmed: f.yes}
	if f.revoked != "" {
		c, err := s.named(l.desk, l.desk.FindLeaf, f.revoked)
		if err != nil {
			return err
		}
		e.Revoked = c.ID
	}
	observe := s.trialPrinter()
	if f.connect.json || f.markdown {
		observe = nil
	}
	answer, err := l.Enforce(ctx, e, observe)
	if err != nil {
		return err
	}
	if err := s.printEnforced(answer, f); err != nil {
		return err
	}
	if !answer.Insists() {
		return saidError{}
	}
	return nil
}

func (s *session) printEnforced(answer desk.Enforced, f enforceFlags) error {
	switch {
	case f.connect.json:
		data, err := answer.JSON()
		if err != nil {
			return err
		}
		_, err = s.Out.Write(data)
		return err
	case f.markdown:
		_, err := s.Out.Write(answer.Markdown(s.t))
		return err
	}
	verdict, meaning, fix := answer.Sentences(s.t)
	fmt.Fprintf(s.Out, "\n%s\n%s\n", verdict, meaning)
	if fix != "" {
		fmt.Fprintln(s.Out, fix)
	}
	return nil
}

// judged stand before an attempt, so that its verdict is never colour alone.
var judged = map[testclient.Judgement]string{
	testclient.Right: "ok  ", testclient.LetsIn: "FAIL", testclient.ShutsOut: "FAIL",
	testclient.Lax: "warn", testclient.Unclear: "?   ", testclient.Skipped: "-   ",
}

// trialPrinter prints the attempts as they end, as the rows of a table.
func (s *session) trialPrinter() func(testclient.TrialResult) {
	wide := 0
	for _, code := range testclient.TrialCodes() {
		wide = max(wide, columns(s.t.T("enforce.attempt."+code)))
	}
	return func(r testclient.TrialResult) {
		name := pki.Escape(s.t.Attempt(r.Code, r.Facts))
		name += strings.Repeat(" ", max(0, wide-columns(name)))
		fmt.Fprintf(s.Out, "%s  %s  %s\n", judged[r.Judgement], name, pki.Escape(s.t.Happened(r.Happened, r.Facts)))
	}
}

// columns are those that a text takes in a terminal: two for each character of
// Chinese and Japanese (Unicode Standard Annex 11, wide and full width).
func columns(text string) int {
	n := 0
	for _, r := range text {
		n++
		if r >= 0x1100 && r <= 0x115f || r >= 0x2e80 && r <= 0xa4cf || r >= 0xac00 && r <= 0xd7a3 || r >= 0xf900 && r <= 0xfaff || r >= 0xff00 && r <= 0xff60 {
			n++
		}
	}
	return n
}
