package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxKeyDER bounds a private key in octets: RSA 16384 needs 9.5 thousand, and
// arithmetic on numbers of megabytes would take hours.
const maxKeyDER = 32 << 10

// parsePrivateKey reads an unencrypted private key in PKCS #8, PKCS #1 or SEC 1.
func parsePrivateKey(der []byte) (crypto.Signer, error) {
	if len(der) > maxKeyDER {
		return nil, &FormatError{Code: FoundHugeKey, Found: "a key larger than any client accepts"}
	}
	if err := refuseKey(der); err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	if err == nil {
		return asSigner(parsed)
	}
	s, _ := openSequence(der)
	s.SkipASN1(cbasn1.INTEGER)
	switch {
	case s.PeekASN1Tag(cbasn1.INTEGER):
		var key *rsa.PrivateKey
		if key, err = x509.ParsePKCS1PrivateKey(der); err == nil {
			return key, nil
		}
	case s.PeekASN1Tag(cbasn1.OCTET_STRING):
		var key *ecdsa.PrivateKey
		if key, err = x509.ParseECPrivateKey(der); err == nil {
			return key, nil
		}
	}
	return nil, &DamageError{What: "private key", Err: err}
}

// convertCurve rewrites an elliptic curve key with the name of its curve.
const convertCurve = "openssl ec -in FILE -param_enc named_curve -out FILE.pem"

// refuseKey names private keys that are not read.
func refuseKey(der []byte) error {
	s, ok := openSequence(der)
	if !ok || !s.SkipASN1(cbasn1.INTEGER) {
		return nil
	}
	switch {
	case s.PeekASN1Tag(cbasn1.SEQUENCE): // PKCS #8: version, algorithm, key
		var algorithm cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !s.ReadASN1(&algorithm, cbasn1.SEQUENCE) || !algorithm.ReadASN1ObjectIdentifier(&oid) {
			return nil
		}
		if oid.Equal(oidECPublicKey) {
			return refuseCurve(algorithm)
		}
		return refuseAlgorithm(oid)
	case s.PeekASN1Tag(cbasn1.OCTET_STRING): // SEC 1: version, key, [0] curve
		var curve cryptobyte.String
		if !s.SkipASN1(cbasn1.OCTET_STRING) || !s.ReadASN1(&curve, cbasn1.Tag(0).ContextSpecific().Constructed()) {
			return nil
		}
		return refuseCurve(curve)
	case countIntegers(s) == 5: // version, p, q, g, public, private
		return &FormatError{Code: FoundDSA, Found: "a DSA key, which TLS no longer uses"}
	}
	return nil
}

var oidECPublicKey = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}

func countIntegers(s cryptobyte.String) int {
	n := 0
	for s.SkipASN1(cbasn1.INTEGER) {
		n++
	}
	return n
}

func refuseAlgorithm(oid asn1.ObjectIdentifier) error {
	switch oid.String() {
	case "1.2.840.10040.4.1":
		return &FormatError{Code: FoundDSA, Found: "a DSA key, which TLS no longer uses"}
	case "1.3.101.110":
		return &FormatError{Code: FoundAgreement, Detail: "X25519", Found: "an X25519 key, which cannot sign"}
	case "1.3.101.111":
		return &FormatError{Code: FoundAgreement, Detail: "X448", Found: "an X448 key, which cannot sign"}
	case "1.3.101.113":
		return &FormatError{Code: FoundEd448, Found: "an Ed448 key, which browsers and Go do not use"}
	case "1.2.840.113549.1.3.1", "1.2.840.10046.2.1":
		return &FormatError{Code: FoundAgreement, Detail: "Diffie-Hellman", Found: "a Diffie-Hellman key, which cannot sign"}
	case "1.2.643.2.2.19", "1.2.643.7.1.1.1.1", "1.2.643.7.1.1.1.2": // RFC 4357, RFC 9215
		return &FormatError{Code: FoundGOST, Found: "a GOST key, which browsers and Go do not use"}
	case "1.2.840.113549.1.1.10":
		return &FormatError{Code: FoundPSS, Found: "an RSA-PSS key", Convert: "openssl rsa -in FILE -traditional -out FILE.pem"}
	case "1.2.840.113549.1.1.1", "1.3.101.112": // RSA, Ed25519
		return nil
	}
	return &FormatError{Code: FoundKeyAlgorithm, Detail: oid.String(), Found: "a key of the algorithm " + oid.String()}
}

// refuseCurve names the curves, written by name or by their parameters, that
// are not read.
func refuseCurve(s cryptobyte.String) error {
	if s.PeekASN1Tag(cbasn1.SEQUENCE) {
		return &FormatError{Code: FoundExplicitCurve, Found: "an elliptic curve key with explicit parameters", Convert: convertCurve}
	}
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil
	}
	switch oid.String() {
	case "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35", "1.3.132.0.33":
		return nil
	case "1.3.132.0.10":
		return &FormatError{Code: FoundCurve, Detail: "secp256k1", Found: "a key of the curve secp256k1, which browsers and Go do not use"}
	}
	return &FormatError{Code: FoundCurve, Detail: oid.String(), Found: "a key of the curve " + oid.String() + ", which browsers and Go do not use"}
}
