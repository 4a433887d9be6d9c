package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// The labels of PEM blocks (RFC 7468).
const (
	pemCertificate = "CERTIFICATE"
	pemPrivateKey  = "PRIVATE KEY"
)

// EncodeCertificates returns certificates as PEM, in the order given. Nil
// certificates are left out.
func EncodeCertificates(certs ...*x509.Certificate) []byte {
	var out bytes.Buffer
	for _, c := range certs {
		if c == nil {
			continue
		}
		out.Write(pem.EncodeToMemory(&pem.Block{Type: pemCertificate, Bytes: c.Raw}))
	}
	return out.Bytes()
}

// EncodeKey returns a private key as unencrypted PKCS #8 (RFC 5958) in PEM.
func EncodeKey(key crypto.Signer) ([]byte, error) {
	der, err := MarshalKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: pemPrivateKey, Bytes: der}), nil
}

// MarshalKey returns a private key as unencrypted PKCS #8 (RFC 5958) in DER.
func MarshalKey(key crypto.Signer) ([]byte, error) {
	if key == nil {
		return nil, fmt.Errorf("encode key: no key")
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return der, nil
}

// ParseKey reads a private key from unencrypted PKCS #8 in DER.
func ParseKey(der []byte) (crypto.Signer, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("decode key: %w", err)
	}
	return asSigner(parsed)
}

// asSigner returns a parsed private key as a signer. Keys for agreement only,
// such as X25519, are refused.
func asSigner(parsed any) (crypto.Signer, error) {
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, &FormatError{Code: FoundAgreement, Detail: "X25519", Found: fmt.Sprintf("a key that cannot sign (%T)", parsed)}
	}
	return key, nil
}
