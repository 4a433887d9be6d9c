package terminal

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) list() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("terminal.list"), Long: s.t.T("terminal.list") + "\n\n" + s.t.T("terminal.list.long"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := everything(d)
				if err != nil {
					return err
				}
				if asJSON {
					return s.listJSON(d, all)
				}
				return s.table(d, all)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// everything is the authorities and then the certificates.
func everything(d *desk.Desk) ([]desk.Certificate, error) {
	authorities, err := d.Authorities()
	if err != nil {
		return nil, err
	}
	leaves, err := d.Certificates(desk.Filter{})
	return append(authorities, leaves...), err
}

// listed is a line of list --json.
type listed struct {
	desk.Certificate
	Health         desk.Health `json:"health"`
	DaysLeft       int         `json:"daysLeft"`
	OutlivesIssuer bool        `json:"outlivesIssuer,omitempty"` // it ends after the authority that signed it
}

func (s *session) listJSON(d *desk.Desk, all []desk.Certificate) error {
	rows := make([]listed, len(all))
	for n, c := range all {
		rows[n] = listed{c, c.Health(d.Now()), pki.CalendarDays(d.Now(), c.Relied().NotAfter), !c.RefusedFrom.IsZero()}
	}
	return s.json(rows)
}

func (s *session) json(v any) error {
	e := json.NewEncoder(s.Out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func (s *session) table(d *desk.Desk, all []desk.Certificate) error {
	if len(all) == 0 {
		s.say("terminal.nothing")
		return nil
	}
	short, err := shortSerials(d)
	if err != nil {
		return err
	}
	rows := [][]string{s.heads("terminal.column.", "name", "kind", "issuer", "until", "health", "serial", "names")}
	for _, c := range all {
		rows = append(rows, []string{pki.Escape(c.Name), s.t.T("terminal.kind." + string(c.Kind)), pki.Escape(c.Issuer),
			c.Relied().NotAfter.Local().Format(time.DateOnly), s.health(d, c), short[c.ID], pki.Escape(strings.Join(c.Names, ", "))})
	}
	return table(s.Out, rows)
}

// heads are the headings of a table's columns.
func (s *session) heads(prefix string, columns ...string) []string {
	var heads []string
	for _, column := range columns {
		heads = append(heads, s.t.T(prefix+column))
	}
	return heads
}

// shortSerials tell the certificates of the vault apart.
func shortSerials(d *desk.Desk) (map[desk.ID]string, error) {
	all, err := d.All()
	return desk.ShortSerials(all), err
}

// health is a certificate's health in a word. Of one that a renewal took the
// place of it says that, but when it was revoked.
func (s *session) health(d *desk.Desk, c desk.Certificate) string {
	health := c.Relied().Health(d.Now())
	switch {
	case c.KeyElsewhere && health != desk.Expired:
		return s.t.T("terminal.health.key")
	case c.OnHold:
		return s.t.T("terminal.health.hold")
	case c.ReplacedBy != "" && health != desk.Revoked:
		return s.t.T("terminal.health.replaced")
	}
	return s.t.T("terminal.health." + string(health))
}
