package terminal

import (
	"errors"
	"fmt"

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
			if err := wish.check(c, pki.Authority, args[0], s.now()); err != nil {
				return err
			}
			d, err := s.openOrCreate(c.Context())
			if err != nil {
				return err
			}
			return errors.Join(s.make(c, d, wish, pki.Authority, args[0]), d.Close())
		},
	}
	s.wishFlags(create, &wish)
	s.fieldFlags(create, &wish)
	s.authorityFlags(create, &wish)
	asJSON := false
	list := &cobra.Command{
		Use: "list", Short: s.t.T("terminal.ca-list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				all, err := d.Authorities()
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
	list.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	ca.AddCommand(create, s.renewAuthority(), list, s.importFiles("import.terminal.ca"))
	return ca
}

func (s *session) issue() *cobra.Command {
	issue := &cobra.Command{Use: "issue", Short: s.t.T("terminal.issue")}
	for _, kind := range []pki.Kind{pki.Server, pki.Client, pki.Both} {
		w := &wish{}
		sub := &cobra.Command{
			Use: string(kind) + " NAME", Short: s.t.T("terminal.issue-" + string(kind)), Args: cobra.ExactArgs(1),
			RunE: func(c *cobra.Command, args []string) error {
				if w.issuer == "" {
					return s.needs("--ca AUTHORITY")
				}
				if err := w.check(c, kind, args[0], s.now()); err != nil {
					return err
				}
				return s.withDesk(c.Context(), func(d *desk.Desk) error {
					return s.make(c, d, *w, kind, args[0])
				})
			},
		}
		s.wishFlags(sub, w)
		s.fieldFlags(sub, w)
		sub.Flags().StringVar(&w.issuer, "ca", "", s.t.T("terminal.flag.ca"))
		sub.Flags().StringArrayVar(&w.names, "san", nil, s.t.T("terminal.flag.san"))
		issue.AddCommand(sub)
	}
	s.issueMany(issue)
	return issue
}

// make issues what the flags wish, and says so with its warnings.
func (s *session) make(c *cobra.Command, d *desk.Desk, w wish, kind pki.Kind, name string) error {
	r, err := s.request(c, d, w, kind, name)
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
	key := "terminal.made." + string(kind)
	if kind == pki.Authority && r.IssuerID != "" {
		key = "terminal.made.below"
	}
	s.say(key, "Name", pki.Escape(made.Name), "Until", s.t.Date(made.NotAfter), "Issuer", pki.Escape(made.Issuer))
	for _, warning := range preview.Warnings {
		fmt.Fprintf(s.Err, "%s\n", s.t.Warning(warning.Code, pki.Escape(warning.Value), warning.Client))
	}
	return nil
}

func keyNames() []string {
	var names []string
	for _, k := range pki.KeyKinds() {
		names = append(names, string(k))
	}
	return names
}
