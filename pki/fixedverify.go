package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"errors"
	"math/big"

	"filippo.io/nistec"
	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// A fixedVerifier checks many signatures of one P-256 key. crypto/ecdsa spends
// most of a verification on the multiple of the key's point; for a key that is
// known before, that is a sum of points from a table, as it is for the
// generator. It works on what is public, in variable time.
type fixedVerifier struct {
	table [fixedWindows][1 << fixedBits]nistec.P256Point // table[w][d] is d * 2^(w*fixedBits) * Q; d 0 is the point at infinity
}

const (
	fixedBits    = 6
	fixedWindows = (256 + fixedBits - 1) / fixedBits
)

var errSignature = errors.New("the signature does not verify")

// newFixedVerifier makes the table of a key; nil for one that is not P-256.
func newFixedVerifier(key crypto.PublicKey) *fixedVerifier {
	pub, ok := key.(*ecdsa.PublicKey)
	if !ok || pub.Curve != elliptic.P256() {
		return nil
	}
	octets, err := pub.Bytes()
	if err != nil {
		return nil
	}
	base, err := nistec.NewP256Point().SetBytes(octets)
	if err != nil {
		return nil
	}
	v := &fixedVerifier{}
	for w := range v.table {
		row := &v.table[w]
		row[0].Set(nistec.NewP256Point())
		for d := 1; d < len(row); d++ {
			row[d].Add(&row[d-1], base)
		}
		for range fixedBits {
			base.Double(base)
		}
	}
	return v
}

// check verifies an ECDSA-Sig-Value (RFC 3279 section 2.2.3) of a digest of
// SHA-256 (FIPS 186-5 section 6.4.2).
func (v *fixedVerifier) check(digest, signature []byte) error {
	order := elliptic.P256().Params().N
	r, s, ok := parseSignature(signature)
	if !ok || r.Sign() <= 0 || s.Sign() <= 0 || r.Cmp(order) >= 0 || s.Cmp(order) >= 0 || len(digest) != 32 {
		return errSignature
	}
	w := new(big.Int).ModInverse(s, order)
	u1 := new(big.Int).SetBytes(digest)
	u1.Mod(u1.Mul(u1, w), order)
	u2 := w.Mod(w.Mul(r, w), order)

	var scalar [32]byte
	sum, err := nistec.NewP256Point().ScalarBaseMult(u1.FillBytes(scalar[:]))
	if err != nil {
		return err
	}
	u2.FillBytes(scalar[:])
	for w := range v.table {
		if d := window(&scalar, w); d != 0 {
			sum.Add(sum, &v.table[w][d])
		}
	}
	x, err := sum.BytesX()
	if err != nil {
		return errSignature // the point at infinity
	}
	found := new(big.Int).SetBytes(x)
	if found.Mod(found, order).Cmp(r) != 0 {
		return errSignature
	}
	return nil
}

// window is the w-th group of bits of a scalar, the lowest first.
func window(scalar *[32]byte, w int) int {
	d := 0
	for i := range fixedBits {
		if at := w*fixedBits + i; at < 256 {
			d |= int(scalar[31-at/8]>>(at%8)&1) << i
		}
	}
	return d
}

func parseSignature(der []byte) (r, s *big.Int, ok bool) {
	r, s = new(big.Int), new(big.Int)
	input := cryptobyte.String(der)
	var inner cryptobyte.String
	ok = input.ReadASN1(&inner, cbasn1.SEQUENCE) && input.Empty() &&
		inner.ReadASN1Integer(r) && inner.ReadASN1Integer(s) && inner.Empty()
	return r, s, ok
}

// checkSignature verifies what the issuer of a series signed.
func (s *Series) checkSignature(algorithm x509.SignatureAlgorithm, tbs, signature []byte) error {
	if algorithm != x509.ECDSAWithSHA256 || s.verifier == nil {
		return s.issuer.Certificate.CheckSignature(algorithm, tbs, signature)
	}
	hash := crypto.SHA256.New()
	hash.Write(tbs)
	return s.verifier.check(hash.Sum(nil), signature)
}
