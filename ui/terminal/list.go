package terminal

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) list() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("terminal.list"), Args: cobra.NoArgs,
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
	Health   desk.Health `json:"health"`
	DaysLeft int         `json:"daysLeft"`
}

func (s *session) listJSON(d *desk.Desk, all []desk.Certificate) error {
	rows := make([]listed, len(all))
	for n, c := range all {
		rows[n] = listed{c, c.Health(d.Now()), c.DaysLeft(d.Now())}
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
	w := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	head := []string{"name", "kind", "issuer", "until", "health", "names"}
	for n := range head {
		head[n] = s.t.T("terminal.column." + head[n])
	}
	fmt.Fprintln(w, strings.Join(head, "\t"))
	for _, c := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", pki.Escape(c.Name), s.t.T("terminal.kind."+string(c.Kind)),
			pki.Escape(c.Issuer), c.NotAfter.Local().Format("2006-01-02"),
			s.health(d, c), pki.Escape(strings.Join(c.Names, ", ")))
	}
	return w.Flush()
}

// health is a certificate's health in a word. One that ends, or has, and was
// replaced is nobody's trouble.
func (s *session) health(d *desk.Desk, c desk.Certificate) string {
	health := c.Health(d.Now())
	if c.ReplacedBy != "" && (health == desk.Expiring || health == desk.Expired) {
		return s.t.T("terminal.health.replaced")
	}
	return s.t.T("terminal.health." + string(health))
}
