package pki

import (
	"crypto/hmac"
	"errors"
	"fmt"
	"unicode/utf16"

	"encoding/asn1"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// nameKey gives the key in a PKCS #12 file that go-pkcs12 wrote a friendlyName
// (RFC 2985 section 5.5.1), which that package has no way to ask for. The
// attributes of a shrouded key are outside its encryption, so only they and the
// MAC over them are written anew.
func nameKey(data []byte, name, password string) ([]byte, error) {
	s := cryptobyte.String(data)
	var body, version, info, mac cryptobyte.String
	var oid asn1.ObjectIdentifier
	var content []byte
	ok := s.ReadASN1(&body, cbasn1.SEQUENCE) && body.ReadASN1Element(&version, cbasn1.INTEGER) &&
		body.ReadASN1(&info, cbasn1.SEQUENCE) && body.ReadASN1(&mac, cbasn1.SEQUENCE) &&
		info.ReadASN1ObjectIdentifier(&oid) && info.ReadASN1(&info, tag0) && info.ReadASN1Bytes(&content, cbasn1.OCTET_STRING)
	if !ok {
		return nil, errNaming
	}
	content, err := nameSafes(content, name)
	if err != nil {
		return nil, err
	}
	digest, err := macAgain(mac, content, password)
	if err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(version)
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidData)
			b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(content) })
		})
		b.AddBytes(digest)
	})
	return b.Bytes()
}

var errNaming = errors.New("add friendlyName: not as go-pkcs12 writes it")

// nameSafes adds the name to the key bag of the safe that is not encrypted.
func nameSafes(content []byte, name string) ([]byte, error) {
	s := cryptobyte.String(content)
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) {
		return nil, errNaming
	}
	var b cryptobyte.Builder
	var failed error
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for !list.Empty() && failed == nil {
			var element, info, safe cryptobyte.String
			var oid asn1.ObjectIdentifier
			if !list.ReadASN1Element(&element, cbasn1.SEQUENCE) {
				failed = errNaming
				return
			}
			whole := element
			if !element.ReadASN1(&info, cbasn1.SEQUENCE) || !info.ReadASN1ObjectIdentifier(&oid) {
				failed = errNaming
				return
			}
			if !oid.Equal(oidData) {
				b.AddBytes(whole)
				continue
			}
			if !info.ReadASN1(&info, tag0) || !info.ReadASN1(&safe, cbasn1.OCTET_STRING) {
				failed = errNaming
				return
			}
			var named []byte
			if named, failed = nameBag(safe, name); failed != nil {
				return
			}
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(oidData)
				b.AddASN1(tag0, func(b *cryptobyte.Builder) { b.AddASN1OctetString(named) })
			})
		}
	})
	if failed != nil {
		return nil, failed
	}
	return b.Bytes()
}

// nameBag adds the attribute to the only bag of a safe. DER sorts what is in a
// SET: friendlyName's type comes before localKeyId's, but the shorter element
// comes first, as its length octet is compared before.
func nameBag(safe cryptobyte.String, name string) ([]byte, error) {
	var list, body, oid, value, attributes cryptobyte.String
	if !safe.ReadASN1(&list, cbasn1.SEQUENCE) || !list.ReadASN1(&body, cbasn1.SEQUENCE) || !list.Empty() ||
		!body.ReadASN1Element(&oid, cbasn1.OBJECT_IDENTIFIER) || !body.ReadASN1Element(&value, tag0) ||
		!body.ReadASN1(&attributes, cbasn1.SET) {
		return nil, errNaming
	}
	attribute, err := friendlyName(name)
	if err != nil {
		return nil, err
	}
	first, second := []byte(attributes), attribute
	if string(second) < string(first) {
		first, second = second, first
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(oid)
			b.AddBytes(value)
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
				b.AddBytes(first)
				b.AddBytes(second)
			})
		})
	})
	return b.Bytes()
}

// friendlyName returns the attribute. It is a BMPString; characters beyond are
// written in pairs, as every program does.
func friendlyName(name string) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1ObjectIdentifier(oidFriendlyName)
		b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.Tag(asn1.TagBMPString), func(b *cryptobyte.Builder) {
				for _, u := range utf16.Encode([]rune(name)) {
					b.AddUint16(u)
				}
			})
		})
	})
	return b.Bytes()
}

// macAgain returns MacData over new content, with the algorithm, salt and
// iterations of the old.
func macAgain(mac cryptobyte.String, content []byte, password string) ([]byte, error) {
	var digestInfo, algorithm, inner cryptobyte.String
	var oid asn1.ObjectIdentifier
	var salt []byte
	iterations := 1
	if !mac.ReadASN1(&digestInfo, cbasn1.SEQUENCE) || !digestInfo.ReadASN1Element(&algorithm, cbasn1.SEQUENCE) {
		return nil, errNaming
	}
	whole := algorithm
	if !algorithm.ReadASN1(&inner, cbasn1.SEQUENCE) || !inner.ReadASN1ObjectIdentifier(&oid) ||
		!mac.ReadASN1Bytes(&salt, cbasn1.OCTET_STRING) {
		return nil, errNaming
	}
	rest := mac // the iterations as they stand, or nothing for 1
	if !mac.Empty() && !mac.ReadASN1Integer(&iterations) {
		return nil, errNaming
	}
	h := digestHash(oid)
	if h == nil {
		return nil, fmt.Errorf("add friendlyName: %w", unknownEncryption(oid))
	}
	digest := hmac.New(h, pkcs12KDF(h, 3, bmpPassword(password), salt, iterations, h().Size()))
	digest.Write(content)
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(whole)
			b.AddASN1OctetString(digest.Sum(nil))
		})
		b.AddASN1OctetString(salt)
		b.AddBytes(rest)
	})
	return b.Bytes()
}
