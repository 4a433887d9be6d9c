package pki

import (
	"crypto"
	"crypto/x509"
)

// MaxInput is the most that Decode reads, in octets.
const MaxInput = 16 << 20

// An ItemKind says what an Item is.
type ItemKind string

// The kinds of things that files hold.
const (
	ItemCertificate ItemKind = "certificate"
	ItemKey         ItemKind = "key"
	ItemRequest     ItemKind = "request"
	ItemCRL         ItemKind = "crl"
	ItemUnknown     ItemKind = "unknown"
)

// An Item is one thing found in a file. The field of its kind is set.
type Item struct {
	Kind        ItemKind
	Certificate *x509.Certificate
	Key         crypto.Signer
	Request     *x509.CertificateRequest
	CRL         *x509.RevocationList
	Name        string // its friendlyName in a PKCS #12 file, escaped
	Source      string // "PEM", "DER", "PKCS#12", "PKCS#7"
}

// Decode is written next.
func Decode(data []byte, password string) ([]Item, error) {
	return nil, ErrNotRecognised
}
