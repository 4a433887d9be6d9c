package pki

import (
	"crypto/sha1" //nolint:gosec // some still compare SHA-1 fingerprints
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"
	"time"
)

// A Description is what a person should know about a certificate. All text is
// escaped as by [Escape].
type Description struct {
	Subject            string      `json:"subject"` // "CN=…, O=…", the narrowest first
	SubjectParts       []Attribute `json:"subjectParts"`
	CommonName         string      `json:"commonName"`
	Issuer             string      `json:"issuer"`
	IssuerCommonName   string      `json:"issuerCommonName"`
	Kind               Kind        `json:"kind"`
	Names              []Name      `json:"names"`
	NotBefore          time.Time   `json:"notBefore"`
	NotAfter           time.Time   `json:"notAfter"`
	Serial             string      `json:"serial"` // lower-case hex with colons
	Key                string      `json:"key"`    // "P-256", "RSA 1024"
	KeyKind            KeyKind     `json:"keyKind,omitempty"`
	KeyUsage           []string    `json:"keyUsage"`    // as RFC 5280 spells them
	ExtKeyUsage        []string    `json:"extKeyUsage"` // likewise, or an OID
	IsCA               bool        `json:"isCA"`
	PathLength         int         `json:"pathLength"`               // -1: none
	SubjectKeyID       string      `json:"subjectKeyID,omitempty"`   // lower-case hex with colons
	AuthorityKeyID     string      `json:"authorityKeyID,omitempty"` // likewise
	SHA256             string      `json:"sha256"`                   // fingerprints, likewise
	SHA1               string      `json:"sha1"`
	SPKIPin            string      `json:"spkiPin"` // base64 of the SHA-256 of the SubjectPublicKeyInfo (RFC 7469)
	SignatureAlgorithm string      `json:"signatureAlgorithm"`
	SelfSigned         bool        `json:"selfSigned"`
	Version            int         `json:"version"`
	Extensions         []Extension `json:"extensions"`
}

// An Extension is one extension of a certificate, without its contents.
type Extension struct {
	OID      string `json:"oid"`
	Name     string `json:"name,omitempty"` // as RFC 5280 spells it, "" when unknown
	Critical bool   `json:"critical"`
}

// Describe returns what there is to say about a certificate.
func Describe(c *x509.Certificate) Description {
	if c == nil {
		return Description{PathLength: -1}
	}
	d := Description{
		SubjectParts:       attributesOf(c.Subject),
		CommonName:         Escape(c.Subject.CommonName),
		Issuer:             joinName(attributesOf(c.Issuer)),
		IssuerCommonName:   Escape(c.Issuer.CommonName),
		Kind:               KindOfCertificate(c),
		Names:              NamesOf(c),
		NotBefore:          c.NotBefore.UTC(),
		NotAfter:           c.NotAfter.UTC(),
		Serial:             Serial(c),
		Key:                keyLabelOf(c),
		KeyKind:            KindOf(c.PublicKey),
		KeyUsage:           keyUsageNames(c.KeyUsage),
		ExtKeyUsage:        extKeyUsageNames(c),
		IsCA:               c.BasicConstraintsValid && c.IsCA,
		PathLength:         -1,
		SubjectKeyID:       colons(c.SubjectKeyId),
		AuthorityKeyID:     colons(c.AuthorityKeyId),
		SHA256:             Fingerprint(c),
		SignatureAlgorithm: c.SignatureAlgorithm.String(),
		SelfSigned:         IsSelfSigned(c),
		Version:            c.Version,
		Extensions:         extensionsOf(c),
	}
	d.Subject = joinName(d.SubjectParts)
	if limit, limited := pathLimit(c); limited {
		d.PathLength = limit
	}
	old := sha1.Sum(c.Raw) //nolint:gosec // a fingerprint
	d.SHA1 = colons(old[:])
	pin := sha256.Sum256(c.RawSubjectPublicKeyInfo)
	d.SPKIPin = base64.StdEncoding.EncodeToString(pin[:])
	return d
}

// KindOfCertificate returns what a certificate may be used for. A certificate
// without extended key usage may be used for anything, so it is [Both]; one
// whose extended key usage has nothing of TLS has no kind, "".
func KindOfCertificate(c *x509.Certificate) Kind {
	if c == nil {
		return ""
	}
	if c.BasicConstraintsValid && c.IsCA {
		return Authority
	}
	if c.Version < 3 && IsSelfSigned(c) { // version 1 roots have no extensions
		return Authority
	}
	if len(c.ExtKeyUsage) == 0 && len(c.UnknownExtKeyUsage) == 0 {
		return Both
	}
	var server, client bool
	for _, usage := range c.ExtKeyUsage {
		server = server || usage == x509.ExtKeyUsageServerAuth || usage == x509.ExtKeyUsageAny
		client = client || usage == x509.ExtKeyUsageClientAuth || usage == x509.ExtKeyUsageAny
	}
	switch {
	case server && client:
		return Both
	case server:
		return Server
	case client:
		return Client
	}
	return ""
}

// Fingerprint returns the SHA-256 of a certificate in lower-case hex with
// colons.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return colons(sum[:])
}

// Serial returns a serial number in lower-case hex with colons, as many octets
// as it needs. A negative one, which RFC 5280 forbids, has a minus before it.
func Serial(c *x509.Certificate) string {
	return SerialText(c.SerialNumber)
}

// SerialText returns a serial number as [Serial] does.
func SerialText(serial *big.Int) string {
	if serial == nil {
		return ""
	}
	octets := new(big.Int).Abs(serial).Bytes()
	if len(octets) == 0 {
		octets = []byte{0}
	}
	if serial.Sign() < 0 {
		return "-" + colons(octets)
	}
	return colons(octets)
}

// colons returns octets in lower-case hex with colons between them.
func colons(octets []byte) string {
	var out strings.Builder
	for i := range octets {
		if i > 0 {
			out.WriteByte(':')
		}
		out.WriteString(hex.EncodeToString(octets[i : i+1]))
	}
	return out.String()
}
