package pki

import (
	"crypto"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // what the files were written with
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"hash"
	"unicode/utf16"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxBags bounds the things in one PKCS #12 file.
const maxBags = 10_000

// A pfx reads one PKCS #12 file (RFC 7292). go-pkcs12 writes such files well,
// but reads no BER, no file without a MAC, no names and several keys, and has
// no bound on iterations.
type pfx struct {
	budget   *budget
	password string
	bags     []bag
}

// A bag is one thing of the file, and the attributes it came with.
type bag struct {
	certificate *x509.Certificate
	key         crypto.Signer
	crl         *x509.RevocationList
	err         error // why none of them
	name        string
	keyID       string
}

func damagedPFX(err error) error { return &DamageError{What: "PKCS #12", Err: err} }

// read reads the outermost structure: version, authSafe, macData.
func (p *pfx) read(ber []byte) error {
	der, err := toDER(ber)
	if err != nil {
		return damagedPFX(err)
	}
	s := cryptobyte.String(der)
	var body, info, mac cryptobyte.String
	if !s.ReadASN1(&body, cbasn1.SEQUENCE) || !body.SkipASN1(cbasn1.INTEGER) || !body.ReadASN1(&info, cbasn1.SEQUENCE) {
		return damagedPFX(nil)
	}
	var oid asn1.ObjectIdentifier
	if !info.ReadASN1ObjectIdentifier(&oid) {
		return damagedPFX(nil)
	}
	if !oid.Equal(oidData) {
		return &FormatError{Code: FoundPublicKeyPKCS12, Found: "a PKCS #12 file that is signed with a key instead of a password"}
	}
	var content []byte
	if !info.ReadASN1(&info, tag0) || !info.ReadASN1Bytes(&content, cbasn1.OCTET_STRING) {
		return damagedPFX(nil)
	}
	if body.ReadASN1(&mac, cbasn1.SEQUENCE) {
		if err := p.verify(mac, content); err != nil {
			return err
		}
	}
	return p.readSafes(content)
}

// verify checks MacData.
func (p *pfx) verify(s cryptobyte.String, content []byte) error {
	var digestInfo, algorithm cryptobyte.String
	var oid asn1.ObjectIdentifier
	var digest, salt []byte
	iterations := int64(1)
	if !s.ReadASN1(&digestInfo, cbasn1.SEQUENCE) || !digestInfo.ReadASN1(&algorithm, cbasn1.SEQUENCE) ||
		!digestInfo.ReadASN1Bytes(&digest, cbasn1.OCTET_STRING) || !algorithm.ReadASN1ObjectIdentifier(&oid) ||
		!s.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) || !s.Empty() && !s.ReadASN1Integer(&iterations) {
		return damagedPFX(nil)
	}
	if oid.String() == "1.2.840.113549.1.5.14" {
		return p.verifyPBMAC1(algorithm, content, digest)
	}
	h := digestHash(oid)
	if h == nil {
		return unknownEncryption(oid)
	}
	secrets := [][]byte{bmpPassword(p.password)}
	if p.password == "" { // some programs mean no octets at all by an empty password
		secrets = append(secrets, nil)
	}
	for _, secret := range secrets {
		if err := p.budget.spend(iterations, hashWork(h, h().Size())); err != nil {
			return err
		}
		key := pkcs12KDF(h, 3, secret, salt, int(iterations), h().Size())
		if macEqual(h, key, content, digest) {
			return nil
		}
	}
	return p.wrong()
}

// verifyPBMAC1 checks a MAC of RFC 9579, as OpenSSL writes since 3.4.
func (p *pfx) verifyPBMAC1(algorithm cryptobyte.String, content, digest []byte) error {
	var params, kdf, scheme cryptobyte.String
	var oid asn1.ObjectIdentifier
	if !algorithm.ReadASN1(&params, cbasn1.SEQUENCE) || !params.ReadASN1(&kdf, cbasn1.SEQUENCE) ||
		!params.ReadASN1(&scheme, cbasn1.SEQUENCE) || !scheme.ReadASN1ObjectIdentifier(&oid) {
		return damagedPFX(nil)
	}
	h := hmacHash(oid)
	if h == nil {
		return unknownEncryption(oid)
	}
	size, ok := pbkdf2KeyLength(kdf)
	if !ok || size < 20 || size > 64 { // RFC 9579 section 5; shorter keys could be guessed
		return damagedPFX(nil)
	}
	key, err := p.budget.derive(kdf, p.password, size)
	if err != nil {
		return err
	}
	if !macEqual(h, key, content, digest) {
		return p.wrong()
	}
	return nil
}

// pbkdf2KeyLength returns the keyLength of PBKDF2-params.
func pbkdf2KeyLength(kdf cryptobyte.String) (int, bool) {
	var params cryptobyte.String
	var length int
	ok := kdf.SkipASN1(cbasn1.OBJECT_IDENTIFIER) && kdf.ReadASN1(&params, cbasn1.SEQUENCE) &&
		params.SkipASN1(cbasn1.OCTET_STRING) && params.SkipASN1(cbasn1.INTEGER) && params.ReadASN1Integer(&length)
	return length, ok
}

func macEqual(h func() hash.Hash, key, content, digest []byte) bool {
	mac := hmac.New(h, key)
	mac.Write(content)
	return hmac.Equal(mac.Sum(nil), digest)
}

func digestHash(oid asn1.ObjectIdentifier) func() hash.Hash {
	switch oid.String() {
	case "1.3.14.3.2.26":
		return sha1.New
	case "2.16.840.1.101.3.4.2.4":
		return sha256.New224
	case "2.16.840.1.101.3.4.2.1":
		return sha256.New
	case "2.16.840.1.101.3.4.2.2":
		return sha512.New384
	case "2.16.840.1.101.3.4.2.3":
		return sha512.New
	}
	return nil
}

// wrong returns the error of a password that does not fit.
func (p *pfx) wrong() error {
	if p.password == "" {
		return ErrPasswordNeeded
	}
	return ErrWrongPassword
}

// readSafes reads AuthenticatedSafe, a list of ContentInfo.
func (p *pfx) readSafes(content []byte) error {
	der, err := toDER(content)
	if err != nil {
		return damagedPFX(err)
	}
	s := cryptobyte.String(der)
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) {
		return damagedPFX(nil)
	}
	for !list.Empty() {
		var info, inner cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&oid) || !info.ReadASN1(&inner, tag0) {
			return damagedPFX(nil)
		}
		var safe []byte
		switch {
		case oid.Equal(oidData):
			if !inner.ReadASN1Bytes(&safe, cbasn1.OCTET_STRING) {
				return damagedPFX(nil)
			}
		case oid.Equal(oidEncryptedData):
			if safe, err = p.decryptSafe(inner); err != nil {
				return err
			}
		default:
			return &FormatError{Code: FoundPublicKeyPKCS12, Found: "a PKCS #12 file that is encrypted with a key instead of a password"}
		}
		if err := p.readSafe(safe); err != nil {
			return err
		}
	}
	return nil
}

// decryptSafe opens EncryptedData (RFC 2315 section 13).
func (p *pfx) decryptSafe(s cryptobyte.String) ([]byte, error) {
	var data, info, algorithm, text cryptobyte.String
	if !s.ReadASN1(&data, cbasn1.SEQUENCE) || !data.SkipASN1(cbasn1.INTEGER) || !data.ReadASN1(&info, cbasn1.SEQUENCE) ||
		!info.SkipASN1(cbasn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&algorithm, cbasn1.SEQUENCE) {
		return nil, damagedPFX(nil)
	}
	if !info.ReadASN1(&text, tag0Implicit) &&
		(!info.ReadASN1(&text, tag0) || !text.ReadASN1(&text, cbasn1.OCTET_STRING)) { // BER in one piece
		return nil, damagedPFX(nil)
	}
	plain, err := p.budget.decrypt(algorithm, p.password, text)
	if errors.Is(err, ErrWrongPassword) {
		return nil, p.wrong()
	}
	return plain, err
}

// readSafe reads SafeContents, a list of bags.
func (p *pfx) readSafe(content []byte) error {
	der, err := toDER(content)
	if err != nil {
		return damagedPFX(err)
	}
	return p.readBags(der, 0)
}

func (p *pfx) readBags(der cryptobyte.String, depth int) error {
	var list cryptobyte.String
	if !der.ReadASN1(&list, cbasn1.SEQUENCE) || depth > maxDepth {
		return damagedPFX(nil)
	}
	for !list.Empty() {
		var body, value, attributes cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1ObjectIdentifier(&oid) || !body.ReadASN1(&value, tag0) {
			return damagedPFX(nil)
		}
		if oid.Equal(oidSafeContentsBag) {
			if err := p.readBags(value, depth+1); err != nil {
				return err
			}
			continue
		}
		if len(p.bags) == maxBags {
			return damagedPFX(nil)
		}
		b := p.readBag(oid, value)
		if mendable(b.err) {
			return b.err
		}
		if body.ReadASN1(&attributes, cbasn1.SET) {
			b.readAttributes(attributes)
		}
		p.bags = append(p.bags, b)
	}
	return nil
}

var (
	oidKeyBag          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 1}
	oidShroudedKeyBag  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 2}
	oidCertBag         = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 3}
	oidCRLBag          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 4}
	oidSafeContentsBag = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 10, 1, 6}
	oidFriendlyName    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 20}
	oidLocalKeyID      = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 21}
)

// readBag reads what a bag holds.
func (p *pfx) readBag(oid asn1.ObjectIdentifier, value cryptobyte.String) bag {
	switch {
	case oid.Equal(oidKeyBag):
		key, err := parsePrivateKey(value)
		return bag{key: key, err: err}
	case oid.Equal(oidShroudedKeyBag):
		key, err := p.budget.decryptKey(value, p.password)
		if errors.Is(err, ErrWrongPassword) {
			err = p.wrong()
		}
		return bag{key: key, err: err}
	case oid.Equal(oidCertBag), oid.Equal(oidCRLBag):
		var body cryptobyte.String
		var der []byte
		if !value.ReadASN1(&body, cbasn1.SEQUENCE) || !body.SkipASN1(cbasn1.OBJECT_IDENTIFIER) ||
			!body.ReadASN1(&body, tag0) || !body.ReadASN1Bytes(&der, cbasn1.OCTET_STRING) {
			return bag{err: damagedPFX(nil)}
		}
		if oid.Equal(oidCRLBag) {
			crl, err := x509.ParseRevocationList(der)
			if err != nil {
				return bag{err: &DamageError{What: "revocation list", Err: err}}
			}
			return bag{crl: crl}
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return bag{err: &DamageError{What: "certificate", Err: err}}
		}
		return bag{certificate: c}
	}
	return bag{err: &FormatError{Code: FoundSecret, Detail: oid.String(), Found: "a secret of another kind (" + oid.String() + ")"}}
}

// readAttributes reads the name that people gave, and what ties a key to its
// certificate.
func (b *bag) readAttributes(list cryptobyte.String) {
	for !list.Empty() {
		var attribute, values, value cryptobyte.String
		var oid asn1.ObjectIdentifier
		if !list.ReadASN1(&attribute, cbasn1.SEQUENCE) || !attribute.ReadASN1ObjectIdentifier(&oid) ||
			!attribute.ReadASN1(&values, cbasn1.SET) {
			return
		}
		switch {
		case oid.Equal(oidFriendlyName) && values.ReadASN1(&value, cbasn1.Tag(asn1.TagBMPString)):
			b.name = bmpString(value)
		case oid.Equal(oidLocalKeyID) && values.ReadASN1(&value, cbasn1.OCTET_STRING):
			b.keyID = string(value)
		}
	}
}

// bmpString decodes a BMPString.
func bmpString(octets []byte) string {
	units := make([]uint16, len(octets)/2)
	for i := range units {
		units[i] = uint16(octets[2*i])<<8 | uint16(octets[2*i+1])
	}
	return string(utf16.Decode(units))
}
