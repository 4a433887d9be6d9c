package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"strconv"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxShownKey is how much of a public key or signature is shown, in octets:
// RSA 16384.
const maxShownKey = 2048

// oversized reports whether arithmetic with a key could keep the program busy.
func oversized(public crypto.PublicKey) bool {
	pub, ok := public.(*rsa.PublicKey)
	return ok && pub.N.BitLen() > maxRSABits
}

// publicKey tells a SubjectPublicKeyInfo: what crypto/x509 made of it when it
// could, else its algorithm and its octets.
func (f *facts) publicKey(spki []byte, public crypto.PublicKey) {
	s := cryptobyte.String(spki)
	var info, algorithm, oid, bits cryptobyte.String
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&bits, cbasn1.BIT_STRING) || len(bits) == 0 {
		f.add("undecoded", shortHex(spki), FactHex)
		return
	}
	if text, ok := oidText(oid); ok {
		f.oid("algorithm", text)
	}
	switch pub := public.(type) {
	case *rsa.PublicKey:
		f.text("keySize", strconv.Itoa(pub.N.BitLen()))
		f.text("publicExponent", strconv.Itoa(pub.E))
		modulus := pub.N.Bytes()
		f.hex("modulus", modulus[:min(len(modulus), maxShownKey)])
		return
	case *ecdsa.PublicKey:
		f.text("namedCurve", pub.Curve.Params().Name)
		f.text("keySize", strconv.Itoa(pub.Curve.Params().BitSize))
	case ed25519.PublicKey:
		f.text("keySize", strconv.Itoa(8*len(pub)))
	default:
		f.parameters(algorithm)
	}
	key := bits[1:]
	f.hex("publicKey", key[:min(len(key), maxShownKey)])
}

// parameters tells those of a key that crypto/x509 does not read: the name of a
// curve, or octets.
func (f *facts) parameters(rest cryptobyte.String) {
	var oid cryptobyte.String
	if rest.Empty() || rest.PeekASN1Tag(cbasn1.NULL) {
		return
	}
	whole := rest
	if rest.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) {
		if text, ok := oidText(oid); ok {
			f.oid("namedCurve", text)
			return
		}
	}
	f.add("parameters", shortHex(whole), FactHex)
}

// PublicKeyOf returns the SubjectPublicKeyInfo of a certificate in DER, without
// reading the rest of it; nil when it has none.
func PublicKeyOf(certificate []byte) []byte {
	s := cryptobyte.String(certificate)
	var body, tbs, spki cryptobyte.String
	if !s.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1(&tbs, cbasn1.SEQUENCE) || !tbs.SkipOptionalASN1(tag0) ||
		!tbs.SkipASN1(cbasn1.INTEGER) {
		return nil
	}
	for range 4 { // signature, issuer, validity, subject
		if !tbs.SkipASN1(cbasn1.SEQUENCE) {
			return nil
		}
	}
	if !tbs.ReadASN1Element(&spki, cbasn1.SEQUENCE) {
		return nil
	}
	return spki
}

// DecodePublicKey reads a public key that stands alone, as PEM or DER
// (RFC 7468 section 13), and returns its SubjectPublicKeyInfo; nil when it is
// none. [Decode] reports such data as a *[FormatError] of [FoundPublicKey].
func DecodePublicKey(data []byte) []byte {
	der := data
	if text := asText(data); bytes.Contains(text, pemBegin) {
		block, _ := nextPEM(text)
		if block == nil {
			return nil
		}
		der = block.Bytes
	} else if bare := bareBase64(text); bare != nil {
		der = bare
	}
	element, _ := cutElement(der)
	if element == nil || shapeOf(element) != shapePublicKey {
		return nil
	}
	return element
}

// PublicKeySections tells a public key that stands alone.
func PublicKeySections(spki []byte) []Section {
	return []Section{
		section("subjectPublicKeyInfo", func(f *facts) { f.publicKey(spki, PublicKeyIn(spki)) }),
		section("fingerprints", func(f *facts) { f.pin(spki) }),
	}
}

// PublicKeyIn is the public key in a SubjectPublicKeyInfo, nil when
// crypto/x509 does not read it.
func PublicKeyIn(spki []byte) crypto.PublicKey {
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil
	}
	return public
}
