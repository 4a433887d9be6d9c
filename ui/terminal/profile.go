package terminal

import (
	"fmt"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) profile() *cobra.Command {
	c := &cobra.Command{Use: "profile", Short: s.t.T("profiles.terminal")}
	c.AddCommand(s.profileList(), s.profileShow(), s.profileNew(), s.profileExport(), s.profileImport(), s.profileDelete())
	return c
}

func (s *session) profileList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("profiles.terminal.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := d.Profiles()
				if err != nil {
					return err
				}
				if asJSON {
					return s.json(all)
				}
				var rows [][]string
				for _, p := range all {
					rows = append(rows, []string{pki.Escape(p.Name), s.t.T("kind.short." + string(p.Kind)), s.spanWords(p.Validity), s.profileWords(p)})
				}
				return table(s.Out, rows)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// spanWords says how long certificates of a profile are valid.
func (s *session) spanWords(span pki.Span) string {
	switch {
	case span.Hours() > 0:
		return s.t.T("profiles.hours", "Count", span.Hours())
	case span.Days() > 0:
		return s.t.T("issue.valid.days", "Count", span.Days())
	case span.Years() > 0:
		return s.t.T("issue.valid.years", "Count", span.Years())
	}
	return s.t.T("profiles.standard")
}

func (s *session) profileWords(p desk.Profile) string {
	if p.BuiltIn {
		return s.t.T("profiles.built-in." + p.Name)
	}
	return s.t.T("profiles.own")
}

func (s *session) profileShow() *cobra.Command {
	return &cobra.Command{
		Use: "show PROFILE", Short: s.t.T("profiles.terminal.show"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				file, err := d.ExportProfile(args[0])
				if err != nil {
					return err
				}
				_, err = s.Out.Write(file.Data)
				return err
			})
		},
	}
}

func (s *session) profileNew() *cobra.Command {
	var from string
	var force bool
	c := &cobra.Command{
		Use: "new PROFILE", Short: s.t.T("profiles.terminal.new"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if from == "" {
				return s.needs("--from CERTIFICATE")
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				cert, err := s.named(d, d.Find, from)
				if err != nil {
					return err
				}
				p, missing, err := d.ProfileOf(cert.ID, args[0])
				if err != nil {
					return err
				}
				if err := s.saveProfile(d, p, force); err != nil {
					return err
				}
				if len(missing) > 0 {
					fmt.Fprintln(s.Err, s.t.T("profiles.left", "Names", s.t.List(missing)))
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&from, "from", "", s.t.T("profiles.flag.from-certificate"))
	c.Flags().BoolVar(&force, "force", false, s.t.T("profiles.flag.force"))
	return c
}

func (s *session) saveProfile(d *desk.Desk, p pki.Profile, force bool) error {
	saved, err := d.SaveProfile(p, force)
	if err != nil {
		return err
	}
	s.say("profiles.saved", "Name", pki.Escape(saved.Name))
	return nil
}

func (s *session) profileExport() *cobra.Command {
	var to target
	c := &cobra.Command{
		Use: "export PROFILE", Short: s.t.T("profiles.terminal.export"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to.out == "" {
				return s.needs("--out FILE")
			}
			if err := s.checkTarget(to, false); err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				file, err := d.ExportProfile(args[0])
				if err != nil {
					return err
				}
				return s.write(file, to)
			})
		},
	}
	s.outFlags(c, &to)
	return c
}

func (s *session) profileImport() *cobra.Command {
	var name string
	var force bool
	c := &cobra.Command{
		Use: "import FILE", Short: s.t.T("profiles.terminal.import"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p, err := desk.ReadProfile(args[0])
			if err != nil {
				return err
			}
			if name != "" {
				p.Name = name
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error { return s.saveProfile(d, p, force) })
		},
	}
	c.Flags().StringVar(&name, "name", "", s.t.T("profiles.flag.name"))
	c.Flags().BoolVar(&force, "force", false, s.t.T("profiles.flag.force"))
	return c
}

func (s *session) profileDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete PROFILE", Short: s.t.T("profiles.terminal.delete"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				if err := d.DeleteProfile(args[0]); err != nil {
					return err
				}
				s.say("profiles.deleted", "Name", pki.Escape(args[0]))
				return nil
			})
		},
	}
}
