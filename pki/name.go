package pki

import (
	"crypto/x509"
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// A NameKind says which of the GeneralName choices of RFC 5280 section 4.2.1.6
// a name is.
type NameKind string

// The kinds of name that go into a subjectAltName.
const (
	NameDNS   NameKind = "dns"   // dNSName
	NameIP    NameKind = "ip"    // iPAddress
	NameEmail NameKind = "email" // rfc822Name
	NameURI   NameKind = "uri"   // uniformResourceIdentifier
)

// A Name is one subject alternative name.
type Name struct {
	Kind  NameKind `json:"kind"`
	Value string   `json:"value"` // ASCII as in the certificate; an address in its usual text form
	Shown string   `json:"shown"` // for people: internationalised names in their own script
}

// ParseName reads one name and recognises its kind: an address is an address
// and never a DNS name, "@" makes an e-mail name, a scheme makes a URI.
// Internationalised domains become A-labels (RFC 5890). The error is a
// *[Fault] of [FieldNames] whose Value is the text as it was typed.
func ParseName(typed string) (Name, error) {
	typed = strings.TrimSpace(typed)
	name, code := parseName(typed)
	if code != "" {
		return Name{}, &Fault{Field: FieldNames, Code: code, Value: typed}
	}
	return name, nil
}

// parseName returns a name, or the code of the fault it has.
func parseName(s string) (Name, string) {
	switch {
	case s == "":
		return Name{}, CodeNamesMissing
	case hasPrefixFold(s, "mailto:"):
		return parseMailbox(s[len("mailto:"):])
	case looksLikeURI(s):
		return parseURI(s)
	case strings.Contains(s, "@"):
		return parseMailbox(s)
	}
	if name, ok := parseAddress(s); ok {
		return name, ""
	}
	return parseHost(s)
}

// ParseNames reads a list of names, split at commas, semicolons and white
// space. Names that were given before are dropped. The names that could be
// read are returned along with the faults of the others.
func ParseNames(typed string) ([]Name, Faults) {
	return parseNames(typed, separatesNames)
}

// ParseNameList is [ParseNames] for a list that is split at commas and
// semicolons only: a name with a space in it is a fault ([CodeNamesSpace]).
func ParseNameList(typed string) ([]Name, Faults) {
	return parseNames(typed, func(r rune) bool { return separatesNames(r) && !unicode.IsSpace(r) })
}

func parseNames(typed string, separates func(rune) bool) ([]Name, Faults) {
	var (
		names  []Name
		faults Faults
	)
	seen := make(map[Name]bool)
	for _, part := range strings.FieldsFunc(typed, separates) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, code := parseName(part)
		if code != "" {
			faults = append(faults, Fault{Field: FieldNames, Code: code, Value: part})
			continue
		}
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names, faults
}

// separatesNames reports whether r stands between names. The full-width and
// ideographic forms are what Chinese and Japanese keyboards type.
func separatesNames(r rune) bool {
	switch r {
	case ',', ';', '，', '；', '、':
		return true
	}
	return unicode.IsSpace(r)
}

// checkName returns the code of the fault of a name that was put together
// elsewhere, "" for none. Such a name must be exactly as ParseName makes it.
func checkName(n Name) string {
	if n.Kind == NameDNS {
		if _, err := netip.ParseAddr(n.Value); err == nil {
			return CodeNamesAddressInDNS
		}
	}
	parsed, code := parseName(n.Value)
	if code != "" {
		return code
	}
	if parsed.Kind == n.Kind && parsed.Value == n.Value {
		return ""
	}
	switch n.Kind {
	case NameIP:
		return CodeNamesBadIP
	case NameEmail:
		return CodeNamesBadEmail
	case NameURI:
		return CodeNamesBadURI
	}
	return CodeNamesBadDNS
}

// NamesOf returns the subject alternative names of a certificate in the order
// DNS, address, e-mail, URI. Values are what the certificate holds, however
// wrong; Shown is safe to show.
func NamesOf(c *x509.Certificate) []Name {
	if c == nil {
		return nil
	}
	names := make([]Name, 0, len(c.DNSNames)+len(c.IPAddresses)+len(c.EmailAddresses)+len(c.URIs))
	for _, s := range c.DNSNames {
		names = append(names, Name{Kind: NameDNS, Value: s, Shown: Escape(hostShown(s))})
	}
	for _, ip := range c.IPAddresses {
		s := ip.String()
		names = append(names, Name{Kind: NameIP, Value: s, Shown: s})
	}
	for _, s := range c.EmailAddresses {
		names = append(names, Name{Kind: NameEmail, Value: s, Shown: Escape(mailboxShown(s))})
	}
	for _, u := range c.URIs {
		if u != nil {
			names = append(names, Name{Kind: NameURI, Value: u.String(), Shown: Escape(uriShown(u))})
		}
	}
	return names
}

// setNames puts names into a certificate template, each once.
func setNames(template *x509.Certificate, names []Name) {
	seen := make(map[Name]bool, len(names))
	for _, n := range names {
		key := Name{Kind: n.Kind, Value: n.Value}
		if seen[key] {
			continue
		}
		seen[key] = true
		switch n.Kind {
		case NameDNS:
			template.DNSNames = append(template.DNSNames, n.Value)
		case NameIP:
			if addr, err := netip.ParseAddr(n.Value); err == nil {
				template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
			}
		case NameEmail:
			template.EmailAddresses = append(template.EmailAddresses, n.Value)
		case NameURI:
			if u, err := url.Parse(n.Value); err == nil {
				template.URIs = append(template.URIs, u)
			}
		}
	}
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
