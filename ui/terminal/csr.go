package terminal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// csr is the commands about certificate requests (PKCS #10).
func (s *session) csr() *cobra.Command {
	csr := &cobra.Command{Use: "csr", Short: s.t.T("requests.terminal")}
	csr.AddCommand(s.csrNew(), s.csrImport(), s.csrList(), s.csrShow(), s.csrExport(), s.csrSign(), s.csrComplete(), s.csrDelete())
	return csr
}

// askedKinds are what a request may be made for.
var askedKinds = []pki.Kind{pki.Server, pki.Client, pki.Both, pki.Authority}

func parseKind(text string) (pki.Kind, error) {
	if kind := pki.Kind(text); slices.Contains(askedKinds, kind) {
		return kind, nil
	}
	return "", notOneOf("--kind", text, "server", "client", "both", "authority")
}

func (s *session) csrNew() *cobra.Command {
	var w wish
	var to target
	var kindText, subject string
	c := &cobra.Command{
		Use: "new NAME", Short: s.t.T("requests.terminal.new"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			kind, err := parseKind(kindText)
			if err != nil {
				return err
			}
			r, err := w.asks(kind, args[0], subject)
			if err != nil {
				return err
			}
			if err := s.checkTarget(to, to.der); err != nil {
				return err
			}
			d, err := s.openOrCreate(c.Context())
			if err != nil {
				return err
			}
			return errors.Join(s.makeRequest(c.Context(), d, r, to), d.Close())
		},
	}
	c.Flags().StringVar(&kindText, "kind", string(pki.Server), s.t.T("requests.flag.kind"))
	c.Flags().StringArrayVar(&w.names, "san", nil, s.t.T("terminal.flag.san"))
	c.Flags().StringVar(&w.key, "key", string(pki.P256), s.t.T("terminal.flag.key"))
	c.Flags().StringVar(&subject, "subject", "", s.t.T("requests.flag.subject"))
	s.targetFlags(c, &to)
	return c
}

// asks reads the flags as a request for somebody else to sign.
func (w wish) asks(kind pki.Kind, name, subject string) (pki.Request, error) {
	r := pki.NewRequest(kind)
	key, err := pki.ParseKeyKind(w.key)
	if err != nil {
		return r, notOneOf("--key", w.key, keyNames()...)
	}
	r.Key = key
	if r.Subject, err = pki.ParseSubject(subject); err != nil {
		return r, usageError{err}
	}
	if r.Subject.CommonName == "" {
		r.Subject.CommonName = name
	}
	names, faults := w.subjectNames(kind, name)
	if r.Names = names; len(faults) > 0 {
		return r, usageError{faults}
	}
	return r, nil
}

func (s *session) makeRequest(ctx context.Context, d *desk.Desk, r pki.Request, to target) error {
	made, err := d.MakeRequest(ctx, r)
	if err != nil {
		return err
	}
	if !to.piped() {
		s.say("requests.terminal.made", "Name", pki.Escape(made.Name), "ID", string(made.ID))
	}
	f, err := d.RequestFile(made.ID, to.der)
	if err != nil {
		return err
	}
	return s.write(f, to)
}

// input reads a file, or standard input when the name is "-".
func (s *session) input(path string) ([]byte, error) {
	if path != "-" {
		return desk.ReadFile(path)
	}
	if s.In == nil {
		return nil, os.ErrInvalid
	}
	return desk.ReadInput(s.stdin())
}

func (s *session) csrImport() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE|-", Short: s.t.T("requests.terminal.import"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := s.input(args[0])
			if err != nil {
				return err
			}
			d, err := s.openOrCreate(c.Context())
			if err != nil {
				return err
			}
			return errors.Join(s.takeRequests(c.Context(), d, data), d.Close())
		},
	}
}

func (s *session) takeRequests(ctx context.Context, d *desk.Desk, data []byte) error {
	taken, err := d.TakeRequests(ctx, data)
	if err != nil {
		return err
	}
	for _, r := range taken {
		s.say("requests.terminal.taken", "Name", pki.Escape(r.Name), "ID", string(r.ID))
		whole, err := d.Request(r.ID)
		if err != nil {
			return err
		}
		s.printAsked(whole)
	}
	return nil
}

func (s *session) csrList() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "list", Short: s.t.T("requests.terminal.list"), Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				list, err := d.Requests()
				switch {
				case err != nil:
					return err
				case asJSON:
					return s.json(append([]desk.Request{}, list...))
				case len(list) == 0:
					s.say("requests.terminal.none")
					return nil
				}
				return s.requestTable(list)
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

func (s *session) requestTable(list []desk.Request) error {
	t := s.t
	rows := [][]string{{t.T("terminal.column.name"), t.T("terminal.column.kind"), t.T("terminal.column.health"),
		t.T("requests.terminal.since"), t.T("requests.terminal.id"), t.T("terminal.column.names")}}
	for _, r := range list {
		rows = append(rows, []string{pki.Escape(r.Name), t.T("terminal.kind." + string(r.Kind)), t.T("requests.state." + string(r.State)),
			r.Made.Local().Format(time.DateOnly), string(r.ID), pki.Escape(strings.Join(r.Names, ", "))})
	}
	return table(s.Out, rows)
}

func (s *session) csrShow() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show REQUEST", Short: s.t.T("requests.terminal.show"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				whole, err := s.requestNamed(d, args[0])
				if err != nil {
					return err
				}
				if asJSON {
					return s.json(struct {
						desk.Request
						Asked pki.Asked `json:"asked"`
					}{whole.Request, whole.Asked})
				}
				fmt.Fprintf(s.Out, "%s: %s\n", pki.Escape(whole.Name), s.t.T("requests.state."+string(whole.State)))
				s.printAsked(whole)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	return c
}

// requestNamed finds the request that a person named.
func (s *session) requestNamed(d *desk.Desk, name string) (desk.RequestDetail, error) {
	r, err := d.FindRequest(name)
	if err != nil {
		return desk.RequestDetail{}, err
	}
	return d.Request(r.ID)
}

func (s *session) csrExport() *cobra.Command {
	var to target
	c := &cobra.Command{
		Use: "export REQUEST", Short: s.t.T("requests.terminal.export"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if to.out == "" {
				return s.needs("--out FILE")
			}
			if err := s.checkTarget(to, to.der); err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				r, err := d.FindRequest(args[0])
				if err != nil {
					return err
				}
				f, err := d.RequestFile(r.ID, to.der)
				if err != nil {
					return err
				}
				return s.write(f, to)
			})
		},
	}
	s.targetFlags(c, &to)
	return c
}

func (s *session) csrDelete() *cobra.Command {
	var yes bool
	c := &cobra.Command{
		Use: "delete REQUEST", Short: s.t.T("requests.terminal.delete"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				r, err := d.FindRequest(args[0])
				if err != nil {
					return err
				}
				if !yes {
					fmt.Fprintf(s.Err, "  %s  %s\n", pki.Escape(r.Name), r.ID)
					if err := s.confirm(s.t.T("delete.terminal.ask")); err != nil {
						return err
					}
				}
				if err := d.DeleteRequest(r.ID); err != nil {
					return err
				}
				s.say("requests.terminal.deleted", "Name", pki.Escape(r.Name))
				return nil
			})
		},
	}
	c.Flags().BoolVar(&yes, "yes", false, s.t.T("delete.flag.yes"))
	return c
}

func (s *session) csrComplete() *cobra.Command {
	return &cobra.Command{
		Use: "complete FILE|-", Short: s.t.T("requests.terminal.complete"), Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := s.input(args[0])
			if err != nil {
				return err
			}
			return s.withDesk(c.Context(), func(d *desk.Desk) error {
				married, err := d.CompleteRequest(c.Context(), data)
				if err != nil {
					return err
				}
				for _, c := range married {
					s.say("requests.terminal.completed", "Name", pki.Escape(c.Name), "Issuer", pki.Escape(c.Issuer), "Until", s.t.Date(c.NotAfter))
				}
				return nil
			})
		},
	}
}
