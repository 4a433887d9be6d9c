package terminal

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/ui/desk"
)

// restore puts a backup in the vault's place, once it was said what that does.
func (s *session) restore() *cobra.Command {
	var yes, other bool
	c := &cobra.Command{
		Use: "restore BACKUP", Short: s.t.T("vault.restore"), Args: cobra.ExactArgs(1),
		Long: s.t.T("vault.restore") + "\n\n" + s.t.T("terminal.restore.text"),
		RunE: func(c *cobra.Command, args []string) error {
			path, err := s.path()
			if err != nil {
				return err
			}
			r, err := desk.PrepareRestore(args[0], path, s.Desk)
			switch {
			case err != nil:
				return err
			case r.Other && !other:
				return desk.ErrOtherVault
			}
			pass, err := s.restorePassphrase(r)
			if err != nil {
				return err
			}
			defer clear(pass)
			return s.restoreThis(c, r, pass, yes, other)
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, s.t.T("restore.flag.yes"))
	c.Flags().BoolVar(&other, "other-vault", false, s.t.T("restore.flag.other-vault"))
	return c
}

// restorePassphrase is the passphrase, asked for only where it is needed.
func (s *session) restorePassphrase(r desk.Restoring) ([]byte, error) {
	if r.Asks {
		return s.passphrase(s.t.T("terminal.passphrase", "Vault", r.Path))
	}
	return s.givenPassphrase()
}

func (s *session) restoreThis(c *cobra.Command, r desk.Restoring, pass []byte, yes, other bool) error {
	seen, err := r.Compare(c.Context(), pass)
	switch {
	case err != nil:
		return err
	case seen.Unread == desk.UnreadOther && !other: // only now it can be told, of a damaged vault
		return desk.ErrOtherVault
	}
	if seen.Loses() && !yes {
		s.sayReplaced(r, seen)
		if err := s.confirm(s.t.T("restore.ask")); err != nil {
			return err
		}
	}
	done, err := r.Restore(c.Context(), pass)
	if err != nil {
		return err
	}
	if yes || !seen.Loses() {
		s.sayReplaced(r, done)
	}
	s.say("vault.restore.done", "Path", r.Path)
	if done.Kept != "" {
		s.say("vault.restore.kept", "Path", done.Kept)
	}
	return nil
}

// sayReplaced says on standard error what restoring does.
func (s *session) sayReplaced(r desk.Restoring, seen desk.Replaced) {
	if !seen.Of.IsZero() {
		fmt.Fprintln(s.Err, s.t.T("restore.of", "Date", s.t.DateTime(seen.Of.Local())))
	}
	if r.Empty {
		return
	}
	for _, x := range seen.Consequences() {
		mark := "  "
		if x.Grave {
			mark = "! "
		}
		fmt.Fprintln(s.Err, mark+s.t.T("restore."+x.Code, x.Facts...))
	}
}
