package pki

import (
	"crypto/x509"
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
	role := asLeaf
	switch {
	case IsSelfSigned(c) && isAuthority(c):
		role = asRoot
	case isAuthority(c):
		role = asAuthority
	}
	k := &check{c: c, role: role, findings: inherent(c, role)}
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
		if role == asLeaf && IsSelfSigned(c) && f.Code == WarningKeyIDNoIssuer {
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
	kind := KindOfCertificate(c)
	if !kind.serves() || kind == Both && len(c.ExtKeyUsage) == 0 {
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
	if IsSelfSigned(c) {
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
