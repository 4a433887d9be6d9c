package pki

import (
	"crypto/x509"
	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidEncryptedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 6}
)

// The tags [0] and [1] of structures.
var (
	tag0         = cbasn1.Tag(0).ContextSpecific().Constructed()
	tag1         = cbasn1.Tag(1).ContextSpecific().Constructed()
	tag0Implicit = cbasn1.Tag(0).ContextSpecific()
)

// decodePKCS7 reads the certificates and revocation lists of signed data (RFC
// 2315 section 9.1). What is signed, and by whom, is not looked at: such files
// carry certificates only.
func (d *decoder) decodePKCS7(ber []byte) {
	const source = "PKCS#7"
	der, err := toDER(ber)
	if err != nil {
		d.fail("", source, &DamageError{What: "PKCS #7", Err: err})
		return
	}
	s := cryptobyte.String(der)
	var info, content, signed cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !s.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&oid) {
		d.fail("", source, ErrNotRecognised)
		return
	}
	if !oid.Equal(oidSignedData) {
		d.fail("", source, &FormatError{Code: FoundPKCS7, Detail: oid.String(), Found: "PKCS #7 of another kind than signed data (" + oid.String() + ")"})
		return
	}
	if !info.ReadASN1(&content, tag0) || !content.ReadASN1(&signed, cbasn1.SEQUENCE) ||
		!signed.SkipASN1(cbasn1.INTEGER) || !signed.SkipASN1(cbasn1.SET) || !signed.SkipASN1(cbasn1.SEQUENCE) {
		d.fail("", source, &DamageError{What: "PKCS #7"})
		return
	}
	var certs, crls cryptobyte.String
	if !signed.ReadOptionalASN1(&certs, nil, tag0) || !signed.ReadOptionalASN1(&crls, nil, tag1) {
		d.fail("", source, &DamageError{What: "PKCS #7"})
		return
	}
	for !certs.Empty() {
		var element cryptobyte.String
		var tag cbasn1.Tag
		if !certs.ReadAnyASN1Element(&element, &tag) {
			d.fail("", source, &DamageError{What: "PKCS #7"})
			return
		}
		if tag == cbasn1.SEQUENCE { // others are attribute certificates
			d.addCertificate(element, "", source)
		}
	}
	for !crls.Empty() {
		var element cryptobyte.String
		if !crls.ReadASN1Element(&element, cbasn1.SEQUENCE) {
			return
		}
		if crl, err := x509.ParseRevocationList(element); err == nil {
			d.add(Item{Kind: ItemCRL, CRL: crl, Source: source})
		} else {
			d.fail("", source, &DamageError{What: "revocation list", Err: err})
		}
	}
}

func (d *decoder) addCertificate(der []byte, name, source string) {
	c, err := d.certificate(der)
	if err != nil {
		d.fail(name, source, &DamageError{What: "certificate", Err: err})
		return
	}
	d.add(Item{Kind: ItemCertificate, Certificate: c, Name: Escape(name), Source: source})
}
