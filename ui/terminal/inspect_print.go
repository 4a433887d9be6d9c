package terminal

import (
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"countersign/pki"
	"countersign/ui/desk"
)

// entriesShown is how many entries of a CRL are printed unless all are asked
// for.
const entriesShown = 20

// itemsShown is how many things of one file are described; the others are
// counted. With --json and --pem all are there.
const itemsShown = 200

func (s *session) printItems(list []desk.Inspected, f inspectFlags) {
	for n, i := range list {
		if n == itemsShown && !f.pem {
			s.say("inspect.items-more", "Count", len(list)-n)
			return
		}
		fmt.Fprintf(s.Out, "  %s (%s)\n", s.t.T("terminal.item."+string(i.Kind)), i.Source)
		for _, said := range i.Say() {
			fmt.Fprintf(s.Out, "    * %s\n", s.t.T("inspect.mine."+said.Code, said.Facts...))
		}
		switch {
		case f.text:
			s.printSections(i)
			s.printWarnings(i)
		case i.Certificate != nil:
			s.printCertificate(pki.Describe(i.Certificate))
			s.printWarnings(i)
		default:
			s.printOther(i, list)
		}
		if i.CRL != nil {
			s.printRevoked(i.CRL.RevokedCertificateEntries, f.text)
		}
		if f.asn1 {
			s.printTree(i.DER())
		}
		if f.pem {
			fmt.Fprint(s.Out, i.PEM())
		}
	}
}

// printWarnings prints what clients will not like about a certificate.
func (s *session) printWarnings(i desk.Inspected) {
	for _, w := range i.Warnings(s.now()) {
		fmt.Fprintf(s.Out, "    ! %s\n", s.t.Warning(w.Code, pki.Escape(w.Value), w.Client))
	}
}

// printOther prints what is no certificate, in short.
func (s *session) printOther(i desk.Inspected, list []desk.Inspected) {
	item := newInspectedItem(i)
	s.facts("name", item.Name, "key", item.Key, "subject", item.Subject, "issuer", item.Issuer)
	switch {
	case i.Request != nil:
		s.printRequest(i.Request)
	case i.CRL != nil:
		s.facts("from", i.CRL.ThisUpdate.UTC().Format("2006-01-02 15:04:05 UTC"))
		if !i.CRL.NextUpdate.IsZero() {
			s.facts("until", i.CRL.NextUpdate.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
		if i.CRL.Number != nil {
			s.facts("number", i.CRL.Number.String())
		}
		s.facts("revoked", strconv.Itoa(*item.Revoked))
	case i.SPKI != nil:
		s.printSections(i)
	case i.Key != nil && i.PairedWith >= 0:
		s.facts("pair", pki.Describe(list[i.PairedWith].Certificate).Subject)
	case i.Err != nil:
		fmt.Fprintf(s.Out, "    %s\n", s.sentence(i.Err))
	}
}

// printRequest prints what a request asks for, and what is wrong with it.
func (s *session) printRequest(r *x509.CertificateRequest) {
	asked, err := pki.ReadCSR(r)
	var names []string
	for _, n := range asked.Request.Names {
		names = append(names, string(n.Kind)+":"+pki.Escape(n.Shown))
	}
	s.facts("names", strings.Join(names, ", "), "basicConstraints", askedConstraints(asked),
		"keyUsage", strings.Join(asked.Request.KeyUsage, ", "), "extKeyUsage", strings.Join(asked.Request.ExtKeyUsage, ", "),
		"ignored", pki.Escape(strings.Join(asked.Ignored, ", ")))
	for _, f := range asked.Refused {
		fmt.Fprintf(s.Out, "    ! %s\n", s.words("fault."+f.Code, "Value", pki.Escape(s.t.Value(f.Value))))
	}
	if err != nil {
		fmt.Fprintf(s.Out, "    ! %s\n", s.why(err))
	}
}

// askedConstraints are the basic constraints that a request asks for; "" for
// none, or those of what is no authority.
func askedConstraints(a pki.Asked) string {
	switch {
	case !a.AsksAuthority:
		return ""
	case a.Request.PathLength >= 0:
		return fmt.Sprintf("CA:TRUE, pathlen:%d", a.Request.PathLength)
	}
	return "CA:TRUE"
}

// sentence is an error in a sentence.
func (s *session) sentence(err error) string {
	e := desk.Explain(err)
	if key := "error." + e.Code; s.t.Has(key) {
		return s.words(key, e.Facts...)
	}
	return pki.Escape(e.Raw)
}

// printSections prints everything that a thing says: the word for each part
// and, behind it, the name that its RFC gives it.
func (s *session) printSections(i desk.Inspected) {
	if i.Err != nil {
		fmt.Fprintf(s.Out, "    %s\n", s.sentence(i.Err))
	}
	for _, section := range i.Sections() {
		s.printSection("    ", section)
	}
	if i.Certificate != nil {
		fmt.Fprintf(s.Out, "      %s: %s\n", s.t.FactLabel("md5"), pki.MD5(i.Certificate.Raw))
	}
}

func (s *session) printSection(indent string, section pki.Section) {
	title := s.t.FactLabel(section.Name)
	if behind := strings.TrimSpace(section.Name + " " + section.OID); section.Name == "" {
		title = section.OID
	} else if section.OID != "" {
		title += " (" + behind + ")"
	}
	if section.Critical {
		title += s.t.T("list.comma") + s.t.T("terminal.critical")
	}
	fmt.Fprintf(s.Out, "%s%s\n", indent, title)
	for _, f := range section.Facts {
		value := s.t.FactValue(string(f.Kind), f.Value)
		if f.Kind == pki.FactCode && value != f.Value && f.Value != "true" && f.Value != "false" {
			value += " (" + f.Value + ")"
		}
		if f.Value == "" {
			fmt.Fprintf(s.Out, "%s  %s%s\n", indent, strings.Repeat("  ", f.Depth), s.t.FactLabel(f.Field))
			continue
		}
		fmt.Fprintf(s.Out, "%s  %s%s%s%s\n", indent, strings.Repeat("  ", f.Depth), s.t.FactLabel(f.Field), s.t.T("list.colon"), value)
	}
}

// printRevoked prints the entries of a CRL, the first ones unless all are
// asked for.
func (s *session) printRevoked(entries []x509.RevocationListEntry, all bool) {
	for n, e := range entries {
		if n == entriesShown && !all {
			fmt.Fprintf(s.Out, "    %s\n", s.t.T("inspect.entries-more", "Count", len(entries)-n))
			return
		}
		r := pki.DescribeRevoked(e)
		line := r.At.Format("2006-01-02 15:04:05 UTC") + "  " + r.Serial
		if r.Reason != "" {
			line += "  " + s.t.FactValue("code", r.Reason)
		}
		fmt.Fprintf(s.Out, "    %s\n", line)
		for _, more := range r.More {
			s.printSection("      ", more)
		}
	}
}

// printTree prints the elements of DER as openssl asn1parse does: offset,
// depth, lengths of header and contents, tag, value.
func (s *session) printTree(der []byte) {
	nodes, err := pki.ASN1Tree(der)
	for _, n := range nodes {
		inside := " "
		if n.Inside {
			inside = "~"
		}
		fmt.Fprintf(s.Out, "    %6d:d=%-2d hl=%d l=%4d %s %s%s\n", n.Offset, n.Depth, n.Header, n.Length, inside,
			strings.Repeat(" ", n.Depth), strings.TrimSpace(n.Tag+"  "+n.Value))
	}
	switch {
	case errors.Is(err, pki.ErrTooLarge):
		fmt.Fprintf(s.Out, "    %s\n", s.t.T("inspect.asn1.cut", "Count", len(nodes)))
	case err != nil:
		fmt.Fprintf(s.Out, "    %s\n", pki.Escape(err.Error()))
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
