package pki

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"strings"
	"testing"
)

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	octets, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return octets
}

func TestBudget(t *testing.T) {
	var b budget
	for i, test := range []struct {
		iterations int64
		tooMany    bool
	}{
		{maxWork/2 + 1, true}, {1 << 62, true}, {maxWork / 4, false}, {maxWork/4 - 1, false}, {1, false}, {1, true},
	} {
		if err := b.spend(test.iterations, 2); errors.Is(err, ErrTooManyIterations) != test.tooMany {
			t.Errorf("%d: %d iterations: %v", i, test.iterations, err)
		}
	}
	for i, test := range []struct {
		n, r, p int64
		tooMany bool
	}{
		{1 << 20, 1, 1, true}, {1 << 14, 8, 5, true}, {1 << 62, 1 << 62, 1 << 62, true}, {2, 1 << 40, 1, true}, {2, 1, 1 << 40, true},
		{1 << 15, 8, 1, false}, {1 << 15, 8, 1, false}, {2, 1, 1, true},
	} {
		if err := b.spendScrypt(test.n, test.r, test.p); errors.Is(err, ErrTooManyIterations) != test.tooMany {
			t.Errorf("%d: scrypt %d %d %d: %v", i, test.n, test.r, test.p, err)
		}
	}
	var damage *DamageError
	for _, n := range []int64{-1 << 63, -1, 0} {
		if err := b.spend(n, 1); !errors.As(err, &damage) {
			t.Errorf("%d iterations: %v", n, err)
		}
		if err := b.spendScrypt(n, 8, 1); !errors.As(err, &damage) {
			t.Errorf("scrypt %d: %v", n, err)
		}
	}
}

// Vectors that circulate with the PKCS #12 implementations of OpenSSL, Bouncy
// Castle and Go.
func TestPKCS12KDF(t *testing.T) {
	tests := []struct {
		hash       func() hash.Hash
		purpose    byte
		password   string
		salt       string
		iterations int
		want       string
	}{
		{sha1.New, 1, "sesame", "ffffffffffffffff", 2048, "7cd9fd3e2b3be769 1a44e3bef0f9ea0f b9b897d4e325d9d1"},
		{sha1.New, 1, "smeg", "0a58cf64530d823f", 1, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"},
		{sha1.New, 2, "smeg", "0a58cf64530d823f", 1, "79993dfe048d3b76"},
		{sha1.New, 3, "smeg", "3d83c0e4546ac140", 1, "8d967d88f6caa9d714800ab3d48051d63f73a312"},
		{sha1.New, 1, "queeg", "05dec959acff72f7", 1000, "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"},
	}
	for _, test := range tests {
		want := unhex(t, test.want)
		got := pkcs12KDF(test.hash, test.purpose, bmpPassword(test.password), unhex(t, test.salt), test.iterations, len(want))
		if !bytes.Equal(got, want) {
			t.Errorf("%s: got %x, want %x", test.password, got, want)
		}
	}
	if got := pkcs12KDF(sha256.New, 3, nil, nil, 1, 40); len(got) != 40 {
		t.Errorf("without password and salt: %x", got)
	}
}
