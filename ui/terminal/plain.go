package terminal

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// vaultExportPlain writes the whole vault as files for other programs.
func (s *session) vaultExportPlain() *cobra.Command {
	var passwordFile string
	var noPassword bool
	c := &cobra.Command{
		Use: "export-plain FOLDER", Short: s.t.T("plain.command"), Long: s.t.T("plain.command") + "\n\n" + s.t.T("plain.text"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if noPassword && passwordFile != "" {
				return notTogether("--no-password", "--password-file")
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				password, err := s.plainPassword(passwordFile, noPassword)
				if err != nil {
					return err
				}
				defer clear(password)
				done, err := d.ExportPlain(c.Context(), args[0], desk.PlainOptions{
					Password: string(password), NoPassword: noPassword,
					Readme: func(p desk.Plain) string { return s.t.T("plain.readme", "Date", s.t.Date(d.Now())) },
				})
				if err != nil {
					return err
				}
				s.say("plain.done", "Folder", pki.Escape(done.Folder), "Authorities", s.t.Counted("authorities", done.Authorities),
					"Certificates", s.t.Counted("certificates", done.Certificates), "Keys", s.t.Counted("keys", done.Keys))
				if noPassword {
					fmt.Fprintln(s.Err, s.t.T("plain.clear"))
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&passwordFile, "password-file", "", s.t.T("plain.flag.password-file"))
	c.Flags().BoolVar(&noPassword, "no-password", false, s.t.T("plain.flag.no-password"))
	return c
}

// plainPassword is the password of the keys: of a file, or asked for twice.
func (s *session) plainPassword(file string, none bool) ([]byte, error) {
	switch {
	case none:
		return nil, nil
	case file != "":
		return s.freshPassphrase(file)
	}
	return s.askTwice(s.t.T("plain.password"), nil)
}
