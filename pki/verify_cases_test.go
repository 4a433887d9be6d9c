package pki_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"net"
	"testing"

	"countersign/pki"
	"countersign/pki/pkitest"
)

type verifyCase struct {
	name    string
	lineage lineage
	want    string // the code of the worst finding, "" when it is trusted
	at      int    // the certificate
	field   string
	value   string // "" for any
	who     accepts
}

var (
	oidBasicConstraints = asn1.ObjectIdentifier{2, 5, 29, 19}
	oidSubjectAltName   = asn1.ObjectIdentifier{2, 5, 29, 17}
)

func verifyCases(t *testing.T) []verifyCase {
	return slicesOf(formCases(t), authorityCases(t), leafCases(t), chainCases(t))
}

func slicesOf(lists ...[]verifyCase) []verifyCase {
	var all []verifyCase
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

func formCases(t *testing.T) []verifyCase {
	rsa2048 := pkitest.Key(t, pki.RSA2048)
	return []verifyCase{
		{name: "good", who: all},
		{name: "no name and no purpose asked", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Name, q.Purpose = "", "" }}, who: all},
		{name: "serial 0", lineage: lineage{leaf: func(c *x509.Certificate) { c.SerialNumber = big.NewInt(0) }},
			want: pki.WarningSerial, field: "serialNumber", value: "00", who: all},
		{name: "serial of 21 octets", lineage: lineage{middle: func(c *x509.Certificate) { c.SerialNumber = new(big.Int).Lsh(big.NewInt(1), 160) }},
			want: pki.WarningSerial, at: 1, field: "serialNumber", who: all},
		{name: "expired", lineage: lineage{leaf: func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -1) }},
			want: pki.FindingExpired, field: "validity.notAfter", value: "2026-02-28T12:00:00Z", who: none},
		{name: "authority expired", lineage: lineage{middle: func(c *x509.Certificate) { c.NotAfter = now.AddDate(0, 0, -1) }},
			want: pki.FindingExpired, at: 1, field: "validity.notAfter", who: none},
		{name: "not yet valid", lineage: lineage{leaf: func(c *x509.Certificate) { c.NotBefore = now.AddDate(0, 0, 1) }},
			want: pki.FindingNotYetValid, field: "validity.notBefore", who: none},
		{name: "ends before it begins", lineage: lineage{leaf: func(c *x509.Certificate) { c.NotAfter = c.NotBefore.AddDate(0, 0, -1) }},
			want: pki.WarningValidityOrder, field: "validity", who: none},
		{name: "RSA 1024", lineage: lineage{leafKey: weakKey(t)},
			want: pki.WarningKeyWeak, field: "subjectPublicKeyInfo", value: "RSA 1024", who: all},
		{name: "authority of RSA 1024", lineage: lineage{middleKey: weakKey(t)},
			want: pki.WarningKeyWeak, at: 1, field: "subjectPublicKeyInfo", who: all},
		{name: "SHA-1", lineage: lineage{middleKey: rsa2048, leaf: func(c *x509.Certificate) { c.SignatureAlgorithm = x509.SHA1WithRSA }},
			want: pki.WarningSignatureWeak, field: "signatureAlgorithm", value: "SHA1-RSA", who: accepts{false, true, true}},
		{name: "empty subject, SAN not critical", lineage: lineage{leaf: func(c *x509.Certificate) {
			c.Subject = pkix.Name{}
			c.ExtraExtensions = []pkix.Extension{extra(oidSubjectAltName, false, []byte("\x30\x0b\x82\x09a.example"))}
		}}, want: pki.WarningNamesNotCritical, field: "subjectAltName", who: lax},
		{name: "empty subject, SAN critical", lineage: lineage{leaf: func(c *x509.Certificate) { c.Subject = pkix.Name{} }}, who: all},
		{name: "unknown critical extension", lineage: lineage{leaf: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{1, 2, 3, 4}, true, []byte{5, 0})}
		}}, want: pki.WarningCritical, field: "extensions", value: "1.2.3.4", who: none},
	}
}

func authorityCases(*testing.T) []verifyCase {
	return []verifyCase{
		{name: "issuer is no authority", lineage: lineage{middle: func(c *x509.Certificate) { c.IsCA, c.MaxPathLen, c.MaxPathLenZero = false, 0, false }},
			want: pki.FindingNotAuthority, at: 1, field: "basicConstraints.cA", value: "FALSE", who: none},
		{name: "issuer without basic constraints", lineage: lineage{middle: func(c *x509.Certificate) { c.BasicConstraintsValid = false }},
			want: pki.FindingNotAuthority, at: 1, field: "basicConstraints", who: none},
		{name: "basic constraints not critical", lineage: lineage{middle: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extra(oidBasicConstraints, false, []byte{0x30, 3, 1, 1, 0xff})}
		}}, want: pki.WarningConstraintsNotCritical, at: 1, field: "basicConstraints", who: lax},
		{name: "issuer without keyCertSign", lineage: lineage{middle: func(c *x509.Certificate) {
			c.KeyUsage, c.MaxPathLen, c.MaxPathLenZero = x509.KeyUsageDigitalSignature, -1, false
		}}, want: pki.WarningUsageNoCertSign, at: 1, field: "keyUsage.keyCertSign", value: "digitalSignature", who: none},
		{name: "issuer without key usage", lineage: lineage{middle: func(c *x509.Certificate) { c.KeyUsage, c.MaxPathLen, c.MaxPathLenZero = 0, -1, false }},
			want: pki.WarningUsageMissing, at: 1, field: "keyUsage", who: lax},
		{name: "root without key usage", lineage: lineage{root: func(c *x509.Certificate) { c.KeyUsage = 0 }},
			want: pki.WarningUsageMissing, at: 2, field: "keyUsage", who: lax},
		{name: "path length", lineage: lineage{root: func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = 0, true }},
			want: pki.FindingPathLength, at: 2, field: "basicConstraints.pathLenConstraint", value: "0", who: none},
		{name: "extended key usage of an authority", lineage: lineage{middle: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }},
			want: pki.FindingPurposeAbove, at: 1, field: "extKeyUsage", value: "clientAuth", who: none},
		{name: "name not permitted", lineage: lineage{middle: func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"b.example"} }},
			want: pki.FindingNamePermitted, at: 1, field: "nameConstraints.permittedSubtrees", value: "a.example", who: none},
		{name: "name excluded", lineage: lineage{root: func(c *x509.Certificate) {
			c.ExcludedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example"}, true
		}},
			want: pki.FindingNameExcluded, at: 2, field: "nameConstraints.excludedSubtrees", value: "a.example", who: none},
		{name: "name permitted", lineage: lineage{middle: func(c *x509.Certificate) {
			c.PermittedDNSDomains, c.PermittedDNSDomainsCritical = []string{"example"}, true
			c.ExcludedIPRanges = []*net.IPNet{{IP: net.IPv4zero.To4(), Mask: net.CIDRMask(0, 32)}}
		}}, who: all},
		{name: "unknown critical extension above", lineage: lineage{root: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{1, 2, 3, 4}, true, []byte{5, 0})}
		}}, want: pki.WarningCritical, at: 2, field: "extensions", who: none},
	}
}

func leafCases(t *testing.T) []verifyCase {
	return []verifyCase{
		{name: "purpose", lineage: lineage{leaf: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }},
			want: pki.FindingPurpose, field: "extKeyUsage", value: "clientAuth", who: none},
		{name: "without extended key usage", lineage: lineage{leaf: func(c *x509.Certificate) { c.ExtKeyUsage = nil }}, who: all},
		{name: "without digitalSignature", lineage: lineage{leaf: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageContentCommitment }},
			want: pki.WarningKeyUsageNoSignature, field: "keyUsage.digitalSignature", value: "nonRepudiation", who: accepts{goes: true}},
		{name: "RSA for key exchange only", lineage: lineage{leafKey: pkitest.Key(t, pki.RSA2048), leaf: func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment }},
			want: pki.WarningKeyUsageNoSignature, field: "keyUsage.digitalSignature", who: all},
		{name: "an authority as a server", lineage: lineage{
			middle: func(c *x509.Certificate) { c.MaxPathLen, c.MaxPathLenZero = -1, false },
			leaf:   func(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, c.KeyUsage|x509.KeyUsageCertSign }},
			want: pki.WarningLeafAuthority, field: "basicConstraints.cA", value: "TRUE", who: all},
		{name: "a leaf that may sign", lineage: lineage{leaf: func(c *x509.Certificate) { c.KeyUsage |= x509.KeyUsageCertSign }},
			want: pki.WarningUsageLeafSigns, field: "keyUsage.keyCertSign", who: lax},
		{name: "another name", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Name = "b.example" }},
			want: pki.FindingName, field: "subjectAltName", value: "a.example", who: none},
		{name: "no names", lineage: lineage{leaf: func(c *x509.Certificate) { c.Subject.CommonName, c.DNSNames = "a.example", nil }},
			want: pki.WarningNamesNone, field: "subjectAltName", value: "a.example", who: accepts{false, true, true}},
		{name: "without authority key identifier", lineage: lineage{noMiddleID: true},
			want: pki.WarningKeyIDNoIssuer, field: "authorityKeyIdentifier", who: lax},
		{name: "authority without authority key identifier", lineage: lineage{noRootID: true},
			want: pki.WarningKeyIDNoIssuer, at: 1, field: "authorityKeyIdentifier", who: lax},
	}
}

func chainCases(t *testing.T) []verifyCase {
	stranger := pkitest.Root(t, "Stranger")
	newKey := pkitest.Key(t, pki.P256)
	anew := signed(t, caTemplate("Root", -1), caTemplate("Root", -1), newKey.Public(), newKey)
	lone := template("lone", 300)
	lone.DNSNames = []string{"a.example"}
	alone := signed(t, lone, lone, newKey.Public(), newKey)
	return []verifyCase{
		{name: "intermediate missing", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Intermediates = nil }},
			want: pki.FindingIssuerMissing, field: "issuer", value: "CN=Middle", who: none},
		{name: "another root", lineage: lineage{question: func(q *pki.VerifyQuestion, m made) {
			q.Roots, q.Intermediates = []*x509.Certificate{stranger.Certificate}, append(q.Intermediates, m.root.Certificate)
		}}, want: pki.FindingRootUntrusted, at: 2, field: "issuer", value: "CN=Root", who: none},
		{name: "the root made anew", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Roots = []*x509.Certificate{anew} }},
			want: pki.FindingIssuerOtherKey, at: 1, field: "authorityKeyIdentifier.keyIdentifier", who: none},
		{name: "the root made anew, and the old one known", lineage: lineage{question: func(q *pki.VerifyQuestion, m made) {
			q.Roots, q.Intermediates = []*x509.Certificate{anew}, append(q.Intermediates, m.root.Certificate)
		}}, want: pki.FindingRootSameName, at: 2, field: "subjectPublicKeyInfo", who: none},
		{name: "signature damaged", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Leaf = damaged(t, q.Leaf) }},
			want: pki.FindingSignature, field: "signatureValue", who: none},
		{name: "self-signed", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.Leaf = alone }},
			want: pki.FindingSelfSigned, field: "issuer", value: "CN=lone", who: none},
		{name: "self-signed and trusted", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) {
			q.Leaf, q.Roots, q.Intermediates = alone, []*x509.Certificate{alone}, nil
		}}, want: pki.FindingLeafIsRoot, field: "issuer", who: all},
		{name: "key identifiers that differ", lineage: lineage{leaf: func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{extra(asn1.ObjectIdentifier{2, 5, 29, 35}, false, []byte{0x30, 4, 0x80, 2, 1, 2})}
		}}, want: pki.FindingKeyIDMismatch, field: "authorityKeyIdentifier.keyIdentifier", value: "01:02", who: accepts{goes: true}},
		{name: "later", lineage: lineage{question: func(q *pki.VerifyQuestion, _ made) { q.At = now.AddDate(2, 0, 0) }},
			want: pki.FindingExpired, field: "validity.notAfter", who: none},
	}
}

// damaged changes the last octet of a certificate's signature.
func damaged(t *testing.T, c *x509.Certificate) *x509.Certificate {
	t.Helper()
	raw := append([]byte{}, c.Raw...)
	raw[len(raw)-1] ^= 1
	broken, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return broken
}
