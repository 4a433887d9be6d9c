package terminal

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"countersign/pki"
	"countersign/ui/desk"
)

func (s *session) inspect() *cobra.Command {
	var asJSON bool
	var password string
	c := &cobra.Command{
		Use: "inspect FILE...", Short: s.t.T("terminal.inspect"), Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return s.inspectAll(args, password, asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, s.t.T("terminal.flag.json"))
	c.Flags().StringVar(&password, "password", "", s.t.T("terminal.flag.password"))
	return c
}

// inspectedFile is a file of inspect --json. A private key is named with its
// kind, never shown.
type inspectedFile struct {
	File  string          `json:"file"`
	Items []inspectedItem `json:"items,omitempty"`
	Error string          `json:"error,omitempty"` // a code
}

type inspectedItem struct {
	Kind        pki.ItemKind     `json:"kind"`
	Source      string           `json:"source"`
	Name        string           `json:"name,omitempty"`
	Key         string           `json:"key,omitempty"`
	Subject     string           `json:"subject,omitempty"`
	Issuer      string           `json:"issuer,omitempty"`
	Revoked     *int             `json:"revoked,omitempty"` // how many a CRL names
	Certificate *pki.Description `json:"certificate,omitempty"`
}

func (s *session) inspectAll(paths []string, password string, asJSON bool) error {
	var files []inspectedFile
	failed := false
	for _, path := range paths {
		file := inspectedFile{File: path}
		items, err := desk.InspectFile(path, password)
		if err != nil {
			failed = true
			file.Error = desk.Explain(err).Code
		}
		for _, item := range items {
			file.Items = append(file.Items, newInspectedItem(item))
		}
		files = append(files, file)
		if !asJSON {
			s.printFile(file, err)
		}
	}
	if asJSON {
		if err := s.json(files); err != nil {
			return err
		}
	}
	if failed {
		return saidError{}
	}
	return nil
}

func newInspectedItem(i desk.Inspected) inspectedItem {
	item := inspectedItem{Kind: i.Kind, Source: i.Source, Name: pki.Escape(i.Name), Certificate: i.Description}
	switch {
	case i.Key != nil:
		item.Key = pki.KeyLabel(i.Key.Public())
	case i.Request != nil:
		item.Subject = pki.Escape(i.Request.Subject.String())
		item.Key = pki.KeyLabel(i.Request.PublicKey)
	case i.CRL != nil:
		item.Issuer = pki.Escape(i.CRL.Issuer.String())
		n := len(i.CRL.RevokedCertificateEntries)
		item.Revoked = &n
	}
	return item
}

func (s *session) printFile(f inspectedFile, err error) {
	fmt.Fprintf(s.Out, "%s\n", pki.Escape(f.File))
	if err != nil {
		s.explain(err)
		return
	}
	for _, item := range f.Items {
		fmt.Fprintf(s.Out, "  %s (%s)\n", s.t.T("terminal.item."+string(item.Kind)), item.Source)
		switch {
		case item.Certificate != nil:
			s.printCertificate(*item.Certificate)
		default:
			s.facts("name", item.Name, "key", item.Key, "subject", item.Subject, "issuer", item.Issuer)
			if item.Revoked != nil {
				s.facts("revoked", fmt.Sprint(*item.Revoked))
			}
		}
	}
}

// printCertificate prints a certificate in the words of RFC 5280.
func (s *session) printCertificate(d pki.Description) {
	var names []string
	for _, n := range d.Names {
		names = append(names, string(n.Kind)+":"+pki.Escape(n.Shown))
	}
	s.facts(
		"subject", pki.Escape(d.Subject), "issuer", pki.Escape(d.Issuer), "serial", d.Serial,
		"from", d.NotBefore.UTC().Format("2006-01-02 15:04:05 UTC"), "until", d.NotAfter.UTC().Format("2006-01-02 15:04:05 UTC"),
		"names", strings.Join(names, ", "), "key", d.Key, "signature", d.SignatureAlgorithm,
		"keyUsage", strings.Join(d.KeyUsage, ", "), "extKeyUsage", strings.Join(d.ExtKeyUsage, ", "),
		"ski", d.SubjectKeyID, "aki", d.AuthorityKeyID, "sha256", d.SHA256, "sha1", d.SHA1, "spki", d.SPKIPin)
	var extensions []string
	for _, e := range d.Extensions {
		text := e.Name + " " + e.OID
		if e.Critical {
			text += " (" + s.t.T("terminal.critical") + ")"
		}
		extensions = append(extensions, strings.TrimSpace(text))
	}
	s.facts("extensions", strings.Join(extensions, ", "))
}

// facts prints label and value pairs, those with a value.
func (s *session) facts(pairs ...string) {
	for n := 0; n+1 < len(pairs); n += 2 {
		if pairs[n+1] != "" {
			fmt.Fprintf(s.Out, "    %-22s %s\n", s.t.T("terminal.fact."+pairs[n]), pairs[n+1])
		}
	}
}
