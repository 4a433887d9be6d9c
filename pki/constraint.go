package pki

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// NameConstraints limit what an authority, and whatever stands below it, may
// name (RFC 5280 section 4.2.1.10). A kind of name that is nowhere permitted
// is free unless excluded: permitting DNS names says nothing of addresses.
//
//	kind   value
//	dns    "example.com": it and all below; ".example.com": only below
//	ip     a network as CIDR, its host bits zero: "10.0.0.0/8"
//	email  "a@example.com" one mailbox; "example.com" a host; ".example.com" all hosts below
//	uri    "example.com" a host; ".example.com" all hosts below
//	directory  "O=Acme,C=TW", as RFC 4514 writes it: subjects that begin with
//	       these parts in this order, the widest first (C=TW, then O=Acme)
//
// crypto/x509 does not understand constraints on directory names, and refuses
// whatever is below an authority that has them.
type NameConstraints struct {
	Permitted []Name `json:"permitted,omitempty"`
	Excluded  []Name `json:"excluded,omitempty"`
}

// IsZero reports whether nothing is constrained.
func (n NameConstraints) IsZero() bool { return len(n.Permitted)+len(n.Excluded) == 0 }

// maxConstraints bounds how many name constraints one authority is given: ours,
// for chains of thousands are how clients are kept busy.
const maxConstraints = 256

// ParseConstraint reads one name constraint. A network or address is one of
// addresses, "@" makes one of mailboxes ("@example.com" is a host's), anything
// else is one of DNS names; "dns:", "ip:", "email:" and "uri:" before it say
// what it is, "dn:" or "directory:" that it is a distinguished name, which is
// read as [ParseSubject] reads one. "*.example.com" is taken for ".example.com". The error is a
// *[Fault] of [FieldPermitted] whose Value is the text as it was typed.
func ParseConstraint(typed string) (Name, error) {
	name, ok := parseConstraint(strings.TrimSpace(typed))
	if !ok {
		return Name{}, &Fault{Field: FieldPermitted, Code: CodeConstraintBad, Value: Escape(typed)}
	}
	return name, nil
}

// ParseConstraints reads a list of name constraints, split as [ParseNames]
// splits names. Those that could be read are returned with the faults of the
// others, which are tied to field. A directory name stands alone, since commas
// and spaces are its own.
func ParseConstraints(typed string, field Field) ([]Name, Faults) {
	var (
		names  []Name
		faults Faults
	)
	parts := strings.FieldsFunc(typed, separatesNames)
	if IsDirectoryConstraint(typed) {
		parts = []string{strings.TrimSpace(typed)}
	}
	for _, part := range parts {
		name, ok := parseConstraint(part)
		if !ok {
			faults = append(faults, Fault{Field: field, Code: CodeConstraintBad, Value: Escape(part)})
			continue
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, faults
}

// ParseConstraintLists reads several such lists as one.
func ParseConstraintLists(typed []string, field Field) ([]Name, Faults) {
	var (
		names  []Name
		faults Faults
	)
	for _, text := range typed {
		more, wrong := ParseConstraints(text, field)
		for _, name := range more {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		faults = append(faults, wrong...)
	}
	return names, faults
}

// IsDirectoryConstraint reports whether a text is to be read as a constraint on
// directory names: to its end, whatever is in it.
func IsDirectoryConstraint(typed string) bool {
	_, is := cutDirectory(strings.TrimSpace(typed))
	return is
}

// cutDirectory takes "dn:" or "directory:" away.
func cutDirectory(s string) (string, bool) {
	for _, prefix := range []string{"dn:", string(NameDirectory) + ":"} {
		if hasPrefixFold(s, prefix) {
			return s[len(prefix):], true
		}
	}
	return s, false
}

func parseConstraint(s string) (Name, bool) {
	if dn, is := cutDirectory(s); is {
		return constraintOf(NameDirectory, dn)
	}
	for _, kind := range []NameKind{NameDNS, NameIP, NameEmail, NameURI} {
		if prefix := string(kind) + ":"; hasPrefixFold(s, prefix) {
			return constraintOf(kind, s[len(prefix):])
		}
	}
	switch {
	case strings.Contains(s, "@"):
		return constraintOf(NameEmail, s)
	case strings.Contains(s, "/"), strings.Count(s, ":") > 1:
		return constraintOf(NameIP, s)
	}
	if _, err := netip.ParseAddr(s); err == nil {
		return constraintOf(NameIP, s)
	}
	return constraintOf(NameDNS, s)
}

func constraintOf(kind NameKind, s string) (Name, bool) {
	switch kind {
	case NameDNS, NameURI:
	case NameDirectory:
		return directoryOf(s)
	case NameIP:
		return networkOf(s)
	case NameEmail:
		if host, only := strings.CutPrefix(s, "@"); only {
			s = host
		}
		if strings.Contains(s, "@") {
			name, code := parseMailbox(s)
			return name, code == ""
		}
	default:
		return Name{}, false
	}
	rest, below := s, false
	if cut, star := strings.CutPrefix(rest, "*."); star {
		rest, below = cut, true
	} else if cut, dot := strings.CutPrefix(rest, "."); dot {
		rest, below = cut, true
	}
	ascii, shown, code := toASCIIHost(rest)
	if code != "" || checkASCIIHost(ascii) != "" {
		return Name{}, false
	}
	if below {
		ascii, shown = "."+ascii, "."+shown
	}
	return Name{Kind: kind, Value: ascii, Shown: shown}, true
}

// networkOf reads a network, or an address as the network of it alone.
func networkOf(s string) (Name, bool) {
	network, err := netip.ParsePrefix(s)
	if err != nil {
		addr, err := netip.ParseAddr(s)
		if err != nil || addr.Zone() != "" {
			return Name{}, false
		}
		addr = addr.Unmap()
		network = netip.PrefixFrom(addr, addr.BitLen())
	}
	if network.Addr().Is4In6() {
		return Name{}, false // it would become a network of IPv4
	}
	text := network.Masked().String()
	return Name{Kind: NameIP, Value: text, Shown: text}, true
}

// constraintsFaults returns what is wrong with the name constraints asked for.
func (r Request) constraintsFaults() Faults {
	var faults Faults
	for _, part := range []struct {
		field Field
		names []Name
	}{{FieldPermitted, r.Constraints.Permitted}, {FieldExcluded, r.Constraints.Excluded}} {
		if len(part.names) == 0 {
			continue
		}
		switch {
		case r.Kind.known() && r.Kind != Authority:
			faults = append(faults, Fault{Field: part.field, Code: CodeConstraintsUnwanted, Value: Escape(part.names[0].Value)})
			continue
		case len(part.names) > maxConstraints:
			faults = append(faults, Fault{Field: part.field, Code: CodeConstraintsCount, Value: strconv.Itoa(maxConstraints)})
			continue
		}
		for _, n := range part.names {
			if made, ok := constraintOf(n.Kind, n.Value); !ok || made.Kind != n.Kind || made.Value != n.Value {
				faults = append(faults, Fault{Field: part.field, Code: CodeConstraintBad, Value: Escape(n.Value)})
			}
		}
	}
	return faults
}

// setConstraints puts name constraints into a certificate template, critical
// as RFC 5280 asks. crypto/x509 encodes all kinds but directory names: with one
// of those the extension is made here, whole.
func setConstraints(template *x509.Certificate, n NameConstraints) error {
	isDirectory := func(n Name) bool { return n.Kind == NameDirectory }
	if slices.ContainsFunc(n.Permitted, isDirectory) || slices.ContainsFunc(n.Excluded, isDirectory) {
		value, err := n.DER()
		template.ExtraExtensions = append(template.ExtraExtensions, pkix.Extension{Id: oidNameConstraints, Critical: true, Value: value})
		return err
	}
	template.PermittedDNSDomainsCritical = !n.IsZero()
	addConstraints(n.Permitted, &template.PermittedDNSDomains, &template.PermittedEmailAddresses,
		&template.PermittedURIDomains, &template.PermittedIPRanges)
	addConstraints(n.Excluded, &template.ExcludedDNSDomains, &template.ExcludedEmailAddresses,
		&template.ExcludedURIDomains, &template.ExcludedIPRanges)
	return nil
}

// addConstraints puts each name into the list of its kind.
func addConstraints(names []Name, dns, email, uri *[]string, ranges *[]*net.IPNet) {
	for _, name := range names {
		switch name.Kind {
		case NameDNS:
			*dns = append(*dns, name.Value)
		case NameEmail:
			*email = append(*email, name.Value)
		case NameURI:
			*uri = append(*uri, name.Value)
		case NameIP:
			if _, network, err := net.ParseCIDR(name.Value); err == nil {
				*ranges = append(*ranges, network)
			}
		}
	}
}

// ConstraintsOf returns the name constraints of a certificate, but for those on
// kinds of name that this package does not know.
func ConstraintsOf(c *x509.Certificate) NameConstraints {
	if c == nil {
		return NameConstraints{}
	}
	n := NameConstraints{
		Permitted: constraintNames(c.PermittedDNSDomains, c.PermittedIPRanges, c.PermittedEmailAddresses, c.PermittedURIDomains),
		Excluded:  constraintNames(c.ExcludedDNSDomains, c.ExcludedIPRanges, c.ExcludedEmailAddresses, c.ExcludedURIDomains),
	}
	permitted, excluded := directoryConstraints(c)
	for _, rdns := range permitted {
		n.Permitted = append(n.Permitted, directoryName(rdns))
	}
	for _, rdns := range excluded {
		n.Excluded = append(n.Excluded, directoryName(rdns))
	}
	return n
}

func constraintNames(dns []string, networks []*net.IPNet, mailboxes, hosts []string) []Name {
	var names []Name
	for _, s := range dns {
		names = append(names, Name{Kind: NameDNS, Value: s, Shown: Escape(hostShown(s))})
	}
	for _, n := range networks {
		names = append(names, Name{Kind: NameIP, Value: n.String(), Shown: n.String()})
	}
	for _, s := range mailboxes {
		shown := mailboxShown(s)
		if !strings.Contains(s, "@") {
			shown = hostShown(s)
		}
		names = append(names, Name{Kind: NameEmail, Value: s, Shown: Escape(shown)})
	}
	for _, s := range hosts {
		names = append(names, Name{Kind: NameURI, Value: s, Shown: Escape(hostShown(s))})
	}
	return names
}
