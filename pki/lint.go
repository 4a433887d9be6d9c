package pki

import (
	"crypto/x509"
	"io"
	"slices"
	"strings"
	"time"
)

// Lint returns what clients will not like about a certificate that is there,
// whoever made it, each with who cares ("" for everybody). It asks neither who
// signed it nor where it is used: [Verify] does. The clients are those that were
// measured with certificates that have exactly that fault.
func Lint(c *x509.Certificate, now time.Time) []Warning {
	if c == nil {
		return nil
	}
	return lint(c, IsSelfSigned(c), now)
}

// Lint returns what the function Lint does for the certificate that was
// described, which was asked already whether it signs itself.
func (d Description) Lint(c *x509.Certificate, now time.Time) []Warning {
	if c == nil {
		return nil
	}
	return lint(c, d.SelfSigned, now)
}

func lint(c *x509.Certificate, self bool, now time.Time) []Warning {
	role := asLeaf
	switch {
	case self && isAuthority(c):
		role = asRoot
	case isAuthority(c):
		role = asAuthority
	}
	k := &check{c: c, role: role, self: self, findings: inherent(c, role)}
	k.served()
	if role == asLeaf {
		k.signature()
	} else if len(c.ExtKeyUsage) > 0 && len(c.DNSNames)+len(c.IPAddresses) > 0 {
		k.add(Strict, WarningLeafAuthority, "basicConstraints.cA", "TRUE", clientStrict)
	}
	if now.After(c.NotAfter) {
		k.add(Refused, WarningEnded, "validity.notAfter", c.NotAfter.UTC().Format(time.RFC3339), "")
	}
	slices.SortStableFunc(k.findings, func(a, b Finding) int { return a.Severity.rank() - b.Severity.rank() })
	warnings := make([]Warning, 0, len(k.findings))
	for _, f := range k.findings {
		if role == asLeaf && self && f.Code == WarningKeyIDNoIssuer {
			continue
		}
		warnings = append(warnings, Warning{Field: formField(f.Field), Code: f.Code, Value: f.Value, Client: f.Client})
	}
	return warnings
}

// isAuthority reports whether a certificate is made to sign others: those of
// version 1 that sign themselves, too.
func isAuthority(c *x509.Certificate) bool {
	return c.BasicConstraintsValid && c.IsCA || c.Version < 3 && IsSelfSigned(c)
}

// served checks what is particular to servers.
func (k *check) served() {
	c := k.c
	if k.role != asLeaf || !slices.Contains(c.ExtKeyUsage, x509.ExtKeyUsageServerAuth) {
		return
	}
	switch {
	case extension(c, oidSubjectAltName) == nil:
		k.add(Refused, WarningNamesNone, "subjectAltName", c.Subject.CommonName, clientGo+", "+clientBrowsers)
	case len(c.DNSNames)+len(c.IPAddresses) == 0:
		k.add(Advice, WarningNamesNoHost, "subjectAltName", "", clientBrowsers)
	}
	if c.NotAfter.Sub(c.NotBefore) > appleDays*day {
		k.add(Advice, WarningValidityApple, "validity", "825", "Apple")
	}
}

// signature checks whether a leaf can prove itself in TLS 1.3.
func (k *check) signature() {
	c := k.c
	if extension(c, oidKeyUsage) != nil && c.KeyUsage&x509.KeyUsageDigitalSignature == 0 {
		k.add(Refused, WarningKeyUsageNoSignature, "keyUsage.digitalSignature", strings.Join(keyUsageNames(c.KeyUsage), ", "), clientBrowsers)
	}
	if k.self {
		k.add(Strict, WarningSelfSigned, "issuer", "", clientBrowsers)
	}
	if KindOf(c.PublicKey) == Ed25519 {
		k.add(Advice, WarningKeyNSS, "subjectPublicKeyInfo", Ed25519.Label(), "Firefox")
	}
}

// formField returns the part of a request that a field of a certificate comes
// from.
func formField(field string) Field {
	name, _, _ := strings.Cut(field, ".")
	switch name {
	case "subject":
		return FieldName
	case "subjectAltName":
		return FieldNames
	case "subjectPublicKeyInfo":
		return FieldKey
	case "validity":
		return FieldValidity
	case "serialNumber":
		return FieldSerial
	case "keyUsage":
		return FieldKeyUsage
	case "extKeyUsage":
		return FieldExtKeyUsage
	case "nameConstraints":
		return FieldPermitted
	case "issuer", "signatureAlgorithm", "authorityKeyIdentifier":
		return FieldIssuer
	}
	return FieldKind
}

// Lint returns the warnings of a request together with those of the
// certificate as it would be, which is made and signed with a key that is
// thrown away. A nil issuer means a self-signed root. A request with faults has
// no certificate to look at.
func (r Request) Lint(issuer *x509.Certificate, now time.Time, random io.Reader) []Warning {
	warnings := r.Warnings(issuer, now)
	draft, err := r.draft(issuer, now, random)
	if err != nil {
		return warnings
	}
	for _, w := range Lint(draft, now) {
		if !slices.ContainsFunc(warnings, func(said Warning) bool {
			return said.Code == w.Code || said.Code == WarningIssuerNoKeyID && w.Code == WarningKeyIDNoIssuer
		}) {
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// draft makes the certificate that a request asks for, with a key of its own
// instead of the subject's and of the issuer's. RSA keys, which take long to
// make, are replaced by P-256.
func (r Request) draft(issuer *x509.Certificate, now time.Time, random io.Reader) (*x509.Certificate, error) {
	r = r.normal()
	if err := r.faults(issuer, now, nil).err(); err != nil {
		return nil, err
	}
	kind := P256
	if r.Key == P384 || r.Key == P521 || r.Key == Ed25519 {
		kind = r.Key
	}
	key, err := GenerateKey(kind, random)
	if err != nil {
		return nil, err
	}
	template, err := r.template(issuer, key.Public(), now, orSystem(random))
	if err != nil {
		return nil, err
	}
	parent := *template
	if issuer != nil {
		parent = *issuer
		parent.PublicKey = key.Public()
	}
	return sign(template, &parent, key.Public(), key, random)
}
