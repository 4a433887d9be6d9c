package pki_test

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"countersign/pki"
	"countersign/pki/pkitest"
)

// now is the time of most tests.
var now = time.Date(2026, time.March, 1, 12, 0, 0, 123456789, time.UTC)

// newRoot makes a root at now with a key of some kind.
func newRoot(t testing.TB, kind pki.KeyKind, name string) pki.Issuer {
	t.Helper()
	r := pki.NewRequest(pki.Authority)
	r.Subject.CommonName = name
	key := pkitest.Key(t, kind)
	c, err := pki.SelfSign(r, key, now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return pki.Issuer{Certificate: c, Key: key}
}

// newIssuer makes an authority at now that is wrong in some way.
func newIssuer(t testing.TB, edit func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	c, _ := pkitest.Leaf(t, newRoot(t, pki.P256, "Test Root"), func(c *x509.Certificate) {
		c.Subject.CommonName = "Test Issuer"
		c.NotBefore, c.NotAfter = now.Add(-time.Hour), now.AddDate(2, 0, 0)
		c.DNSNames, c.ExtKeyUsage = nil, nil
		c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		c.MaxPathLen = -1
		edit(c)
	})
	return c
}

// mustIssue issues what r asks for at now, for a new key.
func mustIssue(t testing.TB, issuer pki.Issuer, r pki.Request) (*x509.Certificate, crypto.Signer) {
	t.Helper()
	key := pkitest.Key(t, r.Key)
	c, err := pki.Issue(issuer, r, key.Public(), now, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return c, key
}

// names reads a list of good names.
func names(t testing.TB, typed string) []pki.Name {
	t.Helper()
	list, faults := pki.ParseNames(typed)
	if faults != nil {
		t.Fatal(faults)
	}
	return list
}

// request makes a request with a common name and names.
func request(t testing.TB, kind pki.Kind, commonName, typed string) pki.Request {
	t.Helper()
	r := pki.NewRequest(kind)
	r.Subject.CommonName = commonName
	r.Names = names(t, typed)
	return r
}

// faultsOf returns the faults that an error carries.
func faultsOf(t testing.TB, err error) pki.Faults {
	t.Helper()
	if err == nil {
		return nil
	}
	var faults pki.Faults
	if !errors.As(err, &faults) {
		t.Fatalf("error %v (%T) has no faults", err, err)
	}
	return faults
}
