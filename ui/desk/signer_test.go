package desk

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"countersign/pki"
)

// signer is a name and a key that certificates can be made of, in ways that no
// form allows.
type testSigner struct {
	name string
	key  *ecdsa.PrivateKey
}

var nextSerial = big.NewInt(1 << 40)

func newSigner(t *testing.T, name string) testSigner {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return testSigner{name, key}
}

func (s testSigner) template(years int) *x509.Certificate {
	nextSerial = new(big.Int).Add(nextSerial, big.NewInt(1))
	return &x509.Certificate{
		SerialNumber: nextSerial, Subject: pkix.Name{CommonName: s.name},
		NotBefore: fixed.Add(-time.Hour), NotAfter: fixed.AddDate(years, 0, 0),
	}
}

func (s testSigner) authority(years int) *x509.Certificate {
	c := s.template(years)
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
	return c
}

// self is a root.
func (s testSigner) self(t *testing.T, years int) *x509.Certificate {
	return s.signed(t, s.authority(years), s)
}

// under is an authority that another signed.
func (s testSigner) under(t *testing.T, issuer testSigner) *x509.Certificate {
	return s.signed(t, s.authority(2), issuer)
}

func (s testSigner) leafUnder(t *testing.T, issuer testSigner) *x509.Certificate {
	return s.signed(t, s.template(1), issuer)
}

func (s testSigner) signed(t *testing.T, template *x509.Certificate, issuer testSigner) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, issuer.authority(10), s.key.Public(), issuer.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s testSigner) keyFile(t *testing.T) string {
	t.Helper()
	data, err := pki.EncodeKey(s.key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
