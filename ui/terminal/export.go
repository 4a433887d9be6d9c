package terminal

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/ui/desk"
)

func (s *session) export() *cobra.Command {
	var format, out, password string
	var force bool
	var whole exportFor
	c := &cobra.Command{
		Use: "export NAME", Short: s.t.T("terminal.export"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if whole.program != "" {
				if out == "" {
					return s.needs("--out FOLDER")
				}
				if _, err := whole.target(); err != nil {
					return err
				}
				return s.withDesk(c.Context(), func(d *desk.Desk) error {
					return s.exportFiles(d, args[0], &whole, password, out, force)
				})
			}
			f, err := desk.ParseFormat(format)
			if err != nil {
				return notOneOf("--format", format, formatNames()...)
			}
			if out == "" {
				return s.needs("--out FILE")
			}
			if c.Flags().Changed("password") && password == "" && f.NeedsPassword() {
				return desk.ErrEmptyPassword
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				return s.exportTo(d, args[0], f, password, out, force)
			})
		},
	}
	c.Flags().StringVar(&format, "format", string(desk.P12), s.t.T("terminal.flag.format"))
	c.Flags().StringVar(&out, "out", "", s.t.T("terminal.flag.out"))
	c.Flags().StringVar(&password, "password", "", s.t.T("terminal.flag.password-new"))
	whole.flags(s, c.Flags())
	c.MarkFlagsMutuallyExclusive("for", "format")
	c.Flags().BoolVar(&force, "force", false, s.t.T("terminal.flag.force"))
	return c
}

func formatNames() []string {
	var names []string
	for _, f := range desk.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (s *session) exportTo(d *desk.Desk, name string, f desk.Format, password, out string, force bool) error {
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
	if err := desk.WriteFile(out, file, force); err != nil {
		return err
	}
	s.say("terminal.exported", "Path", out)
	if made != "" {
		s.say("terminal.password-made", "Password", made)
	}
	if f.BaresKey() {
		fmt.Fprintln(s.Err, s.t.T("terminal.key-clear"))
	}
	return nil
}
