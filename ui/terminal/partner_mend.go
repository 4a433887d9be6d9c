package terminal

import (
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

// mendFlags say what is made for a line of a checklist.
type mendFlags struct {
	wish
	name    string
	withKey bool
}

// partnerMend does what an open line of a partner's checklist asks for.
func (s *session) partnerMend() *cobra.Command {
	var f mendFlags
	c := &cobra.Command{
		Use: "mend NAME we-call|they-call " + strings.Join(mendLines, "|"), Short: s.t.T("partners.terminal.mend"), Args: cobra.ExactArgs(3),
		RunE: func(c *cobra.Command, args []string) error {
			dir, err := parseDirection(args[1])
			if err != nil {
				return err
			}
			return s.withPartner(c, args[0], func(d *desk.Desk, p desk.Partner) error {
				if err := s.mendLine(c, d, p, dir, args[2], f); err != nil {
					return err
				}
				return nil
			})
		},
	}
	c.Flags().StringVar(&f.name, "name", "", s.t.T("partners.flag.common-name"))
	c.Flags().StringArrayVar(&f.names, "san", nil, s.t.T("terminal.flag.san"))
	c.Flags().StringVar(&f.subject, "subject", "", s.t.T("requests.flag.subject"))
	c.Flags().BoolVar(&f.withKey, "with-key", false, s.t.T("partners.flag.with-key-for-them"))
	s.wishFlags(c, &f.wish)
	return c
}

// mendLines are the lines that partner mend does.
var mendLines = []string{desk.LineOurCertificate, desk.LineOurRequest, desk.LineTheirs}

func parseDirection(text string) (desk.Direction, error) {
	for _, dir := range desk.Directions() {
		if string(dir) == text {
			return dir, nil
		}
	}
	return "", notOneOf("--direction", text, "we-call", "they-call")
}

func (s *session) mendLine(c *cobra.Command, d *desk.Desk, p desk.Partner, dir desk.Direction, line string, f mendFlags) error {
	switch line {
	case desk.LineOurCertificate, desk.LineOurRequest:
		r, err := d.SuggestOurs(p.ID, dir)
		if err == nil {
			r, err = s.changed(c, d, r, f)
		}
		if err != nil {
			return err
		}
		if line == desk.LineOurRequest {
			made, err := d.RequestOurs(c.Context(), p.ID, dir, r)
			if err == nil {
				s.say("requests.terminal.made", "Name", pki.Escape(made.Name), "ID", string(made.ID))
			}
			return err
		}
		made, err := d.MakeOurs(c.Context(), p.ID, dir, r)
		if err == nil {
			s.sayIssued(made)
		}
		return err
	case desk.LineTheirs:
		return s.mendTheirs(c, d, p, dir, f)
	}
	return notOneOf("LINE", line, mendLines...)
}

// mendTheirs signs the request that they sent, or makes a certificate for them
// with its key.
func (s *session) mendTheirs(c *cobra.Command, d *desk.Desk, p desk.Partner, dir desk.Direction, f mendFlags) error {
	if f.withKey {
		r, err := d.SuggestTheirs(p.ID, dir)
		if err == nil {
			r, err = s.changed(c, d, r, f)
		}
		if err != nil {
			return err
		}
		made, err := d.MakeTheirs(c.Context(), p.ID, dir, r)
		if err == nil {
			s.sayIssued(made)
		}
		return err
	}
	signing, err := d.TheirSigning(p.ID, dir)
	if err != nil {
		return err
	}
	if signing.Grant, err = f.change(c, d, signing.Grant); err != nil {
		return err
	}
	preview, err := d.PreviewSigning(signing)
	if err != nil {
		return err
	}
	s.printLines(preview.Lines)
	if len(preview.Faults) > 0 {
		return preview.Faults
	}
	made, err := d.SignRequest(c.Context(), signing)
	if err == nil {
		s.sayIssued(made)
	}
	return err
}

func (s *session) sayIssued(c desk.Certificate) {
	s.say("partners.terminal.certificate", "Name", pki.Escape(c.Name), "Issuer", pki.Escape(c.Issuer), "Until", s.t.Date(c.NotAfter), "Serial", c.Serial)
}

// changed is a request that was suggested, with what the flags say: the name of
// the address that is called stays in it.
func (s *session) changed(c *cobra.Command, d *desk.Desk, suggested pki.Request, f mendFlags) (pki.Request, error) {
	r, err := f.change(c, d, suggested)
	for _, name := range suggested.Names {
		if err == nil && !slices.Contains(r.Names, name) {
			r.Names = append(r.Names, name)
			s.say("partners.terminal.also-named", "Name", pki.Escape(name.Value))
		}
	}
	return r, err
}

// change gives a suggested request what the flags say.
func (f mendFlags) change(c *cobra.Command, d *desk.Desk, r pki.Request) (pki.Request, error) {
	if c.Flags().Changed("key") {
		key, err := pki.ParseKeyKind(f.key)
		if err != nil {
			return r, notOneOf("--key", f.key, keyNames()...)
		}
		r.Key = key
	}
	var faults pki.Faults
	if f.subject != "" {
		subject, err := pki.ParseSubject(f.subject)
		if err != nil {
			return r, usageError{err}
		}
		if subject.CommonName == "" {
			subject.CommonName = r.Subject.CommonName
		}
		r.Subject = subject
	}
	if f.name != "" {
		r.Subject.CommonName = f.name
		if own, err := pki.ParseName(f.name); err == nil && r.Kind == pki.Server && (own.Kind == pki.NameDNS || own.Kind == pki.NameIP) {
			r.Names = []pki.Name{own}
		}
	}
	for _, text := range f.names {
		names, wrong := pki.ParseNameList(text)
		r.Names, faults = append(r.Names, names...), append(faults, wrong...)
	}
	if c.Flags().Changed("days") {
		if f.days < 1 || f.days > maxDays {
			return r, notBetween("--days", f.days, 1, maxDays)
		}
		r.NotAfter = d.Now().Add(time.Duration(f.days) * 24 * time.Hour)
	}
	if len(faults) > 0 {
		return r, usageError{faults}
	}
	return r, nil
}
