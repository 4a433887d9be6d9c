package pki

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// IssueOCSPDelegate makes the certificate of a responder that answers for the
// authority (RFC 6960 section 4.2.2.2): extended key usage OCSPSigning, and
// id-pkix-ocsp-nocheck, since nobody could ask about the one who answers. It
// should not live long, for it cannot be revoked; its end is cut to the
// authority's. When the authority cannot sign it, the error wraps [Faults].
func IssueOCSPDelegate(authority Issuer, delegate crypto.PublicKey, now, notAfter time.Time, random io.Reader) (*x509.Certificate, error) {
	c, err := issueOCSPDelegate(authority, delegate, now, notAfter, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("issue OCSP delegate: %w", err)
	}
	return c, nil
}

func issueOCSPDelegate(authority Issuer, delegate crypto.PublicKey, now, notAfter time.Time, random io.Reader) (*x509.Certificate, error) {
	if err := delegateFaults(authority, now).err(); err != nil {
		return nil, err
	}
	keyID, err := KeyID(delegate)
	if err != nil {
		return nil, err
	}
	serial, err := newSerial(random)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: delegateName(authority.Certificate.Subject.CommonName)},
		NotBefore:             notBefore(now),
		NotAfter:              capNotAfter(notAfter, authority.Certificate),
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageOCSPSigning},
		SubjectKeyId:          keyID,
		AuthorityKeyId:        authority.Certificate.SubjectKeyId,
		SignatureAlgorithm:    signatureAlgorithm(authority.Certificate.PublicKey),
		ExtraExtensions: []pkix.Extension{
			{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}, Value: asn1.NullBytes}, // id-pkix-ocsp-nocheck
		},
	}
	return sign(template, authority.Certificate, delegate, authority.Key, random)
}

// CanDelegateOCSP reports whether responses of a delegate are accepted: an
// authority whose extended key usage leaves OCSPSigning out has to sign itself.
func CanDelegateOCSP(authority *x509.Certificate) bool {
	return len(authority.ExtKeyUsage) == 0 && len(authority.UnknownExtKeyUsage) == 0 ||
		slices.Contains(authority.ExtKeyUsage, x509.ExtKeyUsageAny) ||
		slices.Contains(authority.ExtKeyUsage, x509.ExtKeyUsageOCSPSigning)
}

func delegateFaults(authority Issuer, now time.Time) Faults {
	c := authority.Certificate
	if c == nil {
		return Faults{{Field: FieldIssuer, Code: CodeIssuerMissing}}
	}
	faults := authority.keyFaults()
	add := func(code, value string) {
		faults = append(faults, Fault{Field: FieldIssuer, Code: code, Value: value})
	}
	if !c.BasicConstraintsValid || !c.IsCA {
		add(CodeIssuerNotAuthority, c.Subject.CommonName)
	}
	if c.KeyUsage != 0 && c.KeyUsage&x509.KeyUsageCertSign == 0 {
		add(CodeIssuerKeyUsage, "")
	}
	if !CanDelegateOCSP(c) {
		add(CodeIssuerPurpose, "OCSPSigning")
	}
	if !capNotAfter(c.NotAfter, nil).After(now) {
		add(CodeIssuerExpired, c.NotAfter.UTC().Format(time.RFC3339))
	}
	return faults
}

// delegateName is the authority's with what the delegate does, no longer than
// a common name may be (RFC 5280 appendix A.1).
func delegateName(authority string) string {
	const does = " OCSP"
	name := []rune(authority)
	if most := maxCommonName - len(does); len(name) > most {
		name = name[:most]
	}
	return string(name) + does
}

// signatureIdentifier returns the AlgorithmIdentifier that a key of this
// program signs with, in DER, and the hash that it signs.
func signatureIdentifier(pub crypto.PublicKey) ([]byte, crypto.Hash, error) {
	var oid asn1.ObjectIdentifier
	var hash crypto.Hash
	switch signatureAlgorithm(pub) {
	case x509.ECDSAWithSHA256:
		oid, hash = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 2}, crypto.SHA256
	case x509.ECDSAWithSHA384:
		oid, hash = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 3}, crypto.SHA384
	case x509.ECDSAWithSHA512:
		oid, hash = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 3, 4}, crypto.SHA512
	case x509.PureEd25519: // signs the message itself
		oid = asn1.ObjectIdentifier{1, 3, 101, 112}
	case x509.SHA256WithRSA:
		oid, hash = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, crypto.SHA256
	default:
		return nil, 0, fmt.Errorf("no signature algorithm for %T", pub)
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oid)
		if _, ok := pub.(*rsa.PublicKey); ok {
			b.AddASN1NULL() // RFC 4055 section 5
		}
	})
	der, err := b.Bytes()
	return der, hash, err
}
