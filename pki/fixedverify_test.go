package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

func encodeSignature(r, s *big.Int) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1BigInt(r)
		b.AddASN1BigInt(s)
	})
	return b.BytesOrPanic()
}

// What crypto/ecdsa takes and refuses, the table takes and refuses.
func TestFixedVerifierAgrees(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	v, order := newFixedVerifier(&key.PublicKey), elliptic.P256().Params().N
	agree := func(what string, digest, signature []byte, want bool) {
		t.Helper()
		std := ecdsa.VerifyASN1(&key.PublicKey, digest, signature)
		if got := v.check(digest, signature) == nil; got != std || got != want {
			t.Errorf("%s: %v, crypto/ecdsa %v, want %v", what, got, std, want)
		}
	}
	for n := range 200 {
		digest := sha256.Sum256([]byte{byte(n)})
		signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		agree("good", digest[:], signature, true)
		r, s, ok := parseSignature(signature)
		if !ok {
			t.Fatal("it is not read")
		}
		agree("the other s", digest[:], encodeSignature(r, new(big.Int).Sub(order, s)), true)
		flipped := digest
		flipped[n%32] ^= 1 << (n % 8)
		agree("another digest", flipped[:], signature, false)
		agree("r off by one", digest[:], encodeSignature(new(big.Int).Add(r, big.NewInt(1)), s), false)
		agree("s off by one", digest[:], encodeSignature(r, new(big.Int).Sub(s, big.NewInt(1))), false)
		agree("r and s changed about", digest[:], encodeSignature(s, r), false)
		foreign, err := ecdsa.SignASN1(rand.Reader, other, digest[:])
		if err != nil {
			t.Fatal(err)
		}
		agree("another key", digest[:], foreign, false)
	}
	digest := sha256.Sum256(nil)
	one := big.NewInt(1)
	for name, signature := range map[string][]byte{
		"empty": nil, "r 0": encodeSignature(new(big.Int), one), "s 0": encodeSignature(one, new(big.Int)),
		"r the order": encodeSignature(order, one), "s the order": encodeSignature(one, order),
		"r negative": encodeSignature(big.NewInt(-1), one), "1, 1": encodeSignature(one, one),
		"more behind": append(encodeSignature(one, one), 0),
	} {
		agree(name, digest[:], signature, false)
	}
	for _, zero := range [][]byte{make([]byte, 32), order.FillBytes(make([]byte, 32))} { // digests that are 0 modulo the order
		signature, err := ecdsa.SignASN1(rand.Reader, key, zero)
		if err != nil {
			t.Fatal(err)
		}
		agree("a digest of zero", zero, signature, true)
	}
	if newFixedVerifier(other) != nil {
		t.Error("a private key has a table")
	}
}

func BenchmarkVerifyP256(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	digest := sha256.Sum256(nil)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	if err != nil {
		b.Fatal(err)
	}
	v := newFixedVerifier(&key.PublicKey)
	b.Run("table", func(b *testing.B) {
		for b.Loop() {
			if v.check(digest[:], signature) != nil {
				b.Fatal("refused")
			}
		}
	})
	b.Run("crypto/ecdsa", func(b *testing.B) {
		for b.Loop() {
			if !ecdsa.VerifyASN1(&key.PublicKey, digest[:], signature) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("making the table", func(b *testing.B) {
		for b.Loop() {
			newFixedVerifier(&key.PublicKey)
		}
	})
}
