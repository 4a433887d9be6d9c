package terminal

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/ui/desk"
)

func (s *session) export() *cobra.Command {
	var format string
	var p secret
	var to target
	var whole exportFor
	c := &cobra.Command{
		Use: "export NAME", Short: s.t.T("terminal.export"), Args: cobra.ExactArgs(1),
		Long: s.t.T("terminal.export") + "\n\n" + s.formatWords(),
		RunE: func(c *cobra.Command, args []string) error {
			if whole.program != "" {
				return s.exportWhole(c, args[0], &whole, p, to)
			}
			f, err := desk.ParseFormat(format)
			if err != nil {
				return notOneOf("--format", format, formatNames()...)
			}
			if to.out == "" {
				return s.needs("--out FILE")
			}
			password, err := s.password(c, p)
			if err != nil {
				return err
			}
			if c.Flags().Changed("password") && password == "" && f.NeedsPassword() {
				return desk.ErrEmptyPassword
			}
			if err := s.checkTarget(to, f.IsBinary()); err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				return s.exportTo(d, args[0], f, password, to)
			})
		},
	}
	c.Flags().StringVar(&format, "format", string(desk.P12), s.t.T("terminal.flag.format"))
	s.outFlags(c, &to)
	s.passwordFlags(c, &p, s.t.T("terminal.flag.password-new"))
	whole.flags(s, c.Flags())
	c.MarkFlagsMutuallyExclusive("for", "format")
	return c
}

// exportWhole writes all that a program takes into a folder.
func (s *session) exportWhole(c *cobra.Command, name string, whole *exportFor, p secret, to target) error {
	if to.out == "" || to.piped() {
		return s.needs("--out FOLDER")
	}
	if _, err := whole.target(); err != nil {
		return err
	}
	password, err := s.password(c, p)
	if err != nil {
		return err
	}
	if t, _ := whole.target(); !t.NeedsPassword() && (c.Flags().Changed("password") || c.Flags().Changed("password-file")) {
		fmt.Fprintln(s.Err, s.t.T("export.terminal.password-unused"))
	}
	return s.withDesk(c.Context(), func(d *desk.Desk) error {
		return s.exportFiles(d, name, whole, password, to.out, to.force)
	})
}

func formatNames() []string {
	var names []string
	for _, f := range desk.Formats() {
		names = append(names, string(f))
	}
	return names
}

// exportTo writes the file. To standard output goes nothing but that; a
// password that was made is said beside it.
func (s *session) exportTo(d *desk.Desk, name string, f desk.Format, password string, to target) error {
	c, err := s.named(d, d.Find, name)
	if err != nil {
		return err
	}
	made := ""
	if f.NeedsPassword() && password == "" {
		if made, err = d.NewPassword(); err != nil {
			return err
		}
		password = made
	}
	file, err := d.Export(c.ID, f, password)
	if err != nil {
		return err
	}
	if err := s.write(file, to); err != nil {
		return err
	}
	if made != "" {
		beside := s.Out
		if to.piped() {
			beside = s.Err
		}
		fmt.Fprintln(beside, s.t.T("terminal.password-made", "Password", made))
	}
	if f.BaresKey() {
		fmt.Fprintln(s.Err, s.t.T("terminal.key-clear"))
	}
	s.exportDoubts(d, c, desk.Target{})
	return nil
}
