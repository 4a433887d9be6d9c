package pki

import (
	"crypto/x509"
	"net/url"
	"slices"
	"strings"
)

// askedHost returns a name that is asked for as crypto/x509 takes it, "" when it
// is no host.
func askedHost(name string) string {
	n, err := ParseName(name)
	switch {
	case err != nil:
		return name
	case n.Kind == NameDNS, n.Kind == NameIP:
		return n.Value
	}
	return ""
}

// name looks at whether the leaf has the name that is asked for.
func (j *judge) name() {
	leaf := j.chain[0]
	names := NamesOf(leaf)
	if j.q.Name == "" {
		if j.q.Purpose.serves() && extension(leaf, oidSubjectAltName) == nil {
			j.found(0, Strict, WarningNamesNone, "subjectAltName", leaf.Subject.CommonName, clientGo+", "+clientBrowsers)
		}
		return
	}
	if hasName(leaf, j.q.Name) {
		return
	}
	if len(names) == 0 {
		j.found(0, Refused, WarningNamesNone, "subjectAltName", leaf.Subject.CommonName, clientGo+", "+clientBrowsers)
		return
	}
	shown := make([]string, len(names))
	for i, n := range names {
		shown[i] = n.Shown
	}
	j.found(0, Refused, FindingName, "subjectAltName", strings.Join(shown, ", "), "")
}

// hasName reports whether a certificate is for a name.
func hasName(c *x509.Certificate, typed string) bool {
	name, err := ParseName(typed)
	if err != nil {
		return c.VerifyHostname(typed) == nil
	}
	switch name.Kind {
	case NameEmail:
		return slices.ContainsFunc(c.EmailAddresses, func(s string) bool { return matchesMailbox(s, name.Value) })
	case NameURI:
		return slices.ContainsFunc(c.URIs, func(u *url.URL) bool { return u != nil && u.String() == name.Value })
	}
	return c.VerifyHostname(name.Value) == nil
}

// maxConstraintWork bounds names times constraints, as crypto/x509 does.
const maxConstraintWork = 250_000

// constraints looks at the names below each authority that limits them (RFC
// 5280 section 4.2.1.10).
func (j *judge) constraints() {
	for i := 1; i < len(j.chain); i++ {
		c := j.chain[i]
		if extension(c, oidNameConstraints) == nil {
			continue
		}
		trees := limitsOf(c)
		if trees.unknown {
			j.found(i, Refused, FindingConstraintKind, "nameConstraints", "", "")
		}
		for below := i - 1; below >= 0; below-- {
			if below > 0 && selfIssued(j.chain[below]) {
				continue
			}
			j.constrained(i, j.chain[below], trees)
		}
	}
}

// constrained looks at the names of one certificate below authority i.
func (j *judge) constrained(i int, below *x509.Certificate, trees limits) {
	c := j.chain[i]
	names := NamesOf(below)
	if len(below.EmailAddresses) == 0 { // RFC 5280: then those of the subject
		for _, a := range below.Subject.Names {
			if s, ok := a.Value.(string); ok && attributeName(a.Type.String()) == "emailAddress" {
				names = append(names, Name{Kind: NameEmail, Value: s, Shown: Escape(s)})
			}
		}
	}
	subtreeCount := len(c.PermittedDNSDomains) + len(c.ExcludedDNSDomains) + len(c.PermittedEmailAddresses) +
		len(c.ExcludedEmailAddresses) + len(c.PermittedURIDomains) + len(c.ExcludedURIDomains) + len(c.PermittedIPRanges) + len(c.ExcludedIPRanges)
	if len(names)*subtreeCount > maxConstraintWork {
		j.found(i, Refused, FindingConstraintKind, "nameConstraints", "", "")
		return
	}
	for _, n := range names {
		if allowsName(c, n) {
			continue
		}
		if allowsName(withoutExcluded(c), n) {
			j.found(i, Refused, FindingNameExcluded, "nameConstraints.excludedSubtrees", n.Shown, "")
		} else {
			j.found(i, Refused, FindingNamePermitted, "nameConstraints.permittedSubtrees", n.Shown, "")
		}
		return // one is enough to say why
	}
	j.directories(i, below, trees)
}

// withoutExcluded returns a certificate with only the permitted subtrees of c.
func withoutExcluded(c *x509.Certificate) *x509.Certificate {
	return &x509.Certificate{
		PermittedDNSDomains: c.PermittedDNSDomains, PermittedEmailAddresses: c.PermittedEmailAddresses,
		PermittedURIDomains: c.PermittedURIDomains, PermittedIPRanges: c.PermittedIPRanges,
	}
}

// directories looks at the directory names of one certificate.
func (j *judge) directories(i int, below *x509.Certificate, trees limits) {
	_, names := altNames(below)
	if len(below.RawSubject) > 2 {
		names = append([][]byte{below.RawSubject}, names...)
	}
	for _, raw := range names {
		parts, ok := nameParts(raw)
		covers := func(base []string) bool { return isBelow(parts, base) }
		shown := joinName(attributesOf(below.Subject))
		switch {
		case !ok, slices.ContainsFunc(trees.excluded, covers):
			j.found(i, Refused, FindingNameExcluded, "nameConstraints.excludedSubtrees", shown, "")
			return
		case len(trees.permitted) > 0 && !slices.ContainsFunc(trees.permitted, covers):
			j.found(i, Refused, FindingNamePermitted, "nameConstraints.permittedSubtrees", shown, "")
			return
		}
	}
}
