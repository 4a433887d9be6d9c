package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// RenewedUntil returns the end of validity of a renewal that is valid for as
// long as the certificate before it was; never after the issuer's. A nil issuer
// means self-signed. Whole seconds, UTC.
func RenewedUntil(old, issuer *x509.Certificate, now time.Time) time.Time {
	return capNotAfter(notBefore(now).Add(old.NotAfter.Sub(old.NotBefore)), issuer)
}

// SameAuthority reports whether two certificates speak for one authority: the
// same subject, octet by octet, and the same key. What one of them signed
// chains to the other.
func SameAuthority(a, b *x509.Certificate) bool {
	return bytes.Equal(a.RawSubject, b.RawSubject) &&
		bytes.Equal(a.RawSubjectPublicKeyInfo, b.RawSubjectPublicKeyInfo)
}

// IsCross reports whether a certificate is self-issued but not self-signed: it
// names itself as its issuer, and another key signed it (RFC 5280 section 3.2).
func IsCross(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && !IsSelfSigned(c)
}

// NamesSerial reports whether a certificate names its issuer's certificate by
// issuer and serial number (RFC 5280 section 4.2.1.1), as easy-rsa and many
// configurations of openssl have it do. OpenSSL then refuses it under every
// other certificate of the issuer, a renewed one too.
func NamesSerial(c *x509.Certificate) bool {
	for _, e := range c.Extensions {
		if !e.Id.Equal(oidAuthorityKeyID) {
			continue
		}
		der := cryptobyte.String(e.Value)
		var parts cryptobyte.String
		if !der.ReadASN1(&parts, cbasn1.SEQUENCE) {
			return false
		}
		for !parts.Empty() {
			var part cryptobyte.String
			var tag cbasn1.Tag
			if !parts.ReadAnyASN1(&part, &tag) {
				return false
			}
			if tag == cbasn1.Tag(2).ContextSpecific() {
				return true
			}
		}
	}
	return false
}

// Renew signs again what a certificate says, for a key that may be its own or a
// new one: the same subject and the same extensions octet by octet, a new
// serial number, and validity until notAfter (zero: RenewedUntil), at most the
// issuer's. With its own key it keeps its subject key identifier too, so that
// what an authority signed chains to it as before. Left out are timestamps of
// certificate transparency logs (RFC 6962), which vouch for the old one, and
// under an issuer of another name the addresses of the old issuer's lists.
//
// The error wraps [Faults] when the issuer cannot sign it.
func Renew(issuer Issuer, old *x509.Certificate, subject crypto.PublicKey, notAfter, now time.Time, random io.Reader) (*x509.Certificate, error) {
	c, err := renew(issuer, old, subject, notAfter, now, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("renew %q: %w", Escape(old.Subject.CommonName), err)
	}
	return c, nil
}

func renew(issuer Issuer, old *x509.Certificate, subject crypto.PublicKey, notAfter, now time.Time, random io.Reader) (*x509.Certificate, error) {
	if issuer.Certificate == nil {
		return nil, Faults{{Field: FieldIssuer, Code: CodeIssuerMissing}}
	}
	faults := append(CheckRenewal(old, issuer.Certificate, notAfter, now), issuer.keyFaults()...)
	if SamePublicKey(subject, issuer.Certificate.PublicKey) {
		faults = append(faults, Fault{Field: FieldKey, Code: CodeKeyIsIssuers})
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	template, err := again(old, subject, random)
	if err != nil {
		return nil, err
	}
	template.NotBefore = notBefore(now)
	template.NotAfter = renewalEnd(old, issuer.Certificate, notAfter, now)
	template.AuthorityKeyId = issuer.Certificate.SubjectKeyId
	template.SignatureAlgorithm = signatureAlgorithm(issuer.Certificate.PublicKey)
	if !bytes.Equal(old.RawIssuer, issuer.Certificate.RawSubject) {
		template.ExtraExtensions = without(template.ExtraExtensions, issuersOwn)
	}
	return sign(template, issuer.Certificate, subject, issuer.Key, random)
}

// RenewRoot signs a root again, with its own key or a new one; see [Renew]. A
// root with a new key needs cross-certificates, or be trusted anew, before
// clients of the old one take what it signs: see [CrossSign].
func RenewRoot(old *x509.Certificate, key crypto.Signer, notAfter, now time.Time, random io.Reader) (*x509.Certificate, error) {
	c, err := renewRoot(old, key, notAfter, now, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("renew root %q: %w", Escape(old.Subject.CommonName), err)
	}
	return c, nil
}

func renewRoot(old *x509.Certificate, key crypto.Signer, notAfter, now time.Time, random io.Reader) (*x509.Certificate, error) {
	if key == nil {
		return nil, Faults{{Field: FieldKey, Code: CodeKeyUnknown}}
	}
	if err := CheckRenewal(old, nil, notAfter, now).err(); err != nil {
		return nil, err
	}
	template, err := again(old, key.Public(), random)
	if err != nil {
		return nil, err
	}
	template.NotBefore = notBefore(now)
	template.NotAfter = renewalEnd(old, nil, notAfter, now)
	if len(old.AuthorityKeyId) > 0 {
		template.AuthorityKeyId = template.SubjectKeyId
	}
	template.SignatureAlgorithm = signatureAlgorithm(key.Public())
	return sign(template, template, key.Public(), key, random)
}

// CheckRenewal returns what keeps a certificate from being renewed by an
// issuer, which for nil is itself: its dates, and what the issuer cannot sign.
// notAfter is as [Renew] takes it; above are the authorities over the issuer, the
// nearest first.
func CheckRenewal(old, issuer *x509.Certificate, notAfter, now time.Time, above ...*x509.Certificate) Faults {
	var faults Faults
	add := func(field Field, code, value string) {
		faults = append(faults, Fault{Field: field, Code: code, Value: value})
	}
	end := renewalEnd(old, nil, notAfter, now)
	switch {
	case !end.After(now):
		add(FieldValidity, CodeValidityPast, end.Format(time.RFC3339))
	case capNotAfter(end, issuer).Year() > 9999:
		add(FieldValidity, CodeValidityTooLong, "9999")
	}
	if issuer == nil {
		if KindOfCertificate(old) != Authority {
			add(FieldIssuer, CodeIssuerMissing, "")
		}
		return faults
	}
	r, _ := RequestOf(old)
	return append(append(faults, r.issuerFaults(issuer, now)...), r.aboveFaults(issuer, above, now)...)
}

func renewalEnd(old, issuer *x509.Certificate, notAfter, now time.Time) time.Time {
	if notAfter.IsZero() {
		return RenewedUntil(old, issuer, now)
	}
	return capNotAfter(notAfter, issuer)
}

// Cross is a pair of cross-certificates between an authority's old key and its
// new one (RFC 4210 section 4.4.1). Both end with the old root.
type Cross struct {
	// OldWithNew holds the old key, signed with the new one: for those who
	// trust the new root only and meet a certificate that the old key signed.
	OldWithNew *x509.Certificate
	// NewWithOld holds the new key, signed with the old one: for those who
	// trust the old root only and meet a certificate that the new key signed.
	NewWithOld *x509.Certificate
}

var errCrossNames = errors.New("the roots bear different names")

// CrossSign makes the cross-certificates of a root that got a new key. Both
// roots must bear one name. The error wraps [Faults]: the old root must not have
// expired.
//
// A path length in the old root counts NewWithOld for crypto/x509, which unlike
// RFC 5280 section 6.1.4 counts self-issued certificates.
func CrossSign(old, fresh Issuer, now time.Time, random io.Reader) (Cross, error) {
	cross, err := crossSign(old, fresh, now, orSystem(random))
	if err != nil {
		return Cross{}, fmt.Errorf("cross-sign %q: %w", Escape(old.Certificate.Subject.CommonName), err)
	}
	return cross, nil
}

func crossSign(old, fresh Issuer, now time.Time, random io.Reader) (Cross, error) {
	if !bytes.Equal(old.Certificate.RawSubject, fresh.Certificate.RawSubject) {
		return Cross{}, errCrossNames
	}
	faults := append(old.keyFaults(), fresh.keyFaults()...)
	if SamePublicKey(old.Certificate.PublicKey, fresh.Certificate.PublicKey) {
		faults = append(faults, Fault{Field: FieldKey, Code: CodeKeyIsIssuers})
	}
	if !old.Certificate.NotAfter.After(now) {
		faults = append(faults, Fault{Field: FieldIssuer, Code: CodeIssuerExpired, Value: old.Certificate.NotAfter.UTC().Format(time.RFC3339)})
	}
	if err := faults.err(); err != nil {
		return Cross{}, err
	}
	var cross Cross
	var err error
	end := capNotAfter(old.Certificate.NotAfter, fresh.Certificate)
	if cross.OldWithNew, err = crossWith(fresh, old.Certificate, old.Certificate.NotBefore, end, random); err != nil {
		return Cross{}, err
	}
	cross.NewWithOld, err = crossWith(old, fresh.Certificate, fresh.Certificate.NotBefore, end, random)
	return cross, err
}

// crossWith signs one root's name and key with another's.
func crossWith(issuer Issuer, c *x509.Certificate, from, until time.Time, random io.Reader) (*x509.Certificate, error) {
	template, err := again(c, c.PublicKey, random)
	if err != nil {
		return nil, err
	}
	template.NotBefore, template.NotAfter = from, until
	template.AuthorityKeyId = issuer.Certificate.SubjectKeyId // crypto/x509 leaves it out of what is self-issued
	template.SignatureAlgorithm = signatureAlgorithm(issuer.Certificate.PublicKey)
	return sign(template, issuer.Certificate, c.PublicKey, issuer.Key, random)
}

// again returns the template of a certificate that says what c says, with a new
// serial number; dates, issuer and authority key identifier are the caller's.
func again(c *x509.Certificate, subject crypto.PublicKey, random io.Reader) (*x509.Certificate, error) {
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	keyID := c.SubjectKeyId
	if !SamePublicKey(subject, c.PublicKey) {
		if keyID, err = KeyID(subject); err != nil {
			return nil, err
		}
	}
	template := &x509.Certificate{SerialNumber: serial, RawSubject: c.RawSubject, SubjectKeyId: keyID, MaxPathLen: -1}
	if c.Version < 3 && KindOfCertificate(c) == Authority { // version 1 has no extensions, and was an authority by being trusted
		template.BasicConstraintsValid, template.IsCA = true, true
		template.KeyUsage = keyUsage(Authority, subject)
		return template, nil
	}
	template.ExtraExtensions = without(c.Extensions, notCarried)
	return template, nil
}

func without(list []pkix.Extension, oids []asn1.ObjectIdentifier) []pkix.Extension {
	return slices.DeleteFunc(slices.Clone(list), func(e pkix.Extension) bool {
		return slices.ContainsFunc(oids, e.Id.Equal)
	})
}

// notCarried are the extensions that belong to one certificate alone.
var notCarried = []asn1.ObjectIdentifier{
	{2, 5, 29, 14}, // subject key identifier
	oidAuthorityKeyID,
	{1, 3, 6, 1, 4, 1, 11129, 2, 4, 2}, // signed certificate timestamps (RFC 6962)
	{1, 3, 6, 1, 4, 1, 11129, 2, 4, 3}, // their poison
	{1, 3, 6, 1, 4, 1, 311, 21, 1},     // Microsoft's count of an authority's renewals
	{1, 3, 6, 1, 4, 1, 311, 21, 2},     // Microsoft's hash of the certificate before
}

// issuersOwn are the extensions that say where to ask the issuer.
var issuersOwn = []asn1.ObjectIdentifier{
	{2, 5, 29, 31},              // CRL distribution points
	{2, 5, 29, 46},              // freshest CRL
	{1, 3, 6, 1, 5, 5, 7, 1, 1}, // authority information access
}
