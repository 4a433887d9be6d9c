package terminal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) ca() *cobra.Command {
	ca := &cobra.Command{Use: "ca", Short: s.t.T("terminal.ca")}
	wish := wish{}
	create := &cobra.Command{
		Use: "new NAME", Short: s.t.T("terminal.ca-new"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			d, err := s.openOrCreate(c.Context())
			if err != nil {
				return err
			}
			return errors.Join(s.make(c, d, wish, pki.Authority, args[0]), d.Close())
		},
	}
	s.wishFlags(create, &wish)
	list := &cobra.Command{
		Use: "list", Short: s.t.T("terminal.ca-list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := d.Authorities()
				if err != nil {
					return err
				}
				return s.table(d, all)
			})
		},
	}
	ca.AddCommand(create, list, s.importFiles("import.terminal.ca"))
	return ca
}

// wish is what the flags of a new certificate say.
type wish struct {
	issuer string
	names  []string
	days   int
	key    string
}

func (s *session) wishFlags(c *cobra.Command, w *wish) {
	c.Flags().IntVar(&w.days, "days", 0, s.t.T("terminal.flag.days"))
	c.Flags().StringVar(&w.key, "key", string(pki.P256), s.t.T("terminal.flag.key"))
}

func (s *session) issue() *cobra.Command {
	issue := &cobra.Command{Use: "issue", Short: s.t.T("terminal.issue")}
	for _, kind := range []pki.Kind{pki.Server, pki.Client} {
		w := &wish{}
		sub := &cobra.Command{
			Use: string(kind) + " NAME", Short: s.t.T("terminal.issue-" + string(kind)), Args: cobra.ExactArgs(1),
			RunE: func(c *cobra.Command, args []string) error {
				if w.issuer == "" {
					return s.needs("--ca AUTHORITY")
				}
				return s.withDesk(c.Context(), func(d *desk.Desk) error {
					return s.make(c, d, *w, kind, args[0])
				})
			},
		}
		s.wishFlags(sub, w)
		sub.Flags().StringVar(&w.issuer, "ca", "", s.t.T("terminal.flag.ca"))
		sub.Flags().StringArrayVar(&w.names, "san", nil, s.t.T("terminal.flag.san"))
		issue.AddCommand(sub)
	}
	s.issueMany(issue)
	return issue
}

// make issues what the flags wish, and says so with its warnings.
func (s *session) make(c *cobra.Command, d *desk.Desk, w wish, kind pki.Kind, name string) error {
	r, err := w.request(d, kind, name, c.Flags().Changed("days"))
	if err != nil {
		return err
	}
	preview, err := d.Preview(r)
	if err != nil {
		return err
	}
	made, err := d.Issue(c.Context(), r)
	if err != nil {
		return err
	}
	s.say("terminal.made."+string(kind), "Name", pki.Escape(made.Name), "Until", s.t.Date(made.NotAfter), "Issuer", pki.Escape(made.Issuer))
	for _, warning := range preview.Warnings {
		fmt.Fprintf(s.Err, "%s\n", s.t.T("warning."+warning.Code, "Value", pki.Escape(s.t.Value(warning.Value)), "Client", warning.Client))
	}
	return nil
}

// request reads the wish as a request, all its faults together.
func (w wish) request(d *desk.Desk, kind pki.Kind, name string, daysGiven bool) (desk.IssueRequest, error) {
	r := desk.IssueRequest{Request: pki.NewRequest(kind)}
	r.Subject.CommonName = name
	var faults pki.Faults
	key, err := pki.ParseKeyKind(w.key)
	if err != nil {
		return r, usageError{fmt.Errorf("--key %s: %s", w.key, strings.Join(keyNames(), ", "))}
	}
	r.Key = key
	if daysGiven {
		if w.days < 1 || w.days > maxDays {
			faults = append(faults, pki.Fault{Field: pki.FieldValidity, Code: faultDays, Value: fmt.Sprint(w.days)})
		}
		r.NotAfter = d.Now().Add(time.Duration(min(max(w.days, 1), maxDays)) * 24 * time.Hour)
	}
	names, wrong := w.subjectNames(kind, name)
	r.Names, faults = names, append(faults, wrong...)
	if kind != pki.Authority {
		issuer, err := d.FindAuthority(w.issuer)
		if err != nil {
			return r, err
		}
		r.IssuerID = issuer.ID
	}
	if len(faults) > 0 {
		return r, faults
	}
	return r, nil
}

func keyNames() []string {
	var names []string
	for _, k := range pki.KeyKinds() {
		names = append(names, string(k))
	}
	return names
}

// subjectNames are the names typed. A server answers to NAME too when that is
// a name that a client can connect to; clients look at nothing else.
func (w wish) subjectNames(kind pki.Kind, name string) ([]pki.Name, pki.Faults) {
	var names []pki.Name
	var faults pki.Faults
	if kind == pki.Server {
		own, err := pki.ParseName(name)
		var fault *pki.Fault
		switch {
		case err == nil && (own.Kind == pki.NameDNS || own.Kind == pki.NameIP):
			names = append(names, own)
		case len(w.names) == 0 && errors.As(err, &fault):
			faults = append(faults, *fault)
		}
	}
	for _, text := range w.names {
		more, wrong := pki.ParseNames(text)
		for _, n := range more {
			if !slices.Contains(names, n) {
				names = append(names, n)
			}
		}
		faults = append(faults, wrong...)
	}
	return names, faults
}

// maxDays is a hundred years; RFC 5280 dates end with the year 9999.
const maxDays = 36525

// faultDays: a number of days that is none, or too many.
const faultDays = "validity-days"
