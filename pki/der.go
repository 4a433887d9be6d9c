package pki

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"errors"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// decodeDER reads the elements of data, which usually are one.
func (d *decoder) decodeDER(data []byte, source string) {
	for d.fatal == nil {
		element, rest := cutElement(data)
		if element == nil { // cut off, or BER
			element, rest = data, nil
		}
		d.decodeElement(element, source)
		if rest = bytes.TrimLeft(rest, "\x00\r\n\t "); len(rest) == 0 || rest[0] != 0x30 {
			return
		}
		data = rest
	}
}

// cutElement returns the first element of data and what follows it, or nil.
func cutElement(data []byte) (element, rest []byte) {
	s := cryptobyte.String(data)
	var first cryptobyte.String
	if !s.ReadASN1Element(&first, cbasn1.SEQUENCE) {
		return nil, nil
	}
	return first, s
}

// decodeElement reads one SEQUENCE by its shape.
func (d *decoder) decodeElement(der []byte, source string) {
	switch shapeOf(der) {
	case shapeSigned:
		d.decodeSigned(der, source)
	case shapeKey:
		key, err := parsePrivateKey(der)
		d.addKey(key, source, err)
	case shapeEncryptedKey:
		key, err := d.decryptKey(der)
		d.addKey(key, source, err)
	case shapePublicKey:
		d.fail("", source, &FormatError{Code: FoundPublicKey, Found: "a public key"})
	case shapePKCS7:
		d.decodePKCS7(der)
	case shapePKCS12:
		d.decodePKCS12(der)
	default:
		if again, err := toDER(der); err == nil && shapeOf(again) != shapeUnknown && !bytes.Equal(again, der) {
			d.decodeElement(again, source)
			return
		}
		if isCutOff(der) {
			d.fail("", source, &DamageError{What: cutOff})
			return
		}
		d.fail("", source, ErrNotRecognised)
	}
}

// cutOff is what is damaged when the end is missing.
const cutOff = "file, cut off"

// isCutOff reports whether der begins as what is read does, but says that there
// is more of it.
func isCutOff(der []byte) bool {
	head, open, length, body, err := berHeader(der)
	if err != nil || open || head[0] != 0x30 || length <= len(body) || length > MaxInput || len(body) == 0 {
		return false
	}
	switch body[0] {
	case 0x30, 0x02, 0x06: // a SEQUENCE, an INTEGER, an OBJECT IDENTIFIER
		return true
	}
	return false
}

func (d *decoder) addKey(key crypto.Signer, source string, err error) {
	if err != nil {
		d.fail("", source, err)
		return
	}
	if source == "DER" {
		source = "PKCS#8"
	}
	d.add(Item{Kind: ItemKey, Key: key, Source: source})
}

// certificate parses a certificate, but not the same one again.
func (d *decoder) certificate(der []byte) (*x509.Certificate, error) {
	if c := d.seen[string(der)]; c != nil {
		return c, nil
	}
	c, err := x509.ParseCertificate(der)
	if err == nil {
		if d.seen == nil {
			d.seen = map[string]*x509.Certificate{}
		}
		d.seen[string(c.Raw)] = c
	}
	return c, err
}

// decodeSigned reads a certificate, a request or a revocation list: all are a
// SEQUENCE of what is signed, an algorithm and a BIT STRING.
func (d *decoder) decodeSigned(der []byte, source string) {
	c, err := d.certificate(der)
	if err == nil {
		d.add(Item{Kind: ItemCertificate, Certificate: c, Source: source})
		return
	}
	if request, err := x509.ParseCertificateRequest(der); err == nil {
		d.add(Item{Kind: ItemRequest, Request: request, Source: source})
		return
	}
	if crl, err := x509.ParseRevocationList(der); err == nil {
		d.add(Item{Kind: ItemCRL, CRL: crl, Source: source})
		return
	}
	what := "certificate"
	switch {
	case looksLikeRequest(der):
		what = "request"
		_, err = x509.ParseCertificateRequest(der)
	case looksLikeCRL(der):
		what = "revocation list"
		_, err = x509.ParseRevocationList(der)
		if isOldCRL(der) {
			d.fail("", source, &FormatError{Code: FoundOldCRL, Found: "a revocation list of version 1"})
			return
		}
	}
	if format := refuseSigned(der); format != nil {
		err = format
	} else {
		err = &DamageError{What: what, Err: err}
	}
	d.fail("", source, err)
}

// refuseSigned names the keys in certificates and requests that are not read;
// nil when it is not for the key that one is not read.
func refuseSigned(der []byte) error {
	s := cryptobyte.String(der)
	var outer, body, info, algorithm cryptobyte.String
	version := cbasn1.Tag(0).ContextSpecific().Constructed()
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1(&body, cbasn1.SEQUENCE) {
		return nil
	}
	skip := 4 // algorithm, issuer, validity, subject
	if looksLikeRequest(der) {
		skip = 1
	}
	if !body.SkipOptionalASN1(version) || !body.SkipASN1(cbasn1.INTEGER) {
		return nil
	}
	for range skip {
		if !body.SkipASN1(cbasn1.SEQUENCE) {
			return nil
		}
	}
	var oid asn1.ObjectIdentifier
	if !body.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!algorithm.ReadASN1ObjectIdentifier(&oid) {
		return nil
	}
	var format *FormatError
	if oid.Equal(oidECPublicKey) && errors.As(refuseCurve(algorithm), &format) {
		format.Convert = "" // what is signed cannot be changed
		return format
	}
	return nil
}

// looksLikeCRL reports whether what is signed is made as RFC 5280 section 5.1
// says: after algorithm and issuer comes a date.
func looksLikeCRL(der []byte) bool {
	s := cryptobyte.String(der)
	var outer, body cryptobyte.String
	return s.ReadASN1(&outer, cbasn1.SEQUENCE) && outer.ReadASN1(&body, cbasn1.SEQUENCE) &&
		body.SkipOptionalASN1(cbasn1.INTEGER) && body.SkipASN1(cbasn1.SEQUENCE) && body.SkipASN1(cbasn1.SEQUENCE) &&
		(body.PeekASN1Tag(cbasn1.UTCTime) || body.PeekASN1Tag(cbasn1.GeneralizedTime))
}

// looksLikeRequest reports whether what is signed is made as RFC 2986 section 4
// says: a number, a name, and a key, which a certificate and a revocation list
// have elsewhere.
func looksLikeRequest(der []byte) bool {
	s := cryptobyte.String(der)
	var outer, body, key cryptobyte.String
	if !s.ReadASN1(&outer, cbasn1.SEQUENCE) || !outer.ReadASN1(&body, cbasn1.SEQUENCE) ||
		!body.SkipASN1(cbasn1.INTEGER) || !body.SkipASN1(cbasn1.SEQUENCE) {
		return false
	}
	if body.PeekASN1Tag(tag0) { // attributes, and no key before them
		return true
	}
	return body.ReadASN1(&key, cbasn1.SEQUENCE) && key.SkipASN1(cbasn1.SEQUENCE) && key.PeekASN1Tag(cbasn1.BIT_STRING)
}

// isOldCRL reports whether a revocation list has no version, which makes it one
// of version 1 (RFC 5280 section 5.1.2.1).
func isOldCRL(der []byte) bool {
	s := cryptobyte.String(der)
	var outer, body cryptobyte.String
	return s.ReadASN1(&outer, cbasn1.SEQUENCE) && outer.ReadASN1(&body, cbasn1.SEQUENCE) && body.PeekASN1Tag(cbasn1.SEQUENCE)
}

// shapeOfKey looks at what follows the version of a private key: an algorithm
// (PKCS #8), an OCTET STRING (SEC 1) or numbers (PKCS #1, DSA).
func shapeOfKey(s cryptobyte.String) shape {
	var algorithm cryptobyte.String
	switch {
	case s.PeekASN1Tag(cbasn1.INTEGER), s.PeekASN1Tag(cbasn1.OCTET_STRING):
		return shapeKey
	case s.ReadASN1(&algorithm, cbasn1.SEQUENCE) && algorithm.PeekASN1Tag(cbasn1.OBJECT_IDENTIFIER) && s.PeekASN1Tag(cbasn1.OCTET_STRING):
		return shapeKey
	}
	return shapeUnknown
}

// A shape is what the outermost elements of DER make something look like.
type shape int

const (
	shapeUnknown shape = iota
	shapeSigned
	shapeKey
	shapeEncryptedKey
	shapePublicKey
	shapePKCS7
	shapePKCS12
)

// shapeOf looks at the first elements in the SEQUENCE that der is. PKCS #7 and
// PKCS #12 may be in BER with lengths left open, so nothing is read beyond what
// is needed.
func shapeOf(der []byte) shape {
	s, ok := openSequence(der)
	if !ok {
		return shapeUnknown
	}
	var version int64
	first := s
	switch {
	case s.PeekASN1Tag(cbasn1.OBJECT_IDENTIFIER):
		return shapePKCS7
	case s.PeekASN1Tag(cbasn1.INTEGER):
		if !s.ReadASN1Integer(&version) { // a modulus, larger than any version
			if countIntegers(first) == 2 {
				return shapePublicKey
			}
			return shapeUnknown
		}
		if version == 3 && s.PeekASN1Tag(cbasn1.SEQUENCE) {
			return shapePKCS12
		}
		return shapeOfKey(s)
	}
	if !s.SkipASN1(cbasn1.SEQUENCE) {
		return shapeUnknown
	}
	switch {
	case s.PeekASN1Tag(cbasn1.SEQUENCE):
		return shapeSigned
	case s.PeekASN1Tag(cbasn1.OCTET_STRING):
		return shapeEncryptedKey
	case s.PeekASN1Tag(cbasn1.BIT_STRING):
		return shapePublicKey
	}
	return shapeUnknown
}

// openSequence returns what is in a SEQUENCE, of open length or not.
func openSequence(der []byte) (cryptobyte.String, bool) {
	if len(der) > 2 && der[0] == 0x30 && der[1] == 0x80 {
		return cryptobyte.String(der[2:]), true
	}
	s := cryptobyte.String(der)
	var body cryptobyte.String
	ok := s.ReadASN1(&body, cbasn1.SEQUENCE)
	return body, ok
}

// mendable reports whether another password may help, or could have hung.
func mendable(err error) bool {
	return errors.Is(err, ErrPasswordNeeded) || errors.Is(err, ErrWrongPassword) || errors.Is(err, ErrTooManyIterations)
}
