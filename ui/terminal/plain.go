package terminal

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"countersign/pki"
	"countersign/ui/desk"
)

// vaultExportPlain writes the whole vault as files for other programs.
func (s *session) vaultExportPlain() *cobra.Command {
	var p secret
	var noPassword bool
	c := &cobra.Command{
		Use: "export-plain FOLDER", Short: s.t.T("plain.command"), Long: s.t.T("plain.command") + "\n\n" + s.t.T("plain.text"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			for _, flag := range []string{"password", "password-file"} {
				if noPassword && c.Flags().Changed(flag) {
					return notTogether("--no-password", "--"+flag)
				}
			}
			if err := desk.CheckNewFolder(args[0]); err != nil {
				return err
			}
			password, err := s.plainPassword(c, p, noPassword)
			if err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				return s.exportPlain(c.Context(), d, args[0], password)
			})
		},
	}
	s.passwordFlags(c, &p, s.t.T("plain.flag.password"))
	c.Flags().BoolVar(&noPassword, "no-password", false, s.t.T("plain.flag.no-password"))
	return c
}

// exportPlain writes the files; without a password the keys are in the clear.
func (s *session) exportPlain(ctx context.Context, d *desk.Desk, folder, password string) error {
	done, err := d.ExportPlain(ctx, folder, desk.PlainOptions{
		Password: password, NoPassword: password == "",
		Readme: func(desk.Plain) string { return s.t.T("plain.readme", "Date", s.t.Date(d.Now())) },
	})
	if err != nil {
		return err
	}
	s.say("plain.done", "Folder", pki.Escape(done.Folder), "Authorities", s.t.Counted("authorities", done.Authorities),
		"Certificates", s.t.Counted("certificates", done.Certificates), "Keys", s.t.Counted("keys", done.Keys))
	if password == "" {
		fmt.Fprintln(s.Err, s.t.T("plain.clear"))
	}
	return nil
}

// plainPassword is the password of the keys, as it was given or is asked for
// twice; "" only for none.
func (s *session) plainPassword(c *cobra.Command, p secret, none bool) (string, error) {
	if none {
		return "", nil
	}
	if p.file == "-" && s.passphraseFile == "-" { // of both by the input the passphrase comes first
		given, err := s.givenPassphrase()
		clear(given)
		if err != nil {
			return "", err
		}
	}
	password, err := s.password(c, p)
	if err == nil && password == "" && !c.Flags().Changed("password") {
		if s.In == nil || !term.IsTerminal(int(s.In.Fd())) {
			return "", wrong("plain.password.needed")
		}
		var typed []byte
		typed, err = s.askTwice(s.t.T("plain.password"), nil)
		password = string(typed)
		clear(typed)
		if errors.Is(err, desk.ErrWeakPassphrase) {
			err = desk.ErrShortPassword
		}
	}
	if err != nil {
		return "", err
	}
	return password, desk.CheckPlainPassword(password)
}
