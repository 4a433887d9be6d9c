package pki

import (
	"crypto/x509"
	"net"
	"net/url"
	"strings"
)

// constraintFaults returns the names of the request that the issuer's name
// constraints forbid (RFC 5280 section 4.2.1.10). Constraints on directory
// names are not looked at: crypto/x509 does not read them.
func (r Request) constraintFaults(issuer *x509.Certificate) Faults {
	var faults Faults
	for _, n := range r.Names {
		if !allowsName(issuer, n) {
			faults = append(faults, Fault{Field: FieldNames, Code: CodeIssuerNameConstraints, Value: Escape(n.Value)})
		}
	}
	return faults
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
