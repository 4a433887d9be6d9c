package testclient

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"testing"
)

// resign gives the certificate a signature with SHA-1.
func resign(t *testing.T, c *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	signed, err := signSHA1(c.Raw, key, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}
