package desk

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
	"testing"
)

// badKeys are private keys that are malformed, weak or of kinds that TLS does
// not use.
func badKeys() []badInput {
	ecKey := func(key []byte) []byte {
		return seq(integer(1), tlv(0x04, key), tlv(0xa0, oid(1, 2, 840, 10045, 3, 1, 7)))
	}
	pkcs8 := func(algorithm []byte, key []byte) []byte { return seq(integer(0), algorithm, tlv(0x04, key)) }
	ed25519 := seq(oid(1, 3, 101, 112))
	return []badInput{
		{name: "private key: cut off", data: upTo(kept("ec.key"), 120), want: "damaged-pem"},
		{name: "private key: cut off inside", data: armoured("PRIVATE KEY", upTo(rsaParts(nil), 400)), want: "damaged-cut-off"},
		{name: "private key: an EC key of zero", data: raw(ecKey(make([]byte, 32))), want: "damaged-key, ecdsa: invalid public key encoding"},
		{name: "private key: an EC key above the order", data: raw(ecKey(bytes.Repeat([]byte{0xff}, 32))), want: "damaged-key, input overflows the modulus"},
		{name: "private key: an EC key of 100 octets", data: raw(ecKey(bytes.Repeat([]byte{1}, 100))), want: "damaged-key, x509: invalid private key length"},
		{name: "private key: an EC key without its curve", data: raw(seq(integer(1), tlv(0x04, bytes.Repeat([]byte{1}, 32)))), want: "damaged-key, x509: unknown elliptic curve"},
		{name: "private key: Ed25519 of 16 octets", data: raw(pkcs8(ed25519, tlv(0x04, make([]byte, 16)))), want: "damaged-key, x509: invalid Ed25519 private key length: 16"},
		{name: "private key: of an algorithm nobody knows", data: raw(pkcs8(seq(oid(1, 2, 3, 4)), []byte{1, 2, 3})), want: "format-key-algorithm, 1.2.3.4"},
		{name: "private key: RSA, p times q is not n", data: rsaParts(func(k *rsaNumbers) { k.P = new(big.Int).Add(k.P, big.NewInt(2)) }), want: "damaged-key, crypto/rsa: p * q != n"},
		{name: "private key: RSA, d belongs to another", data: rsaParts(func(k *rsaNumbers) { k.D = new(big.Int).Sub(k.D, big.NewInt(2)) }), want: "damaged-key, crypto/rsa: d does not match dP"},
		{name: "private key: RSA with the exponent 1", data: rsaParts(func(k *rsaNumbers) { k.E = big.NewInt(1) }), want: "damaged-key, crypto/rsa: public exponent too small or negative"},
		{name: "private key: RSA with an even exponent", data: rsaParts(func(k *rsaNumbers) { k.E = big.NewInt(65536) }), want: "damaged-key, crypto/rsa: public exponent is even"},
		{name: "private key: RSA with an even modulus", data: rsaParts(func(k *rsaNumbers) { k.N = new(big.Int).Lsh(k.N, 1) }), want: "damaged-key, crypto/rsa: public modulus is even"},
		{name: "private key: RSA with zeros", data: rsaParts(func(k *rsaNumbers) {
			k.N, k.D, k.P, k.Q = new(big.Int), new(big.Int), new(big.Int), new(big.Int)
		}), want: "damaged-key, x509: private key contains zero or negative value"},
		{name: "private key: RSA of 100,000 bits", data: rsaParts(func(k *rsaNumbers) { k.N = ones(100_000) }), want: "damaged-key, crypto/rsa: p * q != n"},
		{name: "private key: RSA of 8 million bits", data: rsaParts(func(k *rsaNumbers) { k.N = ones(8 << 20) }), want: "format-huge-key"},
		{name: "private key: RSA of 60,000 bits, with factors", data: rsaParts(func(k *rsaNumbers) {
			k.P, k.Q = ones(30_000), new(big.Int).Sub(ones(30_000), big.NewInt(2))
			k.N = new(big.Int).Mul(k.P, k.Q)
			k.D = ones(59_000)
		}), want: "damaged-key, crypto/rsa: invalid CRT exponent"},
		{name: "private key: RSA of 512 bits", data: kept("rsa512.key"), want: "key RSA 512"},
		{name: "private key: RSA for PSS alone", data: kept("pss.key"), want: "format-rsa-pss-key"},
		{name: "private key: DSA", data: kept("dsa.key"), want: "format-dsa-key"},
		{name: "private key: Diffie-Hellman", data: kept("dh.key"), want: "format-agreement-key, Diffie-Hellman"},
		{name: "private key: Ed448", data: kept("ed448.key"), want: "format-ed448-key"},
		{name: "private key: X25519", data: kept("x25519.key"), want: "format-agreement-key, X25519"},
		{name: "private key: X448", data: kept("x448.key"), want: "format-agreement-key, X448"},
		{name: "private key: SM2", data: kept("sm2.key"), want: "format-curve, 1.2.156.10197.1.301"},
		{name: "private key: secp256k1", data: kept("secp256k1.key"), want: "format-curve, secp256k1"},
		{name: "private key: brainpool", data: kept("brainpool.key"), want: "format-curve, 1.3.36.3.3.2.8.1.1.7"},
		{name: "private key: a binary curve", data: kept("binary.key"), want: "format-curve, 1.3.132.0.27"},
		{name: "private key: a curve written out", data: kept("explicit.key"), want: "format-explicit-curve"},
		{name: "private key: GOST", data: raw(pkcs8(seq(oid(1, 2, 643, 7, 1, 1, 1, 1), seq(oid(1, 2, 643, 2, 2, 35, 1))), make([]byte, 32))), want: "format-gost-key"},
		{name: "public key", data: kept("rsa.pub"), want: "public-key"},
		{name: "public key: PKCS #1", data: kept("rsa-pkcs1.pub"), want: "public-key"},
		{name: "parameters of Diffie-Hellman", data: kept("dh.pem"), want: "format-parameters"},
	}
}

type rsaNumbers struct {
	Version               int
	N, E, D, P, Q, Dp, Dq *big.Int
	Qinv                  *big.Int
}

// rsaParts is a private key of PKCS #1 (RFC 8017 appendix A.1.2) whose numbers
// are changed.
func rsaParts(edit func(*rsaNumbers)) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		block, _ := pem.Decode(kept("rsa.key")(t))
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		key := parsed.(*rsa.PrivateKey)
		n := rsaNumbers{N: key.N, E: big.NewInt(int64(key.E)), D: key.D, P: key.Primes[0], Q: key.Primes[1],
			Dp: key.Precomputed.Dp, Dq: key.Precomputed.Dq, Qinv: key.Precomputed.Qinv}
		if edit != nil {
			edit(&n)
		}
		der, err := asn1.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		return der
	}
}

// badRequests are certification requests that are malformed, or ask for what
// nobody gets.
func badRequests() []badInput {
	request := func(version, subject, key, attributes, signature []byte) func(testing.TB) []byte {
		return raw(seq(seq(version, subject, key, tlv(0xa0, attributes)), ecdsaSHA256, signature))
	}
	zero, name, signature := integer(0), cn(utf8Text("test")), bits(seq(integer(1), integer(1)))
	asks := func(extensions ...[]byte) []byte {
		return seq(oid(1, 2, 840, 113549, 1, 9, 14), tlv(0x31, seq(extensions...)))
	}
	good := request(zero, name, p256Key(), nil, signature)
	return []badInput{
		{name: "request: signed by nobody", data: good, want: "request test, request-signature"},
		{name: "request: cut off", data: upTo(good, -20), want: "damaged-cut-off"},
		{name: "request: cut off, as PEM", data: armoured("CERTIFICATE REQUEST", upTo(good, -20)), want: "damaged-cut-off"},
		{name: "request: without a key", data: request(zero, name, nil, nil, signature), want: "damaged-request, asn1: structure error: tags do… of 249"},
		{name: "request: version 2^40", data: request(integer(1<<40), name, p256Key(), nil, signature), want: "request test, request-signature"},
		{name: "request: RSA with the exponent 1", data: request(zero, name, rsaKey(ones(2048), integer(1)), nil, signature), want: "request test, faults key-weak"},
		{name: "request: RSA of 4 million bits", data: request(zero, name, rsaKey(ones(4<<20), integer(65537)), nil, signature), want: "request test, faults key-refused"},
		{name: "request: asks to be an authority", data: request(zero, name, p256Key(),
			asks(extension(true, seq([]byte{1, 1, 0xff}), 2, 5, 29, 19)), signature), want: "request test, request-signature"},
		{name: "request: extensions that are none", data: request(zero, name, p256Key(), asks(integer(1)), signature), want: "damaged-request, asn1: structure error: sequence tag mismatch"},
		{name: "request: attributes nested 20,000 deep", data: request(zero, name, p256Key(), nested(20_000), signature), want: "request test, request-signature"},
		{name: "request: a subject that deceives", data: request(zero, cn(utf8Text("bob\u202e")), p256Key(), nil, signature), want: "request bob\\u{202E}, request-signature"},
		{name: "request: an empty subject", data: request(zero, seq(), p256Key(), nil, signature), want: "request ?, request-signature"},
		{name: "request: Ed448", data: kept("ed448.csr"), want: "request test, faults key-refused"},
		{name: "request: secp256k1", data: kept("secp256k1.csr"), want: "format-curve, secp256k1"},
	}
}

// badCRLs are revocation lists that are malformed or signed by nobody.
func badCRLs() []badInput {
	list := func(version, update, entries, extensions []byte) func(testing.TB) []byte {
		return raw(seq(seq(version, ecdsaSHA256, cn(utf8Text("Nobody")), update, entries, extensions), ecdsaSHA256, bits(seq(integer(1), integer(1)))))
	}
	at := tlv(0x17, []byte("260101000000Z"))
	entry := func(serial []byte, more ...[]byte) []byte { return seq(append([][]byte{serial, at}, more...)...) }
	good := list(integer(1), at, seq(entry(integer(7))), nil)
	return []badInput{
		{name: "CRL: of an authority that is not here", data: good, want: "crl of 1"},
		{name: "CRL: cut off", data: upTo(good, -20), want: "damaged-cut-off"},
		{name: "CRL: version 1", data: list(nil, at, seq(entry(integer(7))), nil), want: "format-crl-v1"},
		{name: "CRL: version 9", data: list(integer(8), at, nil, nil), want: "damaged-crl, x509: unsupported crl version: 8"},
		{name: "CRL: without a date", data: list(integer(1), nil, nil, nil), want: "damaged-certificate, x509: malformed validity"},
		{name: "CRL: a reason of 99", data: list(integer(1), at, seq(entry(integer(7), seq(extension(false, []byte{0x0a, 1, 99}, 2, 5, 29, 21)))), nil), want: "crl of 1"},
		{name: "CRL: a negative serial number", data: list(integer(1), at, seq(entry(integer(-7))), nil), want: "crl of 1"},
		{name: "CRL: one serial 100,000 times", data: list(integer(1), at, seq(bytes.Repeat(entry(integer(7)), 100_000)), nil), want: "crl of 100000"},
		{name: "CRL: a number of a megabyte", data: list(integer(1), at, nil, tlv(0xa0, seq(extension(false, marshal(ones(8<<20)), 2, 5, 29, 20)))), want: "crl of 0"},
	}
}

// badIndexes are records of openssl ca that are malformed.
func badIndexes() []badInput {
	const good = "V\t300101010203Z\t\t01\tunknown\t/CN=a\n"
	return []badInput{
		{name: "index: on its own", data: plain(good), want: "not-recognised"},
		{name: "index: a line cut off", data: plain(good + "R\t3001"), want: "not-recognised"},
		{name: "index: a serial of 1 MB", data: plain(good + "V\t300101010203Z\t\t" + string(bytes.Repeat([]byte("F"), 1<<20)) + "\tunknown\t/CN=a\n"), want: "not-recognised"},
		{name: "index: 100,000 lines", data: plain(string(bytes.Repeat([]byte(good), 100_000))), want: "not-recognised"},
	}
}
