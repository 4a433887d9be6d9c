package testclient

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" // what is tried is whether a server still takes it
	"crypto/x509/pkix"
	"encoding/asn1"
	"io"
	"math/big"
)

// Signatures with SHA-1 (RFC 3279 section 2.2).
var (
	oidSHA1RSA   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 5}
	oidSHA1ECDSA = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1}
)

// sha1Algorithm is the signature with SHA-1 that a key makes; empty for a key
// that makes none.
func sha1Algorithm(public crypto.PublicKey) pkix.AlgorithmIdentifier {
	switch public.(type) {
	case *rsa.PublicKey:
		return pkix.AlgorithmIdentifier{Algorithm: oidSHA1RSA, Parameters: asn1.NullRawValue}
	case *ecdsa.PublicKey:
		return pkix.AlgorithmIdentifier{Algorithm: oidSHA1ECDSA}
	}
	return pkix.AlgorithmIdentifier{}
}

// tbsCertificate is RFC 5280 section 4.1, of version 3.
type tbsCertificate struct {
	Version    int `asn1:"explicit,tag:0"`
	Serial     *big.Int
	Algorithm  pkix.AlgorithmIdentifier
	Issuer     asn1.RawValue
	Validity   asn1.RawValue
	Subject    asn1.RawValue
	PublicKey  asn1.RawValue
	Extensions []pkix.Extension `asn1:"explicit,tag:3"`
}

type signedCertificate struct {
	TBS       asn1.RawValue
	Algorithm pkix.AlgorithmIdentifier
	Signature asn1.BitString
}

// signSHA1 gives a certificate another signature, with SHA-1, which
// crypto/x509 no longer makes.
func signSHA1(der []byte, key crypto.Signer, random io.Reader) ([]byte, error) {
	var whole signedCertificate
	if _, err := asn1.Unmarshal(der, &whole); err != nil {
		return nil, err
	}
	var tbs tbsCertificate
	if _, err := asn1.Unmarshal(whole.TBS.FullBytes, &tbs); err != nil {
		return nil, err
	}
	tbs.Algorithm = sha1Algorithm(key.Public())
	signed, err := asn1.Marshal(tbs)
	if err != nil {
		return nil, err
	}
	digest := sha1.Sum(signed)
	signature, err := key.Sign(random, digest[:], crypto.SHA1)
	if err != nil {
		return nil, err
	}
	return asn1.Marshal(signedCertificate{TBS: asn1.RawValue{FullBytes: signed}, Algorithm: tbs.Algorithm,
		Signature: asn1.BitString{Bytes: signature, BitLength: len(signature) * 8}})
}
