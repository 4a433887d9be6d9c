package desk

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/base64"
	"math/big"
	"testing"
)

// tlv is an element of DER. Its length is right.
func tlv(tag byte, parts ...[]byte) []byte {
	contents := bytes.Join(parts, nil)
	return append(append([]byte{tag}, derLength(len(contents))...), contents...)
}

func derLength(n int) []byte {
	if n < 0x80 {
		return []byte{byte(n)}
	}
	octets := big.NewInt(int64(n)).Bytes()
	return append([]byte{0x80 | byte(len(octets))}, octets...)
}

func seq(parts ...[]byte) []byte { return tlv(0x30, parts...) }

func marshal(value any) []byte {
	der, err := asn1.Marshal(value)
	if err != nil {
		panic(err) // a mistake in the table
	}
	return der
}

func oid(numbers ...int) []byte { return marshal(asn1.ObjectIdentifier(numbers)) }

func integer(n int64) []byte { return marshal(n) }

func bits(octets ...[]byte) []byte { return tlv(0x03, append([][]byte{{0}}, octets...)...) }

func utf8Text(s string) []byte { return tlv(0x0c, []byte(s)) }

// cn is a distinguished name of one common name.
func cn(value []byte) []byte { return seq(tlv(0x31, seq(oid(2, 5, 4, 3), value))) }

func extension(critical bool, value []byte, id ...int) []byte {
	parts := [][]byte{oid(id...)}
	if critical {
		parts = append(parts, []byte{1, 1, 0xff})
	}
	return seq(append(parts, tlv(0x04, value))...)
}

var ecdsaSHA256 = seq(oid(1, 2, 840, 10045, 4, 3, 2))

// point is the generator of P-256, a public key as good as any.
func point() []byte {
	p := elliptic.P256().Params()
	return append(append([]byte{4}, p.Gx.FillBytes(make([]byte, 32))...), p.Gy.FillBytes(make([]byte, 32))...)
}

func p256Key() []byte {
	return seq(seq(oid(1, 2, 840, 10045, 2, 1), oid(1, 2, 840, 10045, 3, 1, 7)), bits(point()))
}

func rsaKey(modulus *big.Int, exponent []byte) []byte {
	return seq(seq(oid(1, 2, 840, 113549, 1, 1, 1), []byte{5, 0}), bits(seq(marshal(modulus), exponent)))
}

// ones is an odd number of so many bits, all of them set.
func ones(bits uint) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(1), bits)
	return n.Sub(n, big.NewInt(1))
}

// certParts are the parts of a certificate, each to be replaced.
type certParts struct {
	version, serial, algorithm, issuer, validity, subject, key []byte
	extensions                                                 [][]byte
	after                                                      []byte // behind the extensions
	outerAlgorithm, signature                                  []byte
}

// cert makes a certificate of parts, with a signature that nobody made.
func cert(edit func(*certParts)) func(testing.TB) []byte {
	c := certParts{
		version: tlv(0xa0, integer(2)), serial: integer(0x1234), algorithm: ecdsaSHA256,
		issuer: cn(utf8Text("Nobody")), subject: cn(utf8Text("test")),
		validity: seq(tlv(0x17, []byte("260101000000Z")), tlv(0x17, []byte("460101000000Z"))),
		key:      p256Key(), outerAlgorithm: ecdsaSHA256,
		signature:  bits(seq(integer(1), integer(1))),
		extensions: [][]byte{extension(false, seq(tlv(0x82, []byte("test.example"))), 2, 5, 29, 17)},
	}
	if edit != nil {
		edit(&c)
	}
	var extensions []byte
	if len(c.extensions) > 0 {
		extensions = tlv(0xa3, seq(c.extensions...))
	}
	tbs := seq(c.version, c.serial, c.algorithm, c.issuer, c.validity, c.subject, c.key, extensions, c.after)
	return raw(seq(tbs, c.outerAlgorithm, c.signature))
}

func certOf(key []byte) func(testing.TB) []byte {
	return cert(func(c *certParts) { c.key = key })
}

func withExtensions(list ...[]byte) func(testing.TB) []byte {
	return cert(func(c *certParts) { c.extensions = append(c.extensions, list...) })
}

func withNames(names ...[]byte) func(testing.TB) []byte {
	return cert(func(c *certParts) { c.extensions = [][]byte{extension(false, seq(names...), 2, 5, 29, 17)} })
}

func withSubject(subject []byte) func(testing.TB) []byte {
	return cert(func(c *certParts) { c.subject, c.extensions = subject, nil })
}

// upTo is what another input is, up to a place.
func upTo(data func(testing.TB) []byte, at int) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		whole := data(t)
		if at < 0 {
			at += len(whole)
		}
		return bytes.Clone(whole[:at])
	}
}

// changed is another input with octets put in the place of others.
func changed(data func(testing.TB) []byte, old, new []byte) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		whole := data(t)
		if !bytes.Contains(whole, old) {
			t.Fatalf("there is no %q in it", old)
		}
		return bytes.Replace(whole, old, new, 1)
	}
}

// armoured is DER as PEM, in lines of 64.
func armoured(label string, data func(testing.TB) []byte) func(testing.TB) []byte {
	return func(t testing.TB) []byte {
		t.Helper()
		var out bytes.Buffer
		out.WriteString("-----BEGIN " + label + "-----\n")
		text := base64.StdEncoding.EncodeToString(data(t))
		for len(text) > 64 {
			out.WriteString(text[:64] + "\n")
			text = text[64:]
		}
		out.WriteString(text + "\n-----END " + label + "-----\n")
		return out.Bytes()
	}
}
