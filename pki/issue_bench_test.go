package pki_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// BenchmarkIssueClient sets a client certificate with its key beside the bare
// calls that it cannot do without.
func BenchmarkIssueClient(b *testing.B) {
	root := pkitest.Root(b, "Benchmark Root")
	now := time.Now()

	b.Run("issue", func(b *testing.B) {
		r := pki.NewRequest(pki.Client)
		r.Subject.CommonName = "Super Client"
		for b.Loop() {
			key, err := pki.GenerateKey(pki.P256, rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := pki.Issue(root, r, key.Public(), now, rand.Reader); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("bare", func(b *testing.B) {
		template := &x509.Certificate{
			SerialNumber: big.NewInt(1),
			Subject:      pkix.Name{CommonName: "Super Client"},
			NotBefore:    now,
			NotAfter:     now.Add(time.Hour),
			KeyUsage:     x509.KeyUsageDigitalSignature,
			ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		}
		for b.Loop() {
			key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := x509.CreateCertificate(rand.Reader, template, root.Certificate, &key.PublicKey, root.Key); err != nil {
				b.Fatal(err)
			}
		}
	})
}
