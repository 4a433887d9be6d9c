package desk

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"software.sslmate.com/src/go-pkcs12"
)

// badBundles are PKCS #12 and PKCS #7 files that are malformed, closed, or made
// to keep the reader busy.
func badBundles() []badInput {
	signed := kept("signed.p7m")
	return []badInput{
		{name: "bundle: closed", data: kept("certs.p12"), want: "password-needed"},
		{name: "bundle: a wrong password", data: kept("certs.p12"), password: "terces", want: "password-wrong"},
		{name: "bundle: its password", data: kept("certs.p12"), password: "secret", want: "certificate test, usage-missing"},
		{name: "bundle: a key and no certificate", data: kept("key.p12"), password: "secret", want: "key P-256"},
		{name: "bundle: without a MAC", data: kept("nomac.p12"), password: "secret", want: "certificate test, usage-missing; key P-256"},
		{name: "bundle: without a MAC, a wrong password", data: kept("nomac.p12"), password: "terces", want: "password-wrong"},
		{name: "bundle: an empty password", data: kept("empty-password.p12"), want: "certificate test, usage-missing; key P-256"},
		{name: "bundle: an emoji for a password", data: kept("emoji.p12"), password: "😀", want: "certificate test, usage-missing; key P-256"},
		{name: "bundle: three million iterations", data: kept("slow.p12"), password: "secret", want: "certificate test, usage-missing; key P-256"},
		{name: "bundle: a thousand million iterations of the MAC", data: macOf(1_000_000_000), password: "secret", want: "too-many-iterations"},
		{name: "bundle: five million iterations of the MAC", data: macOf(5_000_000), password: "secret", want: "password-wrong"},
		{name: "bundle: no iterations", data: macOf(0), password: "secret", want: "damaged-encryption"},
		{name: "bundle: less than no iterations", data: macOf(-1), password: "secret", want: "damaged-encryption"},
		{name: "bundle: PBMAC1 with a thousand million iterations", data: pbmac1Of(1_000_000_000, 32), password: "secret", want: "too-many-iterations"},
		{name: "bundle: PBMAC1 with a key of one octet", data: pbmac1Of(2048, 1), password: "secret", want: "damaged-bundle"},
		{name: "bundle: PBMAC1, a wrong password", data: pbmac1Of(2048, 32), password: "secret", want: "password-wrong"},
		{name: "bundle: a key that belongs to another certificate", data: mismatched, password: "secret", want: "certificate test, usage-missing; key RSA 2048"},
		{name: "bundle: a secret of Java", data: kept("secret.p12"), password: "secret1", want: "format-other-secret, 1.2.840.113549.1.12.10.1.5"},
		{name: "bundle: cut off", data: upTo(kept("certs.p12"), 300), password: "secret", want: "damaged-cut-off"},
		{name: "bundle: one octet changed", data: changed(kept("certs.p12"), []byte{0x30, 0x82}, []byte{0x31, 0x82}), password: "secret", want: "not-recognised"},
		{name: "bundle: bags in bags 2,000 deep", data: bagsInBags(2_000), want: "damaged-bundle, nested too deep"},
		{name: "bundle: bags in bags 10 deep", data: bagsInBags(10), want: "not-recognised"},
		{name: "bundle: 20,000 empty bags", data: pfxOf(seq(bytes.Repeat(seq(oid(1, 2, 840, 113549, 1, 12, 10, 1, 5), tlv(0xa0, seq())), 20_000))), want: "damaged-bundle"},
		{name: "PKCS #7: a signed letter", data: signed, want: "certificate test, usage-missing"},
		{name: "PKCS #7: cut off", data: upTo(signed, 200), want: "damaged-cut-off"},
		{name: "PKCS #7: an encrypted letter", data: kept("enveloped.p7m"), want: "format-pkcs7-other, 1.2.840.113549.1.7.3"},
		{name: "PKCS #7: nested 20,000 deep", data: raw(seq(oid(1, 2, 840, 113549, 1, 7, 2), nested(20_000))), want: "damaged-bundle, nested too deep"},
		{name: "PKCS #7: open elements 20,000 deep", data: raw([]byte{0x30, 0x80}, oid(1, 2, 840, 113549, 1, 7, 2), bytes.Repeat([]byte{0xa0, 0x80}, 20_000)), want: "damaged-bundle, nested too deep"},
		{name: "PKCS #7: a string in 300,000 pieces", data: raw([]byte{0x30, 0x80}, oid(1, 2, 840, 113549, 1, 7, 2), []byte{0xa0, 0x80, 0x24, 0x80},
			bytes.Repeat([]byte{4, 1, 'x'}, 300_000), make([]byte, 6)), want: "damaged-bundle"},
		{name: "time stamp request", data: kept("query.tsq"), want: "not-recognised"},
	}
}

// pfxOf is a PKCS #12 file (RFC 7292) without encryption and MAC.
func pfxOf(safe []byte, mac ...[]byte) func(testing.TB) []byte {
	data := oid(1, 2, 840, 113549, 1, 7, 1)
	safes := seq(seq(data, tlv(0xa0, tlv(0x04, safe))))
	return raw(seq(append([][]byte{integer(3), seq(data, tlv(0xa0, tlv(0x04, safes)))}, mac...)...))
}

func macOf(iterations int64) func(testing.TB) []byte {
	digest := seq(seq(oid(2, 16, 840, 1, 101, 3, 4, 2, 1), []byte{5, 0}), tlv(0x04, make([]byte, 32)))
	return pfxOf(seq(), seq(digest, tlv(0x04, []byte("saltsalt")), integer(iterations)))
}

// pbmac1Of is a file with a MAC of RFC 9579 that no password makes.
func pbmac1Of(iterations, size int64) func(testing.TB) []byte {
	hmac := seq(oid(1, 2, 840, 113549, 2, 9), []byte{5, 0})
	kdf := seq(oid(1, 2, 840, 113549, 1, 5, 12), seq(tlv(0x04, []byte("saltsalt")), integer(iterations), integer(size), hmac))
	digest := seq(seq(oid(1, 2, 840, 113549, 1, 5, 14), seq(kdf, hmac)), tlv(0x04, make([]byte, 32)))
	return pfxOf(seq(), seq(digest, tlv(0x04, []byte("saltsalt")), integer(1)))
}

func bagsInBags(depth int) func(testing.TB) []byte {
	bags := seq()
	for range depth {
		bags = seq(seq(oid(1, 2, 840, 113549, 1, 12, 10, 1, 6), tlv(0xa0, bags)))
	}
	return pfxOf(bags)
}

// mismatched is a bundle of a certificate with the key of another.
func mismatched(t testing.TB) []byte {
	t.Helper()
	block, _ := pem.Decode(kept("rsa.key")(t))
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	block, _ = pem.Decode(kept("ec.crt")(t))
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	data, err := pkcs12.Modern2023.Encode(key, c, nil, "secret")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// badPasswords are passwords that nobody expects, on a key that is closed with
// another.
func badPasswords() []badInput {
	var list []badInput
	for _, p := range []struct{ name, password string }{
		{"emoji", "🔑🔑🔑"}, {"NUL", "a\x00b"}, {"invalid UTF-8", "\xff\xfe\xc0"}, {"a megabyte", string(bytes.Repeat([]byte("x"), 1<<20))},
		{"control characters", "\x1b[31m\r\n"}, {"right to left", "\u202etnirp"}, {"a blank", " "},
	} {
		for _, f := range []string{"scrypt.key", "legacy.key", "certs.p12"} {
			list = append(list, badInput{name: "password: " + p.name + ", " + f, data: kept(f), password: p.password, want: "password-wrong"})
		}
	}
	return append(list,
		badInput{name: "password: right, scrypt", data: kept("scrypt.key"), password: "secret", want: "key P-256"},
		badInput{name: "password: right, of long ago", data: kept("legacy.key"), password: "secret", want: "key P-256"},
		badInput{name: "password: right, DES", data: kept("des.key"), password: "secret", want: "key RSA 2048"},
		badInput{name: "password: none, of long ago", data: kept("legacy.key"), want: "password-needed"},
		badInput{name: "password: right, but the DEK-Info is not", data: changed(kept("legacy.key"), []byte("AES-256-CBC,"), []byte("AES-256-CBC,ZZ")), password: "secret", want: "format-legacy-encryption"},
		badInput{name: "password: right, an encryption nobody knows", data: changed(kept("legacy.key"), []byte("AES-256-CBC"), []byte("ROT-13-ROT")), password: "secret", want: "format-legacy-encryption"},
		badInput{name: "password: PBKDF2 with a thousand million iterations", data: encrypted(pbkdf2Of(1_000_000_000, 32), make([]byte, 64)), password: "x", want: "too-many-iterations"},
		badInput{name: "password: PBKDF2 with the most iterations that are made", data: encrypted(pbkdf2Of(2_000_000, 32), make([]byte, 64)), password: "x", want: "password-wrong"},
		badInput{name: "password: PBKDF2 with a salt of 8 MB", data: encrypted(seq(oid(1, 2, 840, 113549, 1, 5, 12),
			seq(tlv(0x04, make([]byte, 8<<20)), integer(2048), seq(oid(1, 2, 840, 113549, 2, 9), []byte{5, 0}))), make([]byte, 64)), password: "x", want: "password-wrong"},
		badInput{name: "password: scrypt with 2^40 octets of memory", data: encrypted(scryptOf(1<<30, 8, 1), make([]byte, 64)), password: "x", want: "too-many-iterations"},
		badInput{name: "password: scrypt with p of 2^24", data: encrypted(scryptOf(2, 1, 1<<24), make([]byte, 64)), password: "x", want: "too-many-iterations"},
		badInput{name: "password: scrypt with the most memory that is used", data: encrypted(scryptOf(1<<16, 8, 1), make([]byte, 64)), password: "x", want: "password-wrong"},
		badInput{name: "password: scrypt with N of 3", data: encrypted(scryptOf(3, 8, 1), make([]byte, 64)), password: "x", want: "damaged-encryption"},
		badInput{name: "password: scrypt with r of -1", data: encrypted(scryptOf(1024, -1, 1), make([]byte, 64)), password: "x", want: "damaged-encryption"},
		badInput{name: "password: nothing is encrypted", data: encrypted(pbkdf2Of(2048, 32), nil), password: "x", want: "damaged-encryption"},
		badInput{name: "password: an encryption nobody knows", data: raw(seq(seq(oid(1, 2, 3, 4), []byte{5, 0}), tlv(0x04, make([]byte, 64)))), password: "x", want: "format-encryption, 1.2.3.4"},
	)
}

func pbkdf2Of(iterations, size int64) []byte {
	return seq(oid(1, 2, 840, 113549, 1, 5, 12), seq(tlv(0x04, []byte("saltsalt")), integer(iterations), integer(size),
		seq(oid(1, 2, 840, 113549, 2, 9), []byte{5, 0})))
}

func scryptOf(n, r, p int64) []byte {
	return seq(oid(1, 3, 6, 1, 4, 1, 11591, 4, 11), seq(tlv(0x04, []byte("saltsalt")), integer(n), integer(r), integer(p)))
}

// encrypted is a private key of PKCS #8 under PBES2 (RFC 8018 section 6.2).
func encrypted(kdf, contents []byte) func(testing.TB) []byte {
	aes := seq(oid(2, 16, 840, 1, 101, 3, 4, 1, 42), tlv(0x04, make([]byte, 16)))
	return raw(seq(seq(oid(1, 2, 840, 113549, 1, 5, 13), seq(kdf, aes)), tlv(0x04, contents)))
}
