package pki

import (
	"crypto/cipher"
	"encoding/hex"
	"testing"
)

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
