package pki

import (
	"crypto"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"time"
)

// SelfSign makes a root: an authority signed by its own key. The kind of key
// that counts is the one given, whatever the request says. When the request
// has faults the error wraps [Faults].
func SelfSign(r Request, key crypto.Signer, now time.Time, random io.Reader) (*x509.Certificate, error) {
	if key == nil {
		return nil, fmt.Errorf("sign root: %w", Faults{{Field: FieldKey, Code: CodeKeyUnknown}})
	}
	r = r.normal()
	r.Key = KindOf(key.Public())
	if err := r.faults(nil, now, nil).err(); err != nil {
		return nil, fmt.Errorf("sign root %q: %w", Escape(r.Subject.CommonName), err)
	}
	template, err := r.template(nil, key.Public(), now, orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("sign root %q: %w", Escape(r.Subject.CommonName), err)
	}
	template.SignatureAlgorithm = signatureAlgorithm(key.Public())
	c, err := sign(template, template, key.Public(), key, random)
	if err != nil {
		return nil, fmt.Errorf("sign root %q: %w", Escape(r.Subject.CommonName), err)
	}
	return c, nil
}

// Issue makes a certificate for the public key of a subject. Unless the request
// says otherwise NotBefore is an hour back and the serial number random;
// NotAfter is at most the issuer's. The kind of key that counts is the one
// given, whatever the request says: one of KeyKinds, or RSA of any size from
// 2048 bits on. When the request has faults, or the issuer cannot sign it, the
// error wraps [Faults].
func Issue(issuer Issuer, r Request, subject crypto.PublicKey, now time.Time, random io.Reader) (*x509.Certificate, error) {
	r = r.normal(issuer.authorities()...)
	r.Key = likeKind(subject)
	c, err := issue(issuer, r, subject, now, random)
	if err != nil {
		return nil, fmt.Errorf("issue certificate %q: %w", Escape(r.Subject.CommonName), err)
	}
	return c, nil
}

func issue(issuer Issuer, r Request, subject crypto.PublicKey, now time.Time, random io.Reader) (*x509.Certificate, error) {
	template, err := checkedTemplate(issuer, r, subject, now, random)
	if err != nil {
		return nil, err
	}
	return sign(template, issuer.Certificate, subject, issuer.Key, random)
}

// checkedTemplate returns the certificate that a normal request asks for,
// unsigned, or what keeps it from it.
func checkedTemplate(issuer Issuer, r Request, subject crypto.PublicKey, now time.Time, random io.Reader) (*x509.Certificate, error) {
	if issuer.Certificate == nil {
		return nil, Faults{{Field: FieldIssuer, Code: CodeIssuerMissing}}
	}
	faults := append(r.faults(issuer.Certificate, now, issuer.Above), issuer.keyFaults()...)
	if SamePublicKey(subject, issuer.Certificate.PublicKey) {
		faults = append(faults, Fault{Field: FieldKey, Code: CodeKeyIsIssuers})
	}
	if err := faults.err(); err != nil {
		return nil, err
	}
	template, err := r.template(issuer.Certificate, subject, now, orSystem(random))
	if err != nil {
		return nil, err
	}
	template.SignatureAlgorithm = signatureAlgorithm(issuer.Certificate.PublicKey)
	return template, nil
}

// template returns the certificate that a checked request asks for, unsigned.
func (r Request) template(issuer *x509.Certificate, subject crypto.PublicKey, now time.Time, random io.Reader) (*x509.Certificate, error) {
	name, err := r.subjectDER()
	if err != nil {
		return nil, fmt.Errorf("encode subject: %w", err)
	}
	keyID, err := KeyID(subject)
	if err != nil {
		return nil, err
	}
	serial, given := ParseSerial(r.Serial)
	if !given {
		if serial, err = newSerial(random); err != nil {
			return nil, err
		}
	}
	template := &x509.Certificate{
		SerialNumber:          serial,
		RawSubject:            name,
		NotBefore:             r.notBefore(issuer, now),
		NotAfter:              r.notAfter(issuer, now),
		BasicConstraintsValid: true,
		KeyUsage:              r.keyUsage(subject),
		SubjectKeyId:          keyID,
		PublicKey:             subject,
		MaxPathLen:            -1,
		CRLDistributionPoints: r.CRLAddresses,
		OCSPServer:            r.OCSPAddresses,
		IssuingCertificateURL: r.IssuerAddresses,
	}
	setExtKeyUsage(template, r.extKeyUsage())
	if issuer != nil {
		template.AuthorityKeyId = issuer.SubjectKeyId
	}
	if r.Kind == Authority {
		template.IsCA = true
		template.MaxPathLen = r.pathLength(issuer)
		template.MaxPathLenZero = template.MaxPathLen == 0
		return template, setConstraints(template, r.Constraints)
	}
	setNames(template, r.Names)
	return template, nil
}

// sign makes and reads back a certificate. crypto/x509 checks the signature
// that it made.
func sign(template, parent *x509.Certificate, subject crypto.PublicKey, key crypto.Signer, random io.Reader) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(orSystem(random), template, parent, subject, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// newSerial returns a positive serial number of 16 octets, 126 bits of them
// random: under the 20 octets of RFC 5280 section 4.1.2.2, and over the 64 bits
// that the CA/Browser Forum asks for.
func newSerial(random io.Reader) (*big.Int, error) {
	octets := make([]byte, 16)
	if _, err := io.ReadFull(random, octets); err != nil {
		return nil, fmt.Errorf("make serial number: %w", err)
	}
	octets[0] = octets[0]&0x7f | 0x40 // positive, and always of the same length
	return new(big.Int).SetBytes(octets), nil
}
