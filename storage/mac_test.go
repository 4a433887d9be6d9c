package storage

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// TestChecksAreHMAC: they are what the standard library makes, for keys and messages
// of every length about a block's.
func TestChecksAreHMAC(t *testing.T) {
	for length := range 140 {
		key, message := testDER(1)[:min(length, sha256.BlockSize)], testDER(2)[:length]
		c := newMAC(hmacPads(key))
		for range 2 { // again with the same
			got := c.tag([]byte("before"), message[:length/3], nil, message[length/3:])
			h := hmac.New(sha256.New, key)
			h.Write(message)
			if want := h.Sum([]byte("before")); !bytes.Equal(got, want) {
				t.Errorf("%d octets: %x, want %x", length, got, want)
			}
		}
	}
}

func TestDerivedKeysAreHKDF(t *testing.T) {
	for length := range 80 {
		secret, salt, info := testDER(3)[:length], testDER(4)[:length%65], string(testDER(5)[:length])
		want, err := hkdf.Key(sha256.New, secret, salt, info, keySize)
		if got := deriveKey(secret, salt, info); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d octets: %x, want %x (%v)", length, got, want, err)
		}
	}
}

// TestSealsAreXChaCha: what is sealed opens as XChaCha20-Poly1305, and the other way
// round (draft-irtf-cfrg-xchacha-03, section 2.3).
func TestSealsAreXChaCha(t *testing.T) {
	key := testDER(6)[:keySize]
	aead, err := chacha20poly1305.NewX(key)
	must(t, err)
	for length := range 100 {
		plain, context := testDER(7)[:length], testDER(8)[:length/2]
		sealed, err := sealBytes(nil, key, plain, context, bytes.NewReader(testDER(9)))
		must(t, err)
		opened, err := aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], context)
		if err != nil || !bytes.Equal(opened, plain) {
			t.Errorf("%d octets: %x, %v", length, opened, err)
		}
		nonce := testDER(10)[:nonceSize]
		opened, ok := openSealed(key, aead.Seal(bytes.Clone(nonce), nonce, plain, context), context)
		if !ok || !bytes.Equal(opened, plain) {
			t.Errorf("%d octets: %x", length, opened)
		}
	}
}
