package pki

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// revocation looks at the CRLs of each authority of the chain (RFC 5280
// section 6.3), and at what is known beside them.
func (j *judge) revocation() {
	for i := range j.chain {
		if j.q.Revoked != nil {
			if r, revoked := j.q.Revoked(j.chain[i]); revoked {
				j.revoked(i, r.At, r.Reason)
				continue
			}
		}
		if i < j.last() {
			j.lists(i)
		}
	}
}

// revoked notes a revocation. One after the date asked for is told, no more.
func (j *judge) revoked(i int, at time.Time, reason Reason) {
	switch {
	case at.After(j.q.At):
		j.found(i, Advice, FindingRevokedLater, "revocationDate", at.UTC().Format(time.RFC3339), "")
	case reason.IsHold():
		j.found(i, Refused, FindingHold, "reasonCode", string(reason), "")
	default:
		if reason == "" {
			reason = Unspecified
		}
		j.found(i, Refused, FindingRevoked, "reasonCode", string(reason), "")
	}
}

// lists looks up one certificate in the CRLs of its issuer. One good CRL is
// enough; of several it is enough to be in one. Those of another authority of
// the issuer's name are about other certificates.
func (j *judge) lists(i int) {
	c := j.chain[i]
	var problems []Finding
	good := false
	for _, crl := range j.q.CRLs {
		if crl == nil || !sameName(crl.RawIssuer, c.RawIssuer) {
			continue
		}
		if f := j.usable(i, crl); f != nil {
			if (f.Code != FindingCRLOtherKey && f.Code != FindingCRLSignature) || !j.ofNamesake(crl) {
				problems = append(problems, *f)
			}
			continue
		}
		if entry := entryOf(crl, c); entry != nil {
			j.revoked(i, entry.RevocationTime, ReasonOf(entry.ReasonCode))
			return
		}
		if f := j.timely(i, crl); f != nil {
			problems = append(problems, *f)
			continue
		}
		good = true
	}
	switch {
	case good:
	case len(problems) > 0:
		j.findings = append(j.findings, problems[0])
	case j.q.NeedCRL:
		j.found(i, Refused, FindingCRLMissing, "cRLDistributionPoints", joinName(attributesOf(c.Issuer)), "")
	}
}

// clientCRL are those who use CRLs.
const clientCRL = "OpenSSL -crl_check, nginx"

// timely returns why a CRL says nothing about the moment asked for.
func (j *judge) timely(i int, crl *x509.RevocationList) *Finding {
	severity := Strict
	if j.q.NeedCRL {
		severity = Refused
	}
	f := Finding{Index: i, Severity: severity, Client: clientCRL}
	switch {
	case j.q.At.Before(crl.ThisUpdate):
		f.Code, f.Field, f.Value = FindingCRLNotYet, "thisUpdate", crl.ThisUpdate.UTC().Format(time.RFC3339)
	case !crl.NextUpdate.IsZero() && j.q.At.After(crl.NextUpdate):
		f.Code, f.Field, f.Value = FindingCRLExpired, "nextUpdate", crl.NextUpdate.UTC().Format(time.RFC3339)
	default:
		return nil
	}
	return &f
}

// usable returns why a CRL cannot be believed, or is not about a certificate.
func (j *judge) usable(i int, crl *x509.RevocationList) *Finding {
	f := Finding{Index: i, Severity: Refused, Client: clientCRL}
	signer := j.crlSigner(i, crl)
	switch {
	case signer == nil && !identifiesCRL(crl, j.chain[i+1]):
		f.Code, f.Field, f.Value = FindingCRLOtherKey, "authorityKeyIdentifier.keyIdentifier", colons(crl.AuthorityKeyId)
	case signer == nil:
		f.Code, f.Field, f.Value = FindingCRLSignature, "signatureValue", crl.SignatureAlgorithm.String()
	case signer.KeyUsage != 0 && signer.KeyUsage&x509.KeyUsageCRLSign == 0:
		f.Code, f.Field = FindingCRLUsage, "keyUsage.cRLSign"
	default:
		code, field, value := crlScope(crl, j.chain[i])
		if code == "" {
			return nil
		}
		f.Code, f.Field, f.Value = code, field, value
	}
	return &f
}

// crlSigner returns the certificate of the chain whose key verifies a CRL: the
// issuer's, or one of its name above it; nil when there is none. The list of an
// authority of that name with another key says nothing about what the first key
// signed; OpenSSL's -crl_check holds it so too.
func (j *judge) crlSigner(i int, crl *x509.RevocationList) *x509.Certificate {
	for n, c := range j.chain[i+1:] {
		if (n == 0 || sameName(c.RawSubject, crl.RawIssuer)) && j.signedCRL(c, crl) {
			return c
		}
	}
	return nil
}

// ofNamesake reports whether another authority that is known, of the issuer's
// name and with another key, signed a CRL.
func (j *judge) ofNamesake(crl *x509.RevocationList) bool {
	for _, c := range j.search.pool {
		if !slices.Contains(j.chain, c) && sameName(c.RawSubject, crl.RawIssuer) && j.signedCRL(c, crl) {
			return true
		}
	}
	return false
}

func (j *judge) signedCRL(c *x509.Certificate, crl *x509.RevocationList) bool {
	if j.search.signatures == maxSignatures || !checkable(c) || weakSignature(crl.SignatureAlgorithm) {
		return false
	}
	j.search.signatures++
	return c.CheckSignature(crl.SignatureAlgorithm, crl.RawTBSRevocationList, crl.Signature) == nil
}

// identifiesCRL reports whether the key identifiers, when both are there,
// agree.
func identifiesCRL(crl *x509.RevocationList, issuer *x509.Certificate) bool {
	return len(crl.AuthorityKeyId) == 0 || len(issuer.SubjectKeyId) == 0 || bytes.Equal(crl.AuthorityKeyId, issuer.SubjectKeyId)
}

// entryOf returns a certificate's entry in a CRL, or nil.
func entryOf(crl *x509.RevocationList, c *x509.Certificate) *x509.RevocationListEntry {
	if c.SerialNumber == nil {
		return nil
	}
	for n := range crl.RevokedCertificateEntries {
		e := &crl.RevokedCertificateEntries[n]
		if e.SerialNumber != nil && e.SerialNumber.Cmp(c.SerialNumber) == 0 && e.ReasonCode != 8 { // removeFromCRL
			return e
		}
	}
	return nil
}

var (
	oidCRLNumber = asn1.ObjectIdentifier{2, 5, 29, 20}
	oidIDP       = asn1.ObjectIdentifier{2, 5, 29, 28} // issuingDistributionPoint
	oidCRLReason = asn1.ObjectIdentifier{2, 5, 29, 21}
	oidInvalid   = asn1.ObjectIdentifier{2, 5, 29, 24} // invalidityDate
)

// crlScope returns why a CRL does not speak about a certificate: a critical
// extension that is not known, or a scope that leaves it out.
func crlScope(crl *x509.RevocationList, c *x509.Certificate) (code, field, value string) {
	for _, e := range crl.Extensions {
		switch {
		case e.Id.Equal(oidIDP):
			if !inScope(e.Value, c) {
				return FindingCRLScope, "issuingDistributionPoint", ""
			}
		case e.Critical && !e.Id.Equal(oidCRLNumber) && !e.Id.Equal(oidAuthorityKeyID):
			return FindingCRLCritical, "crlExtensions", e.Id.String()
		}
	}
	for _, entry := range crl.RevokedCertificateEntries {
		for _, e := range entry.Extensions {
			if e.Critical && !e.Id.Equal(oidCRLReason) && !e.Id.Equal(oidInvalid) {
				return FindingCRLCritical, "crlEntryExtensions", e.Id.String()
			}
		}
	}
	return "", "", ""
}

// inScope reads an issuingDistributionPoint (RFC 5280 section 5.2.5). CRLs for
// some reasons only, indirect ones and those of attribute certificates are in
// nobody's scope.
func inScope(der []byte, c *x509.Certificate) bool {
	s := cryptobyte.String(der)
	var point cryptobyte.String
	if !s.ReadASN1(&point, cbasn1.SEQUENCE) {
		return false
	}
	for !point.Empty() {
		var value cryptobyte.String
		var tag cbasn1.Tag
		if !point.ReadAnyASN1(&value, &tag) {
			return false
		}
		set := len(value) == 1 && value[0] != 0
		switch tag {
		case cbasn1.Tag(0).ContextSpecific().Constructed():
			if !namesPoint(value, c) {
				return false
			}
		case cbasn1.Tag(1).ContextSpecific():
			if set && c.IsCA {
				return false
			}
		case cbasn1.Tag(2).ContextSpecific():
			if set && !c.IsCA {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// namesPoint reports whether a distribution point's URIs include one of the
// certificate's.
func namesPoint(point cryptobyte.String, c *x509.Certificate) bool {
	var full cryptobyte.String
	if !point.ReadASN1(&full, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return false
	}
	for !full.Empty() {
		var name cryptobyte.String
		var tag cbasn1.Tag
		if !full.ReadAnyASN1(&name, &tag) {
			return false
		}
		if tag == choiceURI && slices.Contains(c.CRLDistributionPoints, string(name)) {
			return true
		}
	}
	return false
}
