package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"net"
	"net/url"
	"slices"
	"strings"
)

var oidNameConstraints = asn1.ObjectIdentifier{2, 5, 29, 30}

// constraintFaults returns the names of the request that an issuer's name
// constraints forbid (RFC 5280 section 4.2.1.10). Its subject counts too: for
// directory names, for its e-mail address, and a common name that looks like a
// host stands for a DNS name when there is none (OpenSSL looks at both).
func (r Request) constraintFaults(issuer *x509.Certificate) Faults {
	if !slices.ContainsFunc(issuer.Extensions, func(e pkix.Extension) bool { return e.Id.Equal(oidNameConstraints) }) {
		return nil
	}
	var faults Faults
	add := func(field Field, value string) {
		faults = append(faults, Fault{Field: field, Code: CodeIssuerNameConstraints, Value: Escape(value)})
	}
	for _, n := range r.Names {
		if !allowsName(issuer, n) {
			add(FieldNames, n.Value)
		}
	}
	if !r.allowsCommonName(issuer) {
		add(FieldName, r.Subject.CommonName)
	}
	if s := r.Subject.EmailAddress; s != "" && !allowsName(issuer, Name{Kind: NameEmail, Value: s}) {
		add(FieldEmailAddress, s)
	}
	if der, err := r.subjectDER(); err == nil && !allowsSubject(issuer, der) {
		add(FieldName, r.Subject.String())
	}
	return faults
}

// allowsCommonName reports whether an issuer's constraints on DNS names allow
// the common name of the request.
func (r Request) allowsCommonName(issuer *x509.Certificate) bool {
	name := r.Subject.CommonName
	return r.Kind == Authority || !looksLikeHost(name) ||
		slices.ContainsFunc(r.Names, func(n Name) bool { return n.Kind == NameDNS }) ||
		allowsName(issuer, Name{Kind: NameDNS, Value: name})
}

// looksLikeHost reports whether OpenSSL takes a common name for a DNS name:
// letters, digits, hyphens and underscores, with a dot somewhere between
// (cn2dnsid in crypto/x509/v3_ncons.c).
func looksLikeHost(s string) bool {
	labels := strings.Split(s, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return false
		}
		if strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// allowsName reports whether an issuer's name constraints allow a name.
func allowsName(c *x509.Certificate, n Name) bool {
	switch n.Kind {
	case NameDNS:
		return allows(n.Value, c.PermittedDNSDomains, c.ExcludedDNSDomains, matchesDomain, excludesDomain)
	case NameEmail:
		return allows(n.Value, c.PermittedEmailAddresses, c.ExcludedEmailAddresses, matchesMailbox, matchesMailbox)
	case NameURI:
		u, err := url.Parse(n.Value)
		if err != nil {
			return true // a fault of the name itself
		}
		if len(c.PermittedURIDomains)+len(c.ExcludedURIDomains) > 0 && (u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil) {
			return false // RFC 5280: a URI without a domain name never passes
		}
		return allows(u.Hostname(), c.PermittedURIDomains, c.ExcludedURIDomains, matchesURIHost, matchesURIHost)
	case NameIP:
		ip := net.ParseIP(n.Value)
		if ip == nil {
			return true
		}
		return allows(ip, c.PermittedIPRanges, c.ExcludedIPRanges, matchesRange, matchesRange)
	}
	return true
}

// allows reports whether name is in some permitted subtree, if there is any,
// and in no excluded one.
func allows[N, C any](name N, permitted, excluded []C, permits, excludes func(N, C) bool) bool {
	for _, c := range excluded {
		if excludes(name, c) {
			return false
		}
	}
	for _, c := range permitted {
		if permits(name, c) {
			return true
		}
	}
	return len(permitted) == 0
}

func matchesRange(ip net.IP, network *net.IPNet) bool { return network.Contains(ip) }

// matchesDomain reports whether a DNS name is the constraint or below it. A
// leading dot, which RFC 5280 does not define here, means below only.
func matchesDomain(name, constraint string) bool {
	if constraint == "" {
		return true
	}
	name, constraint = strings.ToLower(name), strings.ToLower(constraint)
	if strings.HasPrefix(constraint, ".") {
		return strings.HasSuffix(name, constraint) && len(name) > len(constraint)
	}
	return name == constraint || strings.HasSuffix(name, "."+constraint)
}

// excludesDomain is matchesDomain, and true as well for a wildcard that stands
// for an excluded name.
func excludesDomain(name, constraint string) bool {
	if matchesDomain(name, constraint) {
		return true
	}
	base, wildcard := strings.CutPrefix(strings.ToLower(name), "*")
	if !wildcard {
		return false
	}
	label, found := strings.CutSuffix(strings.TrimPrefix(strings.ToLower(constraint), "."), base)
	return found && label != "" && !strings.Contains(label, ".")
}

// matchesMailbox reports whether an e-mail name meets a constraint: a mailbox,
// a host, or with a leading dot the hosts below a domain.
func matchesMailbox(name, constraint string) bool {
	at := strings.LastIndex(name, "@")
	if at < 0 {
		return false
	}
	if c := strings.LastIndex(constraint, "@"); c >= 0 {
		return name[:at] == constraint[:c] && strings.EqualFold(name[at:], constraint[c:])
	}
	return matchesURIHost(name[at+1:], constraint)
}

// matchesURIHost reports whether a host is the constraint, or with a leading
// dot is below it.
func matchesURIHost(host, constraint string) bool {
	if constraint == "" {
		return true
	}
	if strings.HasPrefix(constraint, ".") {
		return matchesDomain(host, constraint)
	}
	return strings.EqualFold(host, constraint)
}
