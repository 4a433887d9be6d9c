package terminal

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) crl() *cobra.Command {
	var to target
	var format string
	var days int
	var last, sure bool
	c := &cobra.Command{
		Use: "crl AUTHORITY", Short: s.t.T("terminal.crl"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f := desk.CRLFormat(strings.ToLower(format))
			switch {
			case f != desk.CRLPEM && f != desk.CRLDER:
				return notOneOf("--format", format, string(desk.CRLPEM), string(desk.CRLDER))
			case last && (to.out == "" || c.Flags().Changed("days")):
				return s.needs("--last --out FILE")
			}
			if c.Flags().Changed("days") && (days < 1 || days > desk.MaxCRLDays) {
				return notBetween("--days", days, 1, desk.MaxCRLDays)
			}
			if err := s.checkTarget(to, f == desk.CRLDER); err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				authority, err := s.onlyLister(d, args[0])
				if err != nil {
					return err
				}
				if !last {
					makeList := d.MakeCRL
					if sure {
						makeList = d.MakeCRLByClock
					}
					made, err := makeList(c.Context(), authority.ID, days)
					if err != nil {
						return err
					}
					if !to.piped() {
						s.sayCRL(made)
					}
				}
				return s.writeCRL(d, authority.ID, f, to)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&to.out, "out", "", s.t.T("terminal.flag.crl-out"))
	f.StringVar(&format, "format", string(desk.CRLPEM), s.t.T("terminal.flag.crl-format"))
	f.IntVar(&days, "days", 0, s.t.T("terminal.flag.crl-days"))
	f.BoolVar(&to.force, "force", false, s.t.T("terminal.flag.force"))
	f.BoolVar(&last, "last", false, s.t.T("terminal.flag.crl-last"))
	f.BoolVar(&sure, "clock-is-right", false, s.t.T("terminal.flag.crl-clock"))
	c.AddCommand(s.crlList())
	return c
}

// onlyLister finds the one authority that a person named. Of several that bear
// the name none is taken: the list of one does not name what another signed.
func (s *session) onlyLister(d *desk.Desk, name string) (desk.Certificate, error) {
	c, err := d.FindAuthority(name)
	if err != nil || c.Name != name {
		return c, err
	}
	same, err := d.Listers(name)
	if err != nil || len(same) < 2 {
		return c, err
	}
	s.sayWhich(d, name, same)
	return c, saidError{}
}

func (s *session) writeCRL(d *desk.Desk, id desk.ID, format desk.CRLFormat, to target) error {
	if to.out == "" {
		return nil
	}
	file, err := d.CRLFile(id, format)
	if err != nil {
		return err
	}
	return s.write(file, to)
}

// sayCRL tells of a list that was made.
func (s *session) sayCRL(c desk.CRL) {
	s.say("terminal.crl.made", "Name", pki.Escape(c.Authority), "Number", s.t.Number(int(c.Number)), "Count", c.Revoked, "Date", s.t.Date(c.NextUpdate))
}

func (s *session) crlList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("terminal.crl-list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := d.CRLs()
				if err != nil {
					return err
				}
				if asJSON {
					return s.crlsJSON(d, all)
				}
				return s.crlTable(d, all)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// listedCRL is a line of crl list --json.
type listedCRL struct {
	desk.CRL
	Due desk.Due `json:"due"`
}

func (s *session) crlsJSON(d *desk.Desk, all []desk.CRL) error {
	rows := make([]listedCRL, len(all))
	for n, c := range all {
		rows[n] = listedCRL{c, c.Due(d.Now())}
	}
	return s.json(rows)
}

func (s *session) crlTable(d *desk.Desk, all []desk.CRL) error {
	if len(all) == 0 {
		s.say("terminal.crl.none")
		return nil
	}
	short, err := shortSerials(d)
	if err != nil {
		return err
	}
	rows := [][]string{append(s.heads("terminal.crl.column.", "authority", "number", "revoked", "made", "next", "due"), s.t.T("terminal.column.serial"))}
	for _, c := range all {
		number, made, next := "-", "-", "-"
		if c.Made() {
			number, made, next = fmt.Sprint(c.Number), c.ThisUpdate.Local().Format("2006-01-02"), c.NextUpdate.Local().Format("2006-01-02")
		}
		due := s.t.T("terminal.crl.due." + string(c.Due(d.Now())))
		if c.Ended {
			due = s.t.T("terminal.crl.due.ended")
		}
		rows = append(rows, []string{pki.Escape(c.Authority), number, fmt.Sprint(c.Revoked), made, next, due, short[c.AuthorityID]})
	}
	return table(s.Out, rows)
}
