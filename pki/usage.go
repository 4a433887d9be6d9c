package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"slices"
	"strings"
)

// keyUsageBits are the key usages of RFC 5280 section 4.2.1.3, by bit.
var keyUsageBits = [...]string{"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment",
	"keyAgreement", "keyCertSign", "cRLSign", "encipherOnly", "decipherOnly"}

// extKeyUsages are the purposes that RFC 5280 section 4.2.1.12 names.
var extKeyUsages = [...]struct {
	usage x509.ExtKeyUsage
	name  string
}{
	{x509.ExtKeyUsageServerAuth, "serverAuth"},
	{x509.ExtKeyUsageClientAuth, "clientAuth"},
	{x509.ExtKeyUsageCodeSigning, "codeSigning"},
	{x509.ExtKeyUsageEmailProtection, "emailProtection"},
	{x509.ExtKeyUsageTimeStamping, "timeStamping"},
	{x509.ExtKeyUsageOCSPSigning, "OCSPSigning"},
	{x509.ExtKeyUsageAny, "anyExtendedKeyUsage"},
}

// KeyUsageNames returns the key usages as RFC 5280 section 4.2.1.3 spells
// them, in the order of their bits.
func KeyUsageNames() []string { return slices.Clone(keyUsageBits[:]) }

// ExtKeyUsageNames returns the purposes that RFC 5280 section 4.2.1.12 names.
// Others are given as OIDs.
func ExtKeyUsageNames() []string {
	names := make([]string, len(extKeyUsages))
	for i, u := range extKeyUsages {
		names[i] = u.name
	}
	return names
}

// keyUsageNames returns the names of bits.
func keyUsageNames(usage x509.KeyUsage) []string {
	names := []string{}
	for bit, name := range keyUsageBits {
		if usage&(1<<bit) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// parseKeyUsage returns the bits that are named, and the names that are none.
// contentCommitment is X.509's newer word for nonRepudiation.
func parseKeyUsage(names []string) (usage x509.KeyUsage, unknown []string) {
	for _, name := range names {
		if strings.EqualFold(name, "contentCommitment") {
			name = "nonRepudiation"
		}
		bit := slices.IndexFunc(keyUsageBits[:], func(s string) bool { return strings.EqualFold(s, name) })
		if bit < 0 {
			unknown = append(unknown, name)
			continue
		}
		usage |= 1 << bit
	}
	return usage, unknown
}

// extKeyUsageNames returns the purposes of a certificate by their names, OIDs
// where RFC 5280 has none.
func extKeyUsageNames(c *x509.Certificate) []string {
	names := []string{}
	for _, usage := range c.ExtKeyUsage {
		names = append(names, extKeyUsageName(usage))
	}
	for _, oid := range c.UnknownExtKeyUsage {
		names = append(names, oid.String())
	}
	return names
}

func extKeyUsageName(usage x509.ExtKeyUsage) string {
	for _, u := range extKeyUsages {
		if u.usage == usage {
			return u.name
		}
	}
	return usage.OID().String()
}

// normalExtKeyUsage returns a purpose as extKeyUsageNames spells it, false
// when it is neither a name nor an OID.
func normalExtKeyUsage(name string) (string, bool) {
	oid, isOID := parseOID(name)
	for _, u := range extKeyUsages {
		if strings.EqualFold(u.name, name) || strings.EqualFold("any", name) && u.usage == x509.ExtKeyUsageAny ||
			isOID && oid.String() == u.usage.OID().String() {
			return u.name, true
		}
	}
	return name, isOID
}

// keyUsage returns the key usage that the certificate of a checked request
// will have.
func (r Request) keyUsage(subject crypto.PublicKey) x509.KeyUsage {
	if len(r.KeyUsage) == 0 {
		return keyUsage(r.Kind, subject)
	}
	usage, _ := parseKeyUsage(r.KeyUsage)
	return usage
}

// extKeyUsage returns the purposes that the certificate of a request will have,
// by name or OID, each once.
func (r Request) extKeyUsage() []string {
	wanted := r.ExtKeyUsage
	if len(wanted) == 0 {
		for _, usage := range extKeyUsage(r.Kind) {
			wanted = append(wanted, extKeyUsageName(usage))
		}
	}
	var names []string
	for _, name := range wanted {
		if normal, ok := normalExtKeyUsage(name); ok && !slices.Contains(names, normal) {
			names = append(names, normal)
		}
	}
	return names
}

// setExtKeyUsage puts purposes into a certificate template.
func setExtKeyUsage(template *x509.Certificate, names []string) {
	for _, name := range names {
		at := slices.IndexFunc(ExtKeyUsageNames(), func(s string) bool { return s == name })
		if at >= 0 {
			template.ExtKeyUsage = append(template.ExtKeyUsage, extKeyUsages[at].usage)
			continue
		}
		if oid, ok := parseOID(name); ok {
			template.UnknownExtKeyUsage = append(template.UnknownExtKeyUsage, oid)
		}
	}
}

// usageFaults returns the usages that cannot be: unknown ones, and those that
// contradict what is a certificate authority (RFC 5280 section 4.2.1.3).
func (r Request) usageFaults() Faults {
	var faults Faults
	usage, unknown := parseKeyUsage(r.KeyUsage)
	for _, name := range unknown {
		faults = append(faults, Fault{Field: FieldKeyUsage, Code: CodeKeyUsageUnknown, Value: Escape(name)})
	}
	if len(r.KeyUsage) > 0 && len(unknown) == 0 {
		signs := usage&x509.KeyUsageCertSign != 0
		switch {
		case r.Kind == Authority && !signs:
			faults = append(faults, Fault{Field: FieldKeyUsage, Code: CodeKeyUsageNeeded, Value: "keyCertSign"})
		case r.Kind != Authority && signs:
			faults = append(faults, Fault{Field: FieldKeyUsage, Code: CodeKeyUsageUnwanted, Value: "keyCertSign"})
		}
	}
	for _, name := range r.ExtKeyUsage {
		if _, ok := normalExtKeyUsage(name); !ok {
			faults = append(faults, Fault{Field: FieldExtKeyUsage, Code: CodeExtKeyUsageUnknown, Value: Escape(name)})
		}
	}
	return faults
}

// usageWarnings returns what clients refuse of the usages asked by hand.
func (r Request) usageWarnings() []Warning {
	var warnings []Warning
	add := func(field Field, code, value, client string) {
		warnings = append(warnings, Warning{Field: field, Code: code, Value: value, Client: client})
	}
	if len(r.KeyUsage) > 0 {
		usage, _ := parseKeyUsage(r.KeyUsage)
		if r.Kind == Authority && usage&x509.KeyUsageCRLSign == 0 {
			add(FieldKeyUsage, WarningKeyUsageNoCRLs, "cRLSign", "OpenSSL")
		}
		if r.Kind != Authority && usage&x509.KeyUsageDigitalSignature == 0 {
			add(FieldKeyUsage, WarningKeyUsageNoSignature, "digitalSignature", "browsers")
		}
		if usage&x509.KeyUsageKeyEncipherment != 0 && r.Key.known() && !strings.HasPrefix(string(r.Key), "rsa") {
			add(FieldKeyUsage, WarningKeyUsageNotRSA, "keyEncipherment", "")
		}
		if r.Kind != Authority && usage&x509.KeyUsageCRLSign != 0 {
			add(FieldKeyUsage, WarningKeyUsageCRLs, "cRLSign", "")
		}
	}
	if len(r.ExtKeyUsage) == 0 {
		return warnings
	}
	wanted := r.extKeyUsage()
	if slices.Contains(wanted, "anyExtendedKeyUsage") {
		add(FieldExtKeyUsage, WarningExtKeyUsageAny, "anyExtendedKeyUsage", "browsers")
	}
	for _, usage := range extKeyUsage(r.Kind) {
		if name := extKeyUsageName(usage); !slices.Contains(wanted, name) {
			add(FieldExtKeyUsage, WarningExtKeyUsageKind, name, "")
		}
	}
	return warnings
}

// keyUsage returns the key usage of a profile (RFC 5280 section 4.2.1.3).
// keyEncipherment is for the RSA key exchange of TLS 1.2 servers.
func keyUsage(kind Kind, subject crypto.PublicKey) x509.KeyUsage {
	if kind == Authority {
		return x509.KeyUsageCertSign | x509.KeyUsageCRLSign
	}
	usage := x509.KeyUsageDigitalSignature
	if _, ok := subject.(*rsa.PublicKey); ok && kind.serves() {
		usage |= x509.KeyUsageKeyEncipherment
	}
	return usage
}

// extKeyUsage returns the extended key usage of a profile.
func extKeyUsage(kind Kind) []x509.ExtKeyUsage {
	switch kind {
	case Server:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	case Client:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	case Both:
		return []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	}
	return nil
}

// sameOIDs reports whether two lists hold the same purposes in any order.
func sameOIDs(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(s string) bool { return !slices.Contains(b, s) })
}
