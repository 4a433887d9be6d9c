package desk

import (
	"bytes"
	"encoding/asn1"
	"math/big"
	"slices"
)

// badCertificates are certificates that are cut off, malformed, or of keys and
// dates that nobody should accept.
func badCertificates() []badInput {
	good := cert(nil)
	list := []badInput{
		{name: "certificate: as it should be", data: good, want: "certificate test, key-id-no-issuer"},
		{name: "certificate: one octet", data: upTo(good, 1), want: "not-recognised"},
		{name: "certificate: the first two octets", data: upTo(good, 2), want: "not-recognised"},
		{name: "certificate: cut off in its length", data: upTo(good, 3), want: "not-recognised"},
		{name: "certificate: cut off before the version", data: upTo(good, 8), want: "damaged-cut-off"},
		{name: "certificate: cut off in the serial number", data: upTo(good, 16), want: "damaged-cut-off"},
		{name: "certificate: cut off in the issuer", data: upTo(good, 45), want: "damaged-cut-off"},
		{name: "certificate: cut off in the dates", data: upTo(good, 70), want: "damaged-cut-off"},
		{name: "certificate: cut off in the key", data: upTo(good, 150), want: "damaged-cut-off"},
		{name: "certificate: cut off in the extensions", data: upTo(good, -40), want: "damaged-cut-off"},
		{name: "certificate: cut off in the signature", data: upTo(good, -3), want: "damaged-cut-off"},
		{name: "certificate: the last octet is missing", data: upTo(good, -1), want: "damaged-cut-off"},
		{name: "certificate: cut off, as PEM", data: armoured("CERTIFICATE", upTo(good, -30)), want: "damaged-cut-off"},
		{name: "certificate: junk behind it", data: raw(good(nil), []byte("junk behind")), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: a second one behind it, cut off", data: raw(good(nil), good(nil)[:100]), want: "certificate test, key-id-no-issuer; unread (damaged-cut-off)"},
		{name: "certificate: zeros behind it", data: raw(good(nil), make([]byte, 4096)), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: zeros before it", data: raw(make([]byte, 16), good(nil)), want: "not-recognised"},
		{name: "certificate: a length of 4 GiB", data: raw([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 0x30, 0x03}), want: "not-recognised"},
		{name: "certificate: a length of 2^64", data: raw([]byte{0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x30, 0x03}), want: "not-recognised"},
		{name: "certificate: a length of 126 octets", data: raw([]byte{0x30, 0xfe}, bytes.Repeat([]byte{0xff}, 200)), want: "not-recognised"},
		{name: "certificate: a length left open", data: raw([]byte{0x30, 0x80}, contents(good(nil)), []byte{0, 0}), want: "damaged-certificate, x509: malformed certificate"},
		{name: "certificate: a length longer than it needs", data: raw([]byte{0x30, 0x84, 0, 0, byte(len(contents(good(nil))) >> 8), byte(len(contents(good(nil))))}, contents(good(nil))), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: nested 20,000 deep, closed", data: raw(nested(20_000)), want: "not-recognised"},
		{name: "certificate: nested 20,000 deep, open", data: raw(bytes.Repeat([]byte{0x30, 0x80}, 20_000)), want: "not-recognised"},
		{name: "certificate: nested 20,000 deep in an extension", data: withExtensions(extension(false, nested(20_000), 1, 2, 3)), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: nested 20,000 deep in its subject", data: withSubject(nested(20_000)), want: "damaged-certificate, x509: invalid RDNSequence"},
		{name: "certificate: a serial number of zero", data: cert(func(c *certParts) { c.serial = integer(0) }), want: "certificate test, serial-form, key-id-no-issuer"},
		{name: "certificate: a negative serial number", data: cert(func(c *certParts) { c.serial = integer(-5) }), want: "damaged-certificate, x509: negative serial number"},
		{name: "certificate: a serial number of 200 octets", data: cert(func(c *certParts) { c.serial = marshal(ones(1600)) }), want: "certificate test, serial-form, key-id-no-issuer"},
		{name: "certificate: a serial number of a megabyte", data: cert(func(c *certParts) { c.serial = marshal(ones(8 << 20)) }), want: "certificate test, serial-form, key-id-no-issuer"},
		{name: "certificate: an empty serial number", data: cert(func(c *certParts) { c.serial = []byte{2, 0} }), want: "damaged-certificate, x509: malformed serial number"},
		{name: "certificate: version 1 with extensions", data: cert(func(c *certParts) { c.version = nil }), want: "certificate test, version-old"},
		{name: "certificate: version 1", data: cert(func(c *certParts) { c.version, c.extensions = nil, nil }), want: "certificate test, version-old"},
		{name: "certificate: version 4", data: cert(func(c *certParts) { c.version = tlv(0xa0, integer(3)) }), want: "damaged-certificate, x509: invalid version"},
		{name: "certificate: version 2^62", data: cert(func(c *certParts) { c.version = tlv(0xa0, integer(1<<62)) }), want: "damaged-certificate, x509: invalid version"},
		{name: "certificate: other algorithm outside than inside", data: cert(func(c *certParts) { c.outerAlgorithm = seq(oid(1, 2, 840, 113549, 1, 1, 5)) }), want: "damaged-certificate, x509: inner and outer signatur… of 65"},
		{name: "certificate: signed with an algorithm nobody knows", data: cert(func(c *certParts) {
			c.algorithm = seq(oid(1, 2, 3, 4))
			c.outerAlgorithm = c.algorithm
		}), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: a signature of no octets", data: cert(func(c *certParts) { c.signature = bits() }), want: "certificate test, key-id-no-issuer"},
		{name: "certificate: signed with MD5", data: kept("md5.crt"), want: "certificate test, signature-weak, usage-missing"},
		{name: "certificate: something behind the extensions", data: cert(func(c *certParts) { c.after = integer(1) }), want: "certificate test, key-id-no-issuer"},
	}
	return append(append(list, badDates()...), badCertificateKeys()...)
}

// contents are what is in an element.
func contents(der []byte) []byte {
	var value asn1.RawValue
	if _, err := asn1.Unmarshal(der, &value); err != nil {
		panic(err) // a mistake in the table
	}
	return value.Bytes
}

// nested are SEQUENCEs in each other, each with its right length.
func nested(depth int) []byte {
	var heads [][]byte
	length := 0
	for range depth {
		head := append([]byte{0x30}, derLength(length)...)
		heads = append(heads, head)
		length += len(head)
	}
	slices.Reverse(heads)
	return bytes.Join(heads, nil)
}

func badDates() []badInput {
	dates := func(tag byte, from, until string) badInput {
		return badInput{data: cert(func(c *certParts) {
			c.validity = seq(tlv(tag, []byte(from)), tlv(tag, []byte(until)))
		})}
	}
	var list []badInput
	for _, d := range []struct {
		name        string
		tag         byte
		from, until string
		want        string
	}{
		{"it ends before it begins", 0x17, "300101000000Z", "260101000000Z", "certificate test, validity-inverted, ended, key-id-no-issuer"},
		{"it ended", 0x17, "200101000000Z", "210101000000Z", "certificate test, ended, key-id-no-issuer"},
		{"it ends in the year 9999", 0x18, "20260101000000Z", "99991231235959Z", "certificate test, key-id-no-issuer"},
		{"it begins in the year 0", 0x18, "00000101000000Z", "20460101000000Z", "certificate test, key-id-no-issuer"},
		{"the 31st of February", 0x17, "260231000000Z", "460101000000Z", "damaged-certificate, x509: malformed UTCTime"},
		{"a date without its seconds", 0x17, "2601010000Z", "460101000000Z", "certificate test, key-id-no-issuer"},
		{"a date in a time zone", 0x17, "260101000000+0800", "460101000000Z", "certificate test, key-id-no-issuer"},
		{"letters for a date", 0x17, "yesterday0000", "460101000000Z", "damaged-certificate, x509: malformed UTCTime"},
		{"no date at all", 0x17, "", "", "damaged-certificate, x509: malformed UTCTime"},
	} {
		in := dates(d.tag, d.from, d.until)
		in.name, in.want = "dates: "+d.name, d.want
		list = append(list, in)
	}
	return list
}

func badCertificateKeys() []badInput {
	unknown := seq(seq(oid(1, 2, 643, 7, 1, 1, 1, 1), seq(oid(1, 2, 643, 2, 2, 35, 1))), bits(tlv(0x04, make([]byte, 64))))
	offCurve := point()
	offCurve[64] ^= 1
	p256 := seq(oid(1, 2, 840, 10045, 2, 1), oid(1, 2, 840, 10045, 3, 1, 7))
	return []badInput{
		{name: "key: RSA with the exponent 1", data: certOf(rsaKey(ones(2048), integer(1))), want: "certificate test, key-broken, key-id-no-issuer"},
		{name: "key: RSA with an even exponent", data: certOf(rsaKey(ones(2048), integer(4))), want: "certificate test, key-broken, key-id-no-issuer"},
		{name: "key: RSA with the exponent 0", data: certOf(rsaKey(ones(2048), integer(0))), want: "damaged-certificate, x509: RSA public exponent is not a positive number"},
		{name: "key: RSA with a negative exponent", data: certOf(rsaKey(ones(2048), integer(-3))), want: "damaged-certificate, x509: RSA public exponent is not a positive number"},
		{name: "key: RSA with an exponent of 1024 bits", data: certOf(rsaKey(ones(2048), marshal(ones(1024)))), want: "damaged-certificate, x509: invalid RSA public exponent"},
		{name: "key: RSA with a negative modulus", data: certOf(rsaKey(new(big.Int).Neg(ones(2048)), integer(65537))), want: "damaged-certificate, x509: RSA modulus is not a positive number"},
		{name: "key: RSA with an even modulus", data: certOf(rsaKey(new(big.Int).Lsh(ones(2047), 1), integer(65537))), want: "certificate test, key-broken, key-id-no-issuer"},
		{name: "key: RSA with the modulus 0", data: certOf(rsaKey(new(big.Int), integer(65537))), want: "damaged-certificate, x509: RSA modulus is not a positive number"},
		{name: "key: RSA of 512 bits", data: kept("rsa512.crt"), want: "certificate test, key-short, usage-missing"},
		{name: "key: RSA of 100,000 bits", data: certOf(rsaKey(ones(100_000), integer(65537))), want: "certificate test, key-broken, key-id-no-issuer"},
		{name: "key: RSA of 16 million bits that signs itself", data: cert(func(c *certParts) {
			c.key = rsaKey(ones(16<<20), integer(65537))
			c.algorithm = seq(oid(1, 2, 840, 113549, 1, 1, 11), []byte{5, 0})
			c.outerAlgorithm, c.issuer = c.algorithm, c.subject
			c.signature = bits(bytes.Repeat([]byte{0x55}, 2<<20))
		}), want: "certificate test, key-broken, key-id-no-issuer"},
		{name: "key: RSA for PSS alone", data: kept("pss.crt"), want: "certificate test, key-foreign, usage-missing"},
		{name: "key: a point off the curve", data: certOf(seq(p256, bits(offCurve))), want: "damaged-certificate, P256 point not on curve"},
		{name: "key: the point at infinity", data: certOf(seq(p256, bits([]byte{0}))), want: "damaged-certificate, ecdsa: invalid uncompressed public key"},
		{name: "key: a compressed point", data: certOf(seq(p256, bits([]byte{2}, point()[1:33]))), want: "damaged-certificate, ecdsa: invalid uncompressed public key"},
		{name: "key: no point", data: certOf(seq(p256, bits())), want: "damaged-certificate, ecdsa: invalid uncompressed public key"},
		{name: "key: Ed25519 of 31 octets", data: certOf(seq(seq(oid(1, 3, 101, 112)), bits(make([]byte, 31)))), want: "damaged-certificate, x509: wrong Ed25519 public key size"},
		{name: "key: Ed448", data: kept("ed448.crt"), want: "certificate test, key-foreign, usage-missing"},
		{name: "key: DSA", data: kept("dsa.crt"), want: "certificate test, key-foreign, usage-missing"},
		{name: "key: secp256k1", data: kept("secp256k1.crt"), want: "format-curve, secp256k1"},
		{name: "key: brainpool", data: kept("brainpool.crt"), want: "format-curve, 1.3.36.3.3.2.8.1.1.7"},
		{name: "key: a curve written out", data: kept("explicit.crt"), want: "format-explicit-curve"},
		{name: "key: GOST", data: certOf(unknown), want: "certificate test, key-foreign, key-id-no-issuer"},
		{name: "key: of an algorithm nobody knows", data: certOf(seq(seq(oid(1, 2, 3, 4)), bits([]byte{1, 2, 3}))), want: "certificate test, key-foreign, key-id-no-issuer"},
		{name: "key: none", data: certOf(nil), want: "damaged-certificate, x509: malformed spki"},
	}
}
