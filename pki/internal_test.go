package pki

import (
	"bytes"
	"crypto/cipher"
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
		{maxIterations + 1, true}, {1 << 62, true}, {maxIterations, false}, {maxIterations - 1, false}, {1, false}, {1, true},
	} {
		if err := b.spend(test.iterations); errors.Is(err, ErrTooManyIterations) != test.tooMany {
			t.Errorf("%d: %d iterations: %v", i, test.iterations, err)
		}
	}
	for i, test := range []struct {
		n, r, p int64
		tooMany bool
	}{
		{1 << 22, 1, 1, true}, {1 << 14, 8, 17, true}, {1 << 62, 1 << 62, 1 << 62, true}, {2, 1 << 40, 1, true}, {2, 1, 1 << 40, true},
		{1 << 18, 8, 1, false}, {1 << 18, 8, 1, false}, {2, 1, 1, true},
	} {
		if err := b.spendScrypt(test.n, test.r, test.p); errors.Is(err, ErrTooManyIterations) != test.tooMany {
			t.Errorf("%d: scrypt %d %d %d: %v", i, test.n, test.r, test.p, err)
		}
	}
	var damage *DamageError
	for _, n := range []int64{-1 << 63, -1, 0} {
		if err := b.spend(n); !errors.As(err, &damage) {
			t.Errorf("%d iterations: %v", n, err)
		}
		if err := b.spendScrypt(n, 8, 1); !errors.As(err, &damage) {
			t.Errorf("scrypt %d: %v", n, err)
		}
	}
}

// The vectors of RFC 2268 section 5 whose effective bits are those of the key.
func TestRC2(t *testing.T) {
	for _, test := range []struct{ key, plain, text string }{
		{"ffffffffffffffff", "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", "1000000000000001", "30649edf9be7d2c2"},
		{"88bca90e90875a7f0f79c384627bafb2", "0000000000000000", "2269552ab0f85ca6"},
	} {
		block, err := newRC2(unhex(t, test.key))
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, block.BlockSize())
		block.Decrypt(got, unhex(t, test.text))
		if hex.EncodeToString(got) != test.plain {
			t.Errorf("%s: got %x, want %s", test.text, got, test.plain)
		}
	}
}

var _ cipher.Block = (*rc2)(nil)

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

func TestToDER(t *testing.T) {
	tests := []struct{ name, ber, want string }{
		{"DER", "3003020101", "3003020101"},
		{"open length", "3080 020101 0000", "3003020101"},
		{"long length", "308400000003 020101", "3003020101"},
		{"long length of two octets", "30820003 020101", "3003020101"},
		{"string in pieces", "2480 040101 04020203 0000", "0403010203"},
		{"string in pieces of known length", "2407 040101 04020203", "0403010203"},
		{"no pieces", "2480 0000", "0400"},
		{"pieces in pieces", "2480 2480 040101 0000 040102 0000", "04020102"},
		{"explicit tag", "a080 040101 0000", "a003040101"},
		{"implicit tag in pieces", "a080 040101 040102 0000", "80020102"},
		{"long tag", "bf8101 80 0000", "bf810100"},
		{"zeros behind", "3003020101 0000", "3003020101"},
		{"something behind", "3003020101 01", ""},
		{"open and primitive", "0480 0000", ""},
		{"no end", "3080 020101", ""},
		{"cut off", "3005020101", ""},
		{"primitive cut off", "040501", ""},
		{"child longer than its parent", "3003 020201", ""},
		{"length of nine octets", "3089 00000000000000 0000", ""},
		{"length above the limit", "3088 ffffffffffffffff", ""},
		{"tag only", "30", ""},
		{"tag without an end", "bfffffffffffff 00", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		got, err := toDER(unhex(t, test.ber))
		if test.want == "" {
			if err == nil {
				t.Errorf("%s: got %x", test.name, got)
			}
			continue
		}
		if err != nil || !bytes.Equal(got, unhex(t, test.want)) {
			t.Errorf("%s: got %x, %v, want %s", test.name, got, err, test.want)
		}
	}
	for _, size := range []int{0x7f, 0x80, 0xff, 0x100, 0xffff, 0x10000, 0xffffff, 0x1000000} {
		der := appendElement(nil, []byte{4}, make([]byte, size))
		if got, err := toDER(der); err != nil || !bytes.Equal(got, der) {
			t.Errorf("%d octets: %v", size, err)
		}
	}
	if _, err := toDER(bytes.Repeat([]byte{0x30, 0x80}, maxDepth+2)); err == nil || err.Error() != "nested too deep" {
		t.Errorf("nested: %v", err)
	}
}
